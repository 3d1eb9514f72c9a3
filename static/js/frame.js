// The frame: the document stays, pages are swapped into it. The band, the softphone, its sockets and the call live in it, so that
// changing page changes nothing for whoever is on the line (docs/adr/0020-one-frame.md). The desk is in every document, hidden while
// another page is shown: the note that is being written and the script are where they were. Addresses, the back button, titles and
// the focus behave as with pages of their own; what cannot be framed (a file, another site, signing out) is left to the browser.
//
// A page's own module may export mount(): it is called each time its page is shown.
import { learn, text } from "./page/i18n.js";
import { isTyping } from "./page/keys.js";
import { wait } from "./page/once.js";
import { signedInAs } from "./page/session.js";
import { announce, toast } from "./page/toast.js";

const HOME = "/desk";
const FILE = /\.(csv|json|xlsx|pdf)$/; // opened beside: the browser keeps or shows it, the desk stays
const LEAVE = /^\/(sign-in|sign-out|invitation|locale|telephone|portail|carrier|static)(\/|$)/;

const main = document.getElementById("main");
const home = document.getElementById("home");
let page = document.getElementById("page"); // the page shown in place of the desk; null at the desk
let asked = 0; // the last page asked for: an answer that comes late is not shown over it
let onMove = () => {};

/** Is another page than the desk shown? */
export const isElsewhere = () => page !== null;

/** moved(): called when the desk goes out of sight or comes back. */
export function installFrame({ moved }) {
  onMove = moved;
  window.history.scrollRestoration = "manual";
  window.history.replaceState({ y: 0 }, "");
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  window.addEventListener("popstate", ({ state }) => show(here(), { y: state?.y ?? 0 }));
}

const here = () => window.location.pathname + window.location.search;

/** Show a page of ours, as a link would. */
export function go(path, { replace = false } = {}) {
  window.history.replaceState({ y: window.scrollY }, "");
  return show(path, { push: replace ? "replaceState" : "pushState" });
}

function onClick(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href, window.location.href);
  const elsewhere = url.origin !== window.location.origin || LEAVE.test(url.pathname);
  if (elsewhere || link.target || link.hasAttribute("download") || link.matches("[hx-get], [hx-post]")) return;
  if (url.hash && url.pathname + url.search === here()) return; // within the page
  event.preventDefault();
  if (FILE.test(url.pathname)) window.open(url.href, "_blank", "noopener");
  else go(url.pathname + url.search + url.hash);
}

/** A plain form: its answer is a page like another. */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get]") || form.method === "dialog") return;
  const url = new URL(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? here(), window.location.href);
  if (url.origin !== window.location.origin || LEAVE.test(url.pathname)) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (form.method === "get") {
    url.search = new URLSearchParams(/** @type {any} */ (data)).toString();
    go(url.pathname + url.search);
  } else {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(/** @type {any} */ (data));
    show(url.pathname + url.search, { push: "pushState", method: "POST", body }).finally(wait(form, { submitter: event.submitter }));
  }
}

