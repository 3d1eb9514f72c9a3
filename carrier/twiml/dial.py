"""Reads Dial and its nouns. Pure."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from carrier.twiml import verbs
from carrier.twiml.attributes import Grammar, TwimlRefused, schema
from carrier.twiml.elements import (
    CALL_EVENTS,
    CONFERENCE_EVENTS,
    RECORDING_EVENTS,
    content,
    hook,
    only_text,
)

CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
NOT_TONES = re.compile(r"[^0-9*#wW]")
MOST_PARTIES = 10
RECORD_DIAL = {
    "do-not-record": "do-not-record",
    "false": "do-not-record",
    "true": "record-from-answer",
    "record-from-answer": "record-from-answer",
    "record-from-ringing": "record-from-ringing",
    "record-from-answer-dual": "record-from-answer",
    "record-from-ringing-dual": "record-from-ringing",
}
RECORD_ROOM = {
    "do-not-record": False,
    "false": False,
    "record-from-start": True,
    "true": True,
}
DETECTIONS = ("Enable", "DetectMessageEnd")


def read(element: Element, grammar: Grammar) -> verbs.Dial:
    """The Dial of ``element``. Raises TwimlRefused."""
    attributes = grammar.attributes(element, "Dial")
    conference, parties, queue = _nouns(element, grammar)
    return verbs.Dial(
        conference,
        parties,
        queue,
        attributes.text("action"),
        attributes.method("method", code=13211),
        attributes.number("timeout", 30, minimum=1, code=13212),
        attributes.text("callerId"),
        attributes.flag("hangupOnStar"),
        attributes.number("timeLimit", 14400, minimum=1, maximum=86400, code=13213),
        attributes.flag("answerOnBridge"),
        attributes.flag("sequential"),
        RECORD_DIAL[attributes.one_of("record", RECORD_DIAL, "do-not-record")],
        hook(attributes, "recordingStatusCallback", RECORDING_EVENTS),
    )


Nouns = tuple[verbs.ConferenceNoun | None, tuple[verbs.Party, ...], verbs.QueueNoun | None]


def _nouns(dial: Element, grammar: Grammar) -> Nouns:
    bare = (dial.text or "").strip()
    if bare:
        if len(dial):
            grammar.notes.warn(schema("Dial: a number beside nouns"))
        return None, (verbs.Party(bare),), None
    spoken = [child for child in dial if grammar.spoken(f"Dial/{child.tag}")]
    rooms = [_conference(child, grammar) for child in spoken if child.tag == "Conference"]
    queues = [_queue(child, grammar) for child in spoken if child.tag == "Queue"]
    parties = tuple(_party(child, grammar) for child in spoken if child.tag in ("Client", "Number"))
    kinds = sum(map(bool, (rooms, queues, parties)))
    if kinds != 1 or len(rooms) > 1 or len(queues) > 1 or len(parties) > MOST_PARTIES:
        raise schema("Dial: one Conference, one Queue, or one to ten Clients and Numbers")
    return next(iter(rooms), None), parties, next(iter(queues), None)


def _conference(element: Element, grammar: Grammar) -> verbs.ConferenceNoun:
    attributes = grammar.attributes(element, "Dial/Conference")
    only_text(element, grammar)
    name = content(element)
    if not name or len(name) > 128:
        raise TwimlRefused(13230, "Conference: Invalid name")
    coach = attributes.text("coach")
    if coach and not CALL_SID.fullmatch(coach):
        raise TwimlRefused(13240, "Dial->Conference: Invalid Whisper SID")
    status = hook(attributes, "statusCallback", CONFERENCE_EVENTS)
    return verbs.ConferenceNoun(
        name,
        attributes.flag("muted", code=13231),
        attributes.flag("startConferenceOnEnter", True, code=13234),
        attributes.flag("endConferenceOnExit", code=13232),
        attributes.one_of("beep", ("true", "false", "onEnter", "onExit"), "true"),
        attributes.optional("waitUrl"),
        attributes.method("waitMethod", code=13236),
        attributes.number("maxParticipants", 250, minimum=2, maximum=250, code=13225),
        RECORD_ROOM[attributes.one_of("record", RECORD_ROOM, "do-not-record")],
        hook(attributes, "recordingStatusCallback", RECORDING_EVENTS),
        status.url,
        status.method,
        status.events,
        attributes.text("participantLabel"),
        coach,
    )


def _queue(element: Element, grammar: Grammar) -> verbs.QueueNoun:
    attributes = grammar.attributes(element, "Dial/Queue")
    only_text(element, grammar)
    name = content(element)
    if not name or len(name) > 64:
        raise TwimlRefused(13260, "Dial->Queue: Invalid name")
    return verbs.QueueNoun(name, attributes.text("url"), attributes.method())


def _party(element: Element, grammar: Grammar) -> verbs.Party:
    attributes = grammar.attributes(element, f"Dial/{element.tag}")
    client = element.tag == "Client"
    address, parameters = _client(element, grammar) if client else (content(element), ())
    if not client:
        only_text(element, grammar)
    if not address:
        raise TwimlRefused(13220 if client else 13223, "Dial: empty noun")
    status = hook(attributes, "statusCallback", CALL_EVENTS)
    tones = attributes.text("sendDigits")
    if NOT_TONES.search(tones):
        grammar.notes.warn(schema("Number: Invalid sendDigits value"))
        tones = ""
    return verbs.Party(
        f"client:{address}" if client else address,
        attributes.text("url"),
        attributes.method(),
        status.url,
        status.method,
        status.events,
        tones,
        attributes.one_of("machineDetection", ("", *DETECTIONS), ""),
        hook(attributes, "amdStatusCallback", ()),
        parameters,
    )


def _client(element: Element, grammar: Grammar) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The identity, written bare or in an element of its own, and the parameters for the client."""
    identity, parameters = " ".join((element.text or "").split()), []
    for child in element:
        path = f"Dial/Client/{child.tag}"
        if not grammar.spoken(path):
            continue
        attributes = grammar.attributes(child, path)
        if child.tag == "Identity":
            identity = content(child)
        else:
            parameters.append((attributes.text("name"), attributes.text("value")))
    return identity, tuple(parameters)
