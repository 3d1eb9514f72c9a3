// Where an audio context sounds: the system's output, or a chosen one. An audio element can be sent to an output in more browsers
// than a context can, so the sound goes through one.

/** Can this browser play on another output than the system's? */
export const canChooseOutput = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

export class Output {
  #context;
  #id = "";
  #element = null;
  #stream = null;

  constructor(context) {
    this.#context = context;
  }

  /** Connect here what is to be heard. */
  get node() {
    return this.#stream ?? this.#context.destination;
  }

  /** The output that is used: an id, "" for the system's. */
  get id() {
    return this.#id;
  }

  /** Sound on this output from now on; a device that is gone is replaced by the system's. */
  async sendTo(id) {
    if (id === this.#id) return;
    this.#id = canChooseOutput ? id : "";
    this.#element?.pause();
    this.#element = this.#stream = null;
    if (!this.#id) return;
    const element = new Audio();
    const stream = this.#context.createMediaStreamDestination();
    try {
      await element.setSinkId(id);
      element.srcObject = stream.stream;
      await element.play();
    } catch {
      if (this.#id === id) this.#id = "";
      return;
    }
    if (this.#id !== id) return element.pause();
    this.#element = element;
    this.#stream = stream;
    return undefined;
  }
}
