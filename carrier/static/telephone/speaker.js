// Reads announcements aloud in their own language, where the browser has a voice. The text is always shown too.
export class Speaker {
  #on = true;

  enable(on) {
    this.#on = on;
    if (!on) this.hush();
  }

  say(sentence, language) {
    if (!this.#on || !window.speechSynthesis) return;
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.lang = language;
    window.speechSynthesis.speak(utterance);
  }

  hush() {
    window.speechSynthesis?.cancel();
  }
}
