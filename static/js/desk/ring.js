// The ring: a soft two-note tone made by the browser, and a title that blinks for those who are in another tab.
import { Output } from "../webrtc/output.js";

const VOLUME = "permanence.volume";
const PERIOD_MS = 3000;
const BLINK_MS = 1000;

let context = null;
let output = null;
let sink = ""; // the output chosen, "" is the system's
let ringTimer = 0;
let blinkTimer = 0;
let ringing = false;
let plainTitle = document.title;
let shownTitle = ""; // what the ring has put there

export function volume() {
  const kept = Number.parseInt(window.localStorage.getItem(VOLUME) ?? "60", 10);
  return Number.isFinite(kept) ? Math.min(100, Math.max(0, kept)) : 60;
}

export function setVolume(percent) {
  window.localStorage.setItem(VOLUME, String(percent));
}

/** True when the browser still wants a click before it lets a page sound. */
export function isLocked() {
  return context === null || context.state !== "running";
}

/** Browsers let a page sound only after a gesture: the first click or key anywhere unlocks the ring. */
export function unlockOnGesture(onUnlocked) {
  const unlock = async () => {
    context ??= new AudioContext();
    output ??= new Output(context);
    await context.resume();
    await output.sendTo(sink);
    if (context.state !== "running") return;
    ["pointerdown", "keydown"].forEach((name) => document.removeEventListener(name, unlock, true));
    if (ringing) chime();
    onUnlocked();
  };
  ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, unlock, true));
}

/** Ring on this output from now on; "" is the system's. */
export function ringOn(id) {
  sink = id;
  return output?.sendTo(id);
}

function note(frequency, start, length, loudness) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.03);
  gain.gain.setTargetAtTime(0, start + length * 0.6, length * 0.15);
  oscillator.connect(gain).connect(output.node);
  oscillator.start(start);
  oscillator.stop(start + length + 0.2);
}

/** One ring, at the volume chosen: two pairs of notes, a fourth apart; for a colleague who asks, three rising notes, softer. */
export function chime(soft = false) {
  const loudness = (volume() / 100) ** 2 * (soft ? 0.3 : 0.5);
  if (isLocked() || loudness === 0) return;
  const now = context.currentTime;
  if (soft) {
    [523, 659, 784].forEach((frequency, index) => note(frequency, now + index * 0.18, 0.2, loudness));
    return;
  }
  [0, 0.55].forEach((offset) => {
    note(587, now + offset, 0.22, loudness);
    note(784, now + offset + 0.2, 0.3, loudness);
  });
}

/** soft: a colleague's consultation, not a call. */
export function startRing(title, { soft = false } = {}) {
  stopRing();
  ringing = true;
  chime(soft);
  ringTimer = window.setInterval(() => chime(soft), PERIOD_MS);
  let on = true;
  blink(title);
  blinkTimer = window.setInterval(() => {
    on = !on;
    blink(on ? title : plainTitle);
  }, BLINK_MS);
}

export function stopRing() {
  ringing = false;
  window.clearInterval(ringTimer);
  window.clearInterval(blinkTimer);
  if (shownTitle) blink(plainTitle);
  shownTitle = "";
}

/** The page may have been changed under the ring: its own title is the one that comes back. */
function blink(title) {
  if (document.title !== shownTitle) plainTitle = document.title;
  document.title = shownTitle = title;
}
