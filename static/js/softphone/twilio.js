// The softphone over Twilio's Voice JS SDK 2.x (static/vendor/twilio.min.js, global `Twilio`), used when the server is
// configured with a real account. Device registers with our token; the agent's leg comes in and the desk accepts it.
// Only what is documented is used: https://twilio.github.io/twilio-voice.js/classes/Device.html and …/Call.html
import { Emitter } from "./emitter.js";

const FIRST_RETRY_MS = 3000;
const LAST_RETRY_MS = 30_000;
const RECONNECT_MS = 30_000; // a conversation survives a signalling break of this length
const MICROPHONE_ERRORS = new Set([31401, 31402]); // permission refused; device busy or absent
const TOKEN_ERRORS = new Set([20101, 20104, 31202, 31204, 31205, 31207]);
// constant-audio-*: a muted or silent person, which says nothing of the network.
const isOfNetwork = (warning) => !warning.startsWith("constant-audio");

class TwilioDriver extends Emitter {
  #device = null;
  #call = null;
  #packets = { packetsSent: 0, packetsReceived: 0 };
  #warnings = new Set();
  #retry = 0;
  #wait = FIRST_RETRY_MS;
  #wanted = false;
  #edge;
  #said;

  constructor(config) {
    super();
    this.#edge = config.edge ?? "";
    this.#said = config.i18n ?? {};
  }

  /** Resolves once registered; rejects when it cannot be now (a later try is the caller's, or ours after `offline`). */
  async start(token) {
    this.#wanted = true;
    if (this.#device) this.#device.updateToken(token);
    else this.#device = this.#make(token);
    if (this.#device.state !== "registered") await this.#registered();
  }

  stop() {
    this.#wanted = false;
    window.clearTimeout(this.#retry);
    this.#device?.destroy();
    this.#device = null;
    this.#call = null;
  }

  setToken(token) {
    this.#device?.updateToken(token);
    if (this.#device?.state === "unregistered") this.#again();
  }

  accept(leg) {
    leg.accept();
  }

  decline(leg) {
    leg.reject();
  }

  hangUp() {
    this.#call?.disconnect();
  }

  mute(muted) {
    this.#call?.mute(muted);
  }

  sendDigits(digits) {
    this.#call?.sendDigits(digits);
  }

  /** Audio packets so far, both ways, a second old at most; zeros without a call. */
  async stats() {
    return { ...this.#packets };
  }

  #make(token) {
    const device = new window.Twilio.Device(token, {
      closeProtection: true, // the browser asks before a tab with a conversation is closed
      codecPreferences: ["opus", "pcmu"],
      logLevel: "error",
      maxCallSignalingTimeoutMs: RECONNECT_MS,
      ...(this.#edge ? { edge: this.#edge } : {}), // a region's tokens are good at its edge alone
    });
    device.audio?.incoming(false); // the desk rings by itself, before this leg exists
    device.on("registered", () => this.#ready());
    device.on("unregistered", () => this.#lost());
    device.on("incoming", (call) => this.#ring(call));
    device.on("error", (error, call) => { if (!call) this.#failed(error); }); // a call says its own
    device.on("tokenWillExpire", () => this.emit("token"));
    return device;
  }

  /** One try to register: the SDK's own promise waits for ever while the network is dead. */
  #registered() {
    const device = this.#device;
    return new Promise((resolve, reject) => {
      const endings = { registered: resolve, unregistered: () => reject(new Error("unregistered")), error: reject };
      const listeners = Object.entries(endings).map(([name, end]) => {
        const listener = (detail) => {
          listeners.forEach(([event, one]) => device.removeListener(event, one));
          end(detail);
        };
        return [name, listener];
      });
      listeners.forEach(([name, listener]) => device.on(name, listener));
      if (device.state === "unregistered") device.register().catch(reject);
    });
  }

  #ready() {
    this.#wait = FIRST_RETRY_MS;
    window.clearTimeout(this.#retry);
    this.emit("ready");
  }

  #ring(call) {
    call.on("accept", () => {
      this.#call = call;
      this.#packets = { packetsSent: 0, packetsReceived: 0 };
      this.#warnings.clear();
      this.emit("connected", call);
    });
    ["disconnect", "cancel", "reject"].forEach((name) => call.on(name, () => this.#over(call)));
    call.on("error", (error) => this.#failed(error));
    call.on("sample", ({ totals }) => {
      if (this.#call === call && totals) this.#packets = { packetsSent: totals.packetsSent, packetsReceived: totals.packetsReceived };
    });
    call.on("warning", (name) => this.#warned(name, true));
    call.on("warning-cleared", (name) => this.#warned(name, false));
    call.on("reconnecting", () => this.#warned("reconnecting", true));
    call.on("reconnected", () => this.#warned("reconnecting", false));
    this.emit("incoming", call);
  }

  /** The line is poor as long as one warning stands. */
  #warned(name, on) {
    if (!isOfNetwork(name)) return;
    const before = this.#warnings.size;
    if (on) this.#warnings.add(name);
    else this.#warnings.delete(name);
    const now = this.#warnings.size;
    if (!before !== !now) this.emit("quality", { level: now ? "poor" : "good", cause: name });
  }

  #over(call) {
    if (this.#call === call) {
      this.#call = null;
      this.#packets = { packetsSent: 0, packetsReceived: 0 };
    }
    this.emit("ended", call);
  }

  #lost() {
    this.emit("offline");
    this.#again();
  }

  /** Register again later, each time later: a wrong token must not make every desk knock without end. */
  #again() {
    window.clearTimeout(this.#retry);
    if (!this.#wanted) return;
    this.#retry = window.setTimeout(() => {
      if (this.#device?.state === "unregistered") this.#device.register().catch((error) => this.#failed(error));
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LAST_RETRY_MS);
  }

  #failed(error) {
    if (TOKEN_ERRORS.has(error.code)) return this.emit("token");
    if (MICROPHONE_ERRORS.has(error.code)) return this.emit("error", { message: this.#said.microphone ?? error.message, code: "microphone" });
    this.emit("error", { message: this.#said.line ?? error.message, code: String(error.code ?? "") });
    if (this.#device?.state === "unregistered") this.#again();
    return undefined;
  }
}

export function createDriver(config) {
  return new TwilioDriver(config);
}
