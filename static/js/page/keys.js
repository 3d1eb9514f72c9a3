// Keys: any element with data-key="A" (or "Q 1": Q, then 1) is clicked by that key.
//
// A key sleeps while somebody types, so that a letter of a note never hangs up on a caller; Escape leaves the field. Typing that has
// missed its field is seen for what it is: two letters in quick succession do nothing. What may hurt somebody (data-hurts) waits for
// as long as the next letter of a slow hand would take, and sleeps for a second after any letter that did nothing; what has to be quick
// ("soon": to accept a call) waits less. Hanging up ("hold") wants its key held; a click acts at once.
// With Ctrl (or ⌘) a key is another one, "Ctrl K": it wakes in a field too, but for "Ctrl Z", which is the field's there.
// WCAG 2.1.4: the whole of it can be switched off (account menu), which is remembered in this browser.
import { text } from "./i18n.js";
import { walk } from "./rows.js";
import { announce } from "./toast.js";

const CHORD_MS = 1500;
const ASTRAY_MS = 250; // between two letters of somebody who types
const SLOW_MS = 450; // … slowly
const WORD_MS = 1000; // a letter that did nothing: what follows may be the rest of its word
const HELD_MS = 600;
const TYPING = "input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]):not([type=range]), textarea, select, [contenteditable=true]";

let prefix = "";
let prefixTimer = 0;
let lastLetter = -Infinity;
let lastStray = -Infinity; // the last letter that did nothing
let waiting = null; // {name, element, timer, held}: what a key will do in a moment, if nothing comes in between

export function isTyping(target = document.activeElement) {
  return Boolean(target && target.closest && target.closest(TYPING));
}

/** The name of a key as written on a button. Digits go by position: on AZERTY they need Shift, here they do not. « ! » is a key of
 * its own there, and Shift + 1 elsewhere: it is what was typed, wherever it stands. */
export function keyName(event) {
  if (event.key === "!") return event.key;
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code || "");
  if (digit) return digit[1];
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** Can it be clicked now? What a closed menu holds has a place in the page, and is not in sight. */
export function clickable(element) {
  if (element.disabled || element.getAttribute("aria-disabled") === "true") return false;
  if (element.dataset.keyAnywhere !== undefined) return true; // the sheet of keys: its menu may be closed
  return element.getClientRects().length > 0 && !element.closest("details:not([open]) > :not(summary)");
}

/** The element that a key (or two) would click, inside the open dialog if there is one. What must not wait (data-keys-first: the
 * numbers of an alert) goes before whatever else has that key. */
export function target(name, root = document) {
  const scope = root.querySelector("dialog[open]") || root;
  const found = Array.from(scope.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)).filter(clickable);
  return found.find((each) => each.closest("[data-keys-first]")) ?? found[0] ?? null;
}

/** Wait for the second key. alone: what the first key does when no second one comes ("I" beside "I 1"). */
function startChord(name, alone) {
  endChord();
  prefix = name;
  document.documentElement.dataset.chord = name;
  prefixTimer = window.setTimeout(() => {
    endChord();
    if (alone && clickable(alone)) act(alone);
  }, CHORD_MS);
}

function endChord() {
  window.clearTimeout(prefixTimer);
  prefix = "";
  delete document.documentElement.dataset.chord;
}

function hasChord(name) {
  return Array.from(document.querySelectorAll(`[data-key^="${CSS.escape(`${name} `)}"]`)).some(clickable);
}

function act(element) {
  const radio = element.matches("input");
  if (radio || element.hasAttribute("data-key-focus")) element.focus();
  if (!element.hasAttribute("data-key-focus")) element.click();
}

/** at: when the key went down, as its event says. */
function soon(name, element, at) {
  const held = element.dataset.hurts === "hold";
  const patience = { hold: HELD_MS, soon: ASTRAY_MS }[element.dataset.hurts] ?? SLOW_MS;
  const due = () => {
    cancel();
    if (!clickable(element)) return;
    element.toggleAttribute("data-held", held); // what is done may differ: a key that was held was meant
    act(element);
    element.removeAttribute("data-held");
  };
  waiting = { name, element, timer: window.setTimeout(due, patience), held, at, due };
  if (held) element.dataset.holding = "";
}

