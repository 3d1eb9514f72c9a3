"""The static files that answer when we cannot, and what was typed on them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from app.calls.provider import fallback
from app.calls.provider.twiml import files
from app.foundation.ports import AskedForLeg
from carrier.twiml import verbs
from carrier.twiml import voice as twiml

AT = "https://secours.example/permanence"


def typed(digits: str | None, page: str = fallback.SECOND) -> AskedForLeg:
    return AskedForLeg(f"{AT}/{page}?From=%2B33639980101", digits)


def test_the_carrier_takes_them_word_for_word() -> None:
    """It refuses what Twilio refuses."""
    pages = files(fallback.documents())
    (gather,) = twiml.parse(pages[fallback.FIRST].encode())
    assert isinstance(gather, verbs.Gather)
    assert (gather.num_digits, gather.finish_on_key) == (10, "#")
    assert [type(verb) for verb in twiml.parse(pages[fallback.SECOND].encode())] == [
        verbs.Say, verbs.Say, verbs.Hangup,
    ]  # fmt: skip


def test_french_first_then_english() -> None:
    for content in files(fallback.documents()).values():
        spoken = ElementTree.fromstring(content).iter("Say")
        assert [say.get("language") for say in spoken] == ["fr-FR", "en-GB"]


@pytest.mark.parametrize(
    ("base", "action"),
    [("", "merci.xml"), (AT, f"{AT}/merci.xml"), (AT + "/", f"{AT}/merci.xml")],
)
def test_the_first_leads_to_the_second(base: str, action: str) -> None:
    gather = ElementTree.fromstring(files(fallback.documents(base))[fallback.FIRST])[0]
    assert (gather.get("action"), gather.get("method")) == (action, "GET")
    posted = ElementTree.fromstring(files(fallback.documents(base, "POST"))[fallback.FIRST])[0]
    assert posted.get("method") == "POST"


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0639980102", "+33639980102"),
        ("1", None),
        ("", None),
        ("123", None),
        ("9999999999", None),  # no number in France
    ],
)
def test_what_was_typed(digits: str, number: str | None) -> None:
    requests = [typed(None, fallback.FIRST), typed(digits)]
    assert fallback.was_heard(requests)
    assert fallback.number_typed(requests) == number


def test_keys_typed_elsewhere_mean_something_else() -> None:
    ours = AskedForLeg("https://permanence.example/voice/choice", "0639980102")
    assert fallback.number_typed([ours]) is None
    assert not fallback.was_heard([ours, typed(None, fallback.FIRST)])
