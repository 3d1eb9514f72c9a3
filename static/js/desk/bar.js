// The call bar: the call, or what the agent is doing, over any page but the desk. The same acts and the same keys as on the desk; the
// buttons that are out of place are out of sight, so that a key never does what is not shown.
import { text } from "../page/i18n.js";
import { actsOf, clockOf, duration, momentOf, noteOf, phaseOf, presenceWord, seconds, thirdOf } from "./state.js";
import { callerName } from "./view.js";

const bar = document.getElementById("call-bar");
const part = (name) => bar.querySelector(`[data-bar="${name}"]`);

function put(name, value) {
  if (part(name).textContent !== value) part(name).textContent = value;
}

function label(button, value) {
  const span = button.querySelector(".button-label");
  if (span.textContent !== value) span.textContent = value;
}

/** elsewhere: another page than the desk is shown. */
export function renderBar(desk, around, elsewhere) {
  if (!bar) return;
  bar.hidden = !elsewhere;
  if (!elsewhere) return;
  const phase = phaseOf(desk);
  const acts = actsOf(phase);
  bar.dataset.phase = phase;
  put("name", desk.call ? callerName(desk.call) : text(presenceWord(desk.presence)));
  put("word", text(`phase.${momentOf(desk, phase)}`));
  const note = noteOf(desk, phase, around);
  put("note", note ? text(note.name, note.values) : "");
  bar.querySelectorAll("[data-bar-acts]").forEach((group) => { group.hidden = !group.dataset.barActs.split(" ").includes(acts); });
  part("available").hidden = acts !== "idle" || phase === "available";
  const third = thirdOf(desk);
  const hold = part("hold");
  hold.disabled = !["talking", "held"].includes(phase);
  hold.dataset.act = phase === "held" ? "resume" : "hold";
  hold.setAttribute("aria-pressed", String(phase === "held"));
  label(hold, text(phase === "held" ? (third?.state === "joined" ? "three" : "resume") : "hold"));
  bar.querySelectorAll('[data-act="hang-up"]').forEach((button) => { button.disabled = phase === "connecting"; });
}

/** The clock; called every second. now: the server's, as an ISO string. */
export function tickBar(desk, now) {
  if (!bar || bar.hidden) return;
  const clock = clockOf(desk, phaseOf(desk));
  const length = seconds(clock.from, clock.to || now);
  put("time", length === null ? "" : duration(length));
}
