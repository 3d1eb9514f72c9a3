// The sounds of the desk, made on the spot: no file to load, nothing that anybody owns.
import { Output } from "./output.js";

let context = null;
let output = null;
let sink = "";

/** The page's one audio context; null where there is none. Browsers let it sound after a first gesture. */
export function audioContext() {
  if (!context && window.AudioContext) {
    context = new AudioContext();
    output = new Output(context);
    output.sendTo(sink);
  }
  if (context?.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** Let the page's own sounds (music while nobody is there, keys) come out of this output; "" is the system's. */
export function soundsOn(id) {
  sink = id;
  return output?.sendTo(id);
}

const TONE_SECONDS = 0.12;

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
  gain.connect(output.node);
  tones.forEach((frequency) => {
    const oscillator = new OscillatorNode(audio, { frequency });
    oscillator.connect(gain);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  });
}
