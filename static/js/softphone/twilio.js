// The softphone over Twilio's Voice JS SDK (static/vendor/twilio.min.js, global `Twilio`), used when the server is
// configured with a real account. Device registers with our token; the agent's leg comes in and the desk accepts it.
// Warnings and error codes: https://www.twilio.com/docs/voice/sdks/javascript
import { Emitter } from "./emitter.js";

const RETRY_MS = 3000;
const SOURCE_OF_MICROPHONE_ERRORS = new Set([31401, 31402]); // permission refused, device busy or absent
const TOKEN_ERRORS = new Set([20101, 20104, 31204, 31205]);

class TwilioDriver extends Emitter {
  #device = null;
  #call = null;
  #retry = 0;
  #wanted = false;
  #said;

  constructor(config) {
    super();
    this.#said = config.i18n ?? {};
  }

  async start(token) {
    this.#wanted = true;
    if (this.#device) return this.setToken(token);
    this.#device = new window.Twilio.Device(token, {
      closeProtection: true, // the browser asks before a tab with a conversation is closed
      codecPreferences: ["opus", "pcmu"],
      logLevel: 4,
      sounds: { incoming: "" },
    });
    this.#device.audio.incoming(false); // the desk rings by itself, before this leg exists
    this.#device.on("registered", () => this.emit("ready"));
    this.#device.on("unregistered", () => this.#lost());
    this.#device.on("incoming", (call) => this.#ring(call));
    this.#device.on("error", (error) => this.#failed(error));
    this.#device.on("tokenWillExpire", () => this.emit("token"));
    await this.#device.register();
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

  hangUp() {
    this.#call?.disconnect();
  }

  mute(muted) {
    this.#call?.mute(muted);
  }

  sendDigits(digits) {
    this.#call?.sendDigits(digits);
  }

  /** Audio packets so far, both ways; zeros without a call. */
  async stats() {
    const connection = this.#call?._mediaHandler?.version?.pc;
    const totals = { packetsSent: 0, packetsReceived: 0 };
    if (!connection) return totals;
    (await connection.getStats()).forEach((report) => {
      if (report.type === "outbound-rtp") totals.packetsSent += report.packetsSent ?? 0;
      if (report.type === "inbound-rtp") totals.packetsReceived += report.packetsReceived ?? 0;
    });
    return totals;
  }

  #ring(call) {
    call.on("accept", () => {
      this.#call = call;
      this.emit("connected", call);
    });
    ["disconnect", "cancel", "reject"].forEach((name) => call.on(name, () => this.#over(call)));
    call.on("error", (error) => this.#failed(error));
    call.on("warning", (name) => this.emit("quality", { level: "poor", cause: name }));
    call.on("warning-cleared", () => this.emit("quality", { level: "good" }));
    this.emit("incoming", call);
  }

  #over(call) {
    if (this.#call === call) this.#call = null;
    this.emit("ended", call);
  }

  #lost() {
    this.emit("offline");
    this.#again();
  }

  #again() {
    window.clearTimeout(this.#retry);
    if (!this.#wanted) return;
    this.#retry = window.setTimeout(() => {
      this.#device?.register().catch((error) => this.#failed(error));
    }, RETRY_MS);
  }

  #failed(error) {
    if (TOKEN_ERRORS.has(error.code)) return this.emit("token");
    if (SOURCE_OF_MICROPHONE_ERRORS.has(error.code)) return this.emit("error", { message: this.#said.microphone ?? error.message, code: "microphone" });
    this.emit("error", { message: this.#said.line ?? error.message, code: String(error.code ?? "") });
    if (this.#device?.state === "unregistered") this.#lost();
  }
}

export function createDriver(config) {
  return new TwilioDriver(config);
}
