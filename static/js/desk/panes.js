// The dossier, the script and the qualification: server-rendered fragments, loaded once for each person on the line.
// Nothing here reloads a pane while the same person is on the line: what she typed and where she had scrolled stay.
import { wait } from "../page/once.js";
import { toast } from "../page/toast.js";
import { post } from "./api.js";
import { keepForNextPage, putBack } from "./leaving.js";
import { replyBack, storeReply } from "./messages.js";

const TOLD_AGAIN_MS = 60_000;
const DRAFT_MS = 1500; // without a key pressed: the note begun, and what was chosen, are kept with the contact
const PANES = [
  { id: "pane-caller", url: "/dossiers/caller" },
  { id: "pane-thread", url: "/dossiers/thread" },
  { id: "pane-dossier", url: "/dossiers/pane" },
  { id: "pane-script", url: "/assist/pane" },
  { id: "pane-qualification", url: "/tickets/qualification" },
];

const QUALIFICATION = "pane-qualification";
const THREAD = "pane-thread";
const AROUND = [THREAD, "pane-dossier", "pane-script"]; // what follows the card when another person is chosen

let shown;
let hers = true; // the contact is this agent's to qualify
let touched = false; // something was typed or chosen in the qualification, and is not stored yet
let chosen = false; // … and not in the note alone, which is kept as it is written
let unkept = {}; // what was chosen in the bar and is not kept with the contact yet, by field
let onItsWay = {}; // what is being sent of the bar: the page may be left before the server has it
let draftTimer = 0;
let storing = null; // the qualification on its way to the server, as a promise of « stored »
let barLoaded = Promise.resolve(); // the qualification is on screen: settled when no answer is awaited for it

function clear(pane) {
  const target = document.getElementById(pane.id);
  target.replaceChildren();
  target.removeAttribute("aria-busy");
}

function load(pane, contact) {
  const target = document.getElementById(pane.id);
  target.setAttribute("aria-busy", "true");
  if (pane.id === QUALIFICATION) {
    touched = false;
    chosen = false;
    unkept = {};
  }
  const done = () => target.removeAttribute("aria-busy");
  target.scrollTop = 0;
  const loaded = window.htmx
    .ajax("GET", `${pane.url}?contact=${encodeURIComponent(contact)}`, { source: target, target, swap: "innerHTML" })
    .then(done, done);
  if (pane.id === QUALIFICATION) barLoaded = loaded;
  if (pane.id === QUALIFICATION) loaded.then(() => putBack(`note ${contact}`, draftForm()));
  if (pane.id === THREAD) loaded.then(replyBack);
  return loaded;
}

/**
 * Show the panes of a contact (null: nobody on the line). Does nothing when they are already there, unless the contact has become
 * this agent's, or is not hers any more (mine): the script and the qualification follow.
 */
export function showContact(contact, mine = true) {
  const moved = mine !== hers;
  hers = mine;
  if (contact === shown) {
    if (moved && contact !== null) reloadAround();
    return;
  }
  storeDraft({ said: false }).catch(() => {});
  storeReply();
  shown = contact;
  document.documentElement.dataset.contact = contact === null ? "" : String(contact); // for the one search (page/search.js)
  PANES.forEach((pane) => (contact === null ? clear(pane) : load(pane, contact)));
}

/** Another person was chosen for the same contact: the dossier, the script and the qualification follow; the card is already there.
 * Nothing that was typed or chosen is lost by it: it is kept first, and comes back over what is now suggested. */
export function reloadAround() {
  if (shown === null || shown === undefined) return;
  PANES.filter(({ id }) => AROUND.includes(id)).forEach((pane) => load(pane, shown));
  barLoaded = reloadBar(shown);
}

async function reloadBar(contact) {
  if ((await mayReloadBar()) && shown === contact) await load(PANES.find((pane) => pane.id === QUALIFICATION), contact);
}

/** Does a bar that is read again say all that this one says? Not while a reason already stored is being corrected, nor without network. */
async function mayReloadBar() {
  const edited = document.querySelector(`#${QUALIFICATION} form[data-edits]`);
  if (edited && touched) return false;
  try {
    await storeDraft({ said: false });
    return true;
  } catch {
    return false;
  }
}

