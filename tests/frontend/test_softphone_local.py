"""The softphone's driver for the local carrier (static/js/softphone/local.js), with a carrier and
microphones that are played in the page.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.frontend.played import CARRIER, MICROPHONES

OPEN = """
async () => {
  const { createSoftphone } = await import("/static/js/softphone/index.js");
  window.said = [];
  window.driver = await createSoftphone({ driver: "local", carrierUrl: "" });
  for (const name of ["ready", "offline", "incoming", "connected", "ended", "token", "microphone"]) {
    driver.on(name, (detail) => said.push([name, detail?.cause ?? ""].join(" ").trim()));
  }
  driver.on("incoming", (leg) => { window.leg = leg; });
  await driver.start("t1");
}
"""


@pytest.fixture
def page(open_page: Any) -> Any:
    """A page whose driver has registered."""
    page = open_page()
    page.add_script_tag(content=CARRIER)
    page.add_script_tag(content=MICROPHONES)
    page.evaluate(OPEN)
    assert said(page) == ["ready"]
    assert page.evaluate("told()") == ["register t1"]
    return page


def said(page: Any) -> list[str]:
    """What the driver told the desk since last asked."""
    return list(page.evaluate("window.said.splice(0)"))


def talk(page: Any) -> None:
    """A leg rings, is accepted and connected."""
    page.evaluate("tell('ringing', { leg: 'L1', from: '+33', to: 'client:agent_1' })")
    page.evaluate("driver.accept(leg)")
    page.evaluate("tell('state', { leg: 'L1', status: 'in-progress' })")


def test_a_conversation(page: Any) -> None:
    talk(page)
    assert said(page) == ["incoming", "microphone", "connected"]
    page.evaluate("driver.sendDigits('12#'); driver.hangUp()")
    assert page.evaluate("told()") == ["accept L1", "keys 12#", "hangup L1"]
    assert page.evaluate("driver.streams().own === opened[0]")
    page.evaluate("tell('ended', { leg: 'L1' })")
    assert said(page) == ["ended"]
    assert page.evaluate("driver.streams().own") is None
    assert (
        page.evaluate("opened[0].getTracks()[0].readyState") == "ended"
    )  # the microphone is let go


@pytest.mark.parametrize(
    ("error", "cause"),
    [("NotAllowedError", "denied"), ("NotFoundError", "absent"), ("NotReadableError", "busy")],
)
def test_without_a_microphone_the_call_goes_to_somebody_else(
    page: Any, error: str, cause: str
) -> None:
    page.evaluate("(name) => { refuse = name; }", error)
    page.evaluate("tell('ringing', { leg: 'L1', from: '+33', to: 'client:agent_1' })")
    page.evaluate("driver.accept(leg)")
    assert said(page) == ["incoming", f"microphone {cause}"]
    assert page.evaluate("told()") == ["decline L1"]


def test_the_microphone_chosen_is_opened_else_the_default_one(page: Any) -> None:
    page.evaluate("driver.useDevices({ microphone: 'headset', headset: '' })")
    assert page.evaluate("asked") == []  # nothing is opened before a call
    talk(page)
    assert page.evaluate("asked") == ["headset"]
    page.evaluate("driver.useDevices({ microphone: 'unknown', headset: '' })")
    assert page.evaluate("asked") == ["headset", "unknown", ""]
    page.evaluate("driver.useDevices({ microphone: 'unknown', headset: '' })")
    assert len(page.evaluate("asked")) == 3  # the same again: nothing to do
    page.evaluate("driver.useDevices({ microphone: 'unknown', headset: '' }, { again: true })")
    assert page.evaluate("asked").count("") == 2


def test_a_headset_unplugged_in_mid_call_is_replaced(page: Any) -> None:
    page.evaluate("driver.useDevices({ microphone: 'headset', headset: '' })")
    talk(page)
    said(page)
    page.evaluate("unplug('headset')")
    page.wait_for_function("opened.length === 2")
    assert said(page) == ["microphone"]
    assert page.evaluate("driver.streams().own === opened[1]")
    page.evaluate("driver.mute(true); unplug('default')")
    page.wait_for_function("window.said.length > 0")
    assert said(page) == ["microphone absent"]
    page.evaluate("plug('default')")
    page.evaluate("driver.useDevices({ microphone: '', headset: '' }, { again: true })")
    assert said(page) == ["microphone"]
    assert not page.evaluate("driver.streams().own.getTracks()[0].enabled")  # still muted


def test_a_fresh_token_in_mid_call_leaves_the_call_alone(page: Any) -> None:
    talk(page)
    said(page)
    page.evaluate("told()")
    page.evaluate("legs = ['L1']; driver.setToken('t2')")
    assert page.evaluate("told()") == ["register t2"]
    assert said(page) == ["ready"]
    assert page.evaluate("driver.streams().own === opened[0]")


def test_a_refused_token_is_asked_for_anew(page: Any) -> None:
    page.evaluate("answers.register = { ok: false, error: 'token', code: 20104 }")
    page.evaluate("driver.setToken('t2')")
    assert said(page) == ["offline", "token"]


def test_a_call_that_ended_while_the_page_was_away_is_over(page: Any) -> None:
    talk(page)
    said(page)
    page.evaluate("legs = []; driver.setToken('t2')")
    assert said(page) == ["ended", "ready"]


def test_the_network_is_measured_only_with_somebody(page: Any) -> None:
    talk(page)
    assert page.evaluate("driver.network()") is None
    assert page.evaluate("driver.stats()") == {"packetsSent": 0, "packetsReceived": 0}
