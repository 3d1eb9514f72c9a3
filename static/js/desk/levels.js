// Measures how loud voices are: an analyser for each side, fed by whatever streams are on now. Nothing here draws.
import { audioContext } from "../webrtc/sounds.js";

const WINDOW = 4096; // samples: 85 ms at 48 kHz, about the time between two measures

/** One side of the conversation: {rms, peak} of all its streams together. */
export class Level {
  #analyser = null;
  #sources = new Map(); // audio track → its node
  #samples = new Float32Array(WINDOW);

  /** Listen to these streams, and to no others. The same ones as before cost nothing. */
  follow(streams) {
    const tracks = new Map(streams.filter(Boolean).flatMap((stream) => stream.getAudioTracks().map((track) => [track, stream])));
    this.#sources.forEach((node, track) => {
      if (tracks.has(track)) return;
      node.disconnect();
      this.#sources.delete(track);
    });
    tracks.forEach((_stream, track) => { if (!this.#sources.has(track)) this.#add(track); });
  }

  #add(track) {
    const context = audioContext();
    if (!context || track.readyState === "ended") return;
    this.#analyser ??= new AnalyserNode(context, { fftSize: WINDOW });
    const node = context.createMediaStreamSource(new MediaStream([track]));
    node.connect(this.#analyser);
    this.#sources.set(track, node);
  }

  /** {rms, peak}, 0–1; null when there is nothing to measure, or the browser does not let the page listen yet. */
  read() {
    if (!this.#sources.size || this.#analyser.context.state !== "running") return null;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    let peak = 0;
    for (const sample of this.#samples) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    return { rms: Math.sqrt(sum / WINDOW), peak };
  }

  close() {
    this.follow([]);
  }
}