function cancel() {
  if (!waiting) return;
  window.clearTimeout(waiting.timer);
  delete waiting.element.dataset.holding;
  waiting = null;
}

function onKeyup(event) {
  if (!waiting?.held || keyName(event) !== waiting.name) return;
  if (event.timeStamp - waiting.at >= HELD_MS) return waiting.due(); // held long enough: a busy page is late, not she
  cancel();
  announce(text("keys.held"));
}

/** Is this letter one of a word that is being typed into nothing? The second key of two is not. */
function isAstray(name, chord) {
  if (!/^\p{L}$/u.test(name)) {
    if (chord) lastLetter = -Infinity; // « Q 1 » was meant
    return false;
  }
  const since = performance.now() - lastLetter;
  lastLetter = chord ? -Infinity : performance.now();
  return since < ASTRAY_MS && !chord;
}

/** A letter that nothing answers to, or one of several in quick succession. */
function stray(name) {
  if (/^\p{L}$/u.test(name)) lastStray = performance.now();
  endChord();
}

/** "Ctrl K", in a field too; "Ctrl Z" is the field's own there. « Ctrl ! » is « ! » for who is in the middle of a note. */
function withControl(event) {
  if (event.key === "!" && !event.altKey) {
    const alarm = target("!");
    if (alarm) event.preventDefault();
    alarm?.click();
    return;
  }
  const name = `Ctrl ${keyName(event)}`;
  const element = event.altKey || event.shiftKey || (name === "Ctrl Z" && isTyping(event.target)) ? null : target(name);
  if (!element) return;
  event.preventDefault();
  lastLetter = lastStray = -Infinity; // it was meant: the letter after it begins anew, and is no word's rest
  element.click();
}

/** From row to row of a list, as fast as one likes; a letter that follows at once is one that was typed astray. */
function inList(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !walk(keyName(event))) return false;
  cancel();
  endChord();
  lastLetter = performance.now();
  event.preventDefault();
  return true;
}

function onKeydown(event) {
  if (event.key === "Escape" && isTyping() && !document.querySelector("dialog[open]")) {
    document.activeElement.blur();
    return;
  }
  if (document.documentElement.dataset.keys === "off" || event.defaultPrevented || inList(event) || event.repeat) return;
  if (event.ctrlKey || event.metaKey) return withControl(event);
  if (event.altKey || isTyping(event.target)) return;
  const name = keyName(event);
  const chord = prefix && target(`${prefix} ${name}`);
  const interrupted = waiting && !waiting.held;
  cancel();
  if (isAstray(name, chord) || (interrupted && !chord)) return stray(name);
  const element = chord || target(name);
  const opens = prefix !== name && hasChord(name);
  endChord();
  if (!element && !opens) return stray(name);
  event.preventDefault();
  if (opens && name !== "!") startChord(name, element);
  else if (opens) startChord(name, null); // « ! » acts at once, and the number's key may follow
  if (element && (!opens || name === "!")) press(name, element, event.timeStamp);
}

function press(name, element, at) {
  if (element.dataset.hurts === undefined) act(element);
  else if (performance.now() - lastStray < WORD_MS) stray(name);
  else soon(name, element, at);
}

/** While Alt is held alone, every key is shown on its button. */
function onAlt(event) {
  if (event.key !== "Alt") {
    if (event.type === "keydown") hideCaps();
    return;
  }
  event.preventDefault(); // a browser would open its menu
  if (event.type === "keydown") document.documentElement.dataset.caps = "shown";
  else hideCaps();
}

function hideCaps() {
  delete document.documentElement.dataset.caps;
}

export function installKeys() {
  ["keydown", "keyup"].forEach((name) => document.addEventListener(name, onAlt));
  window.addEventListener("blur", hideCaps);
  document.addEventListener("keydown", onKeydown);
  document.addEventListener("keyup", onKeyup);
  window.addEventListener("blur", cancel);
}
