// Reads announcements aloud in their own language, where the browser has a voice. The text is always shown too.
export class Speaker {
  #on = true;

  enable(on) {
    this.#on = on;
    if (!on) this.hush();
  }

  /** voice: the provider's name for one ("Polly.Lea-Neural"); taken where the browser has one of that name. */
  say(sentence, language, voice = "") {
    if (!this.#on || !window.speechSynthesis) return;
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.lang = language;
    const name = voice.split(".").pop().split("-")[0];
    const wanted = name && window.speechSynthesis.getVoices().find((one) => one.name.includes(name));
    if (wanted) utterance.voice = wanted;
    window.speechSynthesis.speak(utterance);
  }

  hush() {
    window.speechSynthesis?.cancel();
  }
}
