// The voice of one leg: our microphone towards everybody in the conference, and what they say.
// It does what the carrier's last "media" event says: send, hear, play hold music, and with whom.
import { HoldMusic } from "./music.js";
import { Peer } from "./peer.js";

export class Voice {
  #line;
  #leg;
  #ice;
  #microphone;
  #peers = new Map();
  #media = { version: -1, send: false, hear: false };
  #muted = false;
  #music = new HoldMusic();
  #past = { packetsSent: 0, packetsReceived: 0 };

  /** leg(): its number, known once the call began. microphone: a MediaStream, or null (listen only). */
  constructor({ line, leg, ice, microphone }) {
    this.#line = line;
    this.#leg = leg;
    this.#ice = ice ?? [];
    this.#microphone = microphone;
    this.#gate();
  }

  /** Follow a "media" event; an older one that comes late is ignored, as versions grow within a conference. */
  apply(media) {
    if (media.conference === this.#media.conference && media.version < this.#media.version) return;
    this.#media = media;
    const wanted = new Map(media.peers.map((peer) => [peer.leg, peer.offer]));
    [...this.#peers.keys()].filter((leg) => !wanted.has(leg)).forEach((leg) => this.#drop(leg));
    wanted.forEach((offers, leg) => { if (!this.#peers.has(leg)) this.#add(leg, offers); });
    this.#peers.forEach((peer) => peer.hear(media.hear));
    this.music(media.music);
    this.#gate();
  }

  signal({ from, data }) {
    if (!this.#peers.has(from)) this.#add(from, false);
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
    const totals = { ...this.#past, packetsLost: 0, jitter: 0 };
    const reports = await Promise.all([...this.#peers.values()].map((peer) => peer.stats()));
    reports.forEach((report) => count(report, totals));
    return totals;
  }

  close() {
    [...this.#peers.keys()].forEach((leg) => this.#drop(leg));
    this.#music.stop();
    this.#microphone?.getTracks().forEach((track) => track.stop());
  }

  #gate() {
    this.#microphone?.getAudioTracks().forEach((track) => { track.enabled = this.#media.send && !this.#muted; });
  }

  #add(leg, offers) {
    this.#peers.set(leg, new Peer({
      ice: this.#ice,
      stream: this.#microphone,
      track: this.#microphone?.getAudioTracks()[0] ?? null,
      offers,
      hear: this.#media.hear,
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
    if (row.type !== "inbound-rtp") return;
    totals.packetsReceived += row.packetsReceived ?? 0;
    totals.packetsLost = (totals.packetsLost ?? 0) + (row.packetsLost ?? 0);
    totals.jitter = Math.max(totals.jitter ?? 0, row.jitter ?? 0);
  });
}

/** The microphone, or null when there is none or the person refuses. */
export async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch {
    return null;
  }
}
