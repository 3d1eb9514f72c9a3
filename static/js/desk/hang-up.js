// « Raccrocher » by a click: at once for the agent, who is muted; carried out three seconds later, so that it can be undone and the
// voice goes on as if nothing had been. By its key, held, there is nothing to undo. Leaving the page carries it out.
const UNDO_MS = 3000;

export class HangUp {
  #onMove;
  #pending = null; // {ref, timer, send, until}

  /** onMove(): a hang-up has begun, was undone, or was sent. */
  constructor({ onMove }) {
    this.#onMove = onMove;
    window.addEventListener("pagehide", () => this.#carryOut({ keepalive: true }));
  }

  /** The call that is being left, or "". */
  get ref() {
    return this.#pending?.ref ?? "";
  }

  /** Seconds left to undo the leaving of this call; 0 when it is not being left. */
  secondsFor(call) {
    const pending = this.#pending;
    return pending && pending.ref === call?.ref ? Math.max(1, Math.ceil((pending.until - performance.now()) / 1000)) : 0;
  }

  /** send({keepalive}): really hang up. Resolves to what it answers, or to null when it was undone. */
  begin(ref, send) {
    this.undo();
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => this.#carryOut(), UNDO_MS);
      this.#pending = { ref, timer, until: performance.now() + UNDO_MS, send: (how) => send(how).then(resolve, reject), drop: () => resolve(null) };
      this.#onMove();
    });
  }

  #carryOut(how) {
    const pending = this.#take();
    pending?.send(how);
    return pending;
  }

  #take() {
    const pending = this.#pending;
    window.clearTimeout(pending?.timer);
    this.#pending = null;
    return pending;
  }

  /** The conversation goes on. */
  undo() {
    const pending = this.#take();
    if (!pending) return;
    pending.drop();
    this.#onMove();
  }

  /** What is at the desk now: a call that ended by itself needs no hanging up. */
  follow(call) {
    if (this.#pending && (call?.ref !== this.#pending.ref || !["talking", "connecting"].includes(call.state))) this.undo();
  }
}
