// The moments of the desk, and what the qualification shows in each: a line while one talks, a card once it is over. One form for both.
import { contactOf } from "./state.js";

const panes = document.getElementById("desk");
const box = () => document.getElementById("pane-qualification");

/** Idle, contact, written (a message in hand) or after. Pure. */
export function momentOfDesk(desk, phase) {
  if (contactOf(desk) === null) return phase === "wrap_up" ? "after" : "idle";
  if (phase === "wrap_up") return "after";
  return desk.call ? "contact" : "written";
}

/** Show the moment; says whether it has just changed. */
export function showMoment(desk, phase) {
  const moment = momentOfDesk(desk, phase);
  if (panes.dataset.moment === moment) return false;
  panes.dataset.moment = moment;
  box().querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  if (moment === "after") showDone(contactOf(desk));
  return true;
}

/** What was done in this contact, above the card: read once it is over. */
function showDone(contact) {
  const place = document.getElementById("after-done");
  place.replaceChildren();
  if (contact !== null) window.htmx.ajax("GET", `/assist/done?contact=${encodeURIComponent(contact)}`, { source: place, target: place, swap: "innerHTML" }).catch(() => {});
}

function openReasons(button) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById(button.dataset.reasons));
  if (!dialog || dialog.open) return;
  dialog.showModal();
  /** @type {HTMLElement} */ (dialog.querySelector("input:checked") || dialog.querySelector("input"))?.focus();
}

/** A reason was chosen: the line says it, as chosen by a person; the sheet closes. */
function onReason(input) {
  const form = input.form;
  form.querySelector("[data-reason-said]").textContent = input.parentElement.querySelector("span").firstChild.textContent.trim();
  const word = form.querySelector(".reason-word");
  word.textContent = word.dataset.chosen;
  form.querySelector(".reason-now").classList.remove("is-suggested");
  const dialog = input.closest("dialog");
  if (dialog?.open) dialog.close();
}

/** Who speaks was said on the caller's card: the card of the end has it already. */
function onSpeaker({ detail }) {
  const radios = box().querySelectorAll("input[name=caller_role]");
  radios.forEach((radio) => { radio.checked = radio.value === detail.role; });
}

/** The key of a group goes to its first button (or to the chosen one): arrows do the rest. */
function onDrawn({ target }) {
  target.querySelectorAll?.("[data-first-key]").forEach((group) => {
    const first = group.querySelector("input:checked") || group.querySelector("input");
    if (!first) return;
    first.dataset.key = group.dataset.firstKey;
    first.dataset.keyFocus = "";
    first.dataset.keyLabel = group.querySelector("legend").textContent.trim();
  });
}

export function installQualifying() {
  const place = box();
  place.addEventListener("click", ({ target }) => {
    const opener = target.closest("[data-reasons]");
    if (opener) openReasons(opener);
    if (target.matches("dialog.reasons[open]")) target.close(); // beside the sheet
  });
  place.addEventListener("change", ({ target }) => { if (target.name === "reason") onReason(target); });
  place.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.closest("dialog.reasons[open]")) { event.preventDefault(); event.target.closest("dialog").close(); } });
  document.body.addEventListener("speaker-said", onSpeaker);
  document.addEventListener("htmx:load", onDrawn);
}
