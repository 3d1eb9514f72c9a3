// Hold music made in the browser: a slow arpeggio, quiet enough to be talked over.
const CHORDS = [[262, 330, 392, 523], [220, 262, 330, 440], [175, 220, 262, 349], [196, 247, 294, 392]];
const STEP_MS = 420;

export class HoldMusic {
  #beep;
  #timer = 0;
  #step = 0;

  /** beep(tones, {seconds, volume}): how this page sounds. */
  constructor(beep) {
    this.#beep = beep;
  }

  start() {
    if (this.#timer) return;
    this.#timer = window.setInterval(() => this.#note(), STEP_MS);
  }

  stop() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#step = 0;
  }

  #note() {
    const chord = CHORDS[Math.floor(this.#step / 8) % CHORDS.length];
    const place = this.#step % 8;
    this.#beep([chord[place < 4 ? place : 7 - place]], { seconds: 0.4, volume: 0.02 });
    this.#step += 1;
  }
}
