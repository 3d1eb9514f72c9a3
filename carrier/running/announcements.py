"""Announcements into a conference, or to one participant: AnnounceUrl of the REST API.

An announcement is a document of Say, Play, Pause and Redirect, or a sound file. It runs in a task
of its own, beside what the participants live; whoever is on hold hears hold music instead.
"""

from __future__ import annotations

import time

from carrier.line.board import Board
from carrier.line.conferences import Conference, Participant
from carrier.line.legs import Source
from carrier.line.rooms import Rooms
from carrier.running.documents import Documents
from carrier.twiml import verbs
from carrier.twiml.attributes import TwimlRefused
from carrier.twiml.voice import Context
from carrier.webhooks.fetching import WebhookFailed, resolve

MAX_DOCUMENTS = 20  # Redirects followed by one announcement


class Announcer:
    """Announces into the conferences of the line."""

    def __init__(self, board: Board, rooms: Rooms, documents: Documents) -> None:
        self._board = board
        self._rooms = rooms
        self._documents = documents

    def announce(self, room: Conference, participant: Participant | None, source: Source) -> None:
        """Begin an announcement to ``participant``, to everybody when None. Does not wait."""
        self._board.spawn(self._run, room, participant, source)

    def _run(self, room: Conference, participant: Participant | None, source: Source) -> None:
        told = {"AnnounceUrl": source.url}
        try:
            self._play(room, participant, source)
        except (WebhookFailed, TwimlRefused) as error:
            told["ReasonAnnouncementFailed"] = str(error)
            about = participant.leg.sid if participant else room.sid
            self._board.alert(about, error.code, source.url, str(error))
        self._rooms.announced(room, participant, **told)

    def _play(self, room: Conference, participant: Participant | None, first: Source) -> None:
        source: Source | None = first
        for _document in range(MAX_DOCUMENTS):
            if source is None or room.status == "completed":
                return
            source = self._document(room, participant, source)

    def _document(
        self, room: Conference, participant: Participant | None, source: Source
    ) -> Source | None:
        params = {"ConferenceSid": room.sid, "FriendlyName": room.name}
        if participant:
            params = self._board.call_params(participant.leg) | params
        about = participant.leg.sid if participant else room.sid
        found, base = self._documents.read(source, Context.CONFERENCE, params, about)
        for verb in found:
            if isinstance(verb, verbs.Redirect):
                return Source(resolve(base, verb.url), verb.method)
            if isinstance(verb, verbs.Say | verbs.Play | verbs.Pause):
                self._prompt(room, participant, verb)
        return None

    def _prompt(
        self, room: Conference, participant: Participant | None, verb: verbs.Prompt
    ) -> None:
        event, payload, seconds = self._documents.spoken(verb)
        for _round in range(1 if isinstance(verb, verbs.Pause) else max(1, verb.loop)):
            with self._board.lock:
                for listener in self._listeners(room, participant):
                    listener.leg.tell(event, **payload)
            time.sleep(seconds)

    @staticmethod
    def _listeners(room: Conference, participant: Participant | None) -> list[Participant]:
        if participant:
            return [participant] if participant in room.participants else []
        return [p for p in room.participants if not p.hold]
