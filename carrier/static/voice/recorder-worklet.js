// Runs in the audio thread: the microphone in 16-bit samples at 8 kHz, half a second at a time.
const RATE = 8000;
const CHUNK = RATE / 2;

class Recorder extends AudioWorkletProcessor {
  #chunk = new Int16Array(CHUNK);
  #filled = 0;
  #sum = 0;
  #count = 0;
  #due = sampleRate / RATE; // how many samples of the microphone make the next of ours; rarely a whole number
  #on = true;

  constructor() {
    super();
    this.port.onmessage = () => { this.#flush(); this.#on = false; };
  }

  process([input]) {
    input[0]?.forEach((sample) => this.#take(sample));
    return this.#on;
  }

  #take(sample) {
    this.#sum += sample;
    this.#count += 1;
    if (this.#count < this.#due) return;
    this.#due += sampleRate / RATE - this.#count;
    this.#chunk[this.#filled] = Math.max(-1, Math.min(1, this.#sum / this.#count)) * 32767;
    this.#filled += 1;
    this.#sum = this.#count = 0;
    if (this.#filled === CHUNK) this.#flush();
  }

  #flush() {
    if (this.#on && this.#filled) this.port.postMessage(this.#chunk.slice(0, this.#filled));
    this.#filled = 0;
  }
}

registerProcessor("recorder", Recorder);
