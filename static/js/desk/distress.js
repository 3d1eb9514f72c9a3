// « Détresse » : one act that calls the managers, opens the panel and the script. If it cannot be sent, that is said loudly, with what to do.
import { text } from "../page/i18n.js";
import { announce, toast } from "../page/toast.js";

const panel = () => document.getElementById("distress");
let sending = false;
let heeded = ""; // the contact that was on the line when this was last looked at

function isOpen() {
  return Boolean(panel()?.querySelector('[data-alert][data-open="1"]'));
}

function show(folded) {
  const body = document.getElementById("distress-body");
  const fold = document.getElementById("distress-fold");
  if (!body) return;
  body.hidden = folded;
  fold.setAttribute("aria-expanded", String(!folded));
  fold.querySelector(".button-label").textContent = text(folded ? "distress.unfold" : "distress.fold");
}

/** Is the alert about who is on the line? Then the rest of the desk steps back (alerts.css), and each number has one key; else « ! » goes
 * before it. An alert about somebody else folds when a person comes to the line: its numbers are not for them. */
export function heedDistress() {
  const root = document.documentElement;
  const box = panel();
  const alert = box?.querySelector("[data-alert]");
  const about = alert?.dataset.contact ?? "";
  const contact = root.dataset.contact ?? "";
  const here = Boolean(alert?.querySelector("[data-danger]")) && about === contact;
  if (contact && contact !== heeded && alert && about !== contact) show(true);
  heeded = contact;
  root.toggleAttribute("data-distress", here);
  box?.toggleAttribute("data-keys-first", here);
  box?.querySelectorAll("[data-digit-here]").forEach((button) => {
    const key = here ? button.dataset.digitHere : `! ${button.dataset.digitHere}`;
    button.dataset.key = key;
    button.querySelector("kbd").dataset.hint = key.replace(" ", "");
  });
}

/** Call the managers about what is at this desk; pressed again, only show the panel. */
async function raise(path = "/alerts") {
  if (isOpen()) {
    show(false);
    document.getElementById("distress-title")?.focus();
  }
  if (sending) return;
  sending = true;
  try {
    const dossier = document.querySelector("#page [data-dossier]")?.dataset.dossier; // looked at while nobody is on the line
    await window.htmx.ajax("POST", path, { source: panel(), target: panel(), swap: "innerHTML", values: dossier ? { dossier } : {} });
  } finally {
    sending = false;
  }
}

function failed(event) {
  if (!["/alerts", "/alerts/protection"].includes(event.detail.requestConfig?.path) || event.detail.requestConfig.verb !== "post") return;
  event.stopPropagation(); // base.js would say less
  toast(text("distress.failed"), "stop");
  announce(text("distress.failed"), true);
}

/** onShort(number, button): call an emergency number from here. onRaised({script}): the script of distress may have begun. */
export function installDistress({ onShort, onRaised }) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-distress]")) raise();
    if (event.target.closest("[data-protect]")) raise("/alerts/protection"); // she is insulted, or threatened
    const short = event.target.closest("[data-short]");
    if (short) onShort(short.dataset.short, short);
    if (event.target.closest("#distress-fold")) show(!document.getElementById("distress-body").hidden);
  });
  panel().addEventListener("htmx:afterSettle", heedDistress);
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => panel().addEventListener(name, failed));
  document.body.addEventListener("distress-raised", ({ detail }) => {
    onRaised(detail);
    document.getElementById("distress-title")?.focus();
  });
}

/** Something happened to an alert: the panel's status is read again; an alert that was not on screen is fetched whole. */
export function refreshDistress() {
  if (!panel()) return; // not this role's
  if (isOpen()) window.htmx.trigger(document.body, "alerts-moved");
  else window.htmx.trigger(panel(), "read-again");
}
