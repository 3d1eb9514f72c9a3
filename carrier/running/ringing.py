"""Brings a leg to an answer: who is rung, who answers (person or machine), what is done then."""

from __future__ import annotations

from carrier.line.board import DETECTED_AFTER, Board
from carrier.line.calls import Calls
from carrier.line.directory import Directory
from carrier.line.legs import LIVE, Leg, Wishes
from carrier.line.numbers import identity_of, is_number, outcome_of
from carrier.line.recordings import Recordings
from carrier.running.hearing import Woken
from carrier.running.runner import Runner
from carrier.twiml.verbs import Play
from carrier.webhooks.courier import Courier

MACHINES = {"Enable": "machine_start", "DetectMessageEnd": "machine_end_beep"}


class Robot:
    """Answers the magic number that always answers; it has nothing to say."""

    media = False
    silent = True

    def notify(self, event: str, payload: dict[str, object]) -> None:
        """Hear, and do nothing."""


class Ringer:
    """Rings legs."""

    def __init__(
        self,
        board: Board,
        calls: Calls,
        courier: Courier,
        directory: Directory,
        recordings: Recordings,
    ) -> None:
        self._board = board
        self._calls = calls
        self._courier = courier
        self._directory = directory
        self._recordings = recordings

    def ring(self, runner: Runner, timeout: float) -> bool:
        """Ring a leg until it is answered (True), or ends otherwise (False)."""
        leg = runner.leg
        self._calls.progress(leg, "queued", "initiated")
        if not self._start(leg):
            return False
        runner.topic = leg
        try:
            runner.idle(timeout * self._board.settings.pace)
        except Woken:
            return leg.status == LIVE
        self._calls.end(leg, "no-answer")
        return False

    def _start(self, leg: Leg) -> bool:
        """Make the leg ring; False when it ended at once."""
        outcome = outcome_of(leg.to)
        forced = outcome.call_status
        nowhere = not identity_of(leg.to) and not is_number(leg.to)
        if forced == "failed" or outcome.call_refusal or nowhere:
            self._calls.end(leg, "failed")
            return False
        with self._board.lock:
            reachable = bool(self._directory.at(leg.to))
            if identity_of(leg.to) and not reachable:
                # Nobody is registered: SIP 480 at the provider, no-answer to the subscriber.
                self._calls.end(leg, "no-answer")
                return False
            if not self._calls.progress(leg, "ringing", "ringing"):
                return False
            if forced == "answered":
                robot = Robot()
                leg.ringing.append(robot)
                return self._calls.answered(leg, robot)
            self._directory.ring(leg)
        if forced in ("busy", "no-answer"):
            self._calls.end(leg, forced)
            return False
        return True

    def settle_in(self, runner: Runner) -> None:
        """Do what was asked for once the leg is answered, before its document runs."""
        leg, wishes = runner.leg, runner.leg.wishes
        runner.topic = None
        if wishes.time_limit:
            self._calls.limit(leg, wishes.time_limit)
        if wishes.record:
            self._recordings.start(leg.sid, "OutboundAPI", wishes.recording)
        if wishes.send_digits:
            runner.prompt(Play(digits=wishes.send_digits))
        if wishes.detection:
            self._detect(leg, wishes)

    def _detect(self, leg: Leg, wishes: Wishes) -> None:
        machine = getattr(leg.device, "machine", False)
        leg.answered_by = MACHINES[wishes.detection] if machine else "human"
        if wishes.detected:
            params = {
                "AccountSid": self._board.settings.account_sid,
                "CallSid": leg.sid,
                "AnsweredBy": leg.answered_by,
                "MachineDetectionDuration": DETECTED_AFTER,
            }
            self._courier.send(leg.sid, wishes.detected.url, wishes.detected.method, params)
