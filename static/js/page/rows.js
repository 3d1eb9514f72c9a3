// Rows of a list by the keyboard: J and K (or the arrows, once in the list) go from one to the next, Enter opens. What holds rows
// says so (data-rows: a table or a list). The focus goes to the row's link, so that Enter, Tab and a screen reader do what they
// always do; a row that opens nothing takes the focus itself, and Tab finds its buttons. After the last row comes the next page.
const ROWS = "[data-rows] tbody > tr, ul[data-rows] > li";
const AFTER = "[data-rows-after] a[href]"; // the next page
const STEPS = { J: 1, ArrowDown: 1, K: -1, ArrowUp: -1 };

const inSight = (element) => element.getClientRects().length > 0;
const rowsOf = (root) => [...root.querySelectorAll(ROWS)].filter(inSight);

/** What the keyboard is put on in a row: the link that opens it, else the row. */
function handle(row) {
  const link = row.querySelector("a[data-row]") ?? row.querySelector("a[href]");
  if (link) return link;
  if (!row.hasAttribute("tabindex")) row.setAttribute("tabindex", "-1");
  return row;
}

/** Go to the next row (1) or the one before (-1); from outside of the list, to its first or last. */
export function step(way, root = document) {
  const rows = rowsOf(root);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (way > 0 ? 0 : rows.length - 1) : at + way;
  const after = next >= rows.length ? root.querySelector(AFTER) : null;
  const beyond = at < 0 && Boolean(document.activeElement?.closest(AFTER)); // the next page's link is the last of all
  if (beyond && way > 0) return;
  const target = after ?? handle(rows[Math.min(Math.max(next, 0), rows.length - 1)]);
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

/** A key that was pressed in a list: true when it went to another row. J and K are the list's there, whatever else they mean. */
export function walk(name, root = document) {
  const way = STEPS[name];
  if (!way || root.querySelector("dialog[open]") || !document.activeElement?.closest(`${ROWS}, ${AFTER}`)) return false;
  step(way, root);
  return true;
}

export function installRows() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-step]");
    if (button) step(Number(button.dataset.rowStep));
  });
}