/** @param {string} path @param {{push?: string, y?: number, method?: string, body?: BodyInit}} [how] */
async function show(path, { push = "", y = 0, method = "GET", body } = {}) {
  const mine = ++asked;
  if (method === "GET" && path.split(/[?#]/)[0] === HOME) return showHome(push, y);
  main.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(path, { method, body, credentials: "same-origin", headers: { Accept: "text/html", "X-Framed": "1", ...signedInAs() } });
    if (mine !== asked) return undefined;
    const at = new URL(response.url);
    if (LEAVE.test(at.pathname)) return window.location.assign(response.url); // the session is over: it must be seen
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return window.location.assign(path);
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine !== asked) return undefined;
    const hash = new URL(path, window.location.href).hash;
    if (push) window.history[push]({ y: 0 }, "", at.pathname + at.search + hash);
    if (at.pathname === HOME) return showHome("", y);
    if (!found.getElementById("page")) return window.location.assign(path); // not a page of the shell
    await swap(found, y, hash);
  } catch {
    toast(text("network"), "stop");
  } finally {
    if (mine === asked) main.removeAttribute("aria-busy");
  }
  return undefined;
}

function showHome(push, y) {
  if (push) window.history[push]({ y: 0 }, "", HOME);
  if (!page) return undefined;
  page.remove();
  page = null;
  desk(true);
  dress(`${home.dataset.title} · Permanence`, "shell desk-page");
  markPlace(HOME);
  onMove();
  window.scrollTo(0, y);
  arrive(main, home.dataset.title);
  return undefined;
}

/** The desk is out of sight and of reach, or back; nothing of it is lost. */
function desk(visible) {
  home.hidden = !visible;
  home.toggleAttribute("data-out-of-sight", !visible); // its keys are not those of the page that is shown
}

async function swap(found, y, hash) {
  await Promise.all([...found.querySelectorAll('link[rel="stylesheet"]')].map(wear));
  learn(found);
  const token = found.querySelector('meta[name="csrf-token"]')?.content;
  if (token) document.querySelector('meta[name="csrf-token"]').content = token;
  const next = document.importNode(found.getElementById("page"), true);
  if (page) page.replaceWith(next);
  else main.prepend(next); // before the desk: of two elements of the same name the one in sight is found
  page = next;
  desk(false);
  dress(found.title, found.body.className);
  markPlace(window.location.pathname);
  onMove();
  window.htmx.process(page);
  window.scrollTo(0, y);
  found.querySelectorAll("#toasts .toast").forEach((said) => { // what was done by the form that led here
    toast(said.querySelector(".toast-body").textContent, /toast-(live|wait|stop)/.exec(said.className)?.[1]);
  });
  arrive((hash && page.querySelector(`#${CSS.escape(hash.slice(1))}`)) || page, found.title);
  await wake(found);
}

function dress(title, bodyClass) {
  document.title = title;
  document.body.className = bodyClass;
}

function markPlace(path) {
  const under = (at) => (path === at || path.startsWith(`${at}/`) ? at.length : 0);
  const near = (link) => Math.max(...[link.getAttribute("href"), ...(link.dataset.also ?? "").split(" ")].map((at) => (at ? under(at) : 0)));
  const links = [...document.querySelectorAll("a.rail-place")];
  const nearest = Math.max(...links.map(near), 1); // a page of two places is of the nearest one
  links.forEach((link) => {
    if (near(link) < nearest) link.removeAttribute("aria-current");
    else link.setAttribute("aria-current", path === link.getAttribute("href") ? "page" : "true");
  });
}

/** As after a page was loaded: the keyboard is at its top, and a screen reader says its name. Who has meanwhile begun to type
 * beside the page (the search, the band) goes on typing. */
function arrive(place, title) {
  const heading = place.id === "page" ? place.querySelector("h1:not(.visually-hidden)") : null; // a hidden one would show, and move all
  const target = heading ?? place;
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  if (!typesBeside()) target.focus({ preventScroll: target.id === "page" || target === heading || target === main });
  announce(title.replace(/ · .*/, ""));
}

const typesBeside = () => isTyping() && !main.contains(document.activeElement);

function wear(link) {
  const href = link.getAttribute("href");
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) return undefined;
  return new Promise((done) => {
    const mine = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    mine.onload = mine.onerror = done;
    document.head.append(mine);
  });
}

/** The page's scripts, in their order; one that was loaded before is only told that its page is there again. */
async function wake(found) {
  for (const script of found.querySelectorAll("script[src]")) {
    const src = script.getAttribute("src");
    if (script.type === "module") (await import(src)).mount?.();
    else if (!document.querySelector(`script[src="${CSS.escape(src)}"]`)) await load(src);
  }
}

function load(src) {
  return new Promise((done) => {
    const script = Object.assign(document.createElement("script"), { src });
    script.onload = script.onerror = done;
    document.head.append(script);
  });
}
