"""Reads TwiML and refuses what Twilio refuses. Pure.

The source of each rule is Twilio's TwiML Voice reference (one page a verb) and its dictionary of
errors. Stricter than the real provider in one way: an unknown verb or attribute, which Twilio
reports as a warning (12200) and skips, is refused here, so that a test sees it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from enum import Enum
from xml.parsers import expat

from carrier import verbs
from carrier.attributes import Attributes, TwimlRefused, schema

MAX_DOCUMENT = 64 * 1024
MAX_SAY = {"Polly.": 3000, "Google.": 5000}
MAX_SAY_BASIC = 4096
XML_TYPES = ("text/xml", "application/xml", "text/html")
CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
CONFERENCE_EVENTS = frozenset(
    {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
)


class Context(Enum):
    """Where a document runs; it limits which verbs are heard."""

    CALL = "call"
    QUEUE = "queue"  # an Enqueue's waitUrl
    CONFERENCE = "conference"  # a Conference's waitUrl, or a holdUrl


ALLOWED = {
    Context.CALL: frozenset(
        [
            "Say",
            "Play",
            "Pause",
            "Gather",
            "Enqueue",
            "Leave",
            "Redirect",
            "Dial",
            "Record",
            "Reject",
            "Hangup",
        ]
    ),
    Context.QUEUE: frozenset(["Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"]),
    Context.CONFERENCE: frozenset(["Say", "Play", "Pause", "Redirect"]),
}


def check_content_type(content_type: str | None) -> None:
    """Refuse an answer that Twilio would not read as TwiML (12300)."""
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind not in XML_TYPES:
        raise TwimlRefused(12300, f"Invalid Content-Type: {kind or 'none'}")


def parse(document: bytes | str, context: Context = Context.CALL) -> tuple[verbs.Verb, ...]:
    """The verbs of ``document``, in order. Raises TwimlRefused with Twilio's code."""
    raw = document.encode() if isinstance(document, str) else document
    if len(raw) > MAX_DOCUMENT:
        raise TwimlRefused(11750, "TwiML response body too large")
    root = read_tree(raw)
    if root.tag != "Response":
        raise TwimlRefused(12100, "The root element must be Response")
    Attributes(root, ()).done()
    _no_text(root)
    return tuple(_verb(element, context) for element in root)


def read_tree(raw: bytes) -> ElementTree.Element:
    """Parse, refusing any DOCTYPE first: no entity, no file, no network can be reached."""
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse_doctype
    try:
        guard.Parse(raw, True)
        return ElementTree.fromstring(raw)  # noqa: S314 - no DOCTYPE is left, so no entity
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise TwimlRefused(12100, f"Document parse failure: {error}") from error


def _refuse_doctype(*_args: object) -> None:
    raise TwimlRefused(12100, "Document type declarations are not allowed")


def _verb(element: ElementTree.Element, context: Context) -> verbs.Verb:
    if element.tag not in ALLOWED[context]:
        raise schema(f"{element.tag} is not allowed in a {context.value} document")
    return READERS[element.tag](element)


def _say(element: ElementTree.Element) -> verbs.Say:
    attributes = Attributes(element, ("voice", "language", "loop"))
    text = " ".join("".join(element.itertext()).split())
    voice = attributes.text("voice")
    if not text:
        raise TwimlRefused(13520, "Say: Invalid text")
    limit = next((n for p, n in MAX_SAY.items() if voice.startswith(p)), MAX_SAY_BASIC)
    if len(text) > limit:
        raise TwimlRefused(13521, f"Say: more than {limit} characters")
    say = verbs.Say(text, attributes.language("language"), voice, attributes.number("loop", 1))
    attributes.done()
    return say


def _play(element: ElementTree.Element) -> verbs.Play:
    attributes = Attributes(element, ("loop", "digits"))
    url, digits = _content(element), attributes.text("digits")
    if not url and not digits:
        raise TwimlRefused(13420, "Play: Invalid Content-Type or no URL")
    if digits.strip("0123456789*#wW"):
        raise schema("Play: invalid digits")
    play = verbs.Play(url, attributes.number("loop", 1), digits)
    attributes.done()
    return play


def _pause(element: ElementTree.Element) -> verbs.Pause:
    attributes = Attributes(element, ("length",))
    _no_children(element)
    return attributes.finish(verbs.Pause(attributes.number("length", 1)))


