// Short messages over the page: read aloud, never in the flow of the page, gone after a while (errors stay).
import { text } from "./i18n.js";

const STAY_MS = 8000;
const MOST = 3; // at once; the oldest goes

/** Show a message. tone: live | wait | stop. An error stays until it is dismissed. */
export function toast(message, tone = "live") {
  const box = document.getElementById("toasts");
  const item = document.createElement("div");
  item.className = `toast toast-${tone}`;
  item.dataset.toast = "";
  const body = document.createElement("span");
  body.className = "toast-body";
  body.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", text("close"));
  close.textContent = "✕";
  item.append(body, close);
  while (box.children.length >= MOST) box.firstElementChild.remove();
  box.append(item);
  fade(item, tone);
  return item;
}

function fade(item, tone) {
  if (tone !== "stop") window.setTimeout(() => item.remove(), STAY_MS);
}

/** Say something to a screen reader only. now: interrupts (a call rings). */
export function announce(message, now = false) {
  const region = document.getElementById(now ? "announce-now" : "announce");
  region.textContent = "";
  window.setTimeout(() => { region.textContent = message; }, 50);
}

export function installToasts() {
  document.querySelectorAll("[data-toast]").forEach((item) => fade(item, item.classList.contains("toast-stop") ? "stop" : "live"));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) button.closest("[data-toast]").remove();
  });
}
