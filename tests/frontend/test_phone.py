"""The softphone's life in the page (static/js/desk/phone.js): microphone, token, session, mute."""

from __future__ import annotations

from typing import Any

import pytest

from tests.frontend.played import CARRIER, MICROPHONES, SERVER

OPEN = """
async () => {
  const { Phone } = await import("/static/js/desk/phone.js");
  const { Devices } = await import("/static/js/desk/devices.js");
  window.devices = new Devices();
  window.notices = [];
  window.phone = new Phone({ driver: "local", carrierUrl: "", identity: "agent_1" }, {
    onChange: () => { if (notices.at(-1) !== phone.around.mic) notices.push(phone.around.mic); },
    expects: async () => "call-1",
    devices,
  });
  await devices.watch();
}
"""


@pytest.fixture
def page(open_page: Any) -> Any:
    """A page with a phone that has not started; what is around it is played."""
    page = open_page()
    page.add_script_tag(content=CARRIER)
    page.add_script_tag(content=MICROPHONES)
    page.add_script_tag(content=SERVER)
    page.evaluate(OPEN)
    return page


def around(page: Any, name: str) -> Any:
    return page.evaluate("(name) => phone.around[name]", name)


def talk(page: Any) -> None:
    """She is ready; a call is accepted and connected."""
    assert page.evaluate("phone.start()") is True
    page.evaluate("tell('ringing', { leg: 'L1', from: '+33', to: 'client:agent_1' })")
    page.wait_for_function("sent.some(([name]) => name === 'accept')")
    page.evaluate("tell('state', { leg: 'L1', status: 'in-progress' }); legs = ['L1']")
    assert around(page, "leg") is True


def test_a_microphone_that_works_is_heard_at_once(page: Any) -> None:
    assert page.evaluate("phone.start()") is True
    assert around(page, "phone") == "ready"
    assert around(page, "mic") == ""
    assert page.evaluate("opened[0].getTracks()[0].readyState") == "ended"  # only looked at


@pytest.mark.parametrize(
    ("error", "notice"),
    [
        ("NotAllowedError", "mic.denied"),
        ("NotFoundError", "mic.absent"),
        ("NotReadableError", "mic.busy"),
        ("TypeError", "mic.error"),
    ],
)
def test_she_is_not_ready_without_a_microphone(page: Any, error: str, notice: str) -> None:
    page.evaluate("(name) => { refuse = name; }", error)
    assert page.evaluate("phone.start()") is False
    assert around(page, "mic") == notice
    assert page.evaluate("phone.unheard") is True
    assert page.evaluate("told()") == []  # not even registered: nothing can ring here
    page.evaluate("refuse = ''")
    assert page.evaluate("phone.start()") is True
    assert around(page, "mic") == ""


def test_a_silent_microphone_asks_for_a_word_then_refuses(page: Any) -> None:
    page.evaluate("loud = false")
    assert page.evaluate("phone.start()") is False
    assert page.evaluate("notices")[-2:] == ["mic.speak", "mic.silent"]
    page.evaluate("loud = true")
    assert page.evaluate("phone.start()") is True


def test_a_microphone_unplugged_while_it_is_tried_is_not_taken_for_good(page: Any) -> None:
    page.evaluate("() => { loud = false; window.ready = phone.start(); }")
    page.wait_for_function("opened.length === 1 && notices.at(-1) === 'mic.speak'")
    page.evaluate("unplug('headset', 'default')")
    assert page.evaluate("ready") is False
    assert around(page, "mic") == "mic.absent"


def test_each_time_she_goes_available_the_microphone_is_tried(page: Any) -> None:
    page.evaluate("phone.start()")
    page.evaluate("refuse = 'NotAllowedError'")
    assert page.evaluate("phone.start()") is True  # to accept a call nothing is tried again
    assert page.evaluate("phone.start({ check: true })") is False
    assert around(page, "mic") == "mic.denied"
    assert around(page, "phone") == "ready"


def test_tokens_are_renewed_in_time_and_the_call_goes_on(page: Any) -> None:
    page.evaluate("life = 4")
    talk(page)
    page.wait_for_function(
        "sent.filter(([name]) => name === 'register').length >= 3", timeout=15000
    )
    assert page.evaluate("sent.filter(([name]) => name === 'register').map(([, t]) => t)")[:3] == [
        "t1",
        "t2",
        "t3",
    ]
    assert around(page, "leg") is True
    assert page.evaluate("opened.at(-1).getTracks()[0].readyState") == "live"


