"""Nothing that Twilio knows is accepted and then silently not done: all of it is walked.

What there is to know is read from the ``twilio`` library itself, so that a newer one that can send
more makes a test fail until the table says what becomes of it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.twiml import messaging_response, voice_response

from carrier.conformance import MESSAGING, TWIML, Fate, Spoken
from carrier.tests.subscriber import ALICE, LINE
from carrier.twiml import verbs
from carrier.twiml.attributes import Notes, TwimlRefused
from carrier.twiml.messaging import parse_messaging
from carrier.twiml.voice import parse

HERE = Path(__file__).resolve().parent

# -- what the library can say ----------------------------------------------------------------------

# Not below these: their children are those of an element that is walked anyhow, or it is refused.
CLOSED = {"Prompt", "Pay", "Start", "Stop", "Connect", "Refer", "Sip", "Application"}


def camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def sayings(cls: type, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each element that a class of the library may hold (by path), with its attributes."""
    for _name, method in inspect.getmembers(cls, inspect.isfunction):
        found = re.search(r"self\.(?:nest|append)\(\s*(\w+)\(", inspect.getsource(method))
        if not found or method.__qualname__.split(".")[0] != cls.__name__:
            continue
        element = getattr(inspect.getmodule(cls), found[1])
        tag = element("x").name if "words" in str(inspect.signature(element)) else named(element)
        inner = f"{path}/{tag}" if path else tag
        content = re.findall(r"self\.value = (\w+)", inspect.getsource(element.__init__))
        given = [p for p in inspect.signature(method).parameters if p not in ("self", "kwargs")]
        # what an element holds as text is not an attribute
        texts = {"number", "name", "url", "message", "identity", "phone_number", "body", "words"}
        attributes = [
            camel(p)
            for p in given
            if p not in content and not (p in texts and written_as_text(element, p))
        ]
        yield inner, attributes
        if (tag not in CLOSED and not inner.startswith("Say/") and tag != "Say") or (
            tag == "Say" and not path
        ):
            yield from sayings(element, inner)


def named(element: type) -> str:
    required = [
        p
        for p in list(inspect.signature(element).parameters.values())
        if p.default is inspect.Parameter.empty and p.kind is not p.VAR_KEYWORD
    ]
    return str(element(*("x" for _p in required)).name)


def written_as_text(element: type, parameter: str) -> bool:
    return f"if {parameter}" in inspect.getsource(element.__init__) or (
        f"self.value = {parameter}" in inspect.getsource(element.__init__)
    )


VOICE = {
    path: attributes
    for path, attributes in sayings(voice_response.VoiceResponse)
    # prompts inside of Gather are prompts
    if not re.search(r"Gather/(Say|Play|Pause)", path)
}
TEXTS = dict(sayings(messaging_response.MessagingResponse))


def test_the_library_was_really_read() -> None:
    assert {"Say", "Dial/Number", "Dial/Client/Parameter", "Enqueue/Task", "Say/prosody"} <= set(
        VOICE
    )
    assert "sendDigits" in VOICE["Dial/Number"]
    assert set(TEXTS) == {"Message", "Message/Body", "Message/Media", "Redirect"}
    assert len(VOICE) > 40


@pytest.mark.parametrize(
    ("table", "known"), [(TWIML, VOICE), (MESSAGING, TEXTS)], ids=["voice", "messaging"]
)
def test_each_element_and_attribute_of_twiml_has_a_fate(
    table: dict[str, Spoken], known: dict[str, list[str]]
) -> None:
    missing = set(known) - set(table)
    assert missing == set()
    for path, attributes in known.items():
        if table[path].fate is Fate.DONE:
            assert set(attributes) <= set(table[path].fields), path


# -- TwiML: what is done is read; what is not is told --------------------------------------------

CONTENT = {
    "Say": "Bonjour", "Play": "/a.mp3", "Enqueue": "q", "Redirect": "/b", "Sms": "Bonjour",
    "Dial": "+33199000002", "Dial/Number": "+33199000002", "Dial/Client": "a",
    "Dial/Client/Identity": "a", "Dial/Conference": "c", "Dial/Queue": "q",
    "Message": "Bonjour", "Message/Body": "Bonjour", "Message/Media": "/a.png",
}  # fmt: skip
# A legal value for an attribute that is not its default, by its name, or by the element's too.
VALUES = {
    "loop": "3", "language": "fr-FR", "voice": "Polly.Lea", "digits": "12", "length": "7",
    "input": "speech", "timeout": "9", "speechTimeout": "4", "finishOnKey": "5", "numDigits": "4",
    "bargeIn": "false", "actionOnEmptyResult": "true", "maxLength": "77", "playBeep": "false",
    "trim": "do-not-trim", "transcribe": "true", "maxQueueSize": "3", "reason": "busy",
    "hangupOnStar": "true", "timeLimit": "60", "callerId": "+33199001234",
    "answerOnBridge": "true", "sequential": "true", "sendDigits": "1w2",
    "machineDetection": "Enable", "muted": "true", "beep": "onExit",
    "startConferenceOnEnter": "false", "endConferenceOnExit": "true", "maxParticipants": "5",
    "coach": "CA" + "0" * 32, "participantLabel": "a", "to": ALICE, "from": LINE,
    "Dial.record": "true", "Dial/Conference.record": "true", "name": "b", "value": "c",
    "recordingStatusCallbackEvent": "absent", "Dial/Conference.statusCallbackEvent": "leave",
    "statusCallbackEvent": "ringing",
}  # fmt: skip


