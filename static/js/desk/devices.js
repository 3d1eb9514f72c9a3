// The microphone, the headset and the loudspeaker of the ring: chosen once, remembered in this browser, followed as they come and go.
import { Emitter } from "../softphone/emitter.js";
import { KINDS, changesBetween, defaultSign, devicesFor, hasMicrophone, settle } from "./device-choice.js";

const KEPT = "permanence.devices";

function remembered() {
  try {
    return JSON.parse(window.localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

/**
 * Events: changed({again}) when what is to be used changed; again: the default microphone became another one.
 * lost({labels}) · back({labels}) for chosen devices; listed() when the lists changed; microphone({present}) when there is none, or one again.
 */
export class Devices extends Emitter {
  #wanted = remembered();
  #listed = [];
  #now = this.#settle();
  #sign = "";
  #present = true;

  /** What to use now: {microphone, headset, ring}, each an id, "" for the system's default. */
  get now() {
    return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, this.#now[kind].id]));
  }

  /** Is there a microphone at all, as far as is known? */
  get present() {
    return this.#present;
  }

  /** For a list on screen: {options: [{id, label}], chosen: id, missing: label of what was chosen and is not there}. */
  choiceOf(kind) {
    const { id, missing } = this.#now[kind];
    return { options: devicesFor(kind, this.#listed), chosen: id, missing };
  }

  /** Use this one from now on, here and the next times; id "" is the system's default. */
  choose(kind, id) {
    const found = devicesFor(kind, this.#listed).find((device) => device.id === id);
    this.#wanted = { ...this.#wanted, [kind]: found ?? null };
    window.localStorage.setItem(KEPT, JSON.stringify(this.#wanted));
    this.#take(this.#listed);
  }

  /** Follow what is plugged in and out. */
  async watch() {
    if (!navigator.mediaDevices?.enumerateDevices) return;
    navigator.mediaDevices.addEventListener("devicechange", () => this.refresh());
    await this.refresh();
  }

  /** Look again: names come once the microphone was allowed. */
  async refresh() {
    if (!navigator.mediaDevices?.enumerateDevices) return;
    this.#take(await navigator.mediaDevices.enumerateDevices());
  }

  #settle() {
    return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, settle(kind, this.#wanted[kind], this.#listed)]));
  }

  #take(listed) {
    const first = this.#sign === "";
    const before = this.#now;
    const sign = `+${defaultSign("microphone", listed)}`;
    const moved = !first && sign !== this.#sign && !this.#wanted.microphone;
    this.#listed = listed;
    this.#sign = sign;
    this.#now = this.#settle();
    const other = Object.keys(KINDS).some((kind) => before[kind].id !== this.#now[kind].id);
    if (other || moved) this.emit("changed", { again: moved });
    this.emit("listed");
    const { lost, back } = changesBetween(before, this.#now);
    if (lost.length && !first) this.emit("lost", { labels: lost });
    if (back.length && !first) this.emit("back", { labels: back });
    const was = this.#present;
    this.#present = hasMicrophone(listed);
    if (this.#present !== was) this.emit("microphone", { present: this.#present });
  }
}
