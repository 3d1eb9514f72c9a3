// @ts-check
// The one search (Ctrl-K or ⌘K, or the field of the band), over any page and during a call: it takes nothing from the voice, and the
// band stays in reach. The server finds persons, contacts, organismes and scripts (app/desk/search_routes.py); places and acts are
// those that the page itself offers. What is typed is posted, is in no address, and is forgotten when the search closes.
import { learn, text } from "./i18n.js";
import { HEADER } from "./once.js";
import { signedInAs } from "./session.js";
import { toast } from "./toast.js";

const TYPED_MS = 120; // without a key pressed: then the server is asked
const MOST_PLACES = 6;
const MOST_ACTS = 5;
const SHORTEST = 4; // letters of a name's beginning

/** Without accents and capitals, as people type. @param {string} words */
export const plain = (words) => words.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().trim();

/** Does every word typed begin a word of this label? @param {string} label @param {string} typed */
export function answers(label, typed) {
  const held = plain(label).split(/[^\p{L}\p{N}]+/u);
  return plain(typed).split(/\s+/).every((word) => held.some((each) => each.startsWith(word)));
}

/** The option after this one, round the list. @param {number} at @param {number} step @param {number} count */
export const next = (at, step, count) => (count ? (Math.max(at, step > 0 ? -1 : 0) + step + count) % count : -1);

/** @type {HTMLElement} */ let box;
/** @type {HTMLInputElement} */ let field;
/** @type {HTMLElement} */ let list;
let at = -1;
let timer = 0;
let asked = 0;
/** @type {AbortController | null} */ let onTheWay = null;
/** @type {Element | null} */ let before = null;
/** @type {Map<Element, () => void>} */ const acts = new Map();

const options = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]);

function open() {
  if (!box.hidden) return field.select();
  before = document.activeElement;
  box.hidden = false;
  field.value = "";
  field.setAttribute("aria-expanded", "true");
  show("");
  return field.focus();
}

function close({ back = true } = {}) {
  if (box.hidden) return;
  window.clearTimeout(timer);
  onTheWay?.abort();
  asked += 1;
  box.hidden = true;
  field.value = "";
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
  list.replaceChildren();
  acts.clear();
  if (back && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}

function onType() {
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, TYPED_MS);
}

async function ask() {
  const typed = field.value.trim();
  const mine = ++asked;
  onTheWay?.abort();
  if (!typed) return show("");
  onTheWay = new AbortController();
  try {
    const response = await fetch("/search", {
      method: "POST",
      credentials: "same-origin",
      signal: onTheWay.signal,
      headers: { "X-CSRFToken": token(), [HEADER]: window.crypto.randomUUID?.().replaceAll("-", "") ?? String(mine), ...signedInAs() },
      body: new URLSearchParams({ q: typed, contact: document.documentElement.dataset.contact ?? "" }),
    });
    if (mine !== asked) return undefined;
    if (response.status === 401) document.dispatchEvent(new Event("session-over"));
    if (!response.ok) throw new Error(String(response.status));
    return show(await response.text());
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError" && mine === asked) toast(text("network"), "stop");
    return undefined;
  }
}

const token = () => /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="csrf-token"]')).content;

/** @param {string} found */
function show(found) {
  const typed = field.value.trim();
  acts.clear();
  const drawn = new DOMParser().parseFromString(found, "text/html"); // by our own server, where what is foreign is escaped
  list.replaceChildren(...drawn.body.childNodes, ...[group("places", places(typed)), group("acts", pageActs(typed))].filter((each) => each !== null));
  options().forEach((option, number) => { option.id = `search-option-${number}`; });
  const count = options().length;
  if (typed && !count) list.append(nothing());
  mark(typed && count ? 0 : -1);
  const said = document.getElementById("search-count");
  if (said) said.textContent = !typed ? "" : count === 0 ? none() : count === 1 ? text("search.one") : text("search.many", { n: count });
}

/** Why nothing is shown: a name's first letters are looked for from the fourth on (app/dossiers/finding/query.py). */
const none = () => text(plain(field.value).length < SHORTEST ? "search.short" : "search.none");

function nothing() {
  return Object.assign(document.createElement("p"), { className: "palette-none muted", textContent: none() });
}

/** Where one may go: the rail's own links. @param {string} typed */
function places(typed) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll(".rail-place, .nav a")]);
  const known = new Map(links.map((link) => [link.getAttribute("href") ?? "", link]));
  return [...known.values()]
    .map((link) => ({ label: link.querySelector(".rail-word")?.textContent?.trim() || link.textContent?.trim() || "", shape: link.querySelector("svg"), run: () => link.click() }))
    .filter(({ label }) => label && (!typed || answers(label, typed)))
    .slice(0, typed ? MOST_PLACES : 12);
}