def _gather(element: ElementTree.Element) -> verbs.Gather:
    known = [
        "action",
        "method",
        "timeout",
        "numDigits",
        "finishOnKey",
        "actionOnEmptyResult",
        "input",
        "language",
    ]
    attributes = Attributes(element, known)
    attributes.one_of("input", ("dtmf", "speech", "dtmf speech"), "dtmf")
    attributes.language("language")
    finish = attributes.text("finishOnKey", "#")
    if len(finish) > 1 or finish.strip("0123456789*#"):
        raise TwimlRefused(13325, "Gather: Invalid finishOnKey value")
    return attributes.finish(
        verbs.Gather(
            tuple(_prompt(child) for child in element),
            attributes.text("action"),
            attributes.method(),
            5
            if attributes.text("timeout") == "auto"
            else attributes.number("timeout", 5, code=13313),
            attributes.number("numDigits", None, minimum=1, code=13314),
            finish,
            attributes.flag("actionOnEmptyResult"),
        )
    )


def _prompt(element: ElementTree.Element) -> verbs.Prompt:
    if element.tag == "Say":
        return _say(element)
    if element.tag == "Play":
        return _play(element)
    if element.tag == "Pause":
        return _pause(element)
    raise schema(f"{element.tag} is not allowed in Gather")


def _enqueue(element: ElementTree.Element) -> verbs.Enqueue:
    attributes = Attributes(element, ("action", "method", "waitUrl", "waitUrlMethod"))
    _no_children(element)
    name = _content(element)
    if not name or len(name) > 64:
        raise TwimlRefused(14221, "Enqueue: the queue needs a name of 1 to 64 characters")
    return attributes.finish(
        verbs.Enqueue(
            name,
            attributes.text("action"),
            attributes.method("method", code=14205),
            attributes.text("waitUrl"),
            attributes.method("waitUrlMethod", code=14206),
        )
    )


def _leave(element: ElementTree.Element) -> verbs.Leave:
    _empty(element)
    return verbs.Leave()


def _hangup(element: ElementTree.Element) -> verbs.Hangup:
    _empty(element)
    return verbs.Hangup()


def _redirect(element: ElementTree.Element) -> verbs.Redirect:
    attributes = Attributes(element, ("method",))
    url = _content(element)
    if not url:
        raise TwimlRefused(13710, "Redirect: no URL")
    return attributes.finish(verbs.Redirect(url, attributes.method()))


def _reject(element: ElementTree.Element) -> verbs.Reject:
    attributes = Attributes(element, ("reason",))
    _no_children(element)
    return attributes.finish(
        verbs.Reject(attributes.one_of("reason", ("rejected", "busy"), "rejected"))
    )


def _record(element: ElementTree.Element) -> verbs.Record:
    known = (
        "action method timeout maxLength finishOnKey playBeep trim"
        " recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"
    )
    attributes = Attributes(element, known.split())
    _no_children(element)
    attributes.one_of("trim", ("trim-silence", "do-not-trim"), "trim-silence")
    finish = attributes.text("finishOnKey", "1234567890*#")
    if finish.strip("1234567890*#"):
        raise TwimlRefused(13613, "Record: Invalid finishOnKey value")
    return attributes.finish(
        verbs.Record(
            attributes.text("action"),
            attributes.method(code=13610),
            attributes.number("timeout", 5, minimum=1, code=13612),
            attributes.number("maxLength", 3600, minimum=1, maximum=14400, code=13611),
            finish,
            attributes.flag("playBeep", True, code=13614),
            attributes.text("recordingStatusCallback"),
            attributes.method("recordingStatusCallbackMethod"),
            attributes.words("recordingStatusCallbackEvent", RECORDING_EVENTS),
        )
    )


def _dial(element: ElementTree.Element) -> verbs.Dial:
    known = [
        "action",
        "method",
        "timeout",
        "callerId",
        "hangupOnStar",
        "timeLimit",
        "answerOnBridge",
        "record",
    ]
    attributes = Attributes(element, known)
    attributes.flag("answerOnBridge")
    attributes.text("record")
    conference, parties = _nouns(element)
    return attributes.finish(
        verbs.Dial(
            conference,
            parties,
            attributes.text("action"),
            attributes.method("method", code=13211),
            attributes.number("timeout", 30, minimum=1, code=13212),
            attributes.text("callerId"),
            attributes.flag("hangupOnStar"),
            attributes.number("timeLimit", 14400, minimum=1, code=13213),
        )
    )