/** A script was started for the person on the line: it is shown. */
export function showScript() {
  if (shown !== null && shown !== undefined) load(PANES.find(({ id }) => id === "pane-script"), shown);
}

/** A script's action may have sent the mail: what is said of it elsewhere on the desk is read again. */
function onAction(event) {
  const { verb, path } = event.detail.requestConfig ?? {};
  if (verb === "post" && /^\/assist\/runs\/\d+\/action$/.test(path) && event.detail.xhr.status === 200) tellMailLife({});
}

/** Tell the fragments that something happened to the mail; they refresh their own small part (hx-trigger="mail-life from:body"). */
export function tellMailLife(detail) {
  window.htmx.trigger(document.body, "mail-life", detail);
}

/**
 * Somebody has corrected a person's details. When this person is on screen they are read again (a form that is open keeps what is
 * typed in it: it will be told when it is sent). Says whether she is on screen.
 */
export function personCorrected({ person_id: person }) {
  if (!document.querySelector(`#pane-dossier [data-person="${Number(person)}"]`)) return false;
  window.htmx.trigger(document.body, "person-corrected", { person });
  return true;
}

/**
 * Two files became one, or two again: when one of them is on screen, all that is shown of this contact is read again (what she is typing stays).
 * Says whether she is on screen.
 */
export function filesMoved({ person_id: person, by, what }) {
  if (!document.querySelector(`#pane-dossier [data-person="${Number(person)}"]`)) return false;
  contactChanged({ contact_id: shown, what, by });
  return true;
}

const toldBy = new Map(); // "who what" → when: several changes in a row are told once

/**
 * Somebody who may (a manager, a colleague joined) changed something of a contact. When it is on screen its panes are read again; what
 * she is writing in the bar stays. Says whether there is something new to tell.
 */
export function contactChanged({ contact_id: contact, what, by }) {
  if (contact !== shown) return false;
  const fields = [...document.querySelectorAll("#pane-dossier .beside-acts :is(textarea, input:not([type=hidden]))")];
  const written = what !== "person" && fields.some((/** @type {HTMLInputElement} */ field) => field.value);
  PANES.filter(({ id }) => !(id === QUALIFICATION && touched) && !(id === "pane-dossier" && written) && !(id === "pane-thread" && what !== "person")).forEach((pane) => load(pane, shown));
  if (written) window.htmx.trigger(document.body, "dossier-noted");
  const key = `${by} ${what}`;
  const fresh = performance.now() - (toldBy.get(key) ?? -Infinity) > TOLD_AGAIN_MS;
  toldBy.set(key, performance.now());
  return fresh;
}

/** The reason suggested follows the script used: the bar is read again, unless she has begun to fill it (a note that is kept comes back). */
export function refreshSuggestion() {
  if (chosen || unkeptNote() || shown === null || shown === undefined) return;
  load(PANES.find((pane) => pane.id === QUALIFICATION), shown);
}

const noteField = () => document.querySelector(`#${QUALIFICATION} form [name=note]`);

/** The note's field when what is in it is not kept yet; else null. */
function unkeptNote() {
  const field = noteField();
  return field && field.value !== (field.dataset.kept ?? field.defaultValue) ? field : null;
}

/** The bar's form while what is typed in it is a draft: a reason that is being corrected is stored by « Valider » alone. */
function draftForm() {
  const form = /** @type {any} */ (document.querySelector(`#${QUALIFICATION} form`));
  return form && !("edits" in form.dataset) ? form : null;
}

/** Keep the note and what was chosen with the contact, as they are: whoever takes the call finds them. said: tell her what was left
 * out of the note. */
export async function storeDraft({ said = true } = {}) {
  window.clearTimeout(draftTimer);
  const form = draftForm();
  if (!form) return;
  const field = unkeptNote();
  const choices = unkept;
  if (!field && Object.keys(choices).length === 0) return;
  const note = field?.value;
  unkept = {};
  onItsWay = choices;
  const answer = await post("/tickets/draft", draftOf(form, note, choices), { keepalive: true }).catch((error) => {
    unkept = { ...choices, ...unkept };
    throw error;
  }).finally(() => { if (onItsWay === choices) onItsWay = {}; });
  if (field) field.dataset.kept = note;
  if (field && answer.kept) sayKept();
  if (said && answer.said) toast(answer.said, "wait");
}

