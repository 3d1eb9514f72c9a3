// What comes from the server without being asked: one socket for a page, whoever it belongs to.
import { signedOut, socketIdentity } from "../page/session.js";

const LOST_AFTER_MS = 3000;
const RESUME_PAUSE_MS = 5000;

export class Connection {
  /** "ok", or "lost" once it has been away for a while: without it she sees the past. */
  network = "ok";

  #timer = 0;
  #socket;
  #taken = false; // somebody else has signed in here: that is said, and is why
  #onBack;
  #onMove;

  /**
   * told: {event: handler} of what the server says. onBack(wasLost): it is there (again); done when the page
   * shows what is so now. onMove(): `network` has changed.
   * onCut(): it left by itself. renews(): may this page be loaded again when the session was renewed elsewhere?
   */
  constructor({ told, onBack, onMove, onCut, renews }) {
    this.#onBack = onBack;
    this.#onMove = onMove;
    // A connection of its own: the softphone's namespace must not share (and re-open) the desk's.
    document.addEventListener("session-taken", () => {
      this.#taken = true;
      this.network = "ok";
      onMove();
    });
    const socket = window.io({ transports: ["websocket", "polling"], forceNew: true, auth: socketIdentity() });
    this.#socket = socket;
    socket.on("connect", () => this.#back());
    this.#away(); // whether it was cut or never came about
    // Refused by the server, it would not try again by itself.
    socket.on("connect_error", () => { if (!socket.active) window.setTimeout(() => socket.connect(), RESUME_PAUSE_MS); });
    socket.on("disconnect", (reason) => {
      // Closed by the server: its session is over, and her presence with it. A conversation goes on, and she may sign in again in another tab.
      if (reason === "io server disconnect") window.setTimeout(() => socket.connect(), RESUME_PAUSE_MS);
      else onCut();
      this.#away();
    });
    socket.on("signed-out", (said) => {
      if (said.why === "renewed" && renews()) window.location.reload();
      else signedOut(said);
    });
    Object.entries(told).forEach(([event, handler]) => socket.on(event, handler));
  }

  /** Say something to the server; what is said while the connection is away is lost, and said again when it is back. */
  say(event, data) {
    if (this.#socket.connected) this.#socket.emit(event, data);
  }

  async #back() {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    const wasLost = this.network === "lost";
    this.network = "ok";
    document.dispatchEvent(new Event("connected"));
    await this.#onBack(wasLost);
    if (this.#socket.connected) document.documentElement.dataset.live = ""; // what the page shows is so now, and told live from here on
  }

  #away() {
    delete document.documentElement.dataset.live;
    this.#timer ||= window.setTimeout(() => {
      if (this.#taken) return;
      this.network = "lost";
      this.#onMove();
    }, LOST_AFTER_MS);
  }
}
