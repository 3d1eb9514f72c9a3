// Fills the slots of the line pane. The skeleton is in templates/desk/line.html; here only texts and attributes change.
import { text } from "../page/i18n.js";
import { actsOf, clockOf, duration, noteOf, phaseOf, presenceDot, presenceWord, seconds } from "./state.js";

const LONG_NAME = 24; // characters: beyond, smaller letters and three lines

// Buttons that have just taken the place of others ignore the pointer for as long as a hand needs to see it: nobody mutes
// herself by a double click on « Accepter ». Keys are not concerned: each has one meaning.
const SETTLE_MS = 300;

const slots = {};
document.querySelectorAll("[data-slot]").forEach((element) => { slots[element.dataset.slot] = element; });
const card = document.getElementById("call");
const page = document.getElementById("desk");

let shownActs = "idle";
let settling = 0;

function put(name, value) {
  const element = slots[name];
  if (element && element.textContent !== value) element.textContent = value;
}

function label(button, value) {
  const span = button.querySelector(".button-label");
  if (span.textContent !== value) span.textContent = value;
}

export function callerName(call) {
  if (!call) return "";
  const kind = call.caller.kind;
  if (kind === "hidden" || (kind === "unknown" && !call.caller.display)) return text(`caller.${kind}`);
  return call.caller.display;
}

/** Draw what changes only with an event. Times are drawn by tick(). */
export function render(desk, around) {
  const phase = phaseOf(desk);
  card.dataset.phase = phase;
  page.dataset.phase = phase;
  put("presence-word", text(presenceWord(desk.presence)));
  slots["presence-dot"].className = `state-dot state-dot-${presenceDot(desk.presence)}`;
  put("phase-word", text(`phase.${phase}`));
  slots.overflow.hidden = !(desk.call && desk.call.overflow);
  slots.returning.hidden = !(desk.call && desk.call.returning);
  const name = desk.call ? callerName(desk.call) : text(presenceWord(desk.presence));
  put("name", name);
  slots.name.toggleAttribute("data-long", name.length > LONG_NAME);
  renderNote(noteOf(desk, phase, around));
  renderActs(desk, phase, around);
  renderQueue(desk.queue);
  slots.incident.hidden = !desk.incident;
  put("incident-words", desk.incident || "");
  return phase;
}

function renderNote(note) {
  slots.note.dataset.tone = note ? note.tone : "none";
  put("note-text", note ? text(note.name, note.values) : "");
  ["take-tab", "sign-in"].forEach((act) => { document.getElementById(`act-${act}`).hidden = note?.act !== act; });
}

function renderActs(desk, phase, around) {
  const acts = actsOf(phase);
  document.querySelectorAll("[data-acts]").forEach((group) => { group.hidden = group.dataset.acts !== acts; });
  if (acts !== shownActs) settle(acts);
  const available = document.getElementById("act-available");
  available.classList.toggle("is-away", phase === "available");
  available.disabled = phase === "available" || around.spectator;
  label(available, text(phase === "missed" ? "back" : "go"));
  document.getElementById("act-pause").disabled = around.spectator || (desk.presence.state === "away" && desk.presence.reason === "pause");
  label(document.getElementById("act-done"), text(around.reason ? "confirm" : "done"));
  label(document.getElementById("act-done-pause"), text(around.reason ? "confirm.pause" : "done.pause"));
  renderCallActs(phase, around);
}

function settle(acts) {
  shownActs = acts;
  card.classList.add("is-settling");
  window.clearTimeout(settling);
  settling = window.setTimeout(() => card.classList.remove("is-settling"), SETTLE_MS);
}

function renderCallActs(phase, around) {
  const mute = document.getElementById("act-mute");
  const hold = document.getElementById("act-hold");
  const voice = around.leg && !around.otherTab;
  mute.disabled = !voice;
  document.getElementById("act-keypad").disabled = !voice || phase === "held";
  hold.disabled = phase === "connecting";
  document.getElementById("act-hang-up").disabled = phase === "connecting";
  card.toggleAttribute("data-muted", around.muted);
  mute.setAttribute("aria-pressed", String(around.muted));
  hold.setAttribute("aria-pressed", String(phase === "held"));
  label(mute, text(around.muted ? "unmute" : "mute"));
  label(hold, text(phase === "held" ? "resume" : "hold"));
  hold.dataset.act = phase === "held" ? "resume" : "hold";
}

function renderQueue(queue) {
  put("queue-waiting", String(queue.waiting));
  put("queue-free", String(queue.available_agents));
  slots["queue-waiting-box"].classList.toggle("is-waiting", queue.waiting > 0);
}

/** Draw the times; called every second and after each render. now: the server's clock as an ISO string. */
export function tick(desk, around, now) {
  const phase = phaseOf(desk);
  const clock = clockOf(desk, phase);
  const length = seconds(clock.from, clock.to || now);
  put("timer", length === null ? "" : duration(length));
  slots.timer.toggleAttribute("data-long", length >= 3600);
  const inState = seconds(desk.presence.since, now);
  put("presence-time", inState === null ? "" : duration(inState));
  const longest = seconds(desk.queue.longest_since, now);
  put("queue-longest", longest === null ? "—" : duration(longest));
  const [first, second] = sideLines(desk, phase, around, now);
  put("side-1", first);
  put("side-2", second);
}

function sideLines(desk, phase, around, now) {
  const call = desk.call;
  if (!call) return ["", text("side.in_state")];
  const number = call.caller.number === call.caller.display ? "" : call.caller.number;
  if (phase === "held") return [number, text("side.held", { time: duration(seconds(call.held_since, now) ?? 0) })];
  if (around.muted) return [number, text("side.muted")];
  if (around.quality?.level === "poor") return [number, text("side.quality")];
  if (call.caller.kind === "several") return [number, text("side.several", { count: call.caller.count })];
  if (phase === "ringing") return [number, call.caller.kind === "unknown" ? text("side.unknown") : text("side.waited")];
  return [number, phase === "connecting" ? "" : text("side.talk")];
}
