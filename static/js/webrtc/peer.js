// One WebRTC connection between two legs of a conference. The carrier says who makes the offer.
const FAILED_RETRY_MS = 2000;

export class Peer {
  #connection;
  #send;
  #offers;
  #audio = new Audio();
  #waiting = [];
  #work = Promise.resolve();

  /** send(data): to the other side, through the carrier. track: our microphone, or null. */
  constructor({ ice, track, stream, offers, hear, send }) {
    this.#send = send;
    this.#offers = offers;
    this.#audio.autoplay = true;
    this.#audio.muted = !hear;
    this.#connection = new RTCPeerConnection({ iceServers: ice });
    if (track) this.#connection.addTrack(track, stream);
    else if (offers) this.#connection.addTransceiver("audio", { direction: "recvonly" });
    this.#connection.addEventListener("track", (event) => this.#play(event));
    this.#connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate) this.#send({ candidate: candidate.toJSON() });
    });
    this.#connection.addEventListener("connectionstatechange", () => this.#watch());
    if (offers) this.#queue(() => this.#offer());
  }

  hear(on) {
    this.#audio.muted = !on;
  }

  /** Something from the other side: a description or a candidate. */
  receive(data) {
    this.#queue(() => (data.description ? this.#describe(data.description) : this.#candidate(data.candidate)));
  }

  stats() {
    return this.#connection.getStats();
  }

  close() {
    this.#audio.srcObject = null;
    this.#connection.close();
  }

  #queue(step) {
    this.#work = this.#work.then(step).catch((error) => {
      if (this.#connection.signalingState !== "closed") console.warn("voice:", error.name);
    });
  }

  #play({ streams, track }) {
    this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
    this.#audio.play().catch(() => {}); // the browser may want a gesture first: dialing was one
  }

  async #offer(options = {}) {
    await this.#connection.setLocalDescription(await this.#connection.createOffer(options));
    this.#send({ description: this.#connection.localDescription.toJSON() });
  }

  async #describe(description) {
    await this.#connection.setRemoteDescription(description);
    if (description.type === "offer") {
      await this.#connection.setLocalDescription();
      this.#send({ description: this.#connection.localDescription.toJSON() });
    }
    const early = this.#waiting;
    this.#waiting = [];
    for (const candidate of early) await this.#connection.addIceCandidate(candidate);
  }

  async #candidate(candidate) {
    if (!this.#connection.remoteDescription) this.#waiting.push(candidate);
    else await this.#connection.addIceCandidate(candidate);
  }

  #watch() {
    if (this.#connection.connectionState !== "failed" || !this.#offers) return;
    window.setTimeout(() => {
      if (this.#connection.connectionState === "failed") this.#queue(() => this.#offer({ iceRestart: true }));
    }, FAILED_RETRY_MS);
  }
}
