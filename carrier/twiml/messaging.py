"""Reads messaging TwiML: what is answered to a text message. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from carrier.conformance import MESSAGING
from carrier.twiml.attributes import Grammar, Notes, TwimlRefused, schema
from carrier.twiml.elements import content
from carrier.twiml.verbs import POST, Redirect
from carrier.twiml.voice import read_response


@dataclass(frozen=True)
class Reply:
    """A message to send; empty addresses are those of the message that is answered."""

    body: str
    to: str = ""
    from_: str = ""
    action: str = ""
    method: str = POST
    status_callback: str = ""
    media: tuple[str, ...] = ()


def parse_messaging(
    document: bytes | str, notes: Notes | None = None
) -> tuple[Reply | Redirect, ...]:
    """What a messaging document says, in order. Raises TwimlRefused with Twilio's code."""
    grammar = Grammar(MESSAGING, notes or Notes())
    return tuple(_instructions(read_response(document, grammar), grammar))


def _instructions(root: Element, grammar: Grammar) -> Iterator[Reply | Redirect]:
    for element in root:
        if not grammar.spoken(element.tag):
            continue
        if element.tag == "Message":
            yield _reply(element, grammar)
            continue
        url = content(element)
        if not url:
            raise TwimlRefused(13710, "Redirect: no URL")
        yield Redirect(url, grammar.attributes(element, "Redirect").method())


def _reply(element: Element, grammar: Grammar) -> Reply:
    attributes = grammar.attributes(element, "Message")
    body, media = (element.text or "").strip(), []
    for child in element:
        path = f"Message/{child.tag}"
        if not grammar.spoken(path):
            continue
        grammar.attributes(child, path)
        if child.tag == "Body":
            body = (child.text or "").strip()
        else:
            media.append(content(child))
    if not body and not media:
        grammar.notes.warn(schema("Message: neither body nor media"))
    return Reply(
        body,
        attributes.text("to"),
        attributes.text("from"),
        attributes.text("action"),
        attributes.method(),
        attributes.text("statusCallback"),
        tuple(media),
    )
