// How good the network is, from what WebRTC counts. Pure: no clock, no connection; tested by tests/frontend.
//
// The measure is the E-model's R (ITU-T G.107, with the reductions that G.113 gives for G.711 with concealment):
// 94 at best; from 80 on users are satisfied, from 70 on some are not, below many are not (ITU-T G.109).
const BEST = 93.2;
const CODEC_MS = 20; // a packet of voice
const LOSS_ROBUSTNESS = 25.1; // Bpl of G.711 with concealment; Opus does no worse
const KNEE_MS = 177.3; // beyond, a delay is felt
const SATISFIED = 80;
const BEARABLE = 70;

const RANKS = ["good", "fair", "poor"];
const WORSE_AFTER = 2; // measures in a row: one bad second says nothing
const BETTER_AFTER = 3;

/** What a delay and a loss cost, in points of R. rtt and jitter in ms, loss in % of the voice. */
function costs({ rtt = 0, jitter = 0, loss = 0 }) {
  const delay = rtt / 2 + 2 * jitter + CODEC_MS;
  return {
    delay: 0.024 * delay + (delay > KNEE_MS ? 0.11 * (delay - KNEE_MS) : 0),
    loss: (95 * loss) / (loss + LOSS_ROBUSTNESS),
  };
}

/** R of a measure. */
export function rating(measure) {
  const { delay, loss } = costs(measure);
  return Math.max(0, BEST - delay - loss);
}

/** {level: "good" | "fair" | "poor", cause: "" | "delay" | "loss" | "connection"} of one measure. broken: nothing passes. */
export function levelOf(measure) {
  if (measure.broken) return { level: "poor", cause: "connection" };
  const points = rating(measure);
  if (points >= SATISFIED) return { level: "good", cause: "" };
  const { delay, loss } = costs(measure);
  return { level: points >= BEARABLE ? "fair" : "poor", cause: loss >= delay ? "loss" : "delay" };
}

/** The level as it is told: it waits for a few measures before it moves, so that it does not flicker. */
export class QualityWatch {
  #told = { level: "good", cause: "" };
  #next = null;
  #times = 0;

  /** What is told now. */
  get told() {
    return this.#told;
  }

  /** Take a measure; the new level when it changes, else null. A broken connection is told at once. */
  add(measure) {
    const now = levelOf(measure);
    if (now.level === this.#told.level && now.cause === this.#told.cause) {
      this.#times = 0;
      return null;
    }
    this.#times = this.#next === now.level ? this.#times + 1 : 1;
    this.#next = now.level;
    const worse = RANKS.indexOf(now.level) >= RANKS.indexOf(this.#told.level);
    if (!measure.broken && this.#times < (worse ? WORSE_AFTER : BETTER_AFTER)) return null;
    this.#told = now;
    this.#times = 0;
    return now;
  }
}

/** Between two totals of the same connection: the share of the voice that was lost, in %; 0 when nothing was due. */
export function lossBetween(before, after) {
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  const received = Math.max(0, after.packetsReceived - before.packetsReceived);
  const packets = lost + received ? lost / (lost + received) : 0;
  const samples = Math.max(0, after.samples - before.samples);
  const concealed = samples ? Math.max(0, after.concealed - before.concealed) / samples : 0;
  return 100 * Math.max(packets, Math.min(1, concealed), after.lostThere ?? 0);
}
