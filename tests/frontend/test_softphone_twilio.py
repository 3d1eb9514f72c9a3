"""The softphone's driver for Twilio (static/js/softphone/twilio.js): with a Device that is played
here, case by case; then with the real SDK, on a network that leads nowhere.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.frontend.conftest import STATIC

SDK = STATIC / "vendor" / "twilio.min.js"  # copied here by `make setup`

# What the SDK documents, and nothing else: a member that it does not have fails the test.
FAKE = """
class Events {
  listeners = [];
  on(name, fn) { this.listeners.push([name, fn]); return this; }
  removeListener(name, fn) { this.listeners = this.listeners.filter(([n, f]) => n !== name || f !== fn); return this; }
  emit(name, ...words) { this.listeners.filter(([n]) => n === name).forEach(([, fn]) => fn(...words)); }
}
const listed = (id) => [id, { deviceId: id, label: id }];
window.AudioHelper = class extends Events {
  isOutputSelectionSupported = true;
  availableInputDevices = new Map(["default", "desk-mic", "headset"].map(listed));
  availableOutputDevices = new Map(["default", "headset", "speakers"].map(listed));
  inputs = [];
  outputs = [];
  speakerDevices = { set: async (id) => { this.outputs.push(id); } };
  constructor(device) { super(); this.device = device; }
  incoming(on) { this.device.rings = on; }
  async setInputDevice(id) {
    if (window.stuck) await new Promise(() => {});
    if (!this.availableInputDevices.has(id)) throw new Error(`Device not found: ${id}`);
    this.inputs.push(id);
  }
  async unsetInputDevice() { this.inputs.push("none"); }
};
window.Twilio = {};
window.calls = [];
window.Twilio.Device = class extends Events {
  state = "unregistered";
  tokens = [];
  registers = 0;
  audio = new window.AudioHelper(this);
  constructor(token, options) { super(); this.tokens.push(token); this.options = options; window.device = this; }
  async register() {
    if (this.state !== "unregistered") throw new Error("InvalidStateError");
    this.registers += 1;
    this.to("registering");
    if (window.network === "dead") return new Promise(() => {});
    if (window.network === "bad token") {
      this.to("unregistered");
      this.emit("error", { code: 20101, message: "AccessTokenInvalid" });
      throw new Error("AccessTokenInvalid");
    }
    return this.to("registered");
  }
  to(state) { this.state = state; this.emit(state); }
  updateToken(token) { this.tokens.push(token); }
  destroy() { this.to("destroyed"); this.listeners = []; }
};
window.Call = class extends Events {
  done = [];
  accept() { this.done.push("accept"); this.emit("accept", this); }
  reject() { this.done.push("reject"); this.emit("reject"); }
  disconnect() { this.done.push("disconnect"); this.emit("disconnect", this); }
  getLocalStream() { return this.local; }
  getRemoteStream() { return this.remote; }
  mute(on) { this.done.push(`mute ${on}`); }
  sendDigits(digits) { this.done.push(`digits ${digits}`); }
};
window.said = [];
window.open_ = async (config = {}) => {
  const { createSoftphone } = await import("/static/js/softphone/index.js");
  window.driver = await createSoftphone({ driver: "twilio", i18n: { microphone: "micro" }, ...config });
  const names = ["ready", "offline", "incoming", "connected", "ended", "quality", "error", "token", "microphone"];
  for (const name of names) {
    window.driver.on(name, (detail) => window.said.push(
      [name, detail?.level ?? detail?.code, detail?.cause].filter(Boolean).join(" ")));
  }
};
window.ring = () => { const call = new window.Call(); window.device.emit("incoming", call); return call; };
"""


@pytest.fixture
def page(open_page: Any) -> Any:
    """A page with the played SDK; its timers run when told (``page.clock``)."""
    page = open_page(own=True)
    page.clock.install()
    page.add_script_tag(content=FAKE)
    return page


def said(page: Any) -> list[str]:
    """What the driver told the desk since last asked."""
    return list(page.evaluate("window.said.splice(0)"))


def test_it_registers_quietly_at_its_edge(page: Any) -> None:
    page.evaluate("open_({ edge: 'dublin' }).then(() => driver.start('t1'))")
    assert said(page) == ["ready"]
    options = page.evaluate("device.options")
    assert options["edge"] == "dublin"
    assert options["closeProtection"] is True
    assert page.evaluate("device.rings") is False  # the desk rings by itself
    page.evaluate("driver.start('t2')")
    assert page.evaluate("device.tokens") == ["t1", "t2"]
    assert page.evaluate("device.registers") == 1


def test_without_a_region_the_sdk_chooses_its_edge(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    assert "edge" not in page.evaluate("device.options")


def test_a_conversation(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("window.call = ring(); driver.accept(call)")
    assert said(page) == ["ready", "incoming", "microphone", "connected"]
    page.evaluate("driver.mute(true); driver.sendDigits('12#')")
    page.evaluate("call.emit('sample', { totals: { packetsSent: 50, packetsReceived: 48 } })")
    assert page.evaluate("driver.stats()") == {"packetsSent": 50, "packetsReceived": 48}
    page.evaluate("driver.hangUp()")
    assert said(page) == ["ended"]
    assert page.evaluate("call.done") == ["accept", "mute true", "digits 12#", "disconnect"]
    assert page.evaluate("driver.stats()") == {"packetsSent": 0, "packetsReceived": 0}


def test_a_leg_that_is_withdrawn_or_declined(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("ring().emit('cancel')")
    page.evaluate("window.call = ring(); driver.decline(call)")
    assert said(page) == ["ready", "incoming", "ended", "incoming", "ended"]
    assert page.evaluate("call.done") == ["reject"]


def test_the_line_is_poor_as_long_as_one_warning_stands(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("window.call = ring(); driver.accept(call)")
    said(page)
    page.evaluate("call.emit('warning', 'constant-audio-input-level')")  # she is muted
    assert said(page) == []
    page.evaluate("call.emit('warning', 'high-jitter'); call.emit('warning', 'low-mos')")
    assert said(page) == ["quality poor delay"]
    page.evaluate("call.emit('warning-cleared', 'high-jitter')")
    assert said(page) == []
    page.evaluate("call.emit('warning-cleared', 'low-mos')")
    assert said(page) == ["quality good"]
    page.evaluate("call.emit('reconnecting', {}); call.emit('reconnected')")
    assert said(page) == ["quality poor connection", "quality good"]


def test_the_samples_tell_a_network_that_weakens(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("window.call = ring(); driver.accept(call)")
    said(page)
    page.evaluate(
        "window.sample = (rtt, jitter, packetsLostFraction) =>"
        " call.emit('sample', { totals: null, rtt, jitter, packetsLostFraction })"
    )
    page.evaluate("sample(60, 4, 0); sample(60, 4, 5)")
    assert said(page) == []  # one bad second says nothing
    page.evaluate("sample(60, 4, 5)")
    assert said(page) == ["quality fair loss"]
    assert page.evaluate("driver.network()") == {"rtt": 60, "jitter": 4, "loss": 5}
    page.evaluate("call.disconnect()")
    assert page.evaluate("driver.network()") is None


def test_the_chosen_devices_are_used_for_the_call_and_let_go_after_it(page: Any) -> None:
    page.evaluate("open_()")
    page.evaluate("driver.useDevices({ microphone: 'headset', headset: 'headset' })")
    page.evaluate("driver.start('t1')")
    assert page.evaluate("device.audio.outputs") == ["headset"]
    assert page.evaluate("device.audio.inputs") == []  # a microphone that is set stays open
    page.evaluate("window.call = ring(); driver.accept(call)")
    assert page.evaluate("[device.audio.inputs, call.done]") == [["headset"], ["accept"]]
    page.evaluate("driver.useDevices({ microphone: 'desk-mic', headset: '' })")
    page.evaluate("call.disconnect()")
    assert page.evaluate("device.audio.inputs") == ["headset", "desk-mic", "none"]
    assert page.evaluate("device.audio.outputs")[-1] == "default"


def test_a_device_that_the_sdk_learns_of_later_is_used_then(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("window.call = ring(); driver.accept(call)")
    page.evaluate("device.audio.availableInputDevices.delete('headset')")
    page.evaluate("driver.useDevices({ microphone: 'headset', headset: '' })")
    page.evaluate("device.audio.availableInputDevices.set('headset', { deviceId: 'headset' })")
    page.evaluate("device.audio.emit('deviceChange', [])")
    assert page.evaluate("device.audio.inputs") == ["default", "headset"]


def test_a_microphone_that_does_not_open_keeps_no_caller_waiting(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("driver.useDevices({ microphone: 'headset' }); window.stuck = true")
    page.evaluate("() => { window.call = ring(); driver.accept(call); }")
    assert page.evaluate("call.done") == []
    page.clock.run_for(2100)
    assert page.evaluate("call.done") == ["accept"]


def test_the_streams_are_those_of_the_call(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    assert page.evaluate("driver.streams()") == {"own": None, "others": []}
    page.evaluate("window.call = ring(); call.local = 'mine'; call.remote = 'theirs'")
    page.evaluate("driver.accept(call)")
    assert page.evaluate("driver.streams()") == {"own": "mine", "others": ["theirs"]}


def test_a_lost_line_comes_back_by_itself(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("device.to('unregistered')")
    assert said(page) == ["ready", "offline"]
    page.clock.run_for(3100)
    assert said(page) == ["ready"]


def test_a_line_that_the_sdk_brings_back_is_not_registered_twice(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("device.to('unregistered'); device.to('registering')")
    page.clock.run_for(3100)
    assert page.evaluate("device.registers") == 1
    assert not [word for word in said(page) if word.startswith("error")]


def test_start_says_soon_that_it_cannot(page: Any) -> None:
    page.evaluate("window.network = 'dead'; window.end = ''")
    page.evaluate(
        "() => { open_().then(() => driver.start('t1'))"
        ".then(() => { end = 'ready' }, () => { end = 'refused' }) }"
    )
    page.wait_for_function("window.device?.state === 'registering'")
    page.evaluate("device.to('unregistered')")  # the SDK's first connection failed
    page.wait_for_function("window.end === 'refused'")
    assert said(page) == ["offline"]


def test_a_refused_token_is_asked_for_again_less_and_less_often(page: Any) -> None:
    page.evaluate("window.network = 'bad token'")
    page.evaluate("open_().then(() => driver.start('t1')).catch(() => {})")
    assert said(page) == ["offline", "token"]
    page.evaluate("() => { driver.on('token', () => driver.setToken('t2')); }")
    page.clock.run_for(60_000)
    assert 2 <= page.evaluate("device.registers") <= 6  # in a minute
    page.evaluate("window.network = 'well'")
    page.clock.run_for(31_000)
    assert said(page)[-1] == "ready"
    assert page.evaluate("device.tokens.at(-1)") == "t2"


def test_the_microphone_and_other_errors_are_told_apart(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("window.call = ring()")
    said(page)
    page.evaluate("call.emit('error', { code: 31401 }); call.emit('error', { code: 31402 })")
    page.evaluate("device.emit('error', { code: 31005 }, call)")  # said by the call already
    page.evaluate("device.emit('error', { code: 31005 })")
    page.evaluate("device.emit('tokenWillExpire')")
    assert said(page) == ["microphone denied", "microphone busy", "error 31005", "token"]


def test_stopped_it_stays_so(page: Any) -> None:
    page.evaluate("open_().then(() => driver.start('t1'))")
    page.evaluate("device.to('unregistered'); driver.stop()")
    page.clock.run_for(60_000)
    assert page.evaluate("[device.state, device.registers]") == ["destroyed", 1]


def test_the_real_sdk_has_what_the_driver_uses(open_page: Any) -> None:
    """No provider here: it must be made, try, fail, take a new token, and stop, without a fault."""
    page = open_page(own=True)
    page.route(re.compile("^https:"), lambda route: route.abort())
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_script_tag(content=SDK.read_text())
    page.evaluate(
        """async () => {
          const { createSoftphone } = await import("/static/js/softphone/index.js");
          window.driver = await createSoftphone({ driver: "twilio", edge: "dublin", i18n: {} });
          window.said = [];
          driver.on("offline", () => said.push("offline"));
          driver.on("error", () => said.push("error"));
          window.end = "";
          driver.start("a.b.c").then(() => { end = "ready"; }, () => { end = "refused"; });
        }"""
    )
    page.wait_for_function("window.said.length > 0 && window.end === 'refused'", timeout=20_000)
    page.evaluate("driver.setToken('d.e.f')")
    page.evaluate("driver.useDevices({ microphone: 'gone', headset: 'gone' })")
    assert page.evaluate("driver.streams()") == {"own": None, "others": []}
    assert page.evaluate("driver.stats()") == {"packetsSent": 0, "packetsReceived": 0}
    page.evaluate("driver.stop()")
    members = page.evaluate(
        """() => [
          ["audio", "state"].every((name) => name in Twilio.Device.prototype),
          ["register", "updateToken", "destroy", "on", "removeListener"]
            .every((name) => typeof Twilio.Device.prototype[name] === "function"),
          ["accept", "reject", "disconnect", "mute", "sendDigits", "getLocalStream", "getRemoteStream"]
            .every((name) => typeof Twilio.Call.prototype[name] === "function"),
        ]"""
    )
    audio = page.evaluate(
        """() => {
          const { audio } = new Twilio.Device("a.b.c");
          const names = ["availableInputDevices", "availableOutputDevices"];
          return [
            ["setInputDevice", "unsetInputDevice", "incoming", "on"]
              .every((name) => typeof audio[name] === "function"),
            typeof audio.speakerDevices.set === "function" && "isOutputSelectionSupported" in audio,
            names.every((name) => audio[name] instanceof Map),
          ];
        }"""
    )
    assert members + audio == [True] * 6
    assert {fault for fault in faults if "fetch" not in fault} == set()
