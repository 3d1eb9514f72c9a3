// Sends the microphone to the carrier while it records a message. Without a microphone the message is silent.
import { audioContext } from "./sounds.js";

export class Recorder {
  #track;
  #node = null;
  #stopped = false;

  /** stream: the microphone. send(samples): an ArrayBuffer of 16-bit samples at 8 kHz. */
  constructor(stream, send, muted) {
    this.#track = stream.getAudioTracks()[0].clone(); // the original is closed while nobody is to hear it
    this.mute(muted);
    this.#start(audioContext(), send).catch((error) => console.warn("recorder:", error.name));
  }

  async #start(audio, send) {
    await audio.audioWorklet.addModule(new URL("./recorder-worklet.js", import.meta.url));
    if (this.#stopped) return;
    this.#node = new AudioWorkletNode(audio, "recorder");
    this.#node.port.onmessage = ({ data }) => send(data.buffer);
    // Only what leads to the output is sure to run; the node itself gives silence.
    audio.createMediaStreamSource(new MediaStream([this.#track])).connect(this.#node).connect(audio.destination);
  }

  mute(on) {
    this.#track.enabled = !on;
  }

  /** The last samples leave; then nothing is heard any more. */
  stop() {
    this.#stopped = true;
    this.#node?.port.postMessage("stop");
    this.#node?.disconnect();
    this.#track.stop();
  }
}
