"""A carrier, microphones and a server that are played inside the page, for the softphone's tests."""

from __future__ import annotations

# The local carrier's socket: what is asked is kept in `sent`, what it tells is told by `tell(event, detail)`.
CARRIER = """
window.sent = [];
window.answers = {};
window.io = () => {
  const handlers = {};
  const socket = {
    connected: false,
    on: (name, fn) => { handlers[name] = fn; },
    connect: () => { socket.connected = true; handlers.connect(); },
    disconnect: () => { socket.connected = false; },
    emit: (name) => window.sent.push([name]),
    timeout: () => ({ emitWithAck: async (name, data) => {
      window.sent.push([name, data.token ?? data.keys ?? data.leg ?? ""]);
      return window.answers[name] ?? { ok: true, key: "k", ice: [], legs: window.legs ?? [] };
    } }),
  };
  window.tell = (name, detail) => handlers[name](detail);
  return socket;
};
window.told = () => window.sent.splice(0).map((words) => words.join(" ").trim());
"""

# Microphones: `plugged` are the ids; `refuse` is the error's name; `loud` whether they give a sound.
MICROPHONES = """
window.plugged = ["default", "headset"];
window.refuse = "";
window.loud = true;
window.asked = [];
window.opened = [];
const sounds = new AudioContext();
navigator.mediaDevices ?? Object.defineProperty(navigator, "mediaDevices", { value: new EventTarget() });
navigator.mediaDevices.enumerateDevices = async () => window.plugged.map((deviceId) => (
  { kind: "audioinput", deviceId, label: `Micro ${deviceId}`, groupId: deviceId }));
navigator.mediaDevices.getUserMedia = async ({ audio }) => {
  const id = audio.deviceId?.exact ?? "";
  window.asked.push(id);
  if (window.refuse) throw new DOMException("", window.refuse);
  if (id && !window.plugged.includes(id)) throw new DOMException("", "OverconstrainedError");
  if (!window.plugged.length) throw new DOMException("", "NotFoundError");
  const out = sounds.createMediaStreamDestination();
  const voice = new OscillatorNode(sounds, { frequency: 300 });
  voice.connect(new GainNode(sounds, { gain: window.loud ? 0.2 : 0 })).connect(out);
  voice.start();
  window.opened.push(out.stream);
  return out.stream;
};
window.unplug = (...ids) => {
  window.plugged = window.plugged.filter((id) => !ids.includes(id));
  window.opened.at(-1).getTracks().forEach((track) => { track.stop(); track.dispatchEvent(new Event("ended")); });
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
};
window.plug = (...ids) => {
  window.plugged.push(...ids);
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
};
"""

# The application: `served` is the status that it answers, `life` how long its tokens live, in seconds.
SERVER = """
window.served = 200;
window.life = 3600;
window.who = "agent_1";
window.tokens = 0;
window.fetch = async (path) => {
  if (path === "/desk/token" && window.served === 200) window.tokens += 1;
  const body = { token: `t${window.tokens}`, identity: window.who,
    expires_at: new Date(Date.now() + window.life * 1000).toISOString() };
  const page = '<html><head><meta name="csrf-token" content="fresh"></head></html>';
  return { status: window.served, ok: window.served === 200, json: async () => body, text: async () => page };
};
document.head.insertAdjacentHTML("beforeend", '<meta name="csrf-token" content="old">');
"""
