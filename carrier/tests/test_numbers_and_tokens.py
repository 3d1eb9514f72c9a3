from __future__ import annotations

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from carrier.line.numbers import identity_of, is_number, normalise, outcome_of, spaced
from carrier.settings import CarrierSettings
from carrier.softphones.tokens import TokenRefused, check
from carrier.webhooks.faults import Fault, Faults

ACCOUNT, KEY, SECRET = "AC" + "1" * 32, "SK" + "2" * 32, "a-secret-that-is-long-enough-for-hs256"
SETTINGS = CarrierSettings(ACCOUNT, "token", api_key=KEY, api_secret=SECRET)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("0033199001234", "+33199001234"),
        ("+33 1 99 00 12 34", "+33199001234"),
        ("3949", "3949"),
    ],
)
def test_a_number_as_it_is_dialed(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


def test_a_number_as_it_is_read() -> None:
    assert spaced("+33639980001") == "+33 6 39 98 00 01"
    assert spaced("3949") == "3949"


def test_addresses() -> None:
    assert is_number("+33199001234")
    assert not is_number("0199001234")
    assert identity_of("client:agent-7") == "agent-7"
    assert identity_of("client:") is None
    assert identity_of("+33199001234") is None


def test_magic_numbers_force_an_outcome() -> None:
    assert outcome_of("+33199009901").call_status == "busy"
    assert outcome_of("+15005550001").call_refusal == 21211
    assert outcome_of("+33639980001").call_status == ""


def token(
    identity: str = "agent-7",
    *,
    secret: str = SECRET,
    account: str = ACCOUNT,
    ttl: int = 3600,  # made when tests are collected, tried minutes later
    voice: bool = True,
    incoming: bool = True,
) -> str:
    made = AccessToken(account, KEY, secret, identity=identity, ttl=ttl)
    if voice:
        made.add_grant(VoiceGrant(incoming_allow=incoming))
    return str(made.to_jwt())


def test_the_librarys_token_is_accepted() -> None:
    grant = check(token(), SETTINGS)
    assert (grant.identity, grant.incoming) == ("agent-7", True)
    assert not check(token(incoming=False), SETTINGS).incoming


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", 20101),
        ("a.b.c", 20101),
        (token(secret="another-secret-that-is-long-enough!"), 20101),
        (token(ttl=-1), 20104),
        (token(account="AC" + "9" * 32), 20103),
        (token(voice=False), 20106),
        (token("two words"), 20106),
    ],
)
def test_tokens_refused(given: str, code: int) -> None:
    with pytest.raises(TokenRefused) as refused:
        check(given, SETTINGS)
    assert refused.value.code == code


def test_a_fault_is_used_up() -> None:
    faults = Faults()
    faults.add(Fault("lose", "/voice/status completed", count=2))
    assert faults.take(("lose",), "/voice/wait queued") is None
    assert faults.take(("rest-429",), "/voice/status completed") is None
    taken = [faults.take(("lose",), "/voice/status completed") for _ in range(3)]
    assert [bool(fault) for fault in taken] == [True, True, False]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("explode")
