// The softphone on the local carrier: registers with the access token, rings, talks by WebRTC.
// Same interface as twilio.js; the desk sees no difference.
import { CarrierLine } from "../webrtc/line.js";
import { Voice, openMicrophone } from "../webrtc/voice.js";
import { Emitter } from "./emitter.js";

const TOKEN_ERROR = "token";
const QUALITY_MS = 5000;
const POOR_LOSS = 0.05;
const POOR_JITTER = 0.1; // seconds

class LocalDriver extends Emitter {
  #url;
  #said;
  #line = null;
  #ice = [];
  #voice = null;
  #leg = null; // the leg that talks here
  #ringing = new Map();
  #accepting = "";
  #watch = 0;
  #level = "good";
  #lost = { packetsLost: 0, packetsReceived: 0 };

  constructor(config) {
    super();
    this.#url = config.carrierUrl ?? "";
    this.#said = config.i18n ?? {};
  }

  /** Resolves once registered. */
  start(token) {
    if (this.#line) return this.setToken(token);
    const line = new CarrierLine(this.#url, ["register", { token }]);
    this.#line = line;
    line.on("ready", (welcome) => this.#ready(welcome));
    line.on("offline", () => this.emit("offline"));
    line.on("refused", (refusal) => this.#refused(refusal));
    line.on("ringing", (detail) => this.#ring(detail));
    line.on("taken", ({ leg }) => this.#withdrawn(leg));
    line.on("state", ({ leg, status }) => { if (status === "in-progress") this.#connected(leg); });
    line.on("media", (media) => { if (media.leg === this.#leg?.id) this.#voice?.apply(media); });
    line.on("music", ({ leg, on }) => { if (leg === this.#leg?.id) this.#voice?.music(on); });
    line.on("signal", (detail) => { if (detail.leg === this.#leg?.id) this.#voice?.signal(detail); });
    line.on("ended", ({ leg }) => this.#ended(leg));
    return new Promise((resolve, reject) => {
      const settled = [
        line.on("ready", () => { settled.forEach((off) => off()); resolve(); }),
        line.on("refused", ({ error }) => { settled.forEach((off) => off()); reject(new Error(error)); }),
      ];
      line.open();
    });
  }

  stop() {
    this.#line?.close();
    this.#line = null;
    this.#ringing.clear();
    if (this.#leg) this.#ended(this.#leg.id);
  }

  setToken(token) {
    return this.#line?.greet(["register", { token }]);
  }

  async accept(leg) {
    this.#accepting = leg.id;
    const microphone = await openMicrophone();
    if (!microphone) this.emit("error", { message: this.#said.microphone ?? "microphone", code: "microphone" });
    if (!this.#ringing.has(leg.id) || !this.#line) {
      microphone?.getTracks().forEach((track) => track.stop());
      return;
    }
    this.#leg = leg;
    this.#voice = new Voice({ line: this.#line, leg: () => leg.id, ice: this.#ice, microphone });
    const answer = await this.#line.ask("accept", { leg: leg.id });
    if (!answer.ok) this.#ended(leg.id);
  }

  decline(leg) {
    this.#line?.ask("decline", { leg: leg.id });
  }

  hangUp() {
    if (this.#leg) this.#line?.ask("hangup", { leg: this.#leg.id });
  }

  mute(muted) {
    this.#voice?.mute(muted);
  }

  sendDigits(digits) {
    if (this.#leg) this.#line?.ask("keys", { leg: this.#leg.id, keys: digits });
  }

  /** Audio packets so far, both ways; zeros without a call. */
  async stats() {
    const { packetsSent = 0, packetsReceived = 0 } = (await this.#voice?.stats()) ?? {};
    return { packetsSent, packetsReceived };
  }

  #ready({ ice, legs }) {
    this.#ice = ice;
    if (this.#leg && !legs.includes(this.#leg.id)) this.#ended(this.#leg.id);
    this.emit("ready");
  }

  #refused({ error, code }) {
    this.emit("offline");
    if (error === TOKEN_ERROR) return this.emit("token", { code });
    return this.emit("error", { message: this.#said.line ?? error, code: error });
  }

  #ring({ leg: id, from, to }) {
    if (this.#ringing.has(id)) return;
    const leg = { id, from, to, accept: () => this.accept(leg) };
    this.#ringing.set(id, leg);
    this.emit("incoming", leg);
  }

  #withdrawn(id) {
    const leg = this.#ringing.get(id);
    if (!leg || this.#leg?.id === id) return;
    this.#ringing.delete(id);
    this.emit("ended", leg);
  }

  #connected(id) {
    if (this.#leg?.id !== id || !this.#ringing.delete(id)) return;
    this.#level = "good";
    this.#watch = window.setInterval(() => this.#measure(), QUALITY_MS);
    this.emit("connected", this.#leg);
  }

  #ended(id) {
    if (this.#leg?.id !== id) return this.#withdrawn(id);
    const leg = this.#leg;
    window.clearInterval(this.#watch);
    this.#voice?.close();
    this.#leg = this.#voice = null;
    this.#ringing.delete(id);
    return this.emit("ended", leg);
  }

  async #measure() {
    const now = await this.#voice?.stats();
    if (!now) return;
    const lost = now.packetsLost - this.#lost.packetsLost;
    const received = now.packetsReceived - this.#lost.packetsReceived;
    this.#lost = now;
    const poor = now.jitter > POOR_JITTER || (lost > 0 && lost / (lost + received) > POOR_LOSS);
    const level = poor ? "poor" : "good";
    if (level !== this.#level) this.emit("quality", { level });
    this.#level = level;
  }
}

export function createDriver(config) {
  return new LocalDriver(config);
}