def value_of(path: str, attribute: str) -> str:
    if attribute.lower().endswith("method"):
        return "GET"
    return VALUES.get(f"{path}.{attribute}") or VALUES.get(attribute) or f"/{attribute}"


def document(path: str, attribute: str = "", value: str = "") -> str:
    """A document with the element at ``path``, that has this one attribute."""
    inside = CONTENT.get(path, "")
    if path == "Dial/Client/Parameter" and not attribute:
        attribute, value = "name", "a"
    for place, tag in reversed(list(enumerate(path.split("/")))):
        last = place == path.count("/")
        given = f' {attribute}="{value}"' if attribute and last else ""
        before = "a" if tag in ("Say", "Client") and not last and place < 2 else ""
        inside = f"<{tag}{given}>{before}{inside}</{tag}>"
    return f"<Response>{inside}</Response>"


def read(path: str, text: str, notes: Notes) -> Any:
    return (parse_messaging if path.split("/")[0] == "Message" else parse)(text, notes=notes)


def fields_of(fate: Fate) -> list[tuple[str, str]]:
    return [
        (path, name)
        for table in (TWIML, MESSAGING)
        for path, spoken in table.items()
        if spoken.fate is Fate.DONE
        for name, (found, _why) in spoken.fields.items()
        if found is fate
    ]


def elements_of(*fates: Fate) -> list[str]:
    return [path for path, spoken in TWIML.items() if spoken.fate in fates and path != "Response"]


@pytest.mark.parametrize(("path", "name"), fields_of(Fate.DONE))
def test_an_attribute_that_is_done_changes_what_is_read(path: str, name: str) -> None:
    notes = Notes(strict=True)  # nothing is noted
    assert read(path, document(path, name, value_of(path, name)), notes) != read(
        path, document(path), notes
    )


@pytest.mark.parametrize(("path", "name"), fields_of(Fate.ALERT))
def test_an_attribute_that_is_not_done_is_told(path: str, name: str) -> None:
    notes = Notes(strict=False)
    text = document(path, name, "x")
    assert read(path, text, notes) == read(path, document(path), Notes())
    ((code, message),) = notes.told
    assert code == 12200
    assert f"{name} of " in message
    with pytest.raises(TwimlRefused):
        read(path, text, Notes(strict=True))


@pytest.mark.parametrize(("path", "name"), fields_of(Fate.REFUSED))
def test_an_attribute_that_cannot_be_done_is_refused(path: str, name: str) -> None:
    with pytest.raises(TwimlRefused):
        read(path, document(path, name, "x"), Notes(strict=False))


@pytest.mark.parametrize("path", elements_of(Fate.ALERT))
def test_an_element_that_is_not_done_is_told(path: str) -> None:
    notes = Notes(strict=False)
    parse(document(path), notes=notes)
    assert [code for code, _message in notes.told] == [12200]


@pytest.mark.parametrize("path", elements_of(Fate.REFUSED))
def test_an_element_that_cannot_be_done_is_refused_with_a_word(path: str) -> None:
    with pytest.raises(TwimlRefused, match=re.escape(TWIML[path].why)):
        parse(document(path), notes=Notes(strict=False))


@pytest.mark.parametrize("path", elements_of(Fate.DONE))
def test_what_nobody_knows_is_a_warning_and_the_call_goes_on(path: str) -> None:
    notes = Notes(strict=False)
    read(path, document(path, "sung", "x"), notes)
    ((code, message),) = notes.told
    assert (code, "sung is not allowed" in message) == (12200, True)


def test_an_unknown_verb_is_a_warning_and_the_next_one_is_heard() -> None:
    notes = Notes(strict=False)
    found = parse("<Response>La<Sing>a</Sing><Say>b</Say></Response>", notes=notes)
    assert found == (verbs.Say("b"),)
    assert [code for code, _message in notes.told] == [12200, 12200]


def test_every_field_of_a_verb_is_used() -> None:
    """A field that only the reader knows would be accepted and then silently not done."""
    sources = [
        file.read_text()
        for file in HERE.parent.rglob("*.py")
        if not {"twiml", "tests"} & set(file.parts) and not file.name.startswith("conformance")
    ]
    used = {
        node.attr
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
    }
    classes = [
        c for _n, c in inspect.getmembers(verbs, inspect.isclass) if c.__module__ == verbs.__name__
    ]
    for cls in classes:
        assert set(getattr(cls, "__dataclass_fields__", {})) <= used, cls.__name__
