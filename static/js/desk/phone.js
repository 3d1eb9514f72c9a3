// The softphone's life in this page: one tab owns the voice, the microphone is checked, the token renewed, legs accepted.
import { leaveToSignIn } from "../page/session.js";
import { createSoftphone } from "../softphone/index.js";
import { get, newFormToken } from "./api.js";
import { checkMicrophone } from "./microphone.js";

const LOCK = "permanence.softphone";
const MUTED = "permanence.muted"; // the call during which she muted herself: so she stays after a reload, and it is shown
const RENEW_BEFORE_MS = 60_000;
const RETRY_MS = 3000;
const GOOD = { level: "good", cause: "" };
const signIn = () => `/sign-in?next=${encodeURIComponent(window.location.pathname)}`;

/** When to ask for the next token, in ms from now: a minute before the end, or half-way for a short one. */
export function renewalIn(left) {
  return Math.max(1000, Math.min(left > 2 * RENEW_BEFORE_MS ? left - RENEW_BEFORE_MS : left / 2, 2 ** 31 - 1));
}

/** "agent_7" of "agent_7_2": the same person, whose sessions have ended twice. */
const personOf = (identity = "") => identity.split("_").slice(0, 2).join("_");

export class Phone {
  /** What the view shows of it. phone: idle | starting | ready | offline. session: it is over, and the call goes on. */
  around = { otherTab: false, mic: "", phone: "idle", leg: false, muted: false, quality: GOOD, session: false };

  #config;
  #onChange;
  #expects;
  #devices;
  #call = "";
  #driver = null;
  #renewal = 0;
  #retry = 0;
  #starting = null;
  #identity = "";
  #renamed = false; // registered under a name that rings no more

