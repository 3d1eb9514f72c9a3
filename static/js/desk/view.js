// Fills the slots of the line pane. The skeleton is in templates/desk/line.html; here only texts and attributes change.
import { text } from "../page/i18n.js";
import { actsOf, callAgainOf, clockOf, duration, momentOf, noteOf, partyOf, phaseOf, presenceDot, presenceWord, seconds, thirdOf } from "./state.js";

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
  put("phase-word", text(`phase.${momentOf(desk, phase)}`));
  slots.overflow.hidden = !(desk.call && desk.call.overflow);
  slots.returning.hidden = !(desk.call && desk.call.returning && desk.call.transferred_by == null && !desk.call.sent);
  const name = desk.call ? callerName(desk.call) : text(presenceWord(desk.presence));
  put("name", name);
  slots.name.toggleAttribute("data-long", name.length > LONG_NAME);
  renderNote(noteOf(desk, phase, around));
  renderParty(desk);
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

function renderParty(desk) {
  const party = partyOf(desk, callerName(desk.call));
  slots.party.hidden = !party;
  slots.party.dataset.tone = party?.tone ?? "";
  card.toggleAttribute("data-party", Boolean(party));
  put("party-text", party ? text(party.sentence, party.values) : "");
  document.getElementById("third-acts").hidden = !Object.keys(party?.acts ?? {}).length;
  ["hand-over", "consult-end"].forEach((act) => {
    const button = document.getElementById(`act-${act}`);
    const name = party?.acts[act];
    button.hidden = !name;
    if (name) label(button, text(name, party.values));
  });
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
  document.getElementById("act-dial").disabled = around.spectator;
  document.getElementById("act-call-again").hidden = !callAgainOf(desk.call).can;
  renderCallActs(desk, phase, around);
}

function settle(acts) {
  shownActs = acts;
  card.classList.add("is-settling");
  window.clearTimeout(settling);
  settling = window.setTimeout(() => card.classList.remove("is-settling"), SETTLE_MS);
}

function renderCallActs(desk, phase, around) {
  const third = thirdOf(desk);
  const hold = document.getElementById("act-hold");
  const voice = around.leg && !around.otherTab;
  const talks = phase === "talking" || phase === "held";
  document.getElementById("act-keypad").disabled = !voice || (phase === "held" && third?.state !== "joined");
  hold.disabled = !talks;
  document.getElementById("act-hang-up").disabled = phase === "connecting";
  const transfer = document.getElementById("act-transfer");
  transfer.hidden = Boolean(third);
  transfer.disabled = !talks;
  card.toggleAttribute("data-muted", around.muted);
  document.querySelectorAll('[data-act="mute"]').forEach((mute) => {
    mute.disabled = !voice;
    mute.setAttribute("aria-pressed", String(around.muted));
    label(mute, text(around.muted ? "unmute" : "mute"));
  });
  hold.setAttribute("aria-pressed", String(phase === "held"));
  const back = third?.state === "joined" ? "three" : "resume";
  label(hold, text(phase === "held" ? back : "hold"));
  hold.dataset.act = phase === "held" ? "resume" : "hold";
}

function renderQueue(queue) {
  put("queue-waiting", String(queue.waiting));
  put("queue-free", String(queue.available_agents));
  put("queue-callbacks", String(queue.callbacks ?? 0));
  put("queue-messages", String(queue.messages ?? 0));
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
  if (phase === "dialling") return [number, call.caller.about ? text("side.about", { name: call.caller.about }) : ""];
  return [number, phase === "connecting" ? "" : text("side.talk")];
}
