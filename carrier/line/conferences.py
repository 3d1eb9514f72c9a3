"""Conferences: who is in, who hears whom, and what the subscriber is told.

A bridge between two parties (Dial with Client or Number) is a conference without callbacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carrier.line.legs import Leg
from carrier.twiml.verbs import NO_HOOK, Hook

# Conference callback events → the word of statusCallbackEvent that asks for them.
ASKED_BY = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


@dataclass(eq=False)
class Participant:
    """A leg in a conference. ``wait_url`` None: the carrier's own music; empty: silence.

    ``coached`` is the leg that this participant whispers to; empty: everybody may hear them.
    """

    leg: Leg
    joined_at: datetime
    muted: bool = False
    hold: bool = False
    hold_url: str = ""
    hold_method: str = "GET"
    start_on_enter: bool = True
    end_on_exit: bool = False
    label: str = ""
    wait_url: str | None = None
    wait_method: str = "POST"
    coached: str = ""
    beep: str = "true"


@dataclass(eq=False)
class Conference:
    """A conference, from the first who enters to the last who leaves."""

    sid: str
    name: str
    created_at: datetime
    bridge: bool = False
    answered_by: str = ""  # of a bridge: the leg that picked up first
    status: str = "init"  # init | in-progress | completed
    participants: list[Participant] = field(default_factory=list)
    callback_url: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ()
    max_participants: int = 250
    records: bool = False
    recording: Hook = NO_HOOK
    updated_at: datetime | None = None
    started_at: datetime | None = None
    reason_ended: str = ""
    ended_by: str = ""
    sequence: int = 0
    version: int = 0

    def find(self, leg: Leg) -> Participant | None:
        """The participant that ``leg`` is, or None."""
        return next((p for p in self.participants if p.leg is leg), None)

    @property
    def startable(self) -> bool:
        """Two are in, and one of those opens the conference on entering."""
        enough = len(self.participants) >= 2
        return enough and any(p.start_on_enter for p in self.participants)

    def mode(self, participant: Participant) -> str:
        """What ``participant`` lives: gone, waiting (not started), alone, held, talking."""
        if participant not in self.participants or self.status == "completed":
            return "gone"
        if participant.hold:
            return "held"
        if self.status == "init":
            return "waiting"
        return "talking" if len(self.participants) > 1 else "alone"

    def hears(self, listener: Participant, speaker: Participant) -> bool:
        """True when ``listener`` hears ``speaker`` now.

        Nobody on hold hears or is heard; who is muted is not heard; a coach hears all and is
        heard only by the one coached.
        """
        if listener is speaker or self.status != "in-progress":
            return False
        if listener.hold or speaker.hold or speaker.muted:
            return False
        return not speaker.coached or speaker.coached == listener.leg.sid

    def audibility(self) -> dict[str, list[str]]:
        """Who hears whom: the legs that each leg hears."""
        return {p.leg.sid: self.audible_to(p) for p in self.participants}

    def audible_to(self, listener: Participant) -> list[str]:
        """The legs that ``listener`` hears."""
        return [p.leg.sid for p in self.participants if self.hears(listener, p)]

    def audience_of(self, speaker: Participant) -> list[str]:
        """The legs that hear ``speaker``."""
        return [p.leg.sid for p in self.participants if self.hears(p, speaker)]

    def event_params(
        self, event: str, participant: Participant | None, extra: dict[str, str]
    ) -> dict[str, str]:
        """The form of one conference callback, with the next sequence number."""
        self.sequence += 1
        params = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(self.sequence),
            **extra,
        }
        if participant:
            params |= {
                "CallSid": participant.leg.sid,
                "Muted": _word(participant.muted),
                "Hold": _word(participant.hold),
                "Coaching": _word(bool(participant.coached)),
                "StartConferenceOnEnter": _word(participant.start_on_enter),
                "EndConferenceOnExit": _word(participant.end_on_exit),
            }
            if participant.label:
                params["ParticipantLabel"] = participant.label
        return params

    def wants(self, event: str) -> bool:
        """True when the first participant's document asked for this event."""
        return bool(self.callback_url) and ASKED_BY[event] in self.callback_events

    def media(self, participant: Participant) -> dict[str, Any]:
        """What the participant's telephone must do: send, hear, play music, and with whom.

        The mesh is drawn here: each pair connects once, the smaller SID makes the offer, and each
        side is told whether its voice may leave towards the other and whether it may listen.
        """
        mode = self.mode(participant)
        together = self.status == "in-progress" and participant.leg.device is not None
        others = [p for p in self.participants if p is not participant and _has_media(p)]
        peers = others if together and _has_media(participant) else []
        return {
            "conference": self.sid,
            "version": self.version,
            "mode": mode,
            "send": mode == "talking" and not participant.muted,
            "hear": mode == "talking",
            "music": self._plays_music(participant, mode),
            "company": [p.leg.sid for p in self.participants if p is not participant],
            "hears": self.audible_to(participant),
            "heard_by": self.audience_of(participant),
            "peers": [self._peer(participant, p) for p in peers],
        }

    def _peer(self, participant: Participant, other: Participant) -> dict[str, Any]:
        return {
            "leg": other.leg.sid,
            "offer": participant.leg.sid < other.leg.sid,
            "send": self.hears(other, participant),
            "hear": self.hears(participant, other),
        }

    @staticmethod
    def _plays_music(participant: Participant, mode: str) -> bool:
        if mode == "held":
            return not participant.hold_url
        return mode == "waiting" and participant.wait_url is None


def _has_media(participant: Participant) -> bool:
    return participant.leg.device is not None and participant.leg.device.media


def _word(flag: bool) -> str:
    return "true" if flag else "false"
