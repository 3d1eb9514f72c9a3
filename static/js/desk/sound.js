// « Son »: how she is heard and what she hears. Ties the devices, the meters and the network's words to the panel and to the strip
// under the call (templates/desk/sound.html, sound_strip.html).
import { text } from "../page/i18n.js";
import { toast } from "../page/toast.js";
import { capture, causeOf, release } from "../webrtc/capture.js";
import { canChooseOutput } from "../webrtc/output.js";
import { beep, soundsOn } from "../webrtc/sounds.js";
import { KINDS } from "./device-choice.js";
import { Hearing, SilenceWatch, percentOf } from "./hearing.js";
import { Level } from "./levels.js";
import { chime, ringOn, setVolume, unlockOnGesture, volume } from "./ring.js";

const MEASURE_MS = 100;
const CALM_MS = 500; // for those who asked for less motion
const TEST_MS = 30_000;
const SIDES = ["own", "others"];
const panel = document.getElementById("sound");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const by = (id) => document.getElementById(id);

export class Sound {
  /** What the notice under the clock should say of the sound: the name of a sentence, or "". */
  around = { warning: "" };

  #phone;
  #devices;
  #onChange;
  #levels = { own: new Level(), others: new Level() };
  #hearing = { own: new Hearing(), others: new Hearing() };
  #silence = new SilenceWatch();
  #timer = 0;
  #tested = null; // the microphone that she tries outside a call
  #testTimer = 0;
  #talking = false; // in a conversation where her voice should pass
  #onLine = false;
  #silent = false;
  #drawn = 0;

  constructor(phone, devices, { onChange }) {
    this.#phone = phone;
    this.#devices = devices;
    this.#onChange = onChange;
  }

