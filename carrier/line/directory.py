"""Who can be rung: telephones by number, clients by identity, and text messages for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from carrier.line.board import Board
from carrier.line.calls import Calls
from carrier.line.legs import Device, Leg


class Directory:
    """Devices by address (``+33…`` or ``client:<identity>``); several may share one: all ring."""

    def __init__(self, board: Board, calls: Calls) -> None:
        self._board = board
        self._calls = calls
        self.arrived: Callable[[str], None] = _nothing_waits  # told of an address that is on
        self._devices: dict[str, list[Device]] = defaultdict(list)
        self._addresses: dict[Device, set[str]] = defaultdict(set)

    def register(self, address: str, device: Device) -> None:
        """Make a device reachable; a leg that rings there at this moment rings it too."""
        with self._board.lock:
            if device not in self._devices[address]:
                self._devices[address].append(device)
                self._addresses[device].add(address)
            for leg in self._board.live.values():
                if leg.to == address and leg.status == "ringing" and leg.direction != "inbound":
                    self._ring(leg, device)
            self.arrived(address)

    def unregister(self, device: Device) -> None:
        """Forget a device everywhere; what rang only there is no longer answered."""
        with self._board.lock:
            for address in self._addresses.pop(device, ()):
                self._devices[address].remove(device)
                if not self._devices[address]:
                    del self._devices[address]
            for leg in self._board.live_legs():
                if device in leg.ringing:
                    leg.ringing.remove(device)
                    if not leg.ringing and leg.to.startswith("client:"):
                        self._calls.end(leg, "no-answer")

    def at(self, address: str) -> list[Device]:
        """The devices reachable at an address."""
        with self._board.lock:
            return list(self._devices.get(address, ()))

    def addresses(self) -> list[str]:
        """Every address with a device."""
        with self._board.lock:
            return sorted(self._devices)

    def ring(self, leg: Leg) -> bool:
        """Ring every device at the leg's address; False when there is none."""
        with self._board.lock:
            devices = self.at(leg.to)
            for device in devices:
                self._ring(leg, device)
            return bool(devices)

    @staticmethod
    def _ring(leg: Leg, device: Device) -> None:
        if device not in leg.ringing:
            leg.ringing.append(device)
            device.notify(
                "ringing",
                {
                    "leg": leg.sid,
                    "from": leg.from_,
                    "to": leg.to,
                    "parameters": dict(leg.wishes.parameters),
                },
            )


def _nothing_waits(_address: str) -> None:
    """No messages are kept yet."""
