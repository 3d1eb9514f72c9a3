"""Conference rooms: entering, leaving, hold, mute, and the callbacks that go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.local_carrier.conferences import Conference, Participant
from app.local_carrier.legs import Leg, Wake
from app.local_carrier.sids import new_sid
from app.local_carrier.verbs import ConferenceNoun

if TYPE_CHECKING:
    from app.local_carrier.exchange import Exchange

KEPT_ROOMS = 500


class Rooms:
    """The conferences of an exchange. Every method takes the exchange's lock."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.conferences: dict[str, Conference] = {}

    def live(self, name: str) -> Conference | None:
        """The conference of that name that is not over."""
        return next(
            (c for c in self.conferences.values() if c.name == name and c.status != "completed"),
            None,
        )

    def open_bridge(self) -> Conference:
        """A silent conference for two parties."""
        with self._exchange.lock:
            sid = new_sid("CF")
            room = Conference(sid, sid, clock.now(), bridge=True)
            self.conferences[sid] = room
            return room

    def join(
        self,
        leg: Leg,
        noun: ConferenceNoun,
        *,
        callback_url: str = "",
        recording_callback: str = "",
        wait_url: str | None = None,
    ) -> Conference | None:
        """Let a leg in, as its ``noun`` says; None when it is over or the room is full.

        URLs are absolute. Only the first participant's callbacks count (Twilio's rule).
        """
        with self._exchange.lock:
            room = self.live(noun.name)
            if leg.over or (room and len(room.participants) >= room.max_participants):
                return None
            if room is None:
                room = self._open(noun, callback_url, recording_callback)
            participant = Participant(
                leg,
                clock.now(),
                muted=noun.muted,
                start_on_enter=noun.start_on_enter,
                end_on_exit=noun.end_on_exit,
                label=noun.label,
                wait_url=wait_url,
                wait_method=noun.wait_method,
            )
            self._enter(room, participant)
            return room

    def bridge(self, answerer: Leg, caller: Leg, room: Conference) -> bool:
        """Let the first who answers talk with the caller; False for the next ones."""
        with self._exchange.lock:
            taken = room.status == "completed" or room.participants
            if taken or answerer.over or caller.over:
                return False
            room.answered_by = answerer.sid
            for leg in (answerer, caller):
                self._enter(room, Participant(leg, clock.now(), end_on_exit=True, wait_url=""))
            return True

    def _open(self, noun: ConferenceNoun, callback_url: str, recording_callback: str) -> Conference:
        room = Conference(
            new_sid("CF"),
            noun.name,
            clock.now(),
            callback_url=callback_url,
            callback_method=noun.status_callback_method,
            callback_events=noun.events,
            max_participants=noun.max_participants,
            recording=noun.record in ("record-from-start", "true"),
            recording_callback=recording_callback,
        )
        self.conferences[room.sid] = room
        self._forget_old()
        return room

    def _forget_old(self) -> None:
        over = [sid for sid, room in self.conferences.items() if room.status == "completed"]
        for sid in over[: max(0, len(over) - KEPT_ROOMS)]:
            del self.conferences[sid]

    def _enter(self, room: Conference, participant: Participant) -> None:
        room.participants.append(participant)
        participant.leg.conference = room
        self._say(room, "participant-join", participant)
        if room.status == "init" and room.startable:
            room.status, room.started_at = "in-progress", clock.now()
            self._say(room, "conference-start", participant)
        self._refresh(room)

    def leave(self, leg: Leg, reason: str) -> None:
        """Take a leg out of its conference, if it is in one; the last out closes it."""
        with self._exchange.lock:
            room, leg.conference = leg.conference, None
            participant = room.find(leg) if room else None
            if room is None or participant is None:
                return
            room.participants.remove(participant)
            self._say(
                room,
                "participant-leave",
                participant,
                ReasonParticipantLeft=reason.replace("-", "_"),
                ParticipantCallStatus="completed" if reason.endswith("hung-up") else leg.status,
            )
            leg.tell(
                "media",
                conference=room.sid,
                version=room.version + 1,
                mode="gone",
                send=False,
                hear=False,
                music=False,
                company=[],
                peers=[],
            )
            leg.inbox.put(Wake(room))
            if participant.end_on_exit:
                self._close(room, "participant-with-end-conference-on-exit-left", leg)
            elif not room.participants:
                self._close(room, "last-participant-left", leg)
            else:
                self._refresh(room)

    def close(self, room: Conference) -> None:
        """End a conference by the REST API: everybody goes on with their document."""
        with self._exchange.lock:
            self._close(room, "conference-ended-via-api", None)

    def _close(self, room: Conference, reason: str, by: Leg | None) -> None:
        if room.status == "completed":
            return
        room.status = "completed"
        room.reason_ended, room.ended_by = reason, by.sid if by else ""
        for participant in list(room.participants):
            self.leave(participant.leg, "conference-ended")
        self._say(
            room,
            "conference-end",
            None,
            ReasonConferenceEnded=reason,
            **({"CallSidEndingConference": by.sid} if by else {}),
        )
        room.updated_at = clock.now()
        if room.recording:
            self._recorded(room)

    def hold(self, room: Conference, participant: Participant, on: bool) -> None:
        """Put a participant on hold, or take them back."""
        with self._exchange.lock:
            if participant.hold != on:
                participant.hold = on
                self._say(room, "participant-hold" if on else "participant-unhold", participant)
                self._refresh(room)

    def mute(self, room: Conference, participant: Participant, on: bool) -> None:
        """Let the others hear a participant, or not."""
        with self._exchange.lock:
            if participant.muted != on:
                participant.muted = on
                self._say(room, "participant-mute" if on else "participant-unmute", participant)
                self._refresh(room)

    def modify(self, room: Conference, participant: Participant, end_on_exit: bool) -> None:
        """Change whether a participant's leaving ends the conference."""
        with self._exchange.lock:
            participant.end_on_exit = end_on_exit
            self._say(room, "participant-modify", participant)

    def _refresh(self, room: Conference) -> None:
        """Tell every telephone what it sends, hears and plays now, and wake the runners."""
        room.version += 1
        room.updated_at = clock.now()
        for participant in room.participants:
            participant.leg.tell("media", **room.media(participant))
            participant.leg.inbox.put(Wake(room))

    def _say(
        self, room: Conference, event: str, participant: Participant | None, **extra: str
    ) -> None:
        params = room.event_params(event, participant, extra)
        if room.wants(event):
            self._exchange.conference_event(room, params)

    def _recorded(self, room: Conference) -> None:
        seconds = (clock.now() - (room.started_at or room.created_at)).total_seconds()
        sid = new_sid("RE")
        self._exchange.conference_event(
            _as_recording(room),
            {
                "RecordingSid": sid,
                "RecordingUrl": f"/2010-04-01/Accounts/{self._exchange.settings.account_sid}"
                f"/Recordings/{sid}",
                "RecordingStatus": "completed",
                "RecordingDuration": str(round(seconds)),
                "RecordingSource": "Conference",
                "ConferenceSid": room.sid,
            },
        )


def _as_recording(room: Conference) -> Conference:
    """The same room, seen by the callback that hears of recordings."""
    return Conference(room.sid, room.name, room.created_at, callback_url=room.recording_callback)
