"""Reads voice TwiML, as far as ``conformance.py`` says that it is spoken. Pure.

The source of each rule is Twilio's TwiML Voice reference (one page a verb) and its dictionary of
errors. What Twilio reports as a warning and skips is noted (``attributes.Notes``), and refused
where the notes are strict.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from xml.parsers import expat

from carrier.conformance import TWIML
from carrier.twiml import dial as twiml_dial
from carrier.twiml import verbs
from carrier.twiml.attributes import Attributes, Grammar, Notes, TwimlRefused, schema
from carrier.twiml.elements import CALL_EVENTS, RECORDING_EVENTS, content, hook, only_text

__all__ = ["CALL_EVENTS", "Context", "check_content_type", "parse", "read_tree"]
MAX_DOCUMENT = 64 * 1024
MAX_SAY = {"Polly.": 3000, "Google.": 5000}
MAX_SAY_BASIC = 4096
XML_TYPES = ("text/xml", "application/xml", "text/html")
NOT_KEYS = re.compile(r"[^0-9*#wW]")


class Context(Enum):
    """Where a document runs; it limits which verbs are heard."""

    CALL = "call"
    QUEUE = "queue"  # an Enqueue's waitUrl
    CONFERENCE = "conference"  # a Conference's waitUrl, or a holdUrl


HEARD = {
    Context.QUEUE: frozenset(["Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"]),
    Context.CONFERENCE: frozenset(["Say", "Play", "Pause", "Redirect"]),
}


def check_content_type(content_type: str | None) -> None:
    """Refuse an answer that Twilio would not read as TwiML (12300)."""
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind not in XML_TYPES:
        raise TwimlRefused(12300, f"Invalid Content-Type: {kind or 'none'}")


def parse(
    document: bytes | str, context: Context = Context.CALL, notes: Notes | None = None
) -> tuple[verbs.Verb, ...]:
    """The verbs of ``document``, in order; what is skipped is noted. Raises TwimlRefused."""
    grammar = Grammar(TWIML, notes or Notes())
    return tuple(_verbs(read_response(document, grammar), context, grammar))


def read_response(document: bytes | str, grammar: Grammar) -> ElementTree.Element:
    """The Response of a document, checked but for what is in it. Raises TwimlRefused."""
    raw = document.encode() if isinstance(document, str) else document
    if len(raw) > MAX_DOCUMENT:
        raise TwimlRefused(11750, "TwiML response body too large")
    root = read_tree(raw)
    if root.tag != "Response":
        raise TwimlRefused(12100, "The root element must be Response")
    grammar.attributes(root, "Response")
    loose = [root.text or "", *(child.tail or "" for child in root)]
    if any(text.strip() for text in loose):
        grammar.notes.warn(schema("Text outside of a verb"))
    return root


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


def _verbs(root: ElementTree.Element, context: Context, grammar: Grammar) -> Iterator[verbs.Verb]:
    for element in root:
        heard = HEARD.get(context)
        if heard is not None and element.tag not in heard:
            grammar.notes.warn(
                schema(f"{element.tag} is not allowed in a {context.value} document")
            )
        elif grammar.spoken(element.tag):
            verb = READERS[element.tag](element, grammar)
            if verb is not None:
                yield verb


def _say(element: ElementTree.Element, grammar: Grammar) -> verbs.Say | None:
    attributes = grammar.attributes(element, "Say")
    for child in element.iter():
        if child is not element:
            grammar.spoken(f"Say/{child.tag.rpartition('}')[2]}")
    text, voice = content(element), attributes.text("voice")
    if not text:
        grammar.notes.warn(TwimlRefused(13520, "Say: Invalid text"))
        return None
    limit = next((n for p, n in MAX_SAY.items() if voice.startswith(p)), MAX_SAY_BASIC)
    if len(text) > limit:
        raise TwimlRefused(13521, f"Say: more than {limit} characters")
    return verbs.Say(text, attributes.language("language"), voice, attributes.number("loop", 1))


def _play(element: ElementTree.Element, grammar: Grammar) -> verbs.Play | None:
    attributes = grammar.attributes(element, "Play")
    only_text(element, grammar)
    url, digits = content(element), attributes.text("digits")
    if NOT_KEYS.search(digits):
        grammar.notes.warn(schema("Play: invalid digits"))
        digits = ""
    if not url and not digits:
        grammar.notes.warn(TwimlRefused(13420, "Play: Invalid Content-Type or no URL"))
        return None
    return verbs.Play(url, attributes.number("loop", 1), digits)


def _pause(element: ElementTree.Element, grammar: Grammar) -> verbs.Pause:
    attributes = grammar.attributes(element, "Pause")
    only_text(element, grammar)
    return verbs.Pause(attributes.number("length", 1))


def _gather(element: ElementTree.Element, grammar: Grammar) -> verbs.Gather:
    attributes = grammar.attributes(element, "Gather")
    takes = attributes.one_of("input", ("dtmf", "speech", "dtmf speech", "speech dtmf"), "dtmf")
    return verbs.Gather(
        tuple(_prompts(element, grammar)),
        attributes.text("action"),
        attributes.method(),
        _seconds(attributes, "timeout", code=13313) or 5,
        attributes.number("numDigits", None, minimum=1, code=13314),
        attributes.keys("finishOnKey", "#", most=1, code=13325),
        attributes.flag("actionOnEmptyResult"),
        "dtmf" in takes,
        "speech" in takes,
        attributes.language("language"),
        _seconds(attributes, "speechTimeout"),
        attributes.flag("bargeIn", True, code=13332),
    )


def _seconds(attributes: Attributes, name: str, *, code: int = 12200) -> float | None:
    """Seconds; None for « auto », or when it is not said."""
    if attributes.text(name, "auto") == "auto":
        return None
    seconds: float | None = attributes.number(name, None, code=code)
    return seconds


def _prompts(element: ElementTree.Element, grammar: Grammar) -> Iterator[verbs.Prompt]:
    for child in element:
        if child.tag not in PROMPTS:
            grammar.notes.warn(schema(f"{child.tag} is not allowed in Gather"))
            continue
        prompt = PROMPTS[child.tag](child, grammar)
        if prompt is not None:
            yield prompt


def _enqueue(element: ElementTree.Element, grammar: Grammar) -> verbs.Enqueue:
    attributes = grammar.attributes(element, "Enqueue")
    for child in element:
        grammar.spoken(f"Enqueue/{child.tag}")
    name = content(element)
    if not name or len(name) > 64:
        raise TwimlRefused(14221, "Enqueue: the queue needs a name of 1 to 64 characters")
    return verbs.Enqueue(
        name,
        attributes.text("action"),
        attributes.method("method", code=14205),
        attributes.text("waitUrl"),
        attributes.method("waitUrlMethod", code=14206),
        attributes.number("maxQueueSize", None, minimum=1),
    )


def _leave(element: ElementTree.Element, grammar: Grammar) -> verbs.Leave:
    grammar.attributes(element, "Leave")
    only_text(element, grammar)
    return verbs.Leave()


def _hangup(element: ElementTree.Element, grammar: Grammar) -> verbs.Hangup:
    grammar.attributes(element, "Hangup")
    for child in element:
        grammar.spoken(f"Hangup/{child.tag}")
    return verbs.Hangup()


def _redirect(element: ElementTree.Element, grammar: Grammar) -> verbs.Redirect:
    attributes = grammar.attributes(element, "Redirect")
    only_text(element, grammar)
    url = content(element)
    if not url:
        raise TwimlRefused(13710, "Redirect: no URL")
    return verbs.Redirect(url, attributes.method())


def _reject(element: ElementTree.Element, grammar: Grammar) -> verbs.Reject:
    attributes = grammar.attributes(element, "Reject")
    for child in element:
        grammar.spoken(f"Reject/{child.tag}")
    return verbs.Reject(attributes.one_of("reason", ("rejected", "busy"), "rejected"))


def _record(element: ElementTree.Element, grammar: Grammar) -> verbs.Record:
    attributes = grammar.attributes(element, "Record")
    only_text(element, grammar)
    trim = attributes.one_of("trim", ("trim-silence", "do-not-trim"), "trim-silence")
    callback = attributes.text("transcribeCallback")
    return verbs.Record(
        attributes.text("action"),
        attributes.method(code=13610),
        attributes.number("timeout", 5, minimum=1, code=13612),
        attributes.number("maxLength", 3600, minimum=1, maximum=14400, code=13611),
        attributes.keys("finishOnKey", "1234567890*#", code=13613),
        attributes.flag("playBeep", True, code=13614),
        hook(attributes, "recordingStatusCallback", RECORDING_EVENTS),
        trim == "trim-silence",
        attributes.flag("transcribe") or bool(callback),
        callback,
    )


def _sms(element: ElementTree.Element, grammar: Grammar) -> verbs.Sms:
    attributes = grammar.attributes(element, "Sms")
    only_text(element, grammar)
    text = content(element)
    if not text:
        raise TwimlRefused(14103, "Sms: Invalid body")
    return verbs.Sms(
        text,
        attributes.text("to"),
        attributes.text("from"),
        attributes.text("action"),
        attributes.method(),
        attributes.text("statusCallback"),
    )


Prompter = Callable[[ElementTree.Element, Grammar], verbs.Prompt | None]
PROMPTS: Mapping[str, Prompter] = {"Say": _say, "Play": _play, "Pause": _pause}
READERS: Mapping[str, Callable[[ElementTree.Element, Grammar], verbs.Verb | None]] = {
    **PROMPTS,
    "Gather": _gather,
    "Enqueue": _enqueue,
    "Leave": _leave,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
    "Record": _record,
    "Dial": twiml_dial.read,
    "Sms": _sms,
}