const draftOf = (form, note, chosen) => ({ contact: Number(form.elements.contact.value), note, chosen });

/** The page goes: what was typed an instant ago is told, and found again by the page that comes after. */
function onLeave() {
  const form = draftForm();
  const note = unkeptNote()?.value;
  const choices = { ...onItsWay, ...unkept };
  if (!form || (note === undefined && Object.keys(choices).length === 0)) return;
  keepForNextPage(`note ${Number(form.elements.contact.value)}`, note === undefined ? choices : { ...choices, note });
  post("/tickets/draft", draftOf(form, note, choices), { keepalive: true }).catch(() => {});
}

/** Beside the note: it is kept, since when. */
function sayKept() {
  const place = document.querySelector(`#${QUALIFICATION} [data-kept-said]`);
  const now = new Date();
  if (place) place.textContent = place.dataset.said.replace("{time}", `${now.getHours()} h ${String(now.getMinutes()).padStart(2, "0")}`);
}

/** A form of the dossier's column that is done empties itself and folds. */
function onNoted({ detail: { elt, successful } }) {
  if (!successful || !elt.matches?.("form[data-resets]")) return;
  elt.reset();
  elt.closest("details").open = false;
}

function onTyped({ target }) {
  touched = true;
  if (target.name !== "note") {
    chosen = true;
    unkept[target.name] = target.value;
  }
  window.clearTimeout(draftTimer);
  draftTimer = window.setTimeout(() => storeDraft({ said: false }).catch(() => {}), DRAFT_MS);
}

/** Is a reason chosen or proposed in the bar, and not stored yet? */
export function reasonToConfirm() {
  return Boolean(document.querySelector(`#${QUALIFICATION} form input[name=reason]:checked`));
}

/** Follow a qualification on its way to the server: by its own end, whatever becomes of the form in the page meanwhile. */
function onSend({ detail: { requestConfig, xhr } }) {
  if (requestConfig.verb !== "post" || requestConfig.path !== "/tickets/qualification") return;
  storing = new Promise((resolve) => {
    xhr.addEventListener("loadend", () => {
      storing = null;
      resolve(xhr.status === 200);
    });
  });
}

/** Store what the bar shows. Resolves to false when it was refused: it stays on screen, with why. */
export async function storeQualification() {
  await barLoaded; // a bar that is being read again would take the form away in mid-request
  if (storing) return storing; // « Valider » was pressed just before
  const form = document.querySelector(`#${QUALIFICATION} form`);
  if (!form || !(touched || reasonToConfirm() || noteField()?.value)) return true;
  window.clearTimeout(draftTimer);
  form.requestSubmit();
  return storing ?? false;
}

/** « Ouvrir le script » in the dossier: it starts in the pane beside. A refusal is told by base.js; nothing is lost. */
function openScript(button) {
  const { script, contact, dossier } = button.dataset;
  const source = document.getElementById("script-run");
  if (!source) return;
  const request = { source, target: source, swap: "outerHTML", values: { script, contact, dossier } };
  window.htmx.ajax("POST", "/assist/runs", request).catch(() => {}).finally(wait(button));
}

/** A pane that could not be loaded says so in its place, with a way to try again; the others work. */
function onFailure(event) {
  const pane = PANES.find(({ id }) => event.detail.target?.id === id);
  if (!pane || event.detail.elt?.id !== pane.id) return;
  const target = document.getElementById(pane.id);
  target.replaceChildren(document.getElementById("failed-pane").content.cloneNode(true));
  target.querySelector("button").addEventListener("click", () => load(pane, shown));
}

export function watchPanes() {
  document.addEventListener("htmx:beforeSend", onSend);
  document.addEventListener("htmx:afterOnLoad", onAction);
  document.addEventListener("htmx:afterRequest", onNoted);
  document.addEventListener("htmx:responseError", onFailure);
  document.addEventListener("htmx:sendError", onFailure);
  const bar = document.getElementById(QUALIFICATION);
  ["input", "change"].forEach((name) => bar.addEventListener(name, onTyped));
  window.addEventListener("pagehide", onLeave);
  document.body.addEventListener("contact-qualified", () => {
    touched = false;
    chosen = false;
    unkept = {};
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-script]");
    if (button) openScript(button);
  });
}
