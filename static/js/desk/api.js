// Talks to app/calls/desk.py. Every answer is {"desk": …} or the house's error shape.
const token = () => document.querySelector('meta[name="csrf-token"]').content;

export class Refused extends Error {
  constructor(status, error) {
    super([error.message, error.kept, error.todo].filter(Boolean).join(" "));
    this.status = status;
    this.code = error.code;
  }
}

async function ask(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
  if (response.status === 401) window.location.assign("/sign-in?next=/desk");
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.error || { message: "", code: "error" });
  return body;
}

export const get = (path) => ask(path);

export const post = (path, body = {}) => ask(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
  body: JSON.stringify(body),
});
