"""Drives the line from code in the same process: callers by the dozen, agents, faults.

``control.py`` offers the same to other processes.
"""

from __future__ import annotations

import time
from typing import Any

from carrier.driving.fakes import CallFailed, FakeCall, FakePhone
from carrier.driving.traffic import Plan, Traffic
from carrier.exchange import Exchange
from carrier.line import shapes
from carrier.webhooks.faults import Fault

KEPT_CALLS = 5000  # the memory of a long load run stays bounded


class Driver:
    """What a test does with the line."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.phones: dict[str, FakePhone] = {}
        self.calls: dict[str, FakeCall] = {}
        self.traffics: dict[str, Traffic] = {}

    def dial(
        self,
        from_: str,
        to: str = "",
        *,
        hidden: bool = False,
        silent: bool = False,
        keys: str = "",
        words: str = "",
    ) -> FakeCall:
        """Somebody calls the line (``to``: the main number).

        ``hidden``: without their number. ``silent``: they say nothing when they are recorded.
        ``keys`` are pressed the first time that some are asked for. ``words`` are what a
        transcription of their message reads.
        """
        line = self.exchange.registry.number(to or self.exchange.registry.first_number())
        if line is None:
            raise CallFailed(f"{to} is not a number of the line")
        phone = FakePhone(self.exchange, silent=silent, keys=keys, words=words)
        shown = self.exchange.settings.hidden_from if hidden else from_
        leg = self.exchange.dialer.incoming(phone, shown, line)
        self.calls[leg.sid] = call = phone.call(leg.sid)
        while len(self.calls) > KEPT_CALLS:
            del self.calls[next(iter(self.calls))]
        return call

    def traffic(self, plan: Plan) -> Traffic:
        """Many callers at once, from now on (``traffic.py``)."""
        traffic = Traffic(self.exchange, self.dial, plan)
        self.traffics[traffic.key] = traffic
        traffic.start()
        return traffic

    def phone(self, address: str, **habits: Any) -> FakePhone:
        """A telephone that is on, at ``+33…`` or ``client:<identity>``: see ``FakePhone``."""
        phone = FakePhone(self.exchange, **habits)
        self.phones[phone.key] = phone
        self.exchange.directory.register(address, phone)
        return phone

    def agent(self, identity: str, **habits: Any) -> FakePhone:
        """A registered softphone."""
        return self.phone(f"client:{identity}", **habits)

    def text(self, from_: str, to: str, body: str, media: tuple[str, ...] = ()) -> str:
        """Somebody writes to a number of the line, with pictures by URL; the message's SID."""
        line = self.exchange.registry.number(to or self.exchange.registry.first_number())
        if line is None:
            raise CallFailed(f"{to} is not a number of the line")
        return self.exchange.messages.receive(from_, line, body, media).sid

    def fault(self, kind: str, match: str = "", *, count: int = 1, seconds: float = 0.5) -> None:
        """Ask for a fault (``faults.Fault``)."""
        self.exchange.faults.add(Fault(kind, match, count, seconds))

    def clear_faults(self) -> None:
        """Ask for none any more."""
        self.exchange.faults.clear()

    def journal(self) -> list[list[str]]:
        """Callbacks sent so far: ``[<path> <event>, what became of it]``."""
        return [list(row) for row in self.exchange.courier.journal]

    def line(self) -> dict[str, Any]:
        """All that is live, the debugger's alerts included."""
        account = self.exchange.settings.account_sid
        with self.exchange.board.lock:
            rooms = self.exchange.rooms.all_live()
            return {
                "calls": [shapes.call(leg, account) for leg in self.exchange.board.live.values()],
                "queues": {
                    q.name: [e.leg.sid for e in q.entries]
                    for q in self.exchange.queues.by_sid.values()
                },
                "conferences": {r.name: [p.leg.sid for p in r.participants] for r in rooms},
                "audibility": {r.name: r.audibility() for r in rooms},
                "addresses": self.exchange.directory.addresses(),
                "alerts": list(self.exchange.board.alerts),
            }

    def audibility(self, conference: str) -> dict[str, list[str]]:
        """Who hears whom in a conference: the legs that each leg hears. Raises CallFailed."""
        room = self.exchange.rooms.live(conference)
        if room is None:
            raise CallFailed(f"no conference {conference} goes on")
        with self.exchange.board.lock:
            return room.audibility()

    def wait_idle(self, timeout: float = 5.0) -> None:
        """Wait until every callback has been delivered."""
        until = time.monotonic() + timeout
        while not self.exchange.courier.idle():
            if time.monotonic() > until:
                raise CallFailed("callbacks are still on their way")
            time.sleep(0.01)

    def hang_up_all(self) -> None:
        """End everything: the line is quiet for the next test."""
        for traffic in self.traffics.values():
            traffic.stop()
        self.traffics.clear()
        for leg in self.exchange.board.live_legs():
            self.exchange.calls.end(leg)
        for phone in self.phones.values():
            self.exchange.directory.unregister(phone)
        self.phones.clear()
        self.clear_faults()
