// Keys: any element with data-key="A" (or "Q 1": Q, then 1) is clicked by that key.
//
// A key sleeps while somebody types, so that a letter of a note never hangs up on a caller; Escape leaves the field.
// WCAG 2.1.4: the whole of it can be switched off (account menu), which is remembered in this browser.
const CHORD_MS = 1500;
const TYPING = "input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]):not([type=range]), textarea, select, [contenteditable=true]";

let prefix = "";
let prefixTimer = 0;

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

function clickable(element) {
  return !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.getClientRects().length > 0;
}

/** The element that a key (or two) would click, inside the open dialog if there is one. */
export function target(name, root = document) {
  const scope = root.querySelector("dialog[open]") || root;
  const found = scope.querySelectorAll(`[data-key="${CSS.escape(name)}"]`);
  return Array.from(found).find(clickable) || null;
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

function onKeydown(event) {
  if (event.key === "Escape" && isTyping() && !document.querySelector("dialog[open]")) {
    document.activeElement.blur();
    return;
  }
  if (document.documentElement.dataset.keys === "off" || event.defaultPrevented) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
  const name = keyName(event);
  const element = (prefix && target(`${prefix} ${name}`)) || target(name);
  const opens = prefix !== name && hasChord(name);
  endChord();
  if (!element && !opens) return;
  event.preventDefault();
  if (opens) startChord(name, element);
  else act(element);
}

export function installKeys() {
  document.addEventListener("keydown", onKeydown);
}
