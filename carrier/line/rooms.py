"""Conference rooms: entering, leaving, hold, mute, and the callbacks that go with them."""

from __future__ import annotations

from collections import deque
from email.utils import format_datetime

from carrier import clock
from carrier.line.board import Board
from carrier.line.conferences import Conference, Participant
from carrier.line.legs import Leg, Wake
from carrier.line.recordings import Recordings
from carrier.sids import new_sid
from carrier.twiml.verbs import NO_HOOK, ConferenceNoun, Hook
from carrier.webhooks.courier import Courier

KEPT_ROOMS = 500
# (on entering, on leaving) → Twilio's word
BEEPS = {
    (True, True): "true",
    (True, False): "onEnter",
    (False, True): "onExit",
    (False, False): "false",
}


class NotInConference(Exception):
    """The leg to be coached is not in the conference (Twilio's 13240, 16028)."""


class Rooms:
    """The conferences of the line. Every method takes the board's lock."""

    def __init__(self, board: Board, courier: Courier, recordings: Recordings) -> None:
        self._board = board
        self._courier = courier
        self._recordings = recordings
        self._of: dict[str, Conference] = {}  # by the leg that is in it
        self.conferences: dict[str, Conference] = {}
        self._live: dict[str, Conference] = {}  # by name
        self._over: deque[str] = deque()

    def of(self, leg: Leg) -> Conference | None:
        """The conference that a leg is in, or None."""
        return self._of.get(leg.sid)

    def live(self, name: str) -> Conference | None:
        """The conference of that name that is not over."""
        return self._live.get(name)

    def all_live(self) -> list[Conference]:
        """Every conference that is not over, oldest first; bridges too."""
        with self._board.lock:
            return list(self._live.values())

    def open_bridge(self) -> Conference:
        """A silent conference for two parties."""
        with self._board.lock:
            sid = new_sid("CF")
            return self._keep(Conference(sid, sid, clock.now(), bridge=True))

    def join(
        self,
        leg: Leg,
        noun: ConferenceNoun,
        *,
        callback_url: str = "",
        recording: Hook = NO_HOOK,
        wait_url: str | None = None,
    ) -> Conference | None:
        """Let a leg in, as its ``noun`` says; None when it is over or the room is full.

        URLs are absolute. Only the first participant's callbacks count (Twilio's rule).
        Raises NotInConference when the leg to coach is not in a conference that goes on.
        """
        with self._board.lock:
            room = self.live(noun.name)
            if leg.over or (room and len(room.participants) >= room.max_participants):
                return None
            if noun.coach and not self._coachable(room, noun.coach):
                raise NotInConference(noun.coach)
            if room is None:
                room = self.open(noun, callback_url, recording)
            participant = Participant(
                leg,
                clock.now(),
                muted=noun.muted,
                start_on_enter=noun.start_on_enter,
                end_on_exit=noun.end_on_exit,
                label=noun.label,
                wait_url=wait_url,
                wait_method=noun.wait_method,
                coached=noun.coach,
                beep=noun.beep,
            )
            self._enter(room, participant)
            return room

    @staticmethod
    def _coachable(room: Conference | None, sid: str) -> bool:
        if room is None or room.status != "in-progress":
            return False
        return any(p.leg.sid == sid for p in room.participants)

    def bridge(self, answerer: Leg, caller: Leg, room: Conference) -> bool:
        """Let the first who answers talk with the caller; False for the next ones."""
        with self._board.lock:
            taken = room.status == "completed" or room.participants
            if taken or answerer.over or caller.over:
                return False
            room.answered_by = answerer.sid
            for leg in (answerer, caller):
                self._enter(
                    room, Participant(leg, clock.now(), end_on_exit=True, wait_url="", beep="false")
                )
            return True

    def open(
        self, noun: ConferenceNoun, callback_url: str = "", recording: Hook = NO_HOOK
    ) -> Conference:
        """A new conference with nobody in it yet."""
        return self._keep(
            Conference(
                new_sid("CF"),
                noun.name,
                clock.now(),
                callback_url=callback_url,
                callback_method=noun.status_callback_method,
                callback_events=noun.events,
                max_participants=noun.max_participants,
                records=noun.record,
                recording=recording,
            )
        )

    def _keep(self, room: Conference) -> Conference:
        self.conferences[room.sid] = self._live[room.name] = room
        while len(self._over) > KEPT_ROOMS:
            self.conferences.pop(self._over.popleft(), None)
        return room

    def close_unused(self, room: Conference) -> None:
        """End a conference that was opened for somebody who never came."""
        with self._board.lock:
            if not room.participants:
                self._close(room, "last-participant-left", None)

    def _enter(self, room: Conference, participant: Participant) -> None:
        room.participants.append(participant)
        self._of[participant.leg.sid] = room
        self._say(room, "participant-join", participant)
        if room.status == "init" and room.startable:
            room.status, room.started_at = "in-progress", clock.now()
            self._say(room, "conference-start", participant)
            if room.records:
                self._recordings.start("", "Conference", room.recording, conference_sid=room.sid)
        self._beep(room, participant, "onEnter")
        self._refresh(room)

    def leave(self, leg: Leg, reason: str, *, kicked: bool = False) -> None:
        """Take a leg out of its conference, if it is in one; the last out closes it.

        ``kicked``: put out by the subscriber, which Twilio's reasons tell from leaving.
        """
        with self._board.lock:
            room = self._of.pop(leg.sid, None)
            participant = room.find(leg) if room else None
            if room is None or participant is None:
                return
            room.participants.remove(participant)
            self._beep(room, participant, "onExit")
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
                hears=[],
                heard_by=[],
                peers=[],
            )
            leg.inbox.put(Wake(room))
            how = "kicked" if kicked else "left"
            if participant.end_on_exit:
                self._close(room, f"participant-with-end-conference-on-exit-{how}", leg)
            elif not room.participants:
                self._close(room, f"last-participant-{how}", leg)
            else:
                self._refresh(room)

    def close(self, room: Conference) -> None:
        """End a conference by the REST API: everybody goes on with their document."""
        with self._board.lock:
            self._close(room, "conference-ended-via-api", None)

    def _close(self, room: Conference, reason: str, by: Leg | None) -> None:
        if room.status == "completed":
            return
        room.status = "completed"
        del self._live[room.name]
        self._over.append(room.sid)
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
        for recording in self._recordings.of_now(conference_sid=room.sid):
            self._recordings.stop(recording)

    def hold(self, room: Conference, participant: Participant, on: bool) -> None:
        """Put a participant on hold, or take them back."""
        with self._board.lock:
            if participant.hold != on:
                participant.hold = on
                self._say(room, "participant-hold" if on else "participant-unhold", participant)
                self._refresh(room)

    def mute(self, room: Conference, participant: Participant, on: bool) -> None:
        """Let the others hear a participant, or not."""
        with self._board.lock:
            if participant.muted != on:
                participant.muted = on
                self._say(room, "participant-mute" if on else "participant-unmute", participant)
                self._refresh(room)

    def modify(
        self,
        room: Conference,
        participant: Participant,
        *,
        end_on_exit: bool | None = None,
        beep_on_exit: bool | None = None,
    ) -> None:
        """Change whether a participant's leaving ends the conference, and whether it is heard."""
        with self._board.lock:
            if end_on_exit is not None:
                participant.end_on_exit = end_on_exit
            if beep_on_exit is not None:
                enters = participant.beep in ("true", "onEnter")
                participant.beep = BEEPS[enters, beep_on_exit]
            self._say(room, "participant-modify", participant)

    def wait_with(self, room: Conference, participant: Participant, url: str, method: str) -> None:
        """Change what a participant hears before the conference starts."""
        with self._board.lock:
            participant.wait_url, participant.wait_method = url, method
            self._refresh(room)

    def coach(self, room: Conference, participant: Participant, coached: str) -> None:
        """Let only the leg ``coached`` hear a participant; empty: everybody again.

        Raises NotInConference when that leg is not in this conference.
        """
        with self._board.lock:
            if coached and not self._coachable(room, coached):
                raise NotInConference(coached)
            if participant.coached != coached:
                participant.coached = coached
                self._say(room, "participant-modify", participant)
                self._refresh(room)

    def announced(self, room: Conference, participant: Participant | None, **told: str) -> None:
        """Report the end of an announcement: ``ReasonAnnouncementFailed`` in ``told`` if it failed."""
        event = "announcement-fail" if "ReasonAnnouncementFailed" in told else "announcement-end"
        with self._board.lock:
            self._say(room, event, participant, **told)

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
            self._send(room, params)

    def _send(self, room: Conference, params: dict[str, str]) -> None:
        """Send one conference callback, in the conference's own lane."""
        params |= {
            "AccountSid": self._board.settings.account_sid,
            "Timestamp": format_datetime(clock.now()),
        }
        self._courier.send(room.sid, room.callback_url, room.callback_method, params)

    @staticmethod
    def _beep(room: Conference, participant: Participant, when: str) -> None:
        """Let everybody hear that somebody has come, or gone."""
        if participant.beep in ("true", when):
            for listener in room.participants:
                listener.leg.tell("beep")
