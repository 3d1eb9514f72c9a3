// The wall: fetched again when the line moves (at most once a second), its clocks ticking in between.
const PAUSE_MS = 1000;

const wall = document.getElementById("wall");
let ahead = 0; // milliseconds that this computer's clock is ahead of the server's
let timer = 0;
let last = 0;

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
    last = Date.now();
    wall.dispatchEvent(new Event("line-moved"));
  }, Math.max(0, last + PAUSE_MS - Date.now()));
}

function listen() {
  // A connection of its own: a manager's softphone, in this page too, must not share (and re-open) it.
  const socket = window.io({ transports: ["websocket", "polling"], forceNew: true });
  const off = document.getElementById("wall-off");
  socket.on("line", refresh);
  socket.on("connect", () => {
    off.hidden = true;
    refresh();
  });
  socket.on("disconnect", () => (off.hidden = false));
}

wall.addEventListener("htmx:afterSwap", arrived);
window.setInterval(tick, 1000);
arrived();
if (window.io) listen();
