import { HEADER, answered, keyFor } from "../page/once.js";
import { signedInAs } from "../page/session.js";

// Talks to app/desk/routes.py. Every answer is {"desk": …} or the house's error shape.
const token = () => document.querySelector('meta[name="csrf-token"]').content;

export class Refused extends Error {
  constructor(status, error) {
    super([error.message, error.kept, error.todo].filter(Boolean).join(" "));
    this.status = status;
    this.code = error.code;
  }
}

async function ask(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...signedInAs(), ...options.headers } });
  if (options.method) answered(response.status);
  if (response.status === 401) document.dispatchEvent(new Event("session-over")); // phone.js: at once, or after the conversation
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.error || { message: "", code: "error" });
  return body;
}

export const get = (path) => ask(path);

const onTheWay = new Map(); // "path body" → its answer: the same act is not asked twice at once

/** @param {string} path @param {object} [body] @param {{keepalive?: boolean}} [how] keepalive: it goes even if the page is left. */
export function post(path, body = {}, { keepalive = false } = {}) {
  const asked = `${path} ${JSON.stringify(body)}`;
  const first = onTheWay.get(asked);
  if (first) return first;
  const answer = ask(path, {
    method: "POST",
    keepalive,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), [HEADER]: keyFor(asked) },
    body: JSON.stringify(body),
  }).finally(() => onTheWay.delete(asked));
  onTheWay.set(asked, answer);
  return answer;
}

/** After a new sign-in in another tab: the forms of this page need the new session's token. */
export async function newFormToken() {
  const page = await (await fetch("/desk", { credentials: "same-origin" })).text();
  const found = new DOMParser().parseFromString(page, "text/html").querySelector('meta[name="csrf-token"]');
  if (found) document.querySelector('meta[name="csrf-token"]').content = found.content;
}
