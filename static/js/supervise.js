// What a manager does from the wall: one dialog, outside of what is fetched again, so that nothing closes or loses its place.
import { text } from "./page/i18n.js";

const by = (id) => document.getElementById(id); // looked up when it is needed: the frame brings the page anew
let opener = "";

function told(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-error-message]")?.textContent.trim().replace(/\s+/g, " ") || text("refused");
}

function show(sentence) {
  by("supervise-error").textContent = sentence;
  by("supervise-error").hidden = !sentence;
}

async function open(button) {
  opener = button.id;
  show("");
  const body = by("supervise-body");
  const title = by("supervise-title");
  body.replaceChildren();
  title.textContent = button.textContent.trim();
  by("supervise").showModal();
  await window.htmx.ajax("GET", button.dataset.open, { target: body, swap: "innerHTML" });
  title.textContent = body.firstElementChild?.dataset.title || title.textContent;
}

/** Back to the button that opened it; it may have been drawn again since, or be gone with its call. */
function restoreFocus() {
  (document.getElementById(opener) || document.getElementById("wall-queue-title"))?.focus({ preventScroll: true });
}

/** Follow the wall that is in the page; the frame calls it each time its page is shown. */
export function mount() {
  const dialog = by("supervise");
  if (!dialog || "mounted" in dialog.dataset) return;
  dialog.dataset.mounted = "";
  by("wall").addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button) open(button);
  });
  dialog.addEventListener("close", restoreFocus);
  // A toast would lie under the dialog: what is refused is said in it.
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    dialog.addEventListener(name, (event) => {
      event.stopPropagation();
      show(name === "htmx:sendError" ? text("network") : told(event.detail.xhr));
    });
  }
  dialog.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") show("");
  });
}

document.addEventListener("supervised", () => {
  by("supervise")?.close();
  by("wall")?.dispatchEvent(new Event("line-moved"));
});
mount();
