// Plays the sound files that the line plays: music while waiting. Stops as soon as something else is heard.
export class Player {
  #audio = null;

  play(url) {
    this.stop();
    this.#audio = new Audio(url);
    this.#audio.volume = 0.5;
    this.#audio.play().catch(() => {}); // no gesture yet, or no such file: the text says « musique » all the same
  }

  stop() {
    this.#audio?.pause();
    this.#audio = null;
  }
}
