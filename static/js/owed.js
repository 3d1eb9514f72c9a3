// @ts-check
// The list of all that is owed. J and K go from row to row (page/rows.js); an act concerns the rows that are ticked, else the row that
// one is on. Space ticks a row. After an act the focus stays where it was in the list, on the row that took the place.
let at = -1; // the row that one was on last, by its place: where the focus goes back to
let on = ""; // … by its name: what an act concerns, wherever the list has put it since
let acted = false; // an act was asked: the focus goes back into the list once it is drawn again

const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#owed .owed-row")]);
const boxOf = (/** @type {Element | null | undefined} */ row) => /** @type {HTMLInputElement | null} */ (row?.querySelector("input[type=checkbox]") ?? null);
const ticked = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("#owed input[name=subject]:checked")]);

/** Nothing ticked: the row that one is on is meant. One that has left the list meanwhile is no other row: nothing is meant then. */
function meanRow() {
  if (ticked().length || !on) return;
  const box = rows().map(boxOf).find((each) => each?.value === on);
  if (box) box.checked = true;
  count();
}

function count() {
  const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-owed-count]"));
  if (!said) return;
  const many = ticked().length;
  const { none = "", one = "", some = "" } = said.dataset;
  const words = many === 0 ? none : many === 1 ? one : some.replace("{count}", String(many));
  if (said.textContent !== words) said.textContent = words;
}

function onFocus(/** @type {FocusEvent} */ event) {
  const row = /** @type {Element} */ (event.target).closest?.("#owed .owed-row");
  if (!row) return;
  at = rows().indexOf(/** @type {HTMLElement} */ (row));
  on = boxOf(row)?.value ?? "";
}

function onClick(/** @type {MouseEvent} */ event) {
  const target = /** @type {Element} */ (event.target);
  const act = target.closest("[data-owed-act], [data-owed-go]");
  if (!act || !act.closest("#owed")) return;
  meanRow();
  acted = true;
  const menu = act.matches("summary") ? act.closest("details") : null;
  if (menu) window.setTimeout(() => { if (menu.open) /** @type {HTMLElement | null} */ (menu.querySelector("input, select"))?.focus(); });
}

function onKeydown(/** @type {KeyboardEvent} */ event) {
  const link = /** @type {Element} */ (event.target);
  if (event.key !== " " || !link.matches?.("#owed a[data-row]")) return;
  const box = boxOf(link.closest(".owed-row"));
  if (!box) return;
  event.preventDefault();
  box.checked = !box.checked;
  count();
}

function onSwap() {
  count();
  if (!acted) return;
  acted = false;
  const all = rows();
  const row = all[Math.min(Math.max(at, 0), all.length - 1)];
  /** @type {HTMLElement | null} */ (row?.querySelector("a[data-row]") ?? null)?.focus();
}

document.addEventListener("focusin", onFocus);
document.addEventListener("click", onClick, true);
document.addEventListener("keydown", onKeydown);
document.addEventListener("change", (event) => { if (/** @type {Element} */ (event.target).closest("#owed")) count(); });
document.body.addEventListener("htmx:afterSettle", (event) => { if (/** @type {any} */ (event).detail.target?.id === "owed" || document.getElementById("owed")?.contains(/** @type {any} */ (event).target)) onSwap(); });

// Somebody else changed the list: drawn again, unless one is in the middle of something.
document.body.addEventListener("owed-heard", () => {
  const list = document.getElementById("owed");
  if (!list || ticked().length || list.querySelector("details[open]")) return;
  acted = list.contains(document.activeElement);
  list.dispatchEvent(new CustomEvent("owed-told"));
});

/** The page is shown (static/js/frame.js). */
export function mount() {
  at = -1;
  on = "";
  acted = false;
  count();
}
