// The telephone page: dials, listens, talks. One page is one telephone; several may be open side by side.
import { Player } from "./telephone/player.js";
import { Speaker } from "./telephone/speaker.js";
import { text } from "./telephone/texts.js";
import { TelephoneView } from "./telephone/view.js";
import { CarrierLine } from "./voice/line.js";
import { Recorder } from "./voice/recorder.js";
import { audioContext, beep, openMicrophone, pressTone, ringback, ringtone } from "./voice/sounds.js";
import { Voice } from "./voice/voice.js";

const FREE = new Set(["idle", "ended", "connecting"]);
const MODES = { waiting: "conference", alone: "conference", talking: "talking", held: "held" };
const STATS_MS = 1000;

class Telephone {
  #view = new TelephoneView();
  #speaker = new Speaker();
  #player = new Player();
  #back = ringback();
  #bell = ringtone();
  #line;
  #ice = [];
  #state = "connecting";
  #leg = ""; // the call that is on here
  #incoming = null;
  #voice = null;
  #recorder = null;
  #muted = false;
  #early = []; // events that came before the answer to "dial", which tells our leg's number

  constructor(url) {
    this.#line = new CarrierLine(url, this.#hello());
    this.#listen();
    window.setInterval(() => this.#measure(), STATS_MS);
    this.#line.open();
  }

  #listen() {
    const on = (name, act) => this.#line.on(name, act);
    const own = (name, act) => on(name, (detail) => {
      if (detail.leg === this.#leg) act(detail);
      else if (!this.#leg && this.#state === "dialing") this.#early.push([name, detail]);
    });
    on("ready", (welcome) => this.#ready(welcome));
    on("offline", () => this.#offline());
    on("refused", ({ error }) => this.#view.hint(text(error)));
    on("ringing", (detail) => this.#ring(detail));
    on("taken", ({ leg }) => this.#withdrawn(leg));
    on("sms", (message) => { this.#view.message(message); beep([880, 1320], { seconds: 0.15 }); });
    own("state", ({ status }) => { if (status === "in-progress") this.#answered(); });
    own("said", (said) => { this.#player.stop(); this.#view.heard(said.text, said.language); this.#speaker.say(said.text, said.language, said.voice); });
    own("played", ({ url }) => { if (url) { this.#view.aside(text("music")); this.#player.play(url); } });
    own("gathering", ({ on: wanted, keys }) => this.#view.hint(wanted ? text(keys ? "press" : "speak") : ""));
    own("waiting", ({ on: waits }) => this.#show(waits ? "queued" : "connected"));
    own("music", ({ on: plays }) => this.#voice?.music(plays));
    own("ringback", ({ on: rings }) => (rings ? this.#back.start() : this.#back.stop()));
    own("beep", () => beep([1000], { seconds: 0.3 }));
    own("recording", ({ on: records }) => this.#record(records));
    own("media", (media) => this.#media(media));
    own("signal", (detail) => this.#voice?.signal(detail));
    own("ended", ({ status, duration }) => this.#over(status, duration));
  }

  #hello() {
    return ["open", { number: this.#view.callerNumber() }];
  }

  changeCaller() {
    this.#line.greet(this.#hello());
  }

  // -- calls ----------------------------------------------------------------------------------------------------------

  async dial() {
    if (!FREE.has(this.#state) || this.#state === "connecting") return;
    const to = this.#view.dialed();
    if (!to) return;
    audioContext();
    this.#view.clear();
    this.#show("dialing");
    this.#back.start();
    await this.#openVoice();
    const answer = await this.#line.ask("dial", { to, hidden: this.#view.hides() });
    if (!answer.ok) return this.#fail(answer.error);
    this.#begin(answer.leg);
  }

  async answer() {
    const call = this.#incoming;
    if (!call) return;
    audioContext();
    this.#bell.stop();
    this.#view.clear();
    await this.#openVoice();
    this.#begin(call.leg);
    const answer = await this.#line.ask("accept", { leg: call.leg });
    this.#incoming = null;
    if (!answer.ok) this.#over("canceled", 0);
  }

  hangUp() {
    if (this.#incoming) {
      this.#line.ask("decline", { leg: this.#incoming.leg });
      return this.#withdrawn(this.#incoming.leg);
    }
    if (!this.#leg) return FREE.has(this.#state) ? undefined : this.#fail("ended");
    this.#line.ask("hangup", { leg: this.#leg });
    return undefined;
  }

  /** A text message to the number that is dialled; what was refused stays in the field. */
  async write() {
    const body = this.#view.words();
    if (!body) return;
    const answer = await this.#line.ask("text", { to: this.#view.dialed(), body });
    this.#view.wrote(answer.ok ? body : "");
  }

  press(key) {
    pressTone(key);
    if (FREE.has(this.#state)) return this.#view.type(key);
    if (!this.#leg) return undefined;
    this.#speaker.hush();
    this.#view.pressed(key);
    return this.#line.ask("keys", { leg: this.#leg, keys: key });
  }

  mute(on) {
    this.#muted = on;
    this.#voice?.mute(on);
    this.#recorder?.mute(on);
  }

  speech(on) {
    this.#speaker.enable(on);
  }

  async stats() {
    const { packetsSent = 0, packetsReceived = 0 } = (await this.#voice?.stats()) ?? {};
    return { packetsSent, packetsReceived };
  }

  get state() {
    return this.#state;
  }

  // -- what the line says ---------------------------------------------------------------------------------------------

  #ready({ ice, legs }) {
    this.#ice = ice;
    this.#view.hint("");
    if (this.#leg && !legs.includes(this.#leg)) this.#over("failed", 0);
    if (this.#state === "connecting") this.#show("idle");
  }

  #offline() {
    if (FREE.has(this.#state)) this.#show("connecting", text("offline"));
    else this.#view.hint(text("offline"));
  }

  async #openVoice() {
    const microphone = await openMicrophone();
    if (!microphone) this.#view.aside(text("no-microphone"));
    this.#voice?.close();
    this.#voice = new Voice({ line: this.#line, leg: () => this.#leg, ice: this.#ice, microphone, beep });
    this.#view.canMute(Boolean(microphone));
  }

  #begin(leg) {
    this.#leg = leg;
    const early = this.#early.splice(0);
    early.filter(([, detail]) => detail.leg === leg).forEach(([name, detail]) => this.#line.emit(name, detail));
  }

  #answered() {
    this.#back.stop();
    this.#view.startTimer();
    if (["dialing", "ringing"].includes(this.#state)) this.#show("connected");
  }

  #media(media) {
    if (media.mode === "talking") { this.#speaker.hush(); this.#player.stop(); }
    this.#voice?.apply(media);
    this.#show(MODES[media.mode] ?? "connected");
  }

  #record(on) {
    const leg = this.#leg;
    const microphone = this.#voice?.streams.own;
    this.#recorder?.stop();
    this.#recorder = on && microphone ? new Recorder(microphone, (samples) => this.#line.ask("audio", { leg, samples }), this.#muted) : null;
    this.#view.hint(on ? text("recording") : "");
  }

  #ring(call) {
    if (!FREE.has(this.#state)) return this.#line.ask("decline", { leg: call.leg });
    this.#incoming = call;
    this.#bell.start();
    this.#view.who(call.from);
    return this.#show("ringing");
  }

  #withdrawn(leg) {
    if (this.#incoming?.leg !== leg) return;
    this.#incoming = null;
    this.#bell.stop();
    this.#show("idle");
  }

  #fail(error) {
    this.#quiet();
    beep([425], { seconds: 0.5 });
    this.#show("ended", text(error));
  }

  #over(status, duration) {
    this.#quiet();
    this.#leg = "";
    this.#view.stopTimer(duration);
    const why = { busy: "busy", failed: "failed", "no-answer": "failed" }[status] ?? "ended";
    [0, 0.7, 1.4].forEach((delay) => beep([425], { seconds: 0.4, delay, volume: 0.03 }));
    this.#show("ended", text(why));
  }

  #quiet() {
    this.#early = [];
    this.#back.stop();
    this.#bell.stop();
    this.#speaker.hush();
    this.#player.stop();
    this.#recorder?.stop();
    this.#recorder = null;
    this.#voice?.close();
    this.#voice = null;
    this.#muted = false;
    this.#view.hint("");
  }

  #show(state, sentence = "") {
    this.#state = state;
    this.#view.show(state, sentence || text(state === "connecting" ? "connecting" : state));
  }

  async #measure() {
    if (this.#voice) this.#view.packets(await this.stats());
  }
}

const page = document.getElementById("telephone");
const telephone = new Telephone(page.dataset.carrier);
TelephoneView.listen(telephone);

// For tests and the curious: the same figures as the data-packets-* attributes.
window.carrierPhone = { stats: () => telephone.stats(), state: () => telephone.state };
