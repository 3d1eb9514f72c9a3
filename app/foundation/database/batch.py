"""Small things that many requests leave to do: those that come together are done together."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Batch:
    """Ids gathered in this process, handed over as one set by a task beside the requests.

    ``do`` gets the set; ``start`` runs a task outside the request; ``pause`` first lets more come.
    """

    def __init__(
        self,
        do: Callable[[set[int]], None],
        start: Callable[[Callable[[], None]], None],
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self._do = do
        self._start = start
        self._pause = pause
        self._ids: set[int] = set()
        self._running = False

    def add(self, ids: Iterable[int]) -> None:
        """Do these soon."""
        self._ids.update(ids)
        if self._ids and not self._running:
            self._running = True
            self._start(self._run)

    def _run(self) -> None:
        try:
            self._pause()
            while self._ids:
                ids, self._ids = self._ids, set()
                self._do(ids)
        finally:
            self._running = False
