// Alerts on any page that a manager has open: shown over it, rung, and said; whatever page it is. What comes by the socket is an id;
// the banner is asked for, so that each reader gets what her role may see.
import { text } from "./page/i18n.js";
import { announce } from "./page/toast.js";
import { startRing, stopRing, unlockOnGesture } from "./desk/ring.js";

const RINGS_MS = 20_000; // then the banner stays, silent
const box = document.getElementById("alerts");
let ringing = 0;

const untaken = () => box.querySelector('[data-alert][data-taken=""]');

function quiet() {
  window.clearTimeout(ringing);
  ringing = 0;
  stopRing();
}

function ring() {
  quiet();
  startRing(text("alerts.title"));
  ringing = window.setTimeout(quiet, RINGS_MS);
  if (document.hidden && window.Notification?.permission === "granted") new window.Notification(text("alerts.title"), { tag: "alert" });
}

/** Ask for the banner again. */
export function refreshAlerts() {
  window.htmx.trigger(document.body, "alerts-moved");
}

function told({ what }) {
  if (what === "raised") {
    ring();
    announce(text("alerts.said"), true);
  }
  refreshAlerts();
}

/** The browser asks the person once; the button is there while it has not been answered. */
function offerNotifications() {
  const button = document.querySelector("[data-notify]");
  if (!button || window.Notification?.permission !== "default") return;
  button.hidden = false;
  button.addEventListener("click", async () => { button.hidden = (await window.Notification.requestPermission()) !== "default"; });
}

if (box) {
  offerNotifications();
  unlockOnGesture(() => {});
  box.addEventListener("htmx:afterSwap", () => { if (ringing && !untaken()) quiet(); });
  document.addEventListener("alerts-told", ({ detail }) => told(detail ?? {})); // desk.js has the connection
  document.addEventListener("connected", refreshAlerts); // whatever was raised or closed meanwhile
}
