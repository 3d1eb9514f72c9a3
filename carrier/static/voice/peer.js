// One WebRTC connection between two legs of a conference. The carrier says who makes the offer.
const FAILED_RETRY_MS = 2000;

export class Peer {
  #connection;
  #send;
  #offers;
  #audio = new Audio();
  #track;
  #speaks;
  #waiting = [];
  #work = Promise.resolve();

  /**
   * send(data): to the other side, through the carrier. track: our microphone, or null. hear, speak: which way voice may
   * go. sink: where to play, "" for the default.
   */
  constructor({ ice, track, offers, hear, speak, send, sink = "" }) {
    this.#send = send;
    this.#offers = offers;
    this.#track = track;
    this.#speaks = speak;
    this.#audio.autoplay = true;
    this.#audio.muted = !hear;
    this.playOn(sink);
    this.#connection = new RTCPeerConnection({ iceServers: ice });
    // Both ways even without a microphone: one that is plugged in later is heard without a new negotiation.
    if (offers) this.#connection.addTransceiver(this.#voice ?? "audio", { direction: "sendrecv" });
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

  /** Without leave nothing of our voice goes to this side: no track, so no packet. */
  speak(on) {
    if (this.#speaks === on) return;
    this.#speaks = on;
    this.#apply();
  }

  get #voice() {
    return this.#speaks ? this.#track : null;
  }

  /** Play on this output from now on; where the browser cannot choose, or the device is gone, it plays on the default. */
  playOn(sink) {
    if (!this.#audio.setSinkId || this.#audio.sinkId === sink) return;
    this.#audio.setSinkId(sink).catch(() => sink && this.#audio.setSinkId("").catch(() => {}));
  }

  /** Another microphone (or none) from now on. */
  send(track) {
    this.#track = track;
    this.#apply();
  }

  #apply() {
    this.#queue(() => Promise.all(this.#connection.getTransceivers().map(({ sender }) => sender.replaceTrack(this.#voice))));
  }

  /** What the other side says, as a stream; null before it comes. */
  get heard() {
    return this.#audio.srcObject;
  }

  /** Nothing passes any more, for now or for good. */
  get broken() {
    return ["disconnected", "failed"].includes(this.#connection.connectionState);
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
      await this.#join();
      await this.#connection.setLocalDescription();
      this.#send({ description: this.#connection.localDescription.toJSON() });
    }
    const early = this.#waiting;
    this.#waiting = [];
    for (const candidate of early) await this.#connection.addIceCandidate(candidate);
  }

  /** Before the answer: our voice goes into what the other side offered. */
  async #join() {
    for (const transceiver of this.#connection.getTransceivers()) {
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(this.#voice);
    }
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
