// A press acts once (docs/adr/0026-twice-is-once.md). The server holds it by the key of each act; here the button waits for the answer:
// disabled and busy, whether the form is a page's, a fragment's (htmx) or a script's. A press that got no answer keeps its key, so that
// pressing again cannot do it twice; one that was answered gets a new one.

const FIELD = "act_key";
export const HEADER = "Idempotency-Key";
const NO_ANSWER_MS = 10_000; // a page that was stopped or kept says nothing: the button serves again, its key is the same
const KEPT_MS = 60_000;
const SUBMITS = "button:not([type]), button[type=submit], input[type=submit]";

const waiting = new Map(); // form or button → what ends its wait
const unanswered = new Map(); // "what was asked" → {key, at}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of an act that a script asks for: the same as long as it was not answered, and nothing else was. */
export function keyFor(asked) {
  const known = unanswered.get(asked);
  if (known && performance.now() - known.at < KEPT_MS) return known.key;
  const key = newKey();
  unanswered.set(asked, { key, at: performance.now() });
  return key;
}

/** Something was answered: what is asked next is asked anew. After an answer of 500 or more nobody knows what was done. */
export function answered(status) {
  if (status > 0 && status < 500) unanswered.clear();
}

/** The form stays on the page, its act is done (or refused): the next press is another act. */
export function renew(form) {
  const field = form.elements?.[FIELD];
  if (field) field.value = newKey();
}

/**
 * The button waits, until what is returned is called. element: a button, or a form with all that sends it; later: once the browser has
 * read the form. A button that is named in what is sent must still be there for it.
 */
export function wait(element, { submitter = null, later = false } = {}) {
  waiting.get(element)?.();
  const buttons = (element.matches("form") ? [...element.querySelectorAll(SUBMITS)] : [element]).filter((button) => !button.disabled);
  const busy = submitter ?? buttons[0] ?? element;
  const focused = buttons.find((button) => button === document.activeElement);
  const stop = () => buttons.forEach((button) => {
    button.setAttribute("autocomplete", "off"); // Firefox would keep it disabled over a reload
    button.disabled = true;
  });
  let timer = 0;
  const done = () => {
    if (waiting.get(element) !== done) return;
    waiting.delete(element);
    window.clearTimeout(timer);
    busy.removeAttribute("aria-busy");
    buttons.forEach((button) => { button.disabled = false; });
    if (focused?.isConnected && document.activeElement === document.body) focused.focus({ preventScroll: true });
  };
  waiting.set(element, done);
  busy.setAttribute("aria-busy", "true");
  if (later) timer = window.setTimeout(stop);
  else stop();
  return done;
}

/** Enter, kept pressed, or a second click: the first is on its way. */
function onSubmitFirst(event) {
  if (!waiting.has(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** A page's own form, which the browser sends: nobody else has taken it. */
function onSubmitLast(event) {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const done = wait(event.target, { submitter: event.submitter, later: true });
  window.setTimeout(done, NO_ANSWER_MS);
}

function giveKey({ detail }) {
  if (detail.verb === "get" || detail.formData.has(FIELD)) return;
  detail.headers[HEADER] = keyFor(`${detail.verb} ${detail.path} ${JSON.stringify([...detail.formData])}`);
}

/** htmx sends: its form or button waits; what sends while somebody types (hx-sync) does not. */
function onSend({ detail }) {
  const { elt, xhr, requestConfig } = detail;
  if (requestConfig.verb === "get") return;
  const waits = elt.matches("form, button") && !elt.hasAttribute("hx-sync");
  const done = waits ? wait(elt, { submitter: requestConfig.triggeringEvent?.submitter }) : () => {};
  xhr.addEventListener("loadend", () => {
    done();
    answered(xhr.status);
    if (xhr.status > 0 && xhr.status < 500) renew(elt);
  });
}

export function installOnce() {
  window.addEventListener("submit", onSubmitFirst, true);
  window.addEventListener("submit", onSubmitLast);
  document.addEventListener("htmx:configRequest", giveKey);
  document.addEventListener("htmx:beforeSend", onSend);
  window.addEventListener("pageshow", () => [...waiting.values()].forEach((done) => done())); // back by history: as it was left
}