  /** Connect the panel. Once, when the desk opens. */
  install() {
    const slider = by("ring-volume");
    slider.value = String(volume());
    slider.addEventListener("change", () => { setVolume(Number(slider.value)); chime(); });
    by("ring-test").addEventListener("click", () => chime());
    by("mic-test").addEventListener("click", () => (this.#tested ? this.#endTest() : this.#test()));
    by("headset-test").addEventListener("click", () => [0, 0.3].forEach((delay) => beep([520, 660], { seconds: 0.25, delay })));
    panel.addEventListener("toggle", ({ newState }) => { if (newState === "closed") this.#endTest(); });
    panel.addEventListener("change", ({ target }) => { if (target.dataset.device) this.#choose(target.dataset.device, target.value); });
    unlockOnGesture(this.#onChange);
    this.#followDevices();
    this.#watchPermission();
    this.show({});
  }

  #followDevices() {
    const devices = this.#devices;
    const apply = () => {
      soundsOn(devices.now.headset);
      ringOn(devices.now.ring);
    };
    devices.on("changed", apply);
    devices.on("listed", () => this.#list());
    devices.on("lost", ({ labels }) => toast(text("device.lost", { device: labels.join(", ") }), "wait"));
    devices.on("back", ({ labels }) => toast(text("device.back", { device: labels.join(", ") })));
    devices.on("microphone", ({ present }) => this.#phone.heardOf(present ? "" : "mic.absent"));
    by("sound-outputs").hidden = canChooseOutput;
    by("sound-outputs").textContent = text("outputs.fixed");
    devices.watch();
    apply();
  }

  async #watchPermission() {
    try {
      const permission = await navigator.permissions.query({ name: "microphone" });
      permission.addEventListener("change", () => {
        if (permission.state === "denied") this.#phone.heardOf("mic.denied");
        if (permission.state === "granted") this.#devices.refresh();
      });
    } catch {
      // this browser does not tell: the next check will
    }
  }

  // --- devices ---

  #list() {
    Object.keys(KINDS).forEach((kind) => {
      const { options, chosen, missing } = this.#devices.choiceOf(kind);
      const select = panel.querySelector(`[data-device="${kind}"]`);
      const first = new Option(missing ? text("device.missing", { device: missing }) : text("device.default"), "");
      const others = options.map(({ id, label }, index) => new Option(label || text(`device.${KINDS[kind]}`, { number: index + 1 }), id));
      select.replaceChildren(first, ...others);
      select.value = chosen;
      select.disabled = KINDS[kind] === "audiooutput" && !canChooseOutput;
    });
  }

  #choose(kind, id) {
    this.#devices.choose(kind, id);
    this.#silence.restart();
    if (kind === "microphone" && this.#tested) this.#test();
    if (kind === "ring") chime();
  }

  // --- trying the microphone outside a call ---

  async #test() {
    this.#endTest();
    let stream;
    try {
      stream = await capture(this.#devices.now.microphone);
    } catch (error) {
      by("mic-result").textContent = text(`mic.${causeOf(error)}`);
      return;
    }
    this.#tested = stream;
    this.#hearing.own = new Hearing();
    this.#devices.refresh();
    by("mic-test").setAttribute("aria-pressed", "true");
    by("mic-result").textContent = text("mic.ok", { device: stream.getAudioTracks()[0]?.label || text("mic.device") });
    this.#testTimer = window.setTimeout(() => this.#endTest(), TEST_MS);
    this.#run();
  }

  #endTest() {
    window.clearTimeout(this.#testTimer);
    release(this.#tested);
    this.#tested = null;
    by("mic-test").setAttribute("aria-pressed", "false");
    by("mic-result").textContent = "";
    this.#run();
  }

  // --- meters ---

  /** Follow the desk: talking is true when her voice should reach somebody. Called at each change. */
  show({ talking = false }) {
    const { leg, muted } = this.#phone.around;
    if (leg && !this.#onLine && muted) toast(text("mute.kept"), "wait");
    this.#onLine = leg;
    if (leg && this.#tested) this.#endTest();
    if (!leg) this.#silence.restart();
    this.#talking = Boolean(talking && leg);
    by("mic-test").disabled = leg;
    this.#run();
    this.#words();
  }

  /** Measure only while there is something to hear. */
  #run() {
    const wanted = this.#phone.around.leg || this.#tested;
    if (wanted && !this.#timer) {
      SIDES.forEach((side) => { this.#hearing[side] = new Hearing(); });
      this.#timer = window.setInterval(() => this.#measure(), MEASURE_MS);
    }
    if (wanted || !this.#timer) return;
    window.clearInterval(this.#timer);
    this.#timer = 0;
    SIDES.forEach((side) => {
      this.#levels[side].close();
      this.#draw(side, null);
    });
    this.#warn(false);
  }

  #measure() {
    const { own, others } = this.#phone.streams();
    this.#levels.own.follow([this.#tested ?? own]);
    this.#levels.others.follow(others);
    const now = performance.now();
    const mine = this.#levels.own.read();
    const open = this.#talking && !this.#phone.around.muted;
    if (!open) this.#silence.pause();
    this.#warn(Boolean(open && mine && this.#silence.add(mine.peak, now)));
    const due = now - this.#drawn >= (calm.matches ? CALM_MS : MEASURE_MS - 1);
    if (!due || document.visibilityState === "hidden") return;
    this.#drawn = now;
    window.requestAnimationFrame(() => {
      this.#draw("own", mine, now);
      this.#draw("others", this.#levels.others.read(), now);
      this.#words();
    });
  }

  #draw(side, level, now) {
    const percent = level ? percentOf(level.rms) : 0;
    const word = this.#wordOf(side, level, now);
    document.querySelectorAll(`[data-meter="${side}"]`).forEach((meter) => {
      meter.firstElementChild.style.setProperty("--level", String(percent / 100));
      if (meter.getAttribute("role") !== "meter") return;
      meter.setAttribute("aria-valuenow", String(percent));
      put(meter, "aria-valuetext", word);
    });
    write(side, word);
  }

  #wordOf(side, level, now) {
    if (side === "own" && this.#phone.around.muted) return text("level.muted");
    if (!level) return text("level.none");
    const { heard, silentFor } = this.#hearing[side].add(level.rms, now);
    if (heard) return text(`level.${side}`);
    return silentFor ? text("level.silent", { seconds: silentFor }) : text("level.quiet");
  }

  // --- words ---

  #warn(silent) {
    const { quality, leg } = this.#phone.around;
    this.#silent = silent;
    const warning = warningOf({ silent, quality, leg });
    if (warning === this.around.warning) return;
    this.around = { warning };
    this.#onChange();
  }

  #words() {
    const { leg, muted, quality } = this.#phone.around;
    const network = leg ? text(`network.${quality.level}`) : text("network.none");
    write("network", network);
    const measure = leg && this.#phone.network();
    write("measures", measure ? text("network.measures", { rtt: Math.round(measure.rtt), jitter: Math.round(measure.jitter), loss: measure.loss.toFixed(measure.loss < 1 ? 1 : 0) }) : "");
    const strip = document.querySelector(".sound-strip");
    const tone = leg && (muted || this.#silent || quality.level !== "good") ? "wait" : "calm";
    if (strip.dataset.tone !== tone) strip.dataset.tone = tone;
    strip.toggleAttribute("data-live", leg);
    write("strip", leg ? this.#stripWord(muted, network) : "");
  }

  #stripWord(muted, network) {
    if (muted) return text("level.muted");
    return this.#silent ? text("level.nothing") : network;
  }
}

/** The one sentence about the sound that deserves the notice's place; "" for none. A network that is only fair stays in the strip. */
export function warningOf({ silent, quality, leg }) {
  if (!leg) return "";
  if (quality.level === "poor") return `network.poor.${quality.cause || "loss"}`;
  return silent ? "sound.silent" : "";
}

function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function write(name, value) {
  document.querySelectorAll(`[data-word="${name}"]`).forEach((element) => { if (element.textContent !== value) element.textContent = value; });
}
