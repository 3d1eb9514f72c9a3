// What the desk shows, decided from what is known. Pure: no DOM, no network, no clock; tested by tests/frontend.

/** One word for the moment: it chooses the colour, the acts and the sentences. */
export function phaseOf(desk) {
  const call = desk.call;
  if (!call) {
    const state = desk.presence.state;
    return ["offline", "available", "away", "do_not_disturb", "missed"].includes(state) ? state : "available";
  }
  if (call.state === "offered") return "ringing";
  if (call.state === "connecting") return call.needs_rejoin ? "rejoin" : "connecting";
  if (call.state === "talking") {
    if (call.needs_rejoin) return "rejoin";
    return call.held_since ? "held" : "talking";
  }
  return "wrap_up";
}

/** Which set of buttons is in place. */
export function actsOf(phase) {
  if (phase === "ringing" || phase === "rejoin" || phase === "wrap_up") return phase;
  if (phase === "connecting" || phase === "talking" || phase === "held") return "call";
  return "idle";
}

/** What the large clock counts: {from} counts up from then, {from, to} is fixed, {} is blank. */
export function clockOf(desk, phase) {
  const call = desk.call;
  if (phase === "ringing" || (phase === "connecting" && !call.answered_at)) return { from: call.waited_since };
  if (phase === "wrap_up") return { from: call.answered_at, to: call.ended_at };
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
  if (around.network === "lost") return { name: "net.lost", tone: "stop" };
  if (around.spectator) return { name: "note.spectator", tone: "plain" };
  if (around.session) return { name: "session.over", tone: "stop", act: "sign-in" };
  if (around.mic) return { name: around.mic, tone: around.mic === "mic.speak" ? "wait" : "stop" };
  if (around.otherTab) return { name: "tab.other", tone: "wait", act: "take-tab" };
  if (desk.call) return callNote(desk.call, phase, around);
  if (around.phone === "offline" && phase !== "offline") return { name: "phone.offline", tone: "wait" };
  if (around.soundLocked && phase === "available") return { name: "sound.locked", tone: "wait" };
  if (around.phone === "starting") return { name: "phone.starting", tone: "plain" };
  return ["offline", "missed"].includes(phase) ? { name: `note.${phase}`, tone: "plain" } : null;
}

/** This tab carries the voice, and has no leg: it was reloaded and takes the conversation back. */
function voiceMissing(around) {
  return !around.leg && !around.otherTab;
}

function callNote(call, phase, around) {
  if (phase === "wrap_up") {
    if (call.qualified) return { name: "note.qualified", tone: "plain" };
    const how = { caller: "note.wrap_up_caller", line: "note.wrap_up_lost" };
    return { name: how[call.ended_by] || "note.wrap_up", tone: "plain" };
  }
  if (phase === "rejoin") return { name: "note.rejoin", tone: "wait" };
  if (phase === "talking" && voiceMissing(around)) return { name: "note.resuming", tone: "wait" };
  if (phase === "talking" && around.warning) return { name: around.warning, tone: "wait" };
  if (call.trouble) return { name: "note.trouble", tone: "plain", values: { trouble: call.trouble } };
  if (phase === "ringing" && call.overflow) return { name: "note.overflow", tone: "plain" };
  return phase === "connecting" ? { name: "note.connecting", tone: "plain" } : null;
}

/** Panes are loaded again only when the person on the line changes. */
export function contactOf(desk) {
  return desk.call ? desk.call.contact_id ?? null : null;
}
