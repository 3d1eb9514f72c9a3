"""How many connections a process may hold: each is an open file, and the system counts them.

With the usual 1,024 a process that took what came stood still at its 1,012th connection, callers
included. So what it takes follows from what it may open, with places kept for those who call.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass

WANTED = 65_536  # files; what the units and the documentation ask for
ENOUGH = 8_192  # below, it is said at the start
OWN = 128  # files of ours: database, Redis, provider, mail, logs
MOST = 8_192  # connections of one process: more desks than a processor serves
FEWEST = 64


@dataclass(frozen=True)
class Allowance:
    """What one process takes: ``connections`` in all, of which at most ``sockets`` are open pages
    (desks, walls, telephones) and ``waiting`` have asked nothing yet, or only half. The rest is for
    requests in hand: a caller's is never refused for the sake of a page."""

    files: int
    connections: int
    sockets: int
    waiting: int

    @property
    def is_enough(self) -> bool:
        """Is it what a line at work wants?"""
        return self.files >= ENOUGH

    def __str__(self) -> str:
        return (
            f"{self.files} fichiers ouverts au plus par processus : {self.connections} connexions à la fois, "
            f"dont {self.sockets} pages ouvertes (bureaux, murs, téléphones)"
        )


REMEDY = "LimitNOFILE=65536 dans l'unité systemd, ou « ulimit -n 65536 » avant de lancer."


def allowance(files: int) -> Allowance:
    """What a process that may open so many files takes."""
    connections = max(FEWEST, min(MOST, files - OWN))
    return Allowance(files, connections, connections * 3 // 4, connections // 8)


def raise_limit() -> Allowance:
    """Ask the system for as many files as it lets this process have; what that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < WANTED:
        wanted = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return of_this_process()


def of_this_process() -> Allowance:
    """What this process takes as it is."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return allowance(WANTED if soft == resource.RLIM_INFINITY else soft)
