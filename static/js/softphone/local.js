// The softphone on the local carrier: registers with the access token, rings, talks by WebRTC.
// Same interface as twilio.js; the desk sees no difference.
import { CarrierLine } from "/carrier/static/voice/line.js";
import { capture, causeOf, release } from "../webrtc/capture.js";
import { Player } from "/carrier/static/telephone/player.js";
import { Speaker } from "/carrier/static/telephone/speaker.js";
import { Voice } from "/carrier/static/voice/voice.js";
import { beep } from "../webrtc/sounds.js";
import { Emitter } from "./emitter.js";
import { QualityWatch, lossBetween } from "./quality.js";

const TOKEN_ERROR = "token";
const MEASURE_MS = 2000;

class LocalDriver extends Emitter {
  #url;
  #said;
  #line = null;
  #ice = [];
  #voice = null;
  #leg = null; // the leg that talks here
  #ringing = new Map();
  #devices = { microphone: "", headset: "" };
  #timer = 0;
  #quality = new QualityWatch();
  #counted = new Map(); // the other legs' totals at the last measure
  #measure = null;
  #speaker = new Speaker();
  #player = new Player();

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
    line.on("media", (media) => { if (media.leg === this.#leg?.id) this.#followMedia(media); });
    line.on("music", ({ leg, on }) => { if (leg === this.#leg?.id) this.#voice?.music(on); });
    line.on("said", ({ leg, text, language }) => { if (leg === this.#leg?.id) this.#speaker.say(text, language); });
    line.on("played", ({ leg, url }) => { if (leg === this.#leg?.id && url) this.#player.play(url); });
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

  /** Without a microphone the leg is refused: the call goes to somebody who can be heard. */
  async accept(leg) {
    let microphone;
    try {
      microphone = await capture(this.#devices.microphone);
    } catch (error) {
      this.emit("microphone", { cause: causeOf(error) });
      return this.decline(leg);
    }
    if (!this.#ringing.has(leg.id) || !this.#line) return release(microphone);
    this.#leg = leg;
    this.#voice = new Voice({ line: this.#line, leg: () => leg.id, ice: this.#ice, microphone, beep, sink: this.#devices.headset });
    this.#follow(microphone);
    this.emit("microphone", { cause: "" });
    const answer = await this.#line.ask("accept", { leg: leg.id });
    if (!answer.ok) this.#ended(leg.id);
    return undefined;
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

  /** Which devices from now on, ids or "" for the default; again: open the microphone anew even if it is the same. */
  async useDevices({ microphone = "", headset = "" }, { again = false } = {}) {
    const moved = again || microphone !== this.#devices.microphone;
    this.#devices = { microphone, headset };
    this.#voice?.playOn(headset);
    if (this.#voice && moved) await this.#reopen();
  }

  /** {own, others}: the streams of the conversation; nothing without a call. */
  streams() {
    return this.#voice?.streams ?? { own: null, others: [] };
  }

  /** The network at the last measure: {rtt, jitter, loss} in ms and %; null without one. */
  network() {
    return this.#measure;
  }

  /** Audio packets so far, both ways; zeros without a call. */
  async stats() {
    const { packetsSent = 0, packetsReceived = 0 } = (await this.#voice?.stats()) ?? {};
    return { packetsSent, packetsReceived };
  }

  /** A microphone that is unplugged ends by itself: another one takes its place. */
  #follow(stream) {
    stream.getAudioTracks().forEach((track) => track.addEventListener("ended", () => this.#reopen()));
  }

  async #reopen() {
    const voice = this.#voice;
    if (!voice) return;
    try {
      const stream = await capture(this.#devices.microphone);
      if (this.#voice !== voice) return release(stream);
      this.#follow(stream);
      voice.useMicrophone(stream);
      this.emit("microphone", { cause: "" });
    } catch (error) {
      this.emit("microphone", { cause: causeOf(error) });
    }
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
    this.#quality = new QualityWatch();
    this.#counted.clear();
    this.#timer = window.setInterval(() => this.#listenToNetwork(), MEASURE_MS);
    this.emit("connected", this.#leg);
  }

  #followMedia(media) {
    if (media.mode === "talking") this.#player.stop(); // music was for waiting
    this.#voice?.apply(media);
  }

  #ended(id) {
    if (this.#leg?.id !== id) return this.#withdrawn(id);
    this.#speaker.hush();
    this.#player.stop();
    const leg = this.#leg;
    window.clearInterval(this.#timer);
    this.#voice?.close();
    this.#leg = this.#voice = this.#measure = null;
    this.#ringing.delete(id);
    return this.emit("ended", leg);
  }

  /** The worst of the connections is what she hears. */
  async #listenToNetwork() {
    const voice = this.#voice;
    const now = await voice?.network();
    if (!now?.length || this.#voice !== voice) return;
    const losses = now.map((one) => (this.#counted.has(one.leg) ? lossBetween(this.#counted.get(one.leg), one) : 0));
    this.#counted = new Map(now.map((one) => [one.leg, one]));
    const worst = (name) => Math.max(...now.map((one) => one[name]));
    this.#measure = { rtt: worst("rtt"), jitter: worst("jitter"), loss: Math.max(...losses), broken: now.some(({ broken }) => broken) };
    const told = this.#quality.add(this.#measure);
    if (told) this.emit("quality", told);
  }
}

export function createDriver(config) {
  return new LocalDriver(config);
}
