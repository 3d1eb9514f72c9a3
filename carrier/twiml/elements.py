"""What the readers of TwiML share: the text of an element, and the callbacks that it asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection
from xml.etree.ElementTree import Element

from carrier.twiml.attributes import Attributes, Grammar, schema
from carrier.twiml.verbs import Hook

CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
# Not « speaker »: nobody listens here to who speaks.
CONFERENCE_EVENTS = frozenset(
    {"start", "end", "join", "leave", "mute", "hold", "modify", "announcement"}
)


def content(element: Element) -> str:
    """All that is written in an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def only_text(element: Element, grammar: Grammar) -> None:
    """Note an element inside of one that holds text alone."""
    if len(element):
        grammar.notes.warn(schema(f"{element[0].tag} is not allowed in {element.tag}"))


def hook(attributes: Attributes, name: str, events: Collection[str]) -> Hook:
    """The callback ``name``, with its method and the events that are asked for."""
    return Hook(
        attributes.text(name),
        attributes.method(f"{name}Method"),
        attributes.words(f"{name}Event", events) if events else (),
    )
