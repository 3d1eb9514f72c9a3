// What the desk shows, decided from what is known. Pure: no DOM, no network, no clock; tested by tests/frontend.

/** One word for the moment: it chooses the colour, the acts and the sentences. */
export function phaseOf(desk) {
  const call = desk.call;
  if (!call) {
    const state = desk.presence.state;
    return ["offline", "available", "away", "do_not_disturb", "missed"].includes(state) ? state : "available";
  }
  if (call.role === "party") return call.party?.state === "asked" ? "asked" : "consulted";
  if (call.state === "offered") return "ringing";
  if (call.state === "connecting") return call.outbound ? "dialling" : "connecting";
  if (call.state === "talking") {
    if (call.needs_rejoin) return "rejoin";
    return call.held_since ? "held" : "talking";
  }
  return "wrap_up";
}

/** Which set of buttons is in place. */
export function actsOf(phase) {
  if (["ringing", "asked", "consulted", "rejoin", "wrap_up"].includes(phase)) return phase;
  if (["connecting", "dialling", "talking", "held"].includes(phase)) return "call";
  return "idle";
}

/** The word on the button that takes what is offered: one who asked to be called back is called by it. */
export function acceptWord({ call }) {
  return call?.callback ? "accept.callback" : "accept";
}

/** The colleague or the outside number that this agent brought in; null when there is none (a coach is not hers to move). */
export function thirdOf(desk) {
  const { call } = desk;
  const theirs = call?.party && call.role !== "party" && call.party.kind !== "coach" && call.state === "talking";
  return theirs ? call.party : null;
}

/** The name of the sentence that says the moment: mostly the phase, sometimes more is known. */
export function momentOf(desk, phase) {
  const { call } = desk;
  if (phase === "dialling" && call.person_rung) return "dialling.rings";
  if (phase === "ringing" && call.transferred_by != null) return "ringing.transferred";
  if (phase === "ringing" && call.callback) return "ringing.callback";
  if (phase === "wrap_up" && call.sent) return "wrap_up.sent";
  const third = thirdOf(desk);
  if (phase === "held" && third) return "held.consulting";
  if (phase === "talking" && third?.state === "joined") return "talking.three";
  return phase;
}

/**
 * What is said of the further person, and what can be done with her: {sentence, values, tone, acts: {"act": "label"}}, or null.
 * Nobody listens in secret: a coach is said to all who are there. caller: the person's name.
 */
export function partyOf(desk, caller) {
  const { call } = desk;
  const party = call?.party;
  if (!party) return null;
  const values = { name: party.name, asker: party.asked_by, caller };
  if (call.role === "party") return { sentence: `party.mine.${party.state}${musicOf(call, party)}`, values, tone: "plain", acts: {} };
  if (party.kind === "coach") return { sentence: `party.coach.${party.speaks ? "whispers" : "listens"}`, values, tone: "wait", acts: {} };
  if (!thirdOf(desk)) return null;
  return { sentence: `party.${party.kind}.${party.state}${musicOf(call, party)}`, values, tone: "plain", acts: thirdActs(call, party) };
}

function musicOf(call, party) {
  return party.state === "asked" || call.held_since ? "" : ".together";
}

function thirdActs(call, party) {
  if (party.state !== "joined") return { "consult-end": call.held_since ? "third.cancel" : "third.stop" };
  return { "hand-over": call.held_since ? "third.pass" : "third.leave", "consult-end": call.held_since ? "third.back" : "third.end" };
}

/** What happened to the one whom she had asked, when it was not her own doing: the name of a sentence, or "". */
export function partedOf(before, after) {
  const asked = thirdOf(before);
  const same = after.call?.ref === before.call?.ref && after.call?.role === "holder" && after.call.state === "talking";
  if (!asked || !same || thirdOf(after)) return "";
  const music = after.call.held_since ? "" : ".together";
  return asked.state === "joined" ? `parted.left${music}` : `parted.unanswered${music}`;
}

/** May she call the person again? {can, why}: why is the name of a sentence when she would expect to and cannot. */
export function callAgainOf(call) {
  const dropped = call?.state === "wrap_up" && !call.sent && ["caller", "line"].includes(call.ended_by);
  if (!dropped) return { can: false, why: "" };
  return call.caller.number ? { can: true, why: "" } : { can: false, why: "note.hidden" };
}

/** What the large clock counts: {from} counts up from then, {from, to} is fixed, {} is blank. */
export function clockOf(desk, phase) {
  const call = desk.call;
  if (phase === "ringing" || (phase === "connecting" && !call.answered_at)) return { from: call.waited_since };
  if (phase === "dialling") return {};
  if (phase === "wrap_up") return { from: call.answered_at, to: call.sent ? desk.presence.since : call.ended_at };
  if (call) return { from: call.answered_at };
  return { from: desk.presence.since };
}

/** Seconds as 5:36, or 1:02:09. */
export function duration(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const pair = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours ? `${hours}:${pair(minutes)}:${pair(total % 60)}` : `${minutes}:${pair(total % 60)}`;
}

