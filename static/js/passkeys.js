// Passkeys: between a form that asks (data-passkey="add" or "in") and the server stands the browser, which asks its owner for a
// finger or a code. The form's options come from data-options; the answer goes with the form, in its field « credential ».
import { text } from "./page/i18n.js";
import { announce } from "./page/toast.js";

const bytes = (words) => Uint8Array.from(atob(words.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const each of [...(options.excludeCredentials ?? []), ...(options.allowCredentials ?? [])]) each.id = bytes(each.id);
  return options;
}

function sendable(credential) {
  const given = credential.response;
  const response = { clientDataJSON: words(given.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (given[name]) response[name] = words(given[name]);
  return JSON.stringify({ id: credential.id, rawId: words(credential.rawId), type: credential.type, response });
}

function tell(form, sentence) {
  const place = form.querySelector("[data-passkey-error]");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) announce(sentence);
}

/** Why it did not work, in a sentence: the browser's own words are English, and for programmers. */
function reason(error) {
  if (error.said) return error.said;
  if (error.name === "InvalidStateError") return text("passkey.known");
  if (error.name === "SecurityError") return text("passkey.elsewhere");
  if (error.name === "NotAllowedError" || error.name === "AbortError") return text("passkey.cancelled");
  return text("network");
}

async function optionsOf(form) {
  const body = new FormData(form);
  const answer = await fetch(form.dataset.options, { method: "POST", body, headers: { Accept: "application/json" } });
  const read = await answer.json();
  if (!answer.ok) throw Object.assign(new Error("refused"), { said: `${read.error.message} ${read.error.todo}`.trim() });
  return readable(read);
}

async function ask(form) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  tell(form, "");
  try {
    const publicKey = await optionsOf(form);
    const adds = form.dataset.passkey === "add";
    const credential = await (adds ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.credential.value = sendable(credential);
    button.disabled = false;
    form.requestSubmit();
  } catch (error) {
    button.disabled = false;
    tell(form, reason(error));
  }
}

// Before anybody else hears of it: without an answer the form is not sent.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form || form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (window.PublicKeyCredential) ask(form);
    else tell(form, text("passkey.unknown"));
  },
  true,
);
