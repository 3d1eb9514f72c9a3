// « Transférer ou consulter », and « Appeler »: whom to choose, in a panel under the band that hides neither the script nor the dossier.
// A box to type in, a list that follows; Enter consults (or calls), Shift+Enter transfers, Escape closes. Drawn in desk/transfer.html.
import { text } from "../page/i18n.js";
import { announce } from "../page/toast.js";
import { get } from "./api.js";
import { groupsOf, nextKey, selectable } from "./choices.js";

const AGAIN_MS = 4000; // who is free changes while she looks
const by = (id) => document.getElementById(id);

export class TransferPanel {
  #panel = by("transfer");
  #box = by("transfer-box");
  #list = by("transfer-list");
  #onAct;
  #found = null;
  #groups = [];
  #key = "";
  #dial = false;
  #dossier = null;
  #onTheLine = "";
  #timer = 0;
  #opener = null;

  /** onAct(what, target, button): what is "consult", "send" or "dial". */
  constructor({ onAct }) {
    this.#onAct = onAct;
    this.#box.addEventListener("input", () => this.#draw());
    this.#panel.addEventListener("keydown", (event) => this.#onKey(event));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    this.#list.addEventListener("click", (event) => this.#onClick(event));
    this.#list.addEventListener("dblclick", (event) => { if (event.target.closest("[data-key-of]")) this.#act(this.#main); });
    this.#panel.querySelectorAll("[data-choose]").forEach((button) => button.addEventListener("click", () => this.#act(button.dataset.choose)));
    by("transfer-close").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  /** dial: nobody is on the line; dossier: what the call is about; key: who is chosen already (choices.js, keyOf). */
  async open({ dial = false, dossier = null, key = "", onTheLine = "" } = {}) {
    const focused = document.activeElement;
    this.#opener ??= focused === document.body ? by(dial ? "act-dial" : "act-transfer") : focused; // a key clicks without the focus
    Object.assign(this.#panel.dataset, { mode: dial ? "dial" : "call" });
    this.#dial = dial;
    this.#dossier = dossier;
    this.#onTheLine = onTheLine;
    this.#key = key;
    by("transfer-title").textContent = text(dial ? "transfer.dial" : "transfer.title");
    this.#box.value = "";
    this.#panel.hidden = false;
    this.#box.focus();
    window.clearInterval(this.#timer);
    this.#timer = window.setInterval(() => this.#read(), AGAIN_MS);
    await this.#read();
  }

  close() {
    if (!this.isOpen) return;
    window.clearInterval(this.#timer);
    const within = this.#panel.contains(document.activeElement);
    this.#panel.hidden = true;
    this.#found = null;
    if (within) (this.#opener?.isConnected ? this.#opener : by("call")).focus();
    this.#opener = null;
  }

  /** Follow the desk: what she was choosing for is over. */
  show({ canCall, canDial }) {
    if (this.isOpen && !(this.#dial ? canDial : canCall)) this.close();
  }

  get #main() {
    return this.#dial ? "dial" : "consult";
  }

  async #read() {
    try {
      this.#found = await get("/desk/directory");
    } catch {
      if (!this.#found) by("transfer-empty").textContent = text("network");
      return;
    }
    if (this.isOpen) this.#draw();
  }

  #draw() {
    if (!this.#found) return;
    this.#groups = groupsOf(this.#found, this.#box.value, { dial: this.#dial, onTheLine: this.#onTheLine });
    this.#key = nextKey(this.#groups, this.#key);
    this.#list.replaceChildren(...this.#groups.map((group) => drawn(group)));
    this.#list.hidden = this.#groups.length === 0;
    by("transfer-empty").textContent = this.#groups.length ? "" : text(this.#box.value ? "transfer.none" : "transfer.nobody");
    this.#mark();
  }

  #mark() {
    this.#list.querySelectorAll("[data-key-of]").forEach((option) => {
      const on = option.dataset.keyOf === this.#key;
      option.setAttribute("aria-selected", String(on));
      if (!on) return;
      this.#box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    });
    if (!this.#key) this.#box.removeAttribute("aria-activedescendant");
    const chosen = this.#chosen();
    this.#panel.querySelectorAll("[data-choose]").forEach((button) => { button.disabled = !chosen; });
  }

  #chosen() {
    return selectable(this.#groups).find(({ key }) => key === this.#key) ?? null;
  }

  #onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    }
    if (event.target !== this.#box) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#key = nextKey(this.#groups, this.#key, step);
      this.#mark();
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.#act(event.shiftKey && !this.#dial ? "send" : this.#main);
    }
  }

  #onClick(event) {
    const option = event.target.closest("[data-key-of]");
    if (!option) return;
    if (option.getAttribute("aria-disabled") === "true") return announce(option.textContent);
    this.#key = option.dataset.keyOf;
    this.#mark();
    return undefined;
  }

  #act(what) {
    const chosen = this.#chosen();
    if (!chosen) return;
    const about = this.#dial && this.#dossier ? { dossier_id: this.#dossier } : {};
    this.#onAct(what, { ...chosen.target, ...about }, this.#panel.querySelector(`[data-choose="${what}"]`), chosen.label);
  }
}

function element(name, className, words) {
  const made = document.createElement(name);
  made.className = className;
  if (words !== undefined) made.textContent = words;
  return made;
}

function drawn({ name, options }) {
  const group = element("li", "transfer-group");
  const title = element("div", "transfer-kind", text(`transfer.${name}`));
  title.id = `transfer-kind-${name}`;
  title.setAttribute("role", "presentation");
  const list = element("ul", "transfer-options");
  list.setAttribute("role", "group");
  list.setAttribute("aria-labelledby", title.id);
  list.append(...options.map(drawnOption));
  group.setAttribute("role", "presentation");
  group.append(title, list);
  return group;
}

function drawnOption({ key, label, note, said, disabled, dot }) {
  const option = element("li", "transfer-option");
  option.id = `transfer-${key.replace(/[^\w-]/g, "-")}`;
  option.dataset.keyOf = key;
  option.setAttribute("role", "option");
  if (disabled) option.setAttribute("aria-disabled", "true");
  if (dot) option.append(element("span", `state-dot state-dot-${dot}`));
  const words = [...said.map((sentence) => text(sentence)), note].filter(Boolean).join(" · ");
  const main = element("span", "transfer-main");
  main.append(element("span", "transfer-label", label));
  if (words) main.append(" ", element("span", "transfer-words", words));
  option.append(main);
  return option;
}
