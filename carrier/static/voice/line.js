// A page's connection to the local carrier: asks with an answer, events, and coming back after a lost radio link.
//
// Events out: ready(welcome) · offline · refused({error, code}) · and every event of the carrier (ringing, said, media…).
import { Emitter } from "./emitter.js";

const ANSWER_MS = 8000;
const CARRIER_EVENTS = [
  "ringing", "taken", "state", "said", "played", "paused", "gathering", "waiting", "music", "ringback", "beep",
  "recording", "media", "signal", "ended", "sms",
];

export class CarrierLine extends Emitter {
  #socket;
  #hello;
  #key = "";

  /** url: any address of the carrier (its origin counts), "" for this page's own. hello: [event, data] that says what this page is. */
  constructor(url, hello) {
    super();
    this.#hello = hello;
    // The address says which namespace is meant: a telephone may be opened by who is not signed in.
    const options = { autoConnect: false, reconnectionDelayMax: 2000, query: { namespace: "/carrier" } };
    this.#socket = window.io(`${new URL(url || "/", window.location.href).origin}/carrier`, options);
    this.#socket.on("connect", () => this.#greet());
    this.#socket.on("disconnect", () => this.emit("offline"));
    this.#socket.on("connect_error", () => this.emit("offline"));
    CARRIER_EVENTS.forEach((name) => this.#socket.on(name, (detail) => this.emit(name, detail)));
    this.leave = () => this.close();
  }

  open() {
    window.addEventListener("pagehide", this.leave);
    this.#socket.connect();
  }

  /** Say goodbye: what rings or talks here ends at once. */
  close() {
    window.removeEventListener("pagehide", this.leave);
    if (this.#socket.connected) this.#socket.emit("bye", {});
    this.#socket.disconnect();
    this.#key = "";
  }

  /** Send an event; resolves with the carrier's answer, {ok: false} when none comes. */
  async ask(event, data = {}) {
    try {
      return await this.#socket.timeout(ANSWER_MS).emitWithAck(event, data);
    } catch {
      return { ok: false, error: "offline" };
    }
  }

  /** Say anew what this page is (another number, a fresh token). */
  async greet(hello) {
    this.#hello = hello;
    if (this.#socket.connected) await this.#present();
  }

  async #greet() {
    if (this.#key) {
      const back = await this.ask("resume", { key: this.#key });
      if (back.ok) return this.emit("ready", { ...back, resumed: true });
    }
    return this.#present();
  }

  async #present() {
    const [event, data] = this.#hello;
    const welcome = await this.ask(event, data);
    if (!welcome.ok) return this.emit("refused", welcome);
    this.#key = welcome.key;
    return this.emit("ready", welcome);
  }
}