  /**
   * expects(): resolves to the call's ref when an incoming leg is ours (a call was accepted here or is to be resumed), else to "".
   * devices: which microphone and headset to use (devices.js).
   */
  constructor(config, { onChange, expects, devices }) {
    this.#config = config;
    this.#identity = config.identity;
    this.#onChange = onChange;
    this.#expects = expects;
    this.#devices = devices;
    devices.on("changed", (how) => this.#driver?.useDevices(devices.now, how));
    document.addEventListener("session-over", () => this.#sessionOver());
  }

  /** Nobody would hear her: she must not be rung. */
  get unheard() {
    return Boolean(this.around.mic) && this.around.mic !== "mic.speak";
  }

  #set(changes) {
    Object.assign(this.around, changes);
    this.#onChange();
  }

  /** Become the tab that carries the voice. Resolves once known whether we are; steal takes it from the other tab. */
  claim({ steal = false } = {}) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      const hold = (lock) => {
        this.#set({ otherTab: !lock });
        resolve(Boolean(lock));
        if (lock) return new Promise(() => {});
        this.#waitForTurn();
        return undefined;
      };
      const options = steal ? { steal: true } : { ifAvailable: true };
      navigator.locks.request(LOCK, options, hold).catch(() => this.#robbed());
    });
  }

  #waitForTurn() {
    const hold = () => {
      this.#set({ otherTab: false });
      this.start();
      return new Promise(() => {});
    };
    navigator.locks.request(LOCK, hold).catch(() => this.#robbed());
  }

  #robbed() {
    this.stop();
    this.#set({ otherTab: true });
    this.#waitForTurn();
  }

  /**
   * Ready to talk? Checks the microphone, then connects to the line. Resolves to false when she could not be heard.
   * check: try the microphone again even if all was ready.
   */
  start({ check = false } = {}) {
    const ready = this.around.phone === "ready" && !(check || this.unheard);
    if (this.around.otherTab || this.around.leg || ready) return Promise.resolve(true);
    this.#starting ??= this.#begin().finally(() => { this.#starting = null; });
    return this.#starting;
  }

  async #begin() {
    if (this.around.phone !== "ready") this.#set({ phone: "starting" });
    const microphone = await checkMicrophone({ device: this.#devices.now.microphone, onSilence: () => this.#set({ mic: "mic.speak" }) });
    const reason = this.#devices.present ? microphone.reason : "mic.absent"; // unplugged while it was tried
    if (reason) {
      this.#set({ phone: this.around.phone === "ready" ? "ready" : "idle", mic: reason });
      return false;
    }
    this.#set({ mic: "" });
    this.#devices.refresh(); // the names of devices are known now
    if (this.around.phone === "ready") return true;
    try {
      await this.#connect();
    } catch {
      this.#lost();
    }
    return true;
  }

  /** What was found out of the microphone elsewhere: unplugged, forbidden, back. reason: "mic.absent"…, "" when all is well. */
  heardOf(reason) {
    if (reason !== this.around.mic) this.#set({ mic: reason });
  }

  async #connect(given = "") {
    const token = given || (await this.#token());
    this.#renamed = false; // it registers under the name of this token
    if (!this.#driver) {
      this.#driver = await createSoftphone(this.#config);
      this.#listen(this.#driver);
      this.#driver.useDevices(this.#devices.now);
    }
    await this.#driver.start(token);
    if (this.around.phone === "starting") this.#set({ phone: "ready" });
  }

  #listen(driver) {
    driver.on("ready", () => this.#set({ phone: "ready" }));
    driver.on("offline", () => this.#set({ phone: "offline" }));
    driver.on("incoming", (leg) => this.#incoming(leg));
    driver.on("connected", () => this.#connected());
    driver.on("ended", () => this.#ended());
    driver.on("quality", (quality) => this.#set({ quality }));
    driver.on("token", () => this.#renew());
    driver.on("microphone", ({ cause }) => this.heardOf(cause ? `mic.${cause}` : ""));
  }

  async #incoming(leg) {
    this.#call = await this.#expects();
    if (this.#call) this.#driver?.accept(leg);
  }

  #connected() {
    const muted = window.localStorage.getItem(MUTED) === this.#call;
    if (muted) this.#driver.mute(true);
    this.#set({ leg: true, muted, quality: GOOD });
  }

  #ended() {
    this.#set({ leg: false, muted: false, quality: GOOD });
    if (this.around.session) window.location.assign(signIn());
    else if (this.#renamed) this.#renew();
  }

  /** Signed out while she talks: the voice does not need the session, the page waits until she has signed in again. */
  #sessionOver() {
    if (!this.around.leg) return leaveToSignIn();
    if (this.around.session) return undefined;
    this.#set({ session: true });
    window.clearTimeout(this.#renewal);
    this.#renewal = window.setTimeout(() => this.#renew(), RETRY_MS);
    return undefined;
  }

  async #token() {
    const { token, identity, expires_at: expires } = await get("/desk/token");
    if (personOf(identity) !== personOf(this.#config.identity)) window.location.assign("/"); // somebody else has signed in here
    this.#renamed ||= identity !== this.#identity;
    this.#identity = identity;
    if (this.around.session) {
      await newFormToken();
      this.#set({ session: false });
    }
    window.clearTimeout(this.#renewal);
    if (expires) this.#renewal = window.setTimeout(() => this.#renew(), renewalIn(Date.parse(expires) - Date.now()));
    return token;
  }

  async #renew() {
    window.clearTimeout(this.#renewal);
    try {
      const token = await this.#token();
      if (!this.#renamed) this.#driver?.setToken(token);
      else if (!this.around.leg) await this.#registerAnew(token);
    } catch {
      this.#renewal = window.setTimeout(() => this.#renew(), RETRY_MS);
    }
  }

  /** A session of hers has ended somewhere: the tokens of before ring no more, hers has a new name. */
  renamed() {
    if (this.#driver) this.#renew();
  }

  async #registerAnew(token) {
    this.#renamed = false;
    this.#driver?.stop();
    this.#driver = null;
    this.#set({ phone: "starting" });
    await this.#connect(token).catch(() => this.#lost());
  }

  #lost() {
    this.#set({ phone: "offline" });
    window.clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => {
      if (this.around.phone === "offline" && !this.around.otherTab) this.start();
    }, RETRY_MS);
  }

  stop() {
    window.clearTimeout(this.#renewal);
    window.clearTimeout(this.#retry);
    this.#driver?.stop();
    this.#driver = null;
    this.#set({ phone: "idle", leg: false, muted: false, quality: GOOD });
  }

  mute(muted) {
    this.#driver?.mute(muted);
    if (muted) window.localStorage.setItem(MUTED, this.#call);
    else window.localStorage.removeItem(MUTED);
    this.#set({ muted });
  }

  /** Nobody hears her for a moment, whatever she chose: her own choice is as it was afterwards. */
  hush(on) {
    this.#driver?.mute(on || this.around.muted);
  }

  sendDigits(digits) {
    this.#driver?.sendDigits(digits);
  }

  hangUp() {
    this.#driver?.hangUp();
  }

  /** {own, others}: the streams of the conversation. */
  streams() {
    return this.#driver?.streams() ?? { own: null, others: [] };
  }

  /** The network at the last measure: {rtt, jitter, loss}; null without one. */
  network() {
    return this.#driver?.network() ?? null;
  }

  /** Audio packets so far: {packetsSent, packetsReceived}. */
  async stats() {
    return this.#driver ? this.#driver.stats() : { packetsSent: 0, packetsReceived: 0 };
  }
}
