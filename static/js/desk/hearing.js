// What a microphone's level means: is somebody heard, is it silent for too long? Pure: levels and times come as arguments.

const FLOOR_DB = -60;
const CEILING_DB = -12;
const HEARD_DB = -48; // somebody speaks, even softly
const HEARD_FOR_MS = 1500; // between two words one is still « heard »
const STEP_S = 5; // the silence is told by steps, so that nothing flickers

// A person who listens is silent: a warning may only come when the microphone itself gives nothing.
const ALIVE = 0.0005; // peak: the noise of a quiet room, reduced by the browser; a microphone that is switched off is below
const FIRST_MS = 10_000; // nothing at all since the conversation began
const LATER_MS = 45_000; // she was heard before: a headset that cuts noise is silent while she listens

/** dB of full scale; -Infinity for silence. */
export function decibels(rms) {
  return 20 * Math.log10(rms);
}

/** 0–100 for the meter: from a quiet room to a loud voice. */
export function percentOf(rms) {
  const share = (decibels(rms) - FLOOR_DB) / (CEILING_DB - FLOOR_DB);
  return Math.round(100 * Math.min(1, Math.max(0, share)));
}

/** Follows one voice: « heard », or silent for so many seconds. */
export class Hearing {
  #heardAt = null;
  #since = null;

  /** Take a level (rms, 0–1) at an instant in ms: {heard, silentFor} in seconds, by steps. */
  add(rms, at) {
    this.#since ??= at;
    if (decibels(rms) >= HEARD_DB) this.#heardAt = at;
    const heard = this.#heardAt !== null && at - this.#heardAt < HEARD_FOR_MS;
    const seconds = (at - (this.#heardAt ?? this.#since)) / 1000;
    return { heard, silentFor: heard ? 0 : Math.floor(seconds / STEP_S) * STEP_S };
  }
}

/** Warns when her own microphone gives nothing although it is open. */
export class SilenceWatch {
  #since = null;
  #alive = false;

  /** peak: 0–1; at: ms. True as long as the microphone seems switched off. */
  add(peak, at) {
    if (peak >= ALIVE) {
      this.#alive = true;
      this.#since = at;
      return false;
    }
    this.#since ??= at;
    return at - this.#since >= (this.#alive ? LATER_MS : FIRST_MS);
  }

  /** The microphone was closed on purpose (muted, held): its silence does not count. */
  pause() {
    this.#since = null;
  }

  /** Another microphone, another conversation. */
  restart() {
    this.#since = null;
    this.#alive = false;
  }
}
