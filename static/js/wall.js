// The wall: fetched again when the line moves (at most once a second), its clocks ticking in between. When it is not live any more it says so,
// and since when: a figure that may be old must not pass for a true one.
import { signedOut, socketIdentity } from "./page/session.js";

const PAUSE_MS = 1000;
const OLD_MS = 60_000; // it is fetched every 20 s at least: older than this, something is wrong

let wall = null;
let ahead = 0; // milliseconds that this computer's clock is ahead of the server's
let timer = 0;
let last = 0;
let fresh = Date.now(); // when what is shown was fetched
let linked = true; // is the socket there?
let failed = false; // did the last look fail?
let socket = null;

const two = (value) => String(value).padStart(2, "0");

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function hour(ms) {
  const at = new Date(ms);
  return document.documentElement.lang === "fr" ? `${at.getHours()} h ${two(at.getMinutes())}` : `${at.getHours()}:${two(at.getMinutes())}`;
}

function tick() {
  if (!wall?.isConnected) return; // another page has taken its place
  const off = !linked || failed || Date.now() - fresh > OLD_MS;
  sayLive(off);
  document.getElementById("wall-clock").textContent = hour(Date.now() - ahead);
  if (off) return; // a clock that runs would say that the rest is true
  wall.querySelectorAll("[data-since]").forEach((each) => {
    each.textContent = clock((Date.now() - ahead - Date.parse(each.dataset.since)) / 1000);
  });
  wall.querySelectorAll("[data-until]").forEach((each) => {
    const left = Math.ceil((Date.parse(each.dataset.until) + ahead - Date.now()) / 1000);
    each.textContent = `${Math.max(0, left)} s`;
    if (left <= 0) refresh(); // the reason is another one now
  });
  longest();
}

function sayLive(off) {
  const screen = document.getElementById("wall-screen");
  const words = document.getElementById("wall-live");
  if (screen.dataset.live === (off ? "off" : "on")) return;
  screen.dataset.live = off ? "off" : "on";
  words.textContent = off ? words.dataset.off.replace("{at}", hour(fresh - ahead)) : words.dataset.on;
}

/** The longest wait grows between two looks: its level and its word go with it. */
function longest() {
  const tile = wall.querySelector("[data-longest]");
  const since = tile?.querySelector("[data-since]");
  tile?.querySelector(".wall-huge").setAttribute("data-chars", String((since ?? tile).textContent.trim().length));
  if (!since) return;
  const waited = (Date.now() - ahead - Date.parse(since.dataset.since)) / 1000;
  const level = waited >= Number(tile.dataset.many) ? "stop" : waited >= Number(tile.dataset.watch) ? "wait" : "live";
  tile.className = `wall-figure wall-level-${level}`;
  tile.querySelector("[data-word]").textContent = JSON.parse(tile.dataset.words)[level];
}

function arrived() {
  const now = wall.querySelector("[data-now]");
  if (now) ahead = Date.now() - Date.parse(now.dataset.now);
  fresh = Date.now();
  failed = false;
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
  const link = (there) => {
    linked = there;
    if (wall?.isConnected) tick();
  };
  socket.on("line", refresh);
  socket.on("signed-out", signedOut);
  socket.on("connect", () => {
    link(true);
    refresh();
  });
  socket.on("disconnect", () => link(false));
}

// --- the whole screen ------------------------------------------------------------------------------------------------------

const full = (on) => document.body.classList.toggle("wall-full", on);

async function toggleFull() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else {
    full(true);
    await document.documentElement.requestFullscreen().catch(() => {}); // refused: the page alone fills the window
  }
}

document.addEventListener("fullscreenchange", () => full(Boolean(document.fullscreenElement) && Boolean(wall?.isConnected)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") full(false);
});

/** Show the wall that is in the page; the frame calls it each time its page is shown. */
export function mount() {
  const found = document.getElementById("wall");
  if (!found || found === wall) return;
  wall = found;
  wall.addEventListener("htmx:afterSwap", arrived);
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    wall.addEventListener(name, (event) => {
      event.stopPropagation(); // it is said on the wall itself, not in a toast every twenty seconds
      failed = true;
      tick();
    });
  }
  document.getElementById("wall-full")?.addEventListener("click", toggleFull);
  arrived();
  if (window.io && !socket) listen();
}

window.setInterval(() => {
  if (wall?.isConnected) tick();
  else full(false);
}, 1000);
mount();