def _nouns(
    dial: ElementTree.Element,
) -> tuple[verbs.ConferenceNoun | None, tuple[verbs.Party, ...]]:
    bare = (dial.text or "").strip()
    if bare:
        if len(dial):
            raise schema("Dial: a number beside nouns")
        return None, (verbs.Party(bare),)
    conferences = [_conference(child) for child in dial if child.tag == "Conference"]
    parties = tuple(_party(child) for child in dial if child.tag in ("Client", "Number"))
    if len(conferences) + len(parties) != len(dial) or len(conferences) > 1:
        raise schema("Dial: only Conference, Client and Number, and one Conference")
    if (conferences and parties) or not (conferences or parties) or len(parties) > 10:
        raise schema("Dial: one Conference, or one to ten Clients and Numbers")
    return (conferences[0] if conferences else None), parties


def _conference(element: ElementTree.Element) -> verbs.ConferenceNoun:
    known = (
        "muted beep startConferenceOnEnter endConferenceOnExit participantLabel waitUrl waitMethod"
        " maxParticipants record recordingStatusCallback recordingStatusCallbackMethod"
        " recordingStatusCallbackEvent statusCallback statusCallbackMethod statusCallbackEvent"
        " jitterBufferSize region trim coach"
    )
    attributes = Attributes(element, known.split())
    _no_children(element)
    name = _content(element)
    if not name or len(name) > 128:
        raise TwimlRefused(13230, "Conference: Invalid name")
    coach = attributes.text("coach")
    if coach and not CALL_SID.fullmatch(coach):
        raise TwimlRefused(13240, "Dial->Conference: Invalid Whisper SID")
    attributes.method("recordingStatusCallbackMethod")
    attributes.words("recordingStatusCallbackEvent", RECORDING_EVENTS)
    return attributes.finish(
        verbs.ConferenceNoun(
            name,
            attributes.flag("muted", code=13231),
            attributes.flag("startConferenceOnEnter", True, code=13234),
            attributes.flag("endConferenceOnExit", code=13232),
            attributes.one_of("beep", ("true", "false", "onEnter", "onExit"), "true"),
            attributes.optional("waitUrl"),
            attributes.method("waitMethod", code=13236),
            attributes.number("maxParticipants", 250, minimum=2, maximum=250, code=13225),
            attributes.one_of(
                "record", ("do-not-record", "record-from-start", "true", "false"), "do-not-record"
            ),
            attributes.text("recordingStatusCallback"),
            attributes.text("statusCallback"),
            attributes.method("statusCallbackMethod"),
            attributes.words("statusCallbackEvent", CONFERENCE_EVENTS),
            attributes.text("participantLabel"),
            coach,
        )
    )


def _party(element: ElementTree.Element) -> verbs.Party:
    known = ["url", "method", "statusCallback", "statusCallbackMethod", "statusCallbackEvent"]
    attributes = Attributes(element, known)
    _no_children(element)
    content = _content(element)
    if not content:
        raise TwimlRefused(13223 if element.tag == "Number" else 13220, "Dial: empty noun")
    return attributes.finish(
        verbs.Party(
            f"client:{content}" if element.tag == "Client" else content,
            attributes.text("url"),
            attributes.method(),
            attributes.text("statusCallback"),
            attributes.method("statusCallbackMethod"),
            attributes.words("statusCallbackEvent", CALL_EVENTS),
        )
    )


def _content(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()


def _empty(element: ElementTree.Element) -> None:
    Attributes(element, ()).done()
    _no_children(element)


def _no_children(element: ElementTree.Element) -> None:
    if len(element):
        raise schema(f"{element[0].tag} is not allowed in {element.tag}")


def _no_text(element: ElementTree.Element) -> None:
    loose = [element.text or "", *(child.tail or "" for child in element)]
    if any(text.strip() for text in loose):
        raise schema("Text outside of a verb")


READERS: Mapping[str, Callable[[ElementTree.Element], verbs.Verb]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Gather": _gather,
    "Enqueue": _enqueue,
    "Leave": _leave,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
    "Record": _record,
    "Dial": _dial,
}
