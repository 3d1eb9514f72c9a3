// The softphone over Twilio's Voice JS SDK 2.x (static/vendor/twilio.min.js, global `Twilio`), used when the server is
// configured with a real account. Device registers with our token; the agent's leg comes in and the desk accepts it.
// Only what is documented is used: https://twilio.github.io/twilio-voice.js/classes/Device.html and …/Call.html
import { Emitter } from "./emitter.js";
import { QualityWatch } from "./quality.js";

const FIRST_RETRY_MS = 3000;
const LAST_RETRY_MS = 30_000;
const RECONNECT_MS = 30_000; // a conversation survives a signalling break of this length
const DEVICE_MS = 2000; // a device that does not open must not keep a caller waiting
const MICROPHONE_ERRORS = { 31401: "denied", 31402: "busy" }; // 31402: busy, or absent
const TOKEN_ERRORS = new Set([20101, 20104, 31202, 31204, 31205, 31207]);
// What the SDK warns of, as a cause that the desk tells. constant-audio-*: a muted or silent person, nothing of the network.
const WARNINGS = {
  "high-rtt": "delay",
  "high-jitter": "delay",
  "high-packet-loss": "loss",
  "high-packets-lost-fraction": "loss",
  "low-mos": "loss",
};
const isOfNetwork = (warning) => !warning.startsWith("constant-audio");

class TwilioDriver extends Emitter {
  #device = null;
  #call = null;
  #packets = { packetsSent: 0, packetsReceived: 0 };
  #warnings = new Set();
  #quality = new QualityWatch();
  #told = "good";
  #measure = null;
  #devices = { microphone: "", headset: "" };
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

  /** The chosen microphone first; the SDK takes the default one when it cannot be had soon. */
  async accept(leg) {
    if (this.#devices.microphone) await Promise.race([this.#applyMicrophone(), new Promise((resolve) => { window.setTimeout(resolve, DEVICE_MS); })]);
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

  /** Which devices from now on, ids or "" for the default; again: open the microphone anew even if it is the same. */
  async useDevices({ microphone = "", headset = "" }, { again = false } = {}) {
    const moved = again || microphone !== this.#devices.microphone;
    this.#devices = { microphone, headset };
    this.#applyHeadset();
    if (this.#call && moved) await this.#applyMicrophone();
  }

  /** {own, others}: the streams of the conversation; nothing without a call. */
  streams() {
    return { own: this.#call?.getLocalStream() ?? null, others: [this.#call?.getRemoteStream()].filter(Boolean) };
  }

  /** The network at the last measure: {rtt, jitter, loss} in ms and %; null without one. */
  network() {
    return this.#measure;
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
    device.audio?.on("deviceChange", () => this.#applyAll()); // the SDK has its list now: what it did not know may be chosen
    device.on("registered", () => this.#ready());
    device.on("unregistered", () => this.#lost());
    device.on("incoming", (call) => this.#ring(call));
    device.on("error", (error, call) => { if (!call) this.#failed(error); }); // a call says its own
    device.on("tokenWillExpire", () => this.emit("token"));
    return device;
  }

  #applyAll() {
    this.#applyHeadset();
    if (this.#call && this.#devices.microphone) this.#applyMicrophone(); // for the default one the SDK does it
  }

  /** The SDK keeps a microphone that was set open: it is set for a call, and let go after it. */
  async #applyMicrophone() {
    const audio = this.#device?.audio;
    const known = audio?.availableInputDevices;
    const id = [this.#devices.microphone, "default", known?.keys().next().value].find((one) => one && known?.has(one));
    if (!id) return;
    try {
      await audio.setInputDevice(id);
      this.emit("microphone", { cause: "" });
    } catch {
      // The SDK goes on with the microphone that it has; when it has none, the call says so by its own error.
    }
  }

  #applyHeadset() {
    const audio = this.#device?.audio;
    if (!audio?.isOutputSelectionSupported) return;
    const known = audio.availableOutputDevices;
    const id = [this.#devices.headset, "default"].find((one) => one && known.has(one));
    if (id) audio.speakerDevices.set(id).catch(() => {}); // unplugged in between: the SDK falls back by itself
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
    this.#applyHeadset();
    this.#wait = FIRST_RETRY_MS;
    window.clearTimeout(this.#retry);
    this.emit("ready");
  }

  #ring(call) {
    call.on("accept", () => {
      this.#begin(call);
      this.emit("connected", call);
    });
    ["disconnect", "cancel", "reject"].forEach((name) => call.on(name, () => this.#over(call)));
    call.on("error", (error) => this.#failed(error));
    call.on("sample", (sample) => { if (this.#call === call) this.#sampled(sample); });
    call.on("warning", (name) => this.#warned(name, true));
    call.on("warning-cleared", (name) => this.#warned(name, false));
    call.on("reconnecting", () => this.#warned("reconnecting", true));
    call.on("reconnected", () => this.#warned("reconnecting", false));
    this.emit("incoming", call);
  }

  #begin(call) {
    this.#call = call;
    this.#packets = { packetsSent: 0, packetsReceived: 0 };
    this.#warnings.clear();
    this.#quality = new QualityWatch();
    this.#told = "good";
    this.emit("microphone", { cause: "" });
  }

  #sampled({ totals, rtt = 0, jitter = 0, packetsLostFraction: loss = 0 }) {
    if (totals) this.#packets = { packetsSent: totals.packetsSent, packetsReceived: totals.packetsReceived };
    this.#measure = { rtt, jitter, loss };
    this.#quality.add(this.#measure);
    this.#tell();
  }

  #warned(name, on) {
    if (!isOfNetwork(name)) return;
    if (on) this.#warnings.add(name);
    else this.#warnings.delete(name);
    this.#tell();
  }

  /** The line is poor as long as one warning of the SDK stands; else it is what the measures say. */
  #tell() {
    const [first] = this.#warnings;
    const now = first ? { level: "poor", cause: WARNINGS[first] ?? "connection" } : this.#quality.told;
    if (now.level === this.#told) return;
    this.#told = now.level;
    this.emit("quality", now);
  }

  #over(call) {
    if (this.#call === call) {
      this.#call = this.#measure = null;
      this.#packets = { packetsSent: 0, packetsReceived: 0 };
      this.#device?.audio?.unsetInputDevice().catch(() => {}); // lets the microphone go between two calls
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
    if (error.code in MICROPHONE_ERRORS) return this.emit("microphone", { cause: MICROPHONE_ERRORS[error.code] });
    this.emit("error", { message: this.#said.line ?? error.message, code: String(error.code ?? "") });
    if (this.#device?.state === "unregistered") this.#again();
    return undefined;
  }
}

export function createDriver(config) {
  return new TwilioDriver(config);
}
