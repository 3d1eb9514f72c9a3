// Whose page this is, and what becomes of it when that person is not signed in any more.
import { text } from "./i18n.js";
import { announce } from "./toast.js";

const CHANNEL = "permanence.session";
const GRACE_MS = 1500; // a refusal may come an instant before the word that somebody else has signed in

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** A header that says whose page asks: the server refuses to act as somebody else who signed in since. */
export const signedInAs = () => (meta("signed-in-as") ? { "X-Signed-In-As": meta("signed-in-as") } : {});

/** The same for a socket. */
export const socketIdentity = () => ({ as: meta("signed-in-as") });

/** One sentence, at the top, that stays: this page is not its reader's any more. One that names who has signed in replaces one that does
 * not; what the page then finds refused or cut (its line, its telephone) is not told beside it. */
function tell(sentence, { named = false } = {}) {
  const bar = document.getElementById("session-over");
  if (!bar || (!bar.hidden && !named)) return;
  bar.querySelector("[data-sentence]").textContent = sentence;
  bar.hidden = false;
  announce(sentence);
  document.dispatchEvent(new Event("session-taken"));
}

/** The server closed this page's connection (event "signed-out"): its session is over. */
export function signedOut({ why }) {
  if (why === "replaced") tell(text("session_replaced"));
  else if (why === "renewed" && !document.getElementById("desk-state")) window.location.reload();
  else document.dispatchEvent(new Event("session-over"));
}

/** To the page to sign in, in a moment: unless somebody else has signed in beside, which is told here instead. */
export function leaveToSignIn() {
  window.setTimeout(() => {
    if (document.getElementById("session-over")?.hidden === false) return;
    window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname)}`);
  }, GRACE_MS);
}

/** Windows of one browser share one session: each tells the others who is signed in. */
export function installSession() {
  document.addEventListener("session-over", () => {
    if (document.getElementById("desk-state")) return; // the desk waits for the end of a conversation: phone.js
    leaveToSignIn();
  });
  // A part of the page that is refused: the same, not at once (the answer's own HX-Redirect would).
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.xhr.status !== 401) return;
    event.preventDefault();
    document.dispatchEvent(new Event("session-over"));
  });
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(CHANNEL);
  const [id, name] = [meta("signed-in-as"), meta("signed-in-name")];
  channel.addEventListener("message", ({ data }) => {
    if (id && data.id && data.id !== id) tell(text("session_taken", { name: data.name }), { named: true });
  });
  if (id) channel.postMessage({ id, name });
}
