"""Recordings: messages after the beep, calls and conferences; kept until room is needed.

A browser that leaves a message sends its microphone while it is recorded, 16-bit samples at 8 kHz;
that is the sound of the file. Nobody listens to calls and conferences here, and a telephone
without a person has no voice: their file is a soft tone of the right length.
"""

from __future__ import annotations

import time
from email.utils import format_datetime

from carrier import clock
from carrier.line.board import Board
from carrier.line.legs import Leg
from carrier.line.recording import Recording, Transcription
from carrier.sids import new_sid
from carrier.twiml.verbs import NO_HOOK, Hook
from carrier.webhooks.courier import Courier

KEPT_BYTES = 64 * 1024 * 1024
KEPT = 2000
SETTLE = 1.0  # seconds that the last of a browser's sound may take to come


class Recordings:
    """The recordings of the line, oldest first."""

    def __init__(self, board: Board, courier: Courier) -> None:
        self._board = board
        self._courier = courier
        self._hearing: dict[str, Recording] = {}  # by the leg whose message is heard now
        self.by_sid: dict[str, Recording] = {}
        board.ended.append(self._call_ended)

    def hearing(self, leg: Leg) -> Recording | None:
        """The message that a leg leaves at this moment, or None."""
        return self._hearing.get(leg.sid)

    def url(self, sid: str) -> str:
        """Address of a recording under the REST API."""
        account = self._board.settings.account_sid
        return f"{self._board.api_url}/2010-04-01/Accounts/{account}/Recordings/{sid}"

    # -- a message after the beep -----------------------------------------------------------------

    def begin(self, leg: Leg, hook: Hook) -> Recording:
        """Start to record the message that a leg leaves."""
        recording = self._new(leg.sid, "RecordVerb", hook)
        recording.real = leg.device is not None and leg.device.media
        if not recording.real and not getattr(leg.device, "silent", False):
            recording.loud_at = time.monotonic()
        recording.words = getattr(leg.device, "words", "") or self._board.settings.transcript
        with self._board.lock:
            self._hearing[leg.sid] = recording
        self._report(recording, "in-progress")
        return recording

    def finish(
        self, leg: Leg, recording: Recording, seconds: float, key: str, *, trim: bool = False
    ) -> dict[str, str]:
        """End a message; the parameters of the Record's action request. Empty: nothing said."""
        recording.duration = max(1, round(seconds))
        if not recording.real:
            self._hearing.pop(leg.sid, None)
        if not recording.loud_at:
            self._hearing.pop(leg.sid, None)
            self.by_sid.pop(recording.sid, None)
            self._report(recording, "absent")
            return {}
        recording.status = "processing"
        if recording.real:
            self._board.spawn(self._settle, leg, recording, trim)
        else:
            self._complete(recording)
        return self.params(recording) | {"Digits": key}

    def _settle(self, leg: Leg, recording: Recording, trim: bool) -> None:
        time.sleep(SETTLE)
        if self.hearing(leg) is recording:
            self._hearing.pop(leg.sid, None)  # who deletes it deletes all there is
        if trim:
            recording.trim()
        self._complete(recording)

    # -- calls and conferences ----------------------------------------------------------------------

    def start(
        self, call_sid: str, source: str, hook: Hook = NO_HOOK, *, conference_sid: str = ""
    ) -> Recording:
        """Record a call or a conference until ``stop``, or until the call is over."""
        recording = self._new(call_sid, source, hook, conference_sid)
        recording.resumed_at = time.monotonic()
        self._report(recording, "in-progress")
        return recording

    def pause(self, recording: Recording) -> None:
        """Leave out what follows."""
        with self._board.lock:
            recording.pause()

    def resume(self, recording: Recording) -> None:
        """Record again."""
        with self._board.lock:
            recording.resume()

    def stop(self, recording: Recording) -> None:
        """End the recording of a call or a conference; nothing if it is over."""
        with self._board.lock:
            if not recording.live:
                return
            recording.pause()
            recording.duration = max(1, round(recording.heard))
            recording.status = "processing"
        self._complete(recording)

    def of_now(self, call_sid: str = "", conference_sid: str = "") -> list[Recording]:
        """The recordings of a call or conference that go on."""
        found = self.select(call_sid=call_sid, conference_sid=conference_sid)
        return [recording for recording in found if recording.live]

    def _call_ended(self, leg: Leg) -> None:
        for recording in self.of_now(call_sid=leg.sid) if self.by_sid else ():
            if recording.source != "RecordVerb" and not recording.conference_sid:
                self.stop(recording)

    # -- what is kept -------------------------------------------------------------------------------

    def _new(self, call_sid: str, source: str, hook: Hook, conference_sid: str = "") -> Recording:
        recording = Recording(
            new_sid("RE"), call_sid, source, clock.now(), hook, conference_sid=conference_sid
        )
        with self._board.lock:
            self.by_sid[recording.sid] = recording
            self._make_room()
        return recording

    def _make_room(self) -> None:
        size = sum(len(one.sound) for one in self.by_sid.values())
        while len(self.by_sid) > 1 and (len(self.by_sid) > KEPT or size > KEPT_BYTES):
            size -= len(self.by_sid.pop(next(iter(self.by_sid))).sound)

    def select(self, *, call_sid: str = "", conference_sid: str = "") -> list[Recording]:
        """The recordings of a call or a conference (neither: all), newest first."""
        with self._board.lock:
            everything = list(self.by_sid.values())
        return [
            one
            for one in reversed(everything)
            if call_sid in ("", one.call_sid) and conference_sid in ("", one.conference_sid)
        ]

    def delete(self, sid: str) -> bool:
        """Forget a recording, its sound included; False if there is none."""
        with self._board.lock:
            return self.by_sid.pop(sid, None) is not None

    # -- who is told --------------------------------------------------------------------------------

    def params(self, recording: Recording) -> dict[str, str]:
        """A recording as the requests about it name it."""
        return {
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording.sid),
            "RecordingDuration": str(recording.duration),
        }

    def _complete(self, recording: Recording) -> None:
        self._report(recording, "completed")
        if recording.transcribes:
            self._transcribe(recording)

    def _report(self, recording: Recording, status: str) -> None:
        recording.status = status
        hook = recording.hook
        if status not in (hook.events or ("completed",)):
            return
        about = {"CallSid": recording.call_sid, "ConferenceSid": recording.conference_sid}
        self._courier.send(
            recording.conference_sid or recording.call_sid,
            hook.url,
            hook.method,
            {
                "AccountSid": self._board.settings.account_sid,
                **{name: value for name, value in about.items() if value},
                "RecordingStatus": status,
                "RecordingSource": recording.source,
                "RecordingChannels": "1",
                "RecordingTrack": "both",
                "RecordingStartTime": format_datetime(recording.started_at),
                "ErrorCode": "0",
                **self.params(recording),
            },
        )

    def _transcribe(self, recording: Recording) -> None:
        """Twilio's words for a message, here those that the telephone or the settings give."""
        made = Transcription(new_sid("TR"), recording.sid, clock.now(), recording.words)
        recording.transcription = made
        leg = self._board.legs.get(recording.call_sid)
        self._courier.send(
            recording.call_sid,
            recording.transcribe_callback,
            "POST",
            (self._board.call_params(leg) if leg else {})
            | {
                "TranscriptionSid": made.sid,
                "TranscriptionText": made.text,
                "TranscriptionStatus": "completed",
                "TranscriptionType": "fast",
                "TranscriptionUrl": f"{self.url(recording.sid)}/Transcriptions/{made.sid}",
                "RecordingSid": recording.sid,
                "RecordingUrl": self.url(recording.sid),
            },
        )

    def transcriptions(self, recording_sid: str = "") -> list[Transcription]:
        """The transcriptions of a recording (empty: of all), newest first."""
        found = (one.transcription for one in self.select() if recording_sid in ("", one.sid))
        return [one for one in found if one is not None]
