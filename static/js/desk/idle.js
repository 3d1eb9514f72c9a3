// The desk while nobody is on the line: read again when something of this agent's moved, never on a bare clock tick of the queue,
// whose figures are told (the strip). What has the focus keeps it.
const AGAIN_MS = 60_000;
const SPREAD_MS = 1500; // many desks hear of the same call-back: they do not all ask in the same instant

const body = document.getElementById("idle-body");
const panes = document.getElementById("desk");

let told = "";
let timer = 0;
let readAt = -Infinity;

const inSight = () => panes.dataset.moment === "idle" && !document.hidden && panes.getClientRects().length > 0;

/** Read it now, if it is in sight. */
export async function readIdle() {
  window.clearTimeout(timer);
  if (!body || !inSight()) return;
  readAt = performance.now();
  const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") || document.activeElement.getAttribute("href") : null;
  await window.htmx.ajax("GET", "/desk/idle", { source: body, target: body, swap: "innerHTML" }).catch(() => {});
  fillStrip();
  if (focused) [...body.querySelectorAll("a, button")].find((each) => focused === (each.getAttribute("aria-label") || each.getAttribute("href")))?.focus();
}

/** The queue was told: only its call-backs and messages concern what is listed. */
export function idleTold(queue) {
  const figures = `${queue.callbacks} ${queue.messages}`;
  const moved = told && told !== figures;
  told = figures;
  if (moved) soon(Math.random() * SPREAD_MS);
}

/** Called every second. */
export function tickIdle() {
  if (inSight() && performance.now() - readAt > AGAIN_MS) readIdle();
}

function soon(wait = 0) {
  window.clearTimeout(timer);
  timer = window.setTimeout(readIdle, wait);
}

function fillStrip() {
  const shown = /** @type {HTMLElement} */ (body.querySelector("[data-idle]"));
  if (!shown) return;
  document.querySelectorAll("[data-idle-slot]").forEach((/** @type {HTMLElement} */ slot) => { slot.textContent = shown.dataset[slot.dataset.idleSlot] ?? ""; });
}

export function installIdle() {
  if (body) fillStrip(); // the desk came with what it shows
  ["contact-qualified", "callback-promised", "owed-moved"].forEach((name) => document.body.addEventListener(name, () => soon(300)));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && performance.now() - readAt > AGAIN_MS) readIdle(); });
}
