// The voice of one leg: our microphone towards everybody in the conference, and what they say.
// It does what the carrier's last "media" event says: send, hear, play hold music, and with whom.
import { HoldMusic } from "./music.js";
import { Peer } from "./peer.js";

const SILENT = { offer: false, send: false, hear: false };

export class Voice {
  #line;
  #leg;
  #ice;
  #microphone;
  #peers = new Map();
  #media = { version: -1, send: false, hear: false };
  #muted = false;
  #sink = "";
  #music;
  #past = { packetsSent: 0, packetsReceived: 0 };

  /** leg(): its number, known once the call began. microphone: a MediaStream, or null (listen only). sink: output, "" by default. beep: makes the hold music. */
  constructor({ line, leg, ice, microphone, beep, sink = "" }) {
    this.#music = new HoldMusic(beep);
    this.#line = line;
    this.#leg = leg;
    this.#ice = ice ?? [];
    this.#microphone = microphone;
    this.#sink = sink;
    this.#gate();
  }

  /** Speak through another microphone from now on; the former one is closed. */
  useMicrophone(stream) {
    const before = this.#microphone;
    this.#microphone = stream;
    this.#gate();
    this.#peers.forEach((peer) => peer.send(this.#track));
    if (before !== stream) release(before);
  }

  /** Hear on another output from now on. */
  playOn(sink) {
    this.#sink = sink;
    this.#peers.forEach((peer) => peer.playOn(sink));
  }

  /** {own, others}: our microphone's stream or null, and what the others say. */
  get streams() {
    return { own: this.#microphone, others: [...this.#peers.values()].map((peer) => peer.heard).filter(Boolean) };
  }

  get #track() {
    return this.#microphone?.getAudioTracks()[0] ?? null;
  }

  /** Follow a "media" event; an older one that comes late is ignored, as versions grow within a conference. */
  apply(media) {
    if (media.conference === this.#media.conference && media.version < this.#media.version) return;
    this.#media = media;
    const wanted = new Map(media.peers.map((peer) => [peer.leg, peer]));
    [...this.#peers.keys()].filter((leg) => !wanted.has(leg)).forEach((leg) => this.#drop(leg));
    wanted.forEach((rights, leg) => {
      const peer = this.#peers.get(leg);
      if (!peer) return this.#add(leg, rights);
      peer.hear(rights.hear);
      return peer.speak(rights.send);
    });
    this.music(media.music);
    this.#gate();
  }

  signal({ from, data }) {
    if (!this.#peers.has(from)) this.#add(from, SILENT); // the carrier's word on us two is on its way
    this.#peers.get(from).receive(data);
  }

  mute(muted) {
    this.#muted = muted;
    this.#gate();
  }

  music(on) {
    if (on) this.#music.start();
    else this.#music.stop();
  }

  /** Audio packets so far, both ways, those of former peers included. */
  async stats() {
    const totals = { ...this.#past };
    const reports = await Promise.all([...this.#peers.values()].map((peer) => peer.stats()));
    reports.forEach((report) => count(report, totals));
    return totals;
  }

  /** How the network does with each other leg, so far: [{leg, broken, rtt, jitter, packetsLost, packetsReceived, …}]; times in ms. */
  network() {
    return Promise.all([...this.#peers].map(async ([leg, peer]) => ({ leg, broken: peer.broken, ...measures(await peer.stats()) })));
  }

  close() {
    [...this.#peers.keys()].forEach((leg) => this.#drop(leg));
    this.#music.stop();
    release(this.#microphone);
  }

  #gate() {
    this.#microphone?.getAudioTracks().forEach((track) => { track.enabled = this.#media.send && !this.#muted; });
  }

  #add(leg, { offer, send, hear }) {
    this.#peers.set(leg, new Peer({
      ice: this.#ice,
      track: this.#track,
      sink: this.#sink,
      offers: offer,
      hear,
      speak: send,
      send: (data) => this.#line.ask("signal", { leg: this.#leg(), to: leg, data }),
    }));
  }

  #drop(leg) {
    const peer = this.#peers.get(leg);
    this.#peers.delete(leg);
    peer.stats().then((report) => count(report, this.#past)).catch(() => {}).finally(() => peer.close());
  }
}

function count(report, totals) {
  report.forEach((row) => {
    if (row.type === "outbound-rtp") totals.packetsSent += row.packetsSent ?? 0;
    if (row.type === "inbound-rtp") totals.packetsReceived += row.packetsReceived ?? 0;
  });
}

/** What WebRTC counts of one connection, both directions. lostThere: the share that the other side did not get, 0–1. */
function measures(report) {
  const found = { rtt: 0, jitter: 0, packetsLost: 0, packetsReceived: 0, samples: 0, concealed: 0, lostThere: 0 };
  report.forEach((row) => {
    if (row.type === "candidate-pair" && row.nominated) found.rtt = 1000 * (row.currentRoundTripTime ?? 0);
    if (row.type === "remote-inbound-rtp") found.lostThere = row.fractionLost ?? 0;
    if (row.type !== "inbound-rtp") return;
    found.jitter = 1000 * (row.jitter ?? 0);
    found.packetsLost = row.packetsLost ?? 0;
    found.packetsReceived = row.packetsReceived ?? 0;
    found.samples = row.totalSamplesReceived ?? 0;
    found.concealed = (row.concealedSamples ?? 0) - (row.silentConcealedSamples ?? 0);
  });
  return found;
}

function release(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