def test_a_session_that_ends_in_mid_call_leaves_the_call_alone(page: Any) -> None:
    talk(page)
    page.evaluate("served = 401")
    page.evaluate("document.dispatchEvent(new Event('session-over'))")
    assert around(page, "session") is True
    assert around(page, "leg") is True
    page.evaluate("served = 200")  # she signs in again, in another tab
    page.wait_for_function("phone.around.session === false", timeout=15000)
    form_token = page.evaluate("document.querySelector('meta[name=csrf-token]').content")
    assert form_token == "fresh"
    assert around(page, "leg") is True


def test_a_session_that_is_over_leads_to_signing_in_once_nobody_is_on_the_line(page: Any) -> None:
    talk(page)
    page.evaluate("served = 401; document.dispatchEvent(new Event('session-over'))")
    assert "/sign-in" not in page.url
    page.evaluate("tell('ended', { leg: 'L1' })")
    page.wait_for_url("**/sign-in?next=*")


def test_outside_a_call_she_signs_in_at_once(page: Any) -> None:
    page.evaluate("() => { served = 401; phone.start(); }")
    page.wait_for_url("**/sign-in?next=*")


def test_somebody_else_who_signed_in_gets_a_desk_of_their_own(page: Any) -> None:
    talk(page)
    page.evaluate("served = 401; document.dispatchEvent(new Event('session-over'))")
    page.evaluate("who = 'agent_2'; served = 200")
    page.wait_for_url(lambda url: url.endswith("/"), timeout=15000)


def test_she_stays_muted_after_a_reload_and_it_is_shown(page: Any) -> None:
    talk(page)
    page.evaluate("phone.mute(true)")
    page.reload()
    for script in (CARRIER, MICROPHONES, SERVER):
        page.add_script_tag(content=script)
    page.evaluate(OPEN)
    talk(page)
    assert around(page, "muted") is True
    assert not page.evaluate("phone.streams().own.getTracks()[0].enabled")
    page.evaluate("phone.mute(false)")
    assert page.evaluate("localStorage.getItem('permanence.muted')") is None


def test_another_call_does_not_begin_muted(page: Any) -> None:
    page.evaluate("localStorage.setItem('permanence.muted', 'another call')")
    talk(page)
    assert around(page, "muted") is False


def test_devices_are_remembered_followed_and_told(page: Any) -> None:
    page.evaluate(
        """() => {
          window.heard = [];
          ["lost", "back"].forEach((name) => devices.on(name, ({ labels }) => heard.push([name, ...labels])));
          devices.on("microphone", ({ present }) => heard.push(["microphone", present]));
          devices.choose("microphone", "headset");
        }"""
    )
    talk(page)
    assert page.evaluate("asked") == ["headset", "headset"]  # the check, then the call
    page.evaluate("unplug('headset')")
    page.wait_for_function("heard.length === 1")
    page.wait_for_function("phone.streams().own.getTracks()[0].readyState === 'live'")
    page.evaluate("plug('headset')")
    page.wait_for_function("asked.at(-1) === 'headset'")
    assert page.evaluate("heard") == [["lost", "Micro headset"], ["back", "Micro headset"]]
    page.evaluate("unplug('headset', 'default')")
    page.wait_for_function("heard.length === 4")
    assert page.evaluate("heard.at(-1)") == ["microphone", False]
    kept = page.evaluate("JSON.parse(localStorage.getItem('permanence.devices'))")
    assert kept == {"microphone": {"id": "headset", "label": "Micro headset"}}


def test_a_session_of_hers_that_ended_elsewhere_makes_her_register_under_the_new_name(
    page: Any,
) -> None:
    page.evaluate("phone.start()")
    page.wait_for_function("phone.around.phone === 'ready'")
    first = page.evaluate("tokens")
    page.evaluate("who = 'agent_1_1'; phone.renamed()")
    page.wait_for_function(f"tokens > {first} && phone.around.phone === 'ready'")
    assert "/desk" not in page.url  # the page stays


def test_a_new_name_waits_for_the_end_of_a_conversation(page: Any) -> None:
    talk(page)
    registered = "sent.filter(([name]) => name === 'register').length"
    before = page.evaluate(registered)
    first = page.evaluate("tokens")
    page.evaluate("who = 'agent_1_1'; phone.renamed()")
    page.wait_for_function(f"tokens > {first}")
    page.wait_for_timeout(200)
    assert page.evaluate(registered) == before
    assert around(page, "leg") is True
    page.evaluate("legs = []; tell('ended', { leg: 'L1' })")
    page.wait_for_function(f"{registered} > {before} && phone.around.phone === 'ready'")
