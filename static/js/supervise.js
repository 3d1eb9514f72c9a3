// What a manager does from the wall: one dialog, outside of what is fetched again, so that nothing closes or loses its place.
import { text } from "./page/i18n.js";

const wall = document.getElementById("wall");
const dialog = document.getElementById("supervise");
const title = document.getElementById("supervise-title");
const body = document.getElementById("supervise-body");
const problem = document.getElementById("supervise-error");
let opener = "";

function told(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-error-message]")?.textContent.trim().replace(/\s+/g, " ") || text("refused");
}

function show(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

async function open(button) {
  opener = button.id;
  show("");
  body.replaceChildren();
  title.textContent = button.textContent.trim();
  dialog.showModal();
  await window.htmx.ajax("GET", button.dataset.open, { target: body, swap: "innerHTML" });
  title.textContent = body.firstElementChild?.dataset.title || title.textContent;
}

/** Back to the button that opened it; it may have been drawn again since, or be gone with its call. */
function restoreFocus() {
  (document.getElementById(opener) || document.getElementById("wall-queue-title"))?.focus({ preventScroll: true });
}

wall.addEventListener("click", (event) => {
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
document.addEventListener("supervised", () => {
  dialog.close();
  wall.dispatchEvent(new Event("line-moved"));
});
