// The key sheet: what is read in it is what keys.js would press. It is made each time it is opened, from the elements that carry a key;
// no list is kept by hand, so that it can neither hide a key nor promise one.
import { text } from "./i18n.js";
import { clickable } from "./keys.js";

/** "Q 1" is two keys, "Ctrl K" is one. */
const spoken = (key) => (key.startsWith("Ctrl ") ? key : key.split(" ").join(` ${text("keys.then")} `));

/** What an element does, in the words that it shows. */
function words(element) {
  const label = element.dataset.keyLabel ?? element.getAttribute("aria-label");
  const shown = label || element.querySelector(".button-label, .candidate-name")?.textContent || element.labels?.[0]?.innerText || element.textContent;
  return shown.replace(/\s+/g, " ").trim();
}

/** May it be pressed on this page, now or at another moment? What belongs to a page that is out of sight, or to a dialog, may not. */
function belongs(element) {
  return !element.closest("dialog, [data-out-of-sight]");
}

/** [{key, words, now}]: every key of the page once for each thing that it does; those that work now first. */
export function keysOf(root = document) {
  const found = new Map();
  root.querySelectorAll("[data-key]").forEach((element) => {
    if (!belongs(element)) return;
    const entry = { key: element.dataset.key, words: words(element), now: clickable(element) };
    const name = `${entry.key} ${entry.words}`;
    if (!found.get(name)?.now) found.set(name, entry);
  });
  return [...found.values()].filter((entry) => entry.words).sort((a, b) => Number(b.now) - Number(a.now));
}

/** Fill the two lists of the sheet: what works now, and under a title of its own what works at another moment. */
export function fillSheet(sheet) {
  const keys = keysOf();
  const later = keys.filter((entry) => !entry.now);
  sheet.querySelector(".keys-list").replaceChildren(...rows(keys.filter((entry) => entry.now)));
  sheet.querySelector(".keys-later").hidden = !later.length;
  sheet.querySelector(".keys-later .keys-list").replaceChildren(...rows(later));
}

function rows(entries) {
  return entries.map((entry) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const cap = document.createElement("kbd");
    cap.textContent = spoken(entry.key);
    term.append(cap);
    const what = document.createElement("dd");
    what.textContent = entry.words;
    row.append(term, what);
    return row;
  });
}
