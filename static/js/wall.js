// The wall: fetched again when the line moves (at most once a second), its clocks ticking in between.
import { signedOut, socketIdentity } from "./page/session.js";

const PAUSE_MS = 1000;

let wall = null;
let ahead = 0; // milliseconds that this computer's clock is ahead of the server's
let timer = 0;
let last = 0;
let socket = null;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function tick() {
  wall.querySelectorAll("[data-since]").forEach((each) => {
    each.textContent = clock((Date.now() - ahead - Date.parse(each.dataset.since)) / 1000);
  });
  wall.querySelectorAll("[data-until]").forEach((each) => {
    const left = Math.ceil((Date.parse(each.dataset.until) + ahead - Date.now()) / 1000);
    each.textContent = `${Math.max(0, left)} s`;
    if (left <= 0) refresh(); // the reason is another one now
  });
}

function arrived() {
  const now = wall.querySelector("[data-now]");
  if (now) ahead = Date.now() - Date.parse(now.dataset.now);
  tick();
}

function refresh() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (!wall.isConnected) return;
    last = Date.now();
    wall.dispatchEvent(new Event("line-moved"));
  }, Math.max(0, last + PAUSE_MS - Date.now()));
}

function listen() {
  // A connection of its own: a manager's softphone, in this page too, must not share (and re-open) it.
  socket = window.io({ transports: ["websocket", "polling"], forceNew: true, auth: socketIdentity() });
  const off = (hidden) => { if (wall?.isConnected) document.getElementById("wall-off").hidden = hidden; };
  socket.on("line", refresh);
  socket.on("signed-out", signedOut);
  socket.on("connect", () => {
    off(true);
    refresh();
  });
  socket.on("disconnect", () => off(false));
}

/** Show the wall that is in the page; the frame calls it each time its page is shown. */
export function mount() {
  const found = document.getElementById("wall");
  if (!found || found === wall) return;
  wall = found;
  wall.addEventListener("htmx:afterSwap", arrived);
  arrived();
  if (window.io && !socket) listen();
}

window.setInterval(() => { if (wall?.isConnected) tick(); }, 1000);
mount();
