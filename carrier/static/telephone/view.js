// What the telephone page shows, and which button or key does what. It knows the document; telephone.js knows the line.
import { text } from "./texts.js";

const by = (id) => document.getElementById(id);
const IN_CALL = new Set(["dialing", "connected", "queued", "conference", "talking", "held"]);
const LINK = /(https?:\/\/[^\s]+)/g;
const REMEMBERED = "carrier.telephone.caller";

export class TelephoneView {
  #root = by("telephone");
  #timer = 0;
  #since = 0;

  constructor() {
    const remembered = window.sessionStorage.getItem(REMEMBERED);
    const chosen = remembered && document.querySelector(`input[name=caller][value="${CSS.escape(remembered)}"]`);
    if (chosen) chosen.checked = true;
    this.#showCaller();
  }

  /** Connect buttons, fields and keys to the telephone. */
  static listen(telephone) {
    by("dial").addEventListener("submit", (event) => { event.preventDefault(); telephone.dial(); });
    by("write").addEventListener("submit", (event) => { event.preventDefault(); telephone.write(); });
    by("answer").addEventListener("click", () => telephone.answer());
    by("hangup").addEventListener("click", () => telephone.hangUp());
    by("erase").addEventListener("click", () => { by("number").value = by("number").value.slice(0, -1); });
    document.querySelectorAll("[data-digit]").forEach((key) => key.addEventListener("click", () => telephone.press(key.dataset.digit)));
    document.querySelectorAll("input[name=caller]").forEach((choice) => choice.addEventListener("change", () => {
      window.sessionStorage.setItem(REMEMBERED, choice.value);
      telephone.changeCaller();
    }));
    toggle("mute", (on) => { telephone.mute(on); relabel("mute", text(on ? "unmute" : "mute")); });
    toggle("speech", (on) => { telephone.speech(on); relabel("speech", text(on ? "sound-on" : "sound-off")); });
    document.addEventListener("keydown", (event) => onKey(event, telephone));
  }

  callerNumber() {
    return document.querySelector("input[name=caller]:checked")?.value ?? "";
  }

  hides() {
    return by("hidden").checked;
  }

  dialed() {
    return by("number").value.trim();
  }

  type(key) {
    by("number").value += key;
  }

  who(number) {
    by("who").textContent = number;
  }

