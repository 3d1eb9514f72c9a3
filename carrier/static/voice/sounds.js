// The sounds of a telephone, made on the spot: no file to load, nothing that anybody owns.
const SPEECH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

let context = null;

/** The page's one audio context; null where there is none. Browsers let it sound after a first gesture. */
export function audioContext() {
  if (!context && window.AudioContext) context = new AudioContext();
  if (context?.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** The microphone, or null when there is none or the person refuses. */
export async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: SPEECH });
  } catch {
    return null;
  }
}

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = ["123", "456", "789", "*0#"];
const TONE_SECONDS = 0.12;

/** The two frequencies of a key (ITU-T Q.23), or null. */
export function frequencies(key) {
  const row = KEYS.findIndex((keys) => keys.includes(key));
  return row < 0 ? null : [ROWS[row], COLUMNS[KEYS[row].indexOf(key)]];
}

/** Sound frequencies together, softly, from now + delay on. */
export function beep(tones, { seconds = TONE_SECONDS, delay = 0, volume = 0.06 } = {}) {
  const audio = audioContext();
  if (!audio) return;
  const start = audio.currentTime + delay;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.01);
  gain.gain.setValueAtTime(volume, start + seconds - 0.02);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  gain.connect(audio.destination);
  tones.forEach((frequency) => {
    const oscillator = new OscillatorNode(audio, { frequency });
    oscillator.connect(gain);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  });
}

export function pressTone(key) {
  const tones = frequencies(key);
  if (tones) beep(tones);
}

/** Something that sounds again and again until stopped. */
class Repeated {
  #timer = 0;

  constructor(sound, everyMs) {
    this.sound = sound;
    this.everyMs = everyMs;
  }

  start() {
    if (this.#timer) return;
    this.sound();
    this.#timer = window.setInterval(this.sound, this.everyMs);
  }

  stop() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
  }
}

/** What a caller hears while the other side rings: in France 440 Hz, 1.5 s in every 5. */
export const ringback = () => new Repeated(() => beep([440], { seconds: 1.5, volume: 0.03 }), 5000);

/** A telephone that rings. */
export const ringtone = () => new Repeated(() => {
  [0, 0.22, 0.44, 0.66].forEach((delay, index) => beep([index % 2 ? 660 : 880], { seconds: 0.18, delay, volume: 0.05 }));
}, 2500);