/** Seconds between two ISO instants; null when one is missing. */
export function seconds(from, to) {
  if (!from || !to) return null;
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** The presence as the name of a sentence: "away.pause". */
export function presenceWord(presence) {
  return presence.state === "away" && presence.reason ? `away.${presence.reason}` : presence.state;
}

/** The queue as told to everybody, for one who reads it: her own free seat does not count. */
export function besidesMe(queue, presence) {
  const mine = presence.state === "available" ? 1 : 0;
  return { ...queue, available_agents: Math.max(0, queue.available_agents - mine) };
}

const DOTS = { available: "live", in_call: "live", ringing: "wait", wrap_up: "wait", away: "wait", missed: "stop", do_not_disturb: "stop", offline: "hollow" };

export function presenceDot(presence) {
  return DOTS[presence.state] || "hollow";
}

/**
 * The one notice under the clock: {name, tone, values, act}. The most urgent wins; the place is always the same.
 * around: {network, otherTab, soundLocked, mic, phone, session, warning}: what goes on in this browser.
 */
export function noteOf(desk, phase, around) {
  if (around.session) return { name: "session.over", tone: "stop", act: "sign-in" }; // her connection is refused because of it
  if (around.network === "lost") return { name: "net.lost", tone: "stop" };
  if (around.spectator) return { name: "note.spectator", tone: "plain" };
  if (around.mic) return { name: around.mic, tone: around.mic === "mic.speak" ? "wait" : "stop" };
  if (around.otherTab) return { name: "tab.other", tone: "wait", act: "take-tab" };
  if (desk.call) return callNote(desk.call, phase, around);
  if (around.phone === "offline" && phase !== "offline") return { name: "phone.offline", tone: "wait" };
  if (around.soundLocked && phase === "available") return { name: "sound.locked", tone: "wait" };
  if (around.phone === "starting") return { name: "phone.starting", tone: "plain" };
  if (phase === "missed" && desk.missed) return { name: "note.missed_by", tone: "plain", values: { said: desk.missed } };
  return ["offline", "missed"].includes(phase) ? { name: `note.${phase}`, tone: "plain" } : null;
}

/** This tab carries the voice, and has no leg: it was reloaded and takes the conversation back. */
function voiceMissing(around) {
  return !around.leg && !around.otherTab;
}

function callNote(call, phase, around) {
  if (phase === "wrap_up") {
    if (["waiting", "offered"].includes(call.sent)) return { name: "note.sent_back", tone: "wait" };
    if (call.qualified) return { name: "note.qualified", tone: "plain" };
    if (call.sent) return { name: "note.sent", tone: "plain" };
    const { why } = callAgainOf(call);
    if (why) return { name: why, tone: "plain" };
    const how = { caller: "note.wrap_up_caller", line: "note.wrap_up_lost" };
    return { name: how[call.ended_by] || "note.wrap_up", tone: "plain" };
  }
  if (phase === "rejoin") return { name: "note.rejoin", tone: "wait" };
  if (phase === "consulted") return around.warning ? { name: around.warning, tone: "wait" } : null;
  if (phase === "asked") return call.trouble ? { name: "note.trouble", tone: "plain", values: { trouble: call.trouble } } : null;
  if (phase === "talking" && voiceMissing(around)) return { name: "note.resuming", tone: "wait" };
  if (phase === "talking" && around.warning) return { name: around.warning, tone: "wait" };
  if (phase === "ringing" && call.transferred_by != null) return { name: `note.transferred${call.transferred_by ? "_by" : ""}`, tone: "plain", values: { name: call.transferred_by } };
  if (call.trouble) return { name: "note.trouble", tone: "plain", values: { trouble: call.trouble } };
  if (phase === "dialling") return { name: `note.dialling${call.person_rung ? "_rings" : ""}`, tone: "plain" };
  if (phase === "ringing" && call.overflow) return { name: "note.overflow", tone: "plain" };
  return phase === "connecting" ? { name: "note.connecting", tone: "plain" } : null;
}

/** Panes are loaded again only when the person on the line changes; between two calls they are those of the message in her hands. */
export function contactOf(desk) {
  if (desk.call) return desk.call.contact_id ?? null;
  return desk.message?.state === "held" ? desk.message.contact_id : null;
}

/**
 * The message at her desk: {state, word, note, acts}, or null. An offer is not shown beside a call (it goes to somebody else); what she
 * holds is put aside by one, with what she has begun.
 */
export function messageOf(desk) {
  const { message, call } = desk;
  if (!message || (message.state === "offered" && call)) return null;
  if (message.state === "offered") return { state: "offered", word: "message.offered", note: "", acts: "offered" };
  if (call) return { state: "aside", word: "message.aside", note: "message.kept", acts: "" };
  return { state: "held", word: "message.held", note: "message.where", acts: "held" };
}

/** Is the contact hers to qualify? Not while she is only consulted, nor before she has taken a call that a colleague passes on. */
export function holdsContact({ call, message }) {
  if (!call) return message?.state === "held";
  if (call.role === "party") return false;
  if (call.state === "offered" && call.transferred_by != null) return false;
  return !["connecting", "talking", "wrap_up"].includes(call.sent);
}
