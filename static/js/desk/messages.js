// Messages in writing: offered without a sound, answered beside the dossier, put aside by a call and found as they were.
// The answer that is begun lives on the server (the last letters follow within a moment): a call, a reload, another page, a colleague who
// takes over lose nothing of it.
import { text } from "../page/i18n.js";
import { toast } from "../page/toast.js";
import { Refused, post } from "./api.js";
import { keepForNextPage, putBack } from "./leaving.js";
import { duration, messageOf, seconds } from "./state.js";

const DRAFT_MS = 700; // without a key pressed
const PANE = "pane-thread";

const cards = () => document.querySelectorAll("[data-message-card]");
const composer = () => document.querySelector(`#${PANE} form[data-composer]`);

/** The cards of the desk and of the bar: nothing, an offer, or what she holds. */
export function renderMessage(desk) {
  const shown = messageOf(desk);
  cards().forEach((card) => {
    card.hidden = !shown;
    if (!shown) return;
    card.dataset.state = shown.state;
    put(card, "word", text(shown.word, { channel: desk.message.channel }));
    put(card, "who", desk.message.who);
    put(card, "note", shown.note ? text(shown.note) : "");
    card.querySelectorAll("[data-message-acts]").forEach((acts) => { acts.hidden = acts.dataset.messageActs !== shown.acts; });
  });
}

function put(card, name, value) {
  const slot = card.querySelector(`[data-message-slot="${name}"]`);
  if (slot && slot.textContent !== value) slot.textContent = value;
}

/** How long it has waited; called every second. */
export function tickMessage(desk, now) {
  const waited = desk.message ? seconds(desk.message.since, now) : null;
  cards().forEach((card) => { if (!card.hidden) put(card, "time", waited === null ? "" : duration(waited)); });
}

// --- the answer that is being written ---

let timer = 0;
let saving = Promise.resolve();

/** Keep what is written with the contact; resolves once the server has it. A form that has left the page is kept all the same. */
export function storeReply() {
  window.clearTimeout(timer);
  const form = composer();
  if (form) saving = saving.then(() => save(form));
  return saving;
}

async function save(form) {
  const field = form.elements.text;
  const words = field.value;
  if (words === (form.dataset.kept ?? field.defaultValue) || form.dataset.stale) return;
  try {
    const answer = await post(path(form, "draft"), { text: words, seen: Number(form.dataset.revision) }, { keepalive: true });
    form.dataset.kept = words;
    form.dataset.revision = answer.revision;
    form.querySelector("[data-composer-said]").textContent = answer.said;
  } catch (error) {
    if (error instanceof Refused) problem(form, error.message);
    if (error instanceof Refused && error.status === 409) form.dataset.stale = "1"; // another tab, another version: nothing is written over
  }
}

const path = (form, act) => `/messages/${Number(form.dataset.composer)}/${act}`;

function problem(form, sentence) {
  const place = form.querySelector("[data-composer-problem]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function onInput({ target }) {
  if (!target.closest("form[data-composer]")) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(storeReply, DRAFT_MS);
}

/** The page goes: what was typed an instant ago is told, and found again by the page that comes after. */
function onLeave() {
  const form = composer();
  const words = form?.elements.text.value;
  if (!form || words === (form.dataset.kept ?? form.elements.text.defaultValue) || form.dataset.stale) return;
  keepForNextPage(`reply ${Number(form.dataset.composer)}`, { text: words });
  post(path(form, "draft"), { text: words, seen: Number(form.dataset.revision) }, { keepalive: true }).catch(() => {});
}

/** The composer is drawn: what the page before had not sent comes back into it. */
export function replyBack() {
  const form = composer();
  if (form) putBack(`reply ${Number(form.dataset.composer)}`, form);
}

async function send(form) {
  problem(form, "");
  await storeReply();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  try {
    const { sent, composer: next } = await post(path(form, "reply"), { text: form.elements.text.value, key: form.dataset.actKey });
    if (sent) toast(text("message.sent"));
    if (next) renew(form, next);
    window.htmx.trigger(document.body, "message-told", {});
  } catch (error) {
    if (error instanceof Refused) problem(form, error.message || text("refused"));
    else problem(form, text("network"));
  } finally {
    button.disabled = false;
  }
}

function renew(form, next) {
  form.elements.text.value = next.draft;
  form.dataset.kept = next.draft;
  form.dataset.revision = next.revision;
  form.dataset.actKey = next.key;
  delete form.dataset.stale;
  form.querySelector("[data-composer-said]").textContent = next.said;
}

/** A message of this contact came, or ours went further: what is shown of it is read again; what is being written stays. */
export function messageTold(contact) {
  const pane = document.querySelector(`#${PANE} [data-contact]`);
  if (pane && Number(pane.dataset.contact) === contact) window.htmx.trigger(document.body, "message-told", {});
}

// --- acts ---

/** act(path, body, {finishes}): posts it and takes the desk that is answered. finishes: the reason in the bar is stored first. */
export function installMessages({ act, desk }) {
  const dialog = document.getElementById("message-act");
  const body = document.getElementById("message-act-body");
  document.addEventListener("input", onInput);
  window.addEventListener("pagehide", onLeave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) storeReply(); });
  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-message-open]");
    const taker = event.target.closest("[data-message-take]");
    if (taker) act(`/messages/${Number(taker.dataset.messageTake)}/take`, {}, { button: taker, home: true });
    if (!opener || !desk().message) return;
    await storeReply();
    body.replaceChildren();
    document.getElementById("message-act-title").textContent = opener.textContent.trim();
    dialog.showModal();
    window.htmx.ajax("GET", `/messages/${desk().message.work_id}/${opener.dataset.messageOpen}`, { target: body, swap: "innerHTML" });
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.matches("form[data-composer]")) {
      event.preventDefault();
      send(form);
    }
    if (form.matches("form[data-message-form]")) {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      dialog.close();
      act(form.dataset.messageForm, values, { button: form.querySelector("[type=submit]"), finishes: "messageFinishes" in form.dataset });
    }
  }, true);
}