  #showCaller() {
    const chosen = document.querySelector("input[name=caller]:checked");
    by("who").textContent = this.hides() || !chosen ? text("hidden") : chosen.dataset.name;
  }

  /** One state: what is written, which buttons are there. */
  show(state, sentence) {
    this.#root.dataset.state = state;
    by("state").textContent = sentence;
    const calling = IN_CALL.has(state);
    const ringing = state === "ringing";
    move({ call: !calling && !ringing, answer: ringing, hangup: calling || ringing, mute: !ringing, speech: !ringing });
    relabel("hangup", text(ringing ? "decline" : "hangup"));
    if (ringing) by("timer").hidden = true;
    by("call").disabled = state === "connecting";
    this.#lockCallers(calling || ringing);
    if (!ringing) this.#showCaller();
    if (!calling) this.canMute(false);
  }

  /** During a call one stays who one is; the list can still be scrolled by keyboard. */
  #lockCallers(locked) {
    by("callers")?.toggleAttribute("disabled", locked);
    if (locked) by("callers-box")?.setAttribute("tabindex", "0");
    else by("callers-box")?.removeAttribute("tabindex");
  }

  canMute(able) {
    by("mute").disabled = !able;
    if (!able) {
      by("mute").setAttribute("aria-pressed", "false");
      relabel("mute", text("mute"));
    }
  }

  hint(sentence) {
    by("hint").textContent = sentence;
  }

  clear() {
    by("transcript").replaceChildren();
    this.stopTimer(0);
    by("timer").hidden = true;
  }

  startTimer() {
    if (this.#timer) return;
    this.#since = Date.now();
    by("timer").hidden = false;
    this.#tick();
    this.#timer = window.setInterval(() => this.#tick(), 1000);
  }

  stopTimer(seconds) {
    if (this.#timer) by("elapsed").textContent = clock(seconds);
    window.clearInterval(this.#timer);
    this.#timer = 0;
  }

  #tick() {
    by("elapsed").textContent = clock(Math.floor((Date.now() - this.#since) / 1000));
  }

  heard(sentence, language) {
    this.#write(sentence, "", language);
  }

  aside(sentence) {
    this.#write(sentence, "aside");
  }

  pressed(key) {
    this.#write(`${text("you")} ${key}`, "own");
  }

  #write(sentence, kind, language = "") {
    const row = document.createElement("li");
    const when = document.createElement("span");
    const what = document.createElement("span");
    when.textContent = this.#timer ? clock(Math.floor((Date.now() - this.#since) / 1000)) : "";
    what.textContent = sentence;
    if (language) what.lang = language;
    if (kind) row.className = kind;
    row.append(when, what);
    by("transcript").append(row);
    by("transcript-box").scrollTop = by("transcript-box").scrollHeight;
    by("transcript-empty").hidden = true;
  }

  message({ from, body }) {
    this.#message(`${text("message-from")} ${from}`, body);
  }

  words() {
    return by("words").value.trim();
  }

  /** What was sent, beside what came; nothing: it was refused, and the words stay. */
  wrote(body) {
    by("write-problem").hidden = Boolean(body);
    if (!body) return;
    by("words").value = "";
    this.#message(text("written"), body, "own");
  }

  #message(title, body, kind = "") {
    const row = document.createElement("li");
    const sender = document.createElement("strong");
    sender.textContent = title;
    if (kind) row.className = kind;
    row.append(sender, "\n", ...linked(body));
    by("messages").prepend(row);
    by("messages-empty").hidden = true;
  }

  packets({ packetsSent, packetsReceived }) {
    this.#root.dataset.packetsSent = packetsSent;
    this.#root.dataset.packetsReceived = packetsReceived;
  }
}

/** Show and hide buttons; the focus of one that goes moves to one that comes, so that the keyboard is never lost. */
function move(wanted) {
  const names = Object.keys(wanted);
  const lost = names.some((name) => !wanted[name] && by(name) === document.activeElement);
  names.forEach((name) => { by(name).hidden = !wanted[name]; });
  if (lost) by(names.find((name) => wanted[name]))?.focus();
}

function toggle(id, act) {
  by(id).addEventListener("click", () => {
    const on = by(id).getAttribute("aria-pressed") !== "true";
    by(id).setAttribute("aria-pressed", String(on));
    act(on);
  });
}

function relabel(id, label) {
  if (by(id).title) by(id).title = label;
  by(id).querySelector(".button-label").textContent = label;
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function linked(body) {
  return body.split(LINK).map((part) => {
    if (!/^https?:\/\//.test(part)) return part;
    const link = document.createElement("a");
    link.href = link.textContent = part;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  });
}

/** The name of a key. Digits go by position: on AZERTY they need Shift, here they do not. */
function keyName(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code || "");
  return digit ? digit[1] : event.key;
}

/** Digits press keys, Enter calls or answers, Escape hangs up; in the number field the digits are typed as usual. */
function onKey(event, telephone) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches?.("textarea")) return; // words are typed: no digit dials, no Escape hangs up
  if (event.key === "Escape") telephone.hangUp();
  const name = keyName(event);
  const typing = event.target.matches?.("input:not([type=radio]):not([type=checkbox])") && by("number").offsetParent !== null;
  if (!typing && /^[0-9*#]$/.test(name)) {
    event.preventDefault();
    flash(name);
    telephone.press(name);
  }
  const onControl = event.target.closest?.("button, a, input, summary");
  if (event.key === "Enter" && !onControl) enter(event, telephone);
}

function enter(event, telephone) {
  event.preventDefault();
  if (by("answer").hidden) telephone.dial();
  else telephone.answer();
}

function flash(name) {
  const key = document.querySelector(`[data-digit="${CSS.escape(name)}"]`);
  key?.toggleAttribute("data-down", true);
  window.setTimeout(() => key?.toggleAttribute("data-down", false), 150);
}
