// Fills the slots of the band, of the rail's counts and of the desk. The skeletons are in templates/frame and templates/desk; here only
// texts and attributes change: what arrives moves nothing.
import { text } from "../page/i18n.js";
import { acceptWord, actsOf, callAgainOf, clockOf, duration, momentOf, noteOf, partyOf, phaseOf, presenceDot, presenceWord, seconds, thirdOf } from "./state.js";

// Buttons that have just taken the place of others ignore the pointer for as long as a hand needs to see it: nobody mutes
// herself by a double click on « Accepter ». Keys are not concerned: each has one meaning.
const SETTLE_MS = 300;

const places = {}; // a slot may have several: the rail's count and the desk's
document.querySelectorAll("[data-slot]").forEach((element) => { (places[element.dataset.slot] ??= []).push(element); });
const slots = Object.fromEntries(Object.entries(places).map(([name, [first]]) => [name, first]));
const card = document.getElementById("call");
const panes = document.getElementById("desk");

let shownActs = "idle";
let settling = 0;

function put(name, value) {
  places[name]?.forEach((element) => { if (element.textContent !== value) element.textContent = value; });
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
  card.dataset.acts = around.hangingUp ? "leaving" : actsOf(phase);
  panes.dataset.phase = phase;
  put("presence-word", text(presenceWord(desk.presence)));
  if (slots["presence-dot"]) slots["presence-dot"].className = `state-dot state-dot-${presenceDot(desk.presence)}`;
  put("phase-word", text(`phase.${momentOf(desk, phase)}`));
  slots.overflow.hidden = !(desk.call?.overflow && phase === "ringing");
  slots.returning.hidden = !(desk.call && desk.call.returning && desk.call.transferred_by == null && !desk.call.sent);
  put("name", desk.call ? callerName(desk.call) : text(presenceWord(desk.presence)));
  slots.name.title = desk.call ? callerName(desk.call) : "";
  renderNote(noteOf(desk, phase, around), phase, desk.call);
  renderParty(desk);
  renderActs(desk, phase, around);
  renderQueue(desk.queue);
  if (slots.incident) slots.incident.hidden = !desk.incident;
  put("incident-words", desk.incident || "");
  return phase;
}

/** What helps stands in the band's middle; what must be mended (no microphone, no network) under it, in a line of its own. */
function renderNote(note, phase, call) {
  const plain = note?.tone === "plain" && phase !== "missed";
  // Where the dossier stands, in the words that are said to the person; what blocks says more, and alone.
  put("status", phase === "ringing" && call.status && !call.trouble ? text("quoted", { words: call.status }) : "");
  put("cause", plain ? text(note.name, note.values) : "");
  slots.note.dataset.tone = note && !plain ? note.tone : "none";
  put("note-text", note && !plain ? text(note.name, note.values) : "");
  ["take-tab", "sign-in"].forEach((act) => { document.getElementById(`act-${act}`).hidden = note?.act !== act; });
}

function renderParty(desk) {
  const party = partyOf(desk, callerName(desk.call));
  slots.party.hidden = !party;
  slots.party.dataset.tone = party?.tone ?? "";
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
  const acts = card.dataset.acts;
  document.querySelectorAll("[data-acts]:not(#call)").forEach((group) => { group.hidden = group.dataset.acts !== acts; });
  if (acts !== shownActs) settle(acts);
  const available = document.getElementById("act-available");
  available.hidden = phase === "available" || around.spectator;
  label(document.getElementById("act-accept"), text(acceptWord(desk)));
  label(available, text(phase === "missed" ? "back" : "go"));
  document.getElementById("act-pause").hidden = around.spectator || phase !== "available";
  label(document.getElementById("act-done"), text(around.reason ? "confirm" : "done"));
  label(document.getElementById("act-done-pause"), text(around.reason ? "confirm.pause" : "done.pause"));
  const dial = document.getElementById("act-dial");
  if (dial) dial.hidden = acts !== "idle";
  document.getElementById("act-call-again").hidden = !callAgainOf(desk.call).can;
  renderCallActs(desk, phase, around);
}

function settle(acts) {
  // « Raccrocher » gives its place to « Annuler », and takes it back: the keyboard stays there.
  const next = { leaving: "act-hang-up-undo", call: shownActs === "leaving" ? "act-hang-up" : "" }[acts];
  const at = document.activeElement;
  const lost = !at || at === document.body || at.getClientRects().length === 0;
  if (next && lost) document.getElementById(next).focus();
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
    mute.setAttribute("aria-label", text(around.muted ? "unmute" : "mute"));
  });
  hold.setAttribute("aria-pressed", String(phase === "held"));
  const back = third?.state === "joined" ? "three" : "resume";
  label(hold, text(phase === "held" ? back : "hold"));
  hold.dataset.act = phase === "held" ? "resume" : "hold";
}

function renderQueue(queue) {
  put("queue-waiting", String(queue.waiting));
  put("queue-free", String(queue.available_agents));
  put("queue-callbacks", String(queue.callbacks || ""));
  put("queue-messages", String(queue.messages || ""));
  places["queue-waiting-box"]?.forEach((box) => box.classList.toggle("is-waiting", queue.waiting > 0));
}

/** Draw the times; called every second and after each render. now: the server's clock as an ISO string. */
export function tick(desk, around, now) {
  const phase = phaseOf(desk);
  const clock = clockOf(desk, phase);
  const length = desk.call ? seconds(clock.from, clock.to || now) : null;
  put("timer", length === null ? "" : duration(length));
  const inState = seconds(desk.presence.since, now);
  put("presence-time", inState === null ? "" : duration(inState));
  const longest = seconds(desk.queue.longest_since, now);
  put("queue-longest", longest === null ? "—" : duration(longest));
  const { time, number, about } = sideOf(desk, phase, around, now);
  put("time-before", phase === "ringing" ? text("side.waited") : "");
  put("hang-up-left", around.hangingUp ? text("seconds", { count: around.hangingUp }) : "");
  put("time-word", time);
  put("side-1", number);
  put("side-2", about);
  const at = new Date(now);
  put("clock", text("clock", { hour: at.getHours(), minute: String(at.getMinutes()).padStart(2, "0") }));
}

/** Beside the clock: what it counts, or what goes wrong meanwhile. Under the name: who speaks and for whom (the number, until it is
 * said), and the language. */
function sideOf(desk, phase, around, now) {
  const call = desk.call;
  if (!call) return { time: "", number: "", about: "" };
  const number = call.caller.number === call.caller.display ? "" : call.caller.number;
  const unknown = phase === "ringing" && call.caller.kind === "unknown" ? text("side.unknown") : "";
  const several = call.caller.kind === "several" ? text("side.several", { count: call.caller.count }) : "";
  const about = call.caller.about ? text("side.about", { name: call.caller.about }) : several || unknown;
  const { role, tongue } = call.speaker ?? { role: "", tongue: "" };
  return { time: timeWord(desk, phase, around, now), number: role || number, about: [about, tongue].filter(Boolean).join(" · ") };
}

function timeWord({ call }, phase, around, now) {
  if (phase === "held") return text("side.held", { time: duration(seconds(call.held_since, now) ?? 0) });
  if (around.muted) return text("side.muted");
  if (around.quality?.level === "poor") return text("side.quality");
  return phase === "wrap_up" ? text("side.talk") : "";
}
