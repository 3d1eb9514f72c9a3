"""Faults that a test asks the carrier for: callbacks late, repeated, reordered, lost; REST errors."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

CALLBACK_KINDS = ("late", "repeat", "reorder", "lose")
REST_KINDS = ("rest-429", "rest-500", "rest-delay", "rest-drop")


@dataclass
class Fault:
    """One fault. ``match`` is searched in ``<path> <event>`` of a callback, or in the
    ``<METHOD> <path>`` of a REST request; ``count`` times; ``seconds`` for late and delay.
    """

    kind: str
    match: str = ""
    count: int = 1
    seconds: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in CALLBACK_KINDS + REST_KINDS:
            raise ValueError(f"unknown fault: {self.kind}")
        self._wanted = re.compile(self.match)

    def concerns(self, label: str) -> bool:
        """Is this what the fault waits for?"""
        return self._wanted.search(label) is not None


class Faults:
    """The faults still due."""

    def __init__(self) -> None:
        self._due: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Ask for one."""
        with self._lock:
            self._due.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._due.clear()

    def take(self, kinds: tuple[str, ...], label: str) -> Fault | None:
        """The first due fault of these kinds that matches ``label``; it is used up once."""
        with self._lock:
            for fault in self._due:
                if fault.kind in kinds and fault.concerns(label):
                    fault.count -= 1
                    if fault.count <= 0:
                        self._due.remove(fault)
                    return fault
        return None
