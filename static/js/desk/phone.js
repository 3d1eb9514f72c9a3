// The softphone's life in this page: one tab owns the voice, the microphone is checked, the token renewed, legs accepted.
import { createSoftphone } from "../softphone/index.js";
import { get } from "./api.js";
import { checkMicrophone } from "./microphone.js";

const LOCK = "permanence.softphone";
const RENEW_BEFORE_MS = 60_000;
const RETRY_MS = 3000;

export class Phone {
  /** What the view shows of it. phone: idle | starting | ready | offline. */
  around = { otherTab: false, mic: "", phone: "idle", leg: false, muted: false, poor: false };

  #config;
  #onChange;
  #expects;
  #driver = null;
  #renewal = 0;
  #retry = 0;
  #starting = null;

  /** expects(): resolves to true when an incoming leg is ours (a call was accepted here or is to be resumed). */
  constructor(config, { onChange, expects }) {
    this.#config = config;
    this.#onChange = onChange;
    this.#expects = expects;
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

  /** Ready to talk? Checks the microphone, then connects to the line. Resolves to false when she could not be heard. */
  start() {
    if (this.around.otherTab) return Promise.resolve(true);
    if (this.around.phone === "ready") return Promise.resolve(true);
    this.#starting ??= this.#begin().finally(() => { this.#starting = null; });
    return this.#starting;
  }

  async #begin() {
    this.#set({ phone: "starting", mic: "" });
    const microphone = await checkMicrophone();
    if (!microphone.ok) {
      this.#set({ phone: "idle", mic: microphone.reason });
      return false;
    }
    try {
      await this.#connect();
    } catch {
      this.#lost();
    }
    return true;
  }

  async #connect() {
    const token = await this.#token();
    if (!this.#driver) {
      this.#driver = await createSoftphone(this.#config);
      this.#listen(this.#driver);
    }
    await this.#driver.start(token);
    if (this.around.phone === "starting") this.#set({ phone: "ready" });
  }

  #listen(driver) {
    driver.on("ready", () => this.#set({ phone: "ready" }));
    driver.on("offline", () => this.#set({ phone: "offline" }));
    driver.on("incoming", (leg) => this.#incoming(leg));
    driver.on("connected", () => this.#set({ leg: true, muted: false, poor: false }));
    driver.on("ended", () => this.#set({ leg: false, muted: false, poor: false }));
    driver.on("quality", ({ level }) => this.#set({ poor: level === "poor" }));
    driver.on("token", () => this.#renew());
    driver.on("error", ({ code }) => { if (code === "microphone") this.#set({ mic: "mic.error" }); });
  }

  async #incoming(leg) {
    if (await this.#expects()) this.#driver.accept(leg);
  }

  async #token() {
    const { token, expires_at: expires } = await get("/desk/token");
    window.clearTimeout(this.#renewal);
    const wait = Math.max(30_000, Date.parse(expires) - Date.now() - RENEW_BEFORE_MS);
    if (expires) this.#renewal = window.setTimeout(() => this.#renew(), Math.min(wait, 2 ** 31 - 1));
    return token;
  }

  async #renew() {
    try {
      this.#driver?.setToken(await this.#token());
    } catch {
      this.#renewal = window.setTimeout(() => this.#renew(), RETRY_MS);
    }
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
    this.#set({ phone: "idle", leg: false, muted: false, poor: false });
  }

  mute(muted) {
    this.#driver?.mute(muted);
    this.#set({ muted });
  }

  sendDigits(digits) {
    this.#driver?.sendDigits(digits);
  }

  hangUp() {
    this.#driver?.hangUp();
  }

  /** Audio packets so far: {packetsSent, packetsReceived}. */
  async stats() {
    return this.#driver ? this.#driver.stats() : { packetsSent: 0, packetsReceived: 0 };
  }
}
