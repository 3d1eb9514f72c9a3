// The receipt of a contact that was just finished: five seconds to take it back, by a click or Ctrl Z. The pointer or the focus on it stops the clock.
import { announce } from "../page/toast.js";
import { isTyping } from "../page/keys.js";

const LIFE_MS = 5000;
const place = document.getElementById("receipt");

let undo = null;
let timer = 0;
let left = 0;
let since = 0;

const shown = () => Boolean(place) && !place.hidden;

/** said: the sentence of the receipt. act: takes it back. */
export function showReceipt(said, act) {
  if (!place) return;
  undo = act;
  place.querySelector("[data-receipt-said]").textContent = said;
  place.hidden = false;
  left = LIFE_MS;
  go();
}

export function hideReceipt() {
  window.clearTimeout(timer);
  undo = null;
  if (place) place.hidden = true;
}

function go() {
  window.clearTimeout(timer);
  since = performance.now();
  delete place.dataset.stopped;
  timer = window.setTimeout(hideReceipt, left);
}

function stop() {
  window.clearTimeout(timer);
  left = Math.max(1000, left - (performance.now() - since));
  place.dataset.stopped = "";
}

function takeBack() {
  const act = undo;
  hideReceipt();
  act?.();
}

export function installReceipt() {
  if (!place) return;
  place.querySelector("button").addEventListener("click", takeBack);
  ["pointerenter", "focusin"].forEach((name) => place.addEventListener(name, stop));
  ["pointerleave", "focusout"].forEach((name) => place.addEventListener(name, () => { if (shown()) go(); }));
  document.addEventListener("keydown", (event) => {
    if (!shown() || isTyping() || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    event.preventDefault();
    takeBack();
    announce(place.dataset.undone ?? "");
  });
}
