"""Opens calls: a telephone or a softphone calls the subscriber, the REST API calls somebody."""

from __future__ import annotations

from carrier.line.board import Board
from carrier.line.conferences import Conference
from carrier.line.legs import (
    NO_WISHES,
    Device,
    HungUp,
    Leg,
    Redirected,
    Source,
    StatusCallback,
    Wishes,
)
from carrier.line.registry import Registry, Resource
from carrier.line.rooms import Rooms
from carrier.running.bridging import Bridges
from carrier.running.ringing import Ringer


class Dialer:
    """Opens legs and lets them run."""

    def __init__(
        self, board: Board, bridges: Bridges, ringer: Ringer, rooms: Rooms, registry: Registry
    ) -> None:
        self._board = board
        self._bridges = bridges
        self._ringer = ringer
        self._rooms = rooms
        self._registry = registry

    # -- towards the subscriber -----------------------------------------------------------------

    def incoming(self, device: Device, from_: str, line: Resource) -> Leg:
        """A telephone calls a number of the subscriber: its voice URL is asked."""
        wired = self._registry.voice_of(line)
        callback = None
        if wired["status_callback"]:
            callback = StatusCallback(wired["status_callback"], wired["status_callback_method"])
        leg = self._board.new_leg(
            from_,
            line["phone_number"],
            "inbound",
            callback=callback,
            status="ringing",
            device=device,
        )
        return self._run(leg, wired)

    def from_client(self, device: Device, identity: str, to: str) -> Leg:
        """A softphone calls: the TwiML application's voice URL is asked."""
        leg = self._board.new_leg(
            f"client:{identity}", to, "inbound", status="ringing", device=device
        )
        application = self._registry.application()
        return self._run(leg, application, ApplicationSid=application["sid"])

    def _run(self, leg: Leg, wired: Resource, **params: str) -> Leg:
        leg.fallback_url = wired["voice_fallback_url"]
        leg.fallback_method = wired["voice_fallback_method"]
        source = Source(wired["voice_url"], wired["voice_method"], params)
        self._board.spawn(self._bridges.runner(leg).run, source)
        return leg

    # -- from the subscriber --------------------------------------------------------------------

    def outgoing(
        self,
        to: str,
        from_: str,
        source: Source,
        timeout: float,
        callback: StatusCallback | None = None,
        unused: Conference | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> Leg:
        """The REST API calls somebody; ``source`` runs once they answer.

        ``unused`` is a conference opened for them, which ends if they never come.
        """
        leg = self._board.new_leg(from_, to, "outbound-api", callback=callback, wishes=wishes)
        leg.fallback_url, leg.fallback_method = source.fallback_url, source.fallback_method
        self._board.spawn(self._place, leg, source, timeout, unused)
        return leg

    def _place(self, leg: Leg, source: Source, timeout: float, unused: Conference | None) -> None:
        try:
            self._live(leg, source, timeout)
        finally:
            if unused:
                self._rooms.close_unused(unused)

    def _live(self, leg: Leg, source: Source, timeout: float) -> None:
        runner = self._bridges.runner(leg)
        try:
            if not self._ringer.ring(runner, timeout):
                return
            self._ringer.settle_in(runner)
        except HungUp:
            return
        except Redirected as moved:
            source = moved.source
        runner.run(source)
