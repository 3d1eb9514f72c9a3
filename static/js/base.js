// What every page has: keys, theme, menus, dialogs, toasts, and htmx told about CSRF and errors.
import { text } from "./page/i18n.js";
import { fillSheet } from "./page/key-sheet.js";
import { installKeys } from "./page/keys.js";
import { installOnce } from "./page/once.js";
import { installRows } from "./page/rows.js";
import { installSession, signedInAs } from "./page/session.js";
import { announce, installToasts, toast } from "./page/toast.js";

function remember(name, value) {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // private window: the choice lasts for the page
  }
}

function recall(name) {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
}

function showTheme() {
  const choice = recall("permanence.theme") || "system";
  document.querySelectorAll("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  });
}

function showKeys() {
  const on = document.documentElement.dataset.keys !== "off";
  document.querySelectorAll("[data-keys-toggle]").forEach((button) => button.setAttribute("aria-pressed", String(on)));
}

function chooseTheme(choice) {
  remember("permanence.theme", choice);
  document.dispatchEvent(new Event("permanence:theme"));
  showTheme();
}

function toggleKeys() {
  const on = document.documentElement.dataset.keys === "off";
  remember("permanence.keys", on ? "on" : "off");
  document.documentElement.dataset.keys = on ? "on" : "off";
  announce(text(on ? "keys_on" : "keys_off"));
  showKeys();
}

function onClick(event) {
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset.themeChoice);
  if (event.target.closest("[data-keys-toggle]")) toggleKeys();
  const opener = event.target.closest("[data-dialog]");
  if (opener?.dataset.dialog === "keys") fillSheet(document.getElementById("keys"));
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-print]")) window.print();
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  closeMenus(event.target);
}

function closeMenus(target) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
}

function onEscape(event) {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

/** The error of a JSON body in the house's shape, as one sentence. */
export function errorSentence(body) {
  const error = body?.error;
  return error ? [error.message, error.kept, error.todo].filter(Boolean).join(" ") : text("refused");
}

function onHtmxError(event) {
  const xhr = event.detail.xhr;
  let sentence = text("refused");
  try {
    sentence = errorSentence(JSON.parse(xhr.responseText));
  } catch {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    sentence = page.querySelector("[data-error-message]")?.textContent.trim().replace(/\s+/g, " ") || sentence;
  }
  toast(sentence, "stop");
}

function installHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    Object.assign(event.detail.headers, signedInAs());
    event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  });
  // A fragment is in the page some milliseconds before htmx has seen it. A form sent in between (keys are fast) would go out
  // by itself, as a GET with its fields in the address: htmx is shown the form first. It looks at each form once.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[hx-post]")) window.htmx.process(event.target);
  }, true);
  // A form refused with what is wrong in it (X-Form-Returned) is an answer to show, not a failure.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("X-Form-Returned")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  // A dialog's form that was taken closes it; one that was refused stays, with what was typed.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.elt.matches("[data-closes]")) detail.elt.closest("dialog")?.close();
  });
  document.addEventListener("htmx:responseError", onHtmxError);
  document.addEventListener("htmx:sendError", () => toast(text("network"), "stop"));
  // A server may also say a word: HX-Trigger: {"toast": {"message": "…", "tone": "live"}}
  document.addEventListener("toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail.tone));
}

/** « Confirmer »: what was only suggested is chosen, by the person who presses. */
function onConfirm(event) {
  const button = event.target.closest("[data-fills]");
  const field = button && document.getElementById(button.dataset.fills);
  if (!field) return;
  field.value = button.dataset.with;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
  button.hidden = true;
}

document.addEventListener("click", onClick);
document.addEventListener("click", onConfirm);
document.addEventListener("keydown", onEscape);
installKeys();
installRows();
installSession();
installToasts();
installOnce();
installHtmx();
showTheme();
showKeys();
