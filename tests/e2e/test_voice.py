"""Telephones in real browsers: they talk, are held, ring, and pass axe."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import send_from_directory
from playwright.sync_api import Browser, Page, expect
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from carrier.line.recording import loudest
from carrier.tests.subscriber import (
    ACCOUNT,
    ALICE,
    API_KEY,
    API_SECRET,
    LINE,
    TOKEN,
    Line,
    eventually,
)
from tests.people import assert_axe, assert_fits

STATIC = Path(__file__).resolve().parents[2] / "static"
ROOM = '<Dial><Conference waitUrl="" beep="false">call-1</Conference></Dial>'
SOFTPHONE = """async token => {
  const { createSoftphone } = await import("/static/js/softphone/index.js");
  window.driver = await createSoftphone({ driver: "local", carrierUrl: "", identity: "agent-7", i18n: {} });
  window.happened = [];
  for (const name of ["ready", "incoming", "connected", "ended", "error"]) {
    driver.on(name, (leg) => { happened.push(name); if (name === "incoming") driver.accept(leg); });
  }
  await driver.start(token);
}"""


@pytest.fixture
def line() -> Iterator[Line]:
    """A carrier of its own, which serves our softphone too."""
    line = Line()
    line.flask.add_url_rule(
        "/static/<path:path>", view_func=partial(send_from_directory, STATIC), endpoint="ours"
    )
    yield line
    line.close()


@pytest.fixture
def pages(browser: Browser, line: Line) -> Iterator[tuple[Page, Page]]:
    """A telephone and a softphone, each in a browser of its own."""
    contexts = [
        browser.new_context(base_url=line.server.url, permissions=["microphone"], locale="fr-FR")
        for _ in range(2)
    ]
    telephone, desk = (context.new_page() for context in contexts)
    for page in (telephone, desk):
        page.goto("/telephone")
        expect(page.locator("#telephone")).to_have_attribute("data-state", "idle")
    token = AccessToken(ACCOUNT, API_KEY, API_SECRET, identity="agent-7", ttl=60)
    token.add_grant(VoiceGrant(incoming_allow=True))
    desk.evaluate(SOFTPHONE, token.to_jwt())
    yield telephone, desk
    for context in contexts:
        context.close()


def state(page: Page, *, is_: str) -> None:
    expect(page.locator("#telephone")).to_have_attribute("data-state", is_)


def packets(page: Page, source: str) -> dict[str, int]:
    return dict(page.evaluate(f"{source}.stats()"))


def heard_both_ways(page: Page, source: str) -> bool:
    stats = packets(page, source)
    return stats["packetsSent"] > 0 and stats["packetsReceived"] > 0


def test_a_caller_and_an_agent_talk(line: Line, pages: tuple[Page, Page]) -> None:
    telephone, desk = pages
    line.answers(
        incoming='<Say language="fr-FR">Bonjour</Say><Enqueue waitUrl="/wait">line</Enqueue>',
        wait='<Gather numDigits="1" action="/choice"><Say>Tapez 1</Say><Pause length="400"/></Gather>',
        choice='<Say>Noté</Say><Pause length="400"/>',
        connect=ROOM,
        agent=ROOM,
    )
    assert_axe(telephone)
    assert_fits(telephone)
    telephone.keyboard.press("Enter")
    state(telephone, is_="queued")
    expect(telephone.locator("#transcript")).to_contain_text("Tapez 1")
    telephone.keyboard.press("1")
    expect(telephone.locator("#transcript")).to_contain_text("Noté")
    leg = line.client.calls.list(status="in-progress")[0].sid
    line.client.calls.create(to="client:agent-7", from_=LINE, url=f"{line.application.url}/agent")
    eventually(lambda: "connected" in desk.evaluate("happened"))
    line.client.calls(leg).update(url=f"{line.application.url}/connect")
    state(telephone, is_="talking")
    eventually(lambda: heard_both_ways(telephone, "carrierPhone"), 15)
    eventually(lambda: heard_both_ways(desk, "driver"), 15)
    assert_axe(telephone)

    room = line.client.conferences.list(status="in-progress")[0]
    line.client.conferences(room.sid).participants(leg).update(hold=True)
    state(telephone, is_="held")
    line.client.conferences(room.sid).participants(leg).update(hold=False)
    state(telephone, is_="talking")
    telephone.keyboard.press("Escape")
    state(telephone, is_="ended")
    desk.evaluate("driver.hangUp()")
    eventually(lambda: "ended" in desk.evaluate("happened"))
    assert "error" not in desk.evaluate("happened")


def test_the_line_rings_a_telephone_and_writes_to_it(line: Line, pages: tuple[Page, Page]) -> None:
    telephone, other = pages
    other.evaluate("driver.stop()")
    line.client.messages.create(to=ALICE, from_=LINE, body="Votre lien : http://localhost/a?b=1 .")
    expect(telephone.locator("#messages a")).to_have_attribute("href", "http://localhost/a?b=1")
    twiml = "<Response><Say>Nous vous rappelons</Say><Pause length='400'/></Response>"
    line.client.calls.create(to=ALICE, from_=LINE, twiml=twiml, timeout=600)
    state(telephone, is_="ringing")
    state(other, is_="ringing")  # the same number is open in both windows
    assert_axe(telephone)
    telephone.get_by_role("button", name="Répondre").click()
    expect(telephone.locator("#transcript")).to_contain_text("Nous vous rappelons")
    state(other, is_="idle")
    telephone.get_by_role("button", name="Raccrocher").click()
    state(telephone, is_="ended")


def test_closing_the_page_hangs_up(line: Line, pages: tuple[Page, Page]) -> None:
    telephone, _desk = pages
    line.answers(incoming='<Pause length="4000"/>')
    telephone.get_by_role("button", name="Appeler").click()
    state(telephone, is_="connected")
    telephone.close(run_before_unload=False)
    final: dict[str, Any] = line.application.wait("/status")
    assert final["CallStatus"] == "completed"


def test_a_message_is_recorded_from_the_microphone(line: Line, pages: tuple[Page, Page]) -> None:
    telephone, _desk = pages
    line.answers(
        incoming='<Record maxLength="1000" timeout="1000" finishOnKey="1" action="/recorded"'
        ' recordingStatusCallback="/recording"/>',
        recorded='<Say>Merci</Say><Pause length="400"/>',
    )
    telephone.get_by_role("button", name="Appeler").click()
    expect(telephone.locator("#hint")).to_have_text("On vous enregistre")
    recordings = line.carrier.exchange.recordings.by_sid
    eventually(lambda: any(loudest(bytes(r.sound)) > 500 for r in recordings.values()), 15)
    telephone.keyboard.press("1")
    expect(telephone.locator("#transcript")).to_contain_text("Merci")
    url = line.application.wait("/recording", RecordingStatus="completed")["RecordingUrl"]
    sound = requests.get(f"{url}.wav", auth=(ACCOUNT, TOKEN), timeout=5)
    with wave.open(io.BytesIO(sound.content)) as opened:
        assert opened.getnframes() > 0
    expect(telephone.locator("#hint")).to_have_text("")


COACHED = '<Dial><Conference waitUrl="" beep="false" {coach}>call-1</Conference></Dial>'


def test_a_coach_reaches_the_agent_and_never_the_caller(
    line: Line, pages: tuple[Page, Page], browser: Browser
) -> None:
    caller, desk = pages
    line.answers(incoming=COACHED.format(coach=""), agent=COACHED.format(coach=""))
    caller.keyboard.press("Enter")
    state(caller, is_="conference")
    agent = line.client.calls.create(
        to="client:agent-7", from_=LINE, url=f"{line.application.url}/agent"
    )
    state(caller, is_="talking")
    line.answers(incoming=COACHED.format(coach=f'coach="{agent.sid}"'))
    context = browser.new_context(
        base_url=line.server.url, permissions=["microphone"], locale="fr-FR"
    )
    coach = context.new_page()
    coach.goto("/telephone")
    state(coach, is_="idle")
    coach.keyboard.press("Enter")
    state(coach, is_="talking")
    room = line.client.conferences.list(status="in-progress")[0]
    line.client.conferences(room.sid).participants(agent.sid).update(muted=True)  # only she speaks

    def spoken_by_coach(more: int) -> None:
        sent = packets(coach, "carrierPhone")["packetsSent"]
        eventually(lambda: packets(coach, "carrierPhone")["packetsSent"] > sent + more, 20)

    spoken_by_coach(100)  # what was on its way to the caller has come
    reached, agent_heard = packets(caller, "carrierPhone"), packets(desk, "driver")
    spoken_by_coach(100)
    assert packets(caller, "carrierPhone")["packetsReceived"] == reached["packetsReceived"]
    assert packets(desk, "driver")["packetsReceived"] > agent_heard["packetsReceived"]
    assert packets(caller, "carrierPhone")["packetsSent"] > reached["packetsSent"]
    context.close()