/** What the page lets do now: whatever has a key on it, and is in sight. @param {string} typed */
function pageActs(typed) {
  if (!typed) return [];
  const found = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("button[data-key], a[data-key], summary[data-key]")])
    .filter((each) => each.getClientRects().length > 0 && !(/** @type {HTMLButtonElement} */ (each).disabled) && each.dataset.hurts !== "hold" && !box.contains(each) && each.id !== "search-open");
  return found
    .map((each) => ({ label: (each.dataset.keyLabel ?? each.querySelector(".button-label")?.textContent ?? each.getAttribute("aria-label") ?? "").trim(), shape: each.querySelector("svg"), run: () => each.click() }))
    .filter(({ label }) => label && answers(label, typed))
    .slice(0, MOST_ACTS);
}

/** @param {string} name @param {{label: string, shape: Element | null, run: () => void}[]} entries */
function group(name, entries) {
  if (!entries.length) return null;
  const made = document.createElement("div");
  const head = document.createElement("p");
  Object.assign(head, { className: "palette-group", id: `search-g-${name}`, textContent: text(`search.${name}`) });
  made.setAttribute("role", "group");
  made.setAttribute("aria-labelledby", head.id);
  made.append(head, ...entries.map(({ label, shape, run }) => {
    const option = document.createElement("div");
    option.className = "palette-option";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const words = document.createElement("span");
    words.className = "palette-main";
    words.append(Object.assign(document.createElement("span"), { className: "palette-title", textContent: label }));
    option.append(...(shape ? [shape.cloneNode(true)] : []), words);
    acts.set(option, run);
    return option;
  }));
  return made;
}

/** @param {number} number */
function mark(number) {
  at = number;
  options().forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  const chosen = options()[at];
  if (!chosen) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", chosen.id);
  return chosen.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement | undefined} option */
function choose(option) {
  if (!option) return;
  const { href, person } = option.dataset;
  const act = acts.get(option);
  if (person) {
    const of = /** @type {HTMLElement} */ (option.closest("[data-contact]"));
    link({ contact: of.dataset.contact, about: of.dataset.about, person, dossier: option.dataset.dossier });
    close();
  } else if (href) {
    close({ back: false });
    follow(href);
  } else if (act) {
    close({ back: false });
    act();
  }
}

/** As a link of the page would: the frame keeps the voice. @param {string} href */
function follow(href) {
  const link_ = Object.assign(document.createElement("a"), { href, hidden: true });
  document.body.append(link_);
  link_.click();
  link_.remove();
}

/** « C'est cette personne »: the pane's own act, and the other panes follow it. @param {Record<string, string | undefined>} values */
function link(values) {
  const target = document.querySelector("#pane-dossier .dossier-pane") ?? document.getElementById("pane-dossier");
  if (!target) return;
  const kept = Object.fromEntries(Object.entries(values).filter(([, value]) => value));
  /** @type {any} */ (window).htmx.ajax("POST", "/dossiers/attach", { source: target, target, swap: target.id ? "innerHTML" : "outerHTML", values: kept });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (box.hidden) open();
    else close();
    return;
  }
  if (box.hidden || !box.contains(document.activeElement)) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.target === field && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    mark(next(at, event.key === "ArrowDown" ? 1 : -1, options().length));
  } else if (event.target === field && event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    choose(options()[at]);
  }
}

function install() {
  const found = document.getElementById("search");
  if (!found) return;
  box = found;
  field = /** @type {HTMLInputElement} */ (document.getElementById("search-field"));
  list = /** @type {HTMLElement} */ (document.getElementById("search-list"));
  learn(document);
  document.addEventListener("keydown", onKey, true); // before the page's keys: Escape closes this first
  document.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("#search-open")) open();
    else if (target.closest("[data-search-close]")) close();
    else if (!box.hidden && !box.contains(target)) close({ back: false });
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => choose(/** @type {HTMLElement} */ (event.target).closest("[role=option]") ?? undefined));
  list.addEventListener("mousemove", (event) => {
    const option = /** @type {HTMLElement} */ (event.target).closest("[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") mark(options().indexOf(/** @type {HTMLElement} */ (option)));
  });
  field.addEventListener("input", onType);
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(/** @type {Node} */ (event.relatedTarget))) close({ back: false });
  });
}

install();
