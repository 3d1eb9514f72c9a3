"""``python -m bench.kill``: processes are killed while two hundred calls are live.

Web processes and workers get SIGKILL at random instants and are started again, as a supervisor
does; one web process at least is left. At the end, what each caller lived is laid beside what the
database says. Exit code 1 when a caller was lost, a call never ended, or the two disagree.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg

from bench.crowd import figures
from bench.crowd.installation import Installation, Servers, ends_cleanly
from tests.fixtures.servers import ROOT, Process, answers, clean_environment

STUCK_SECONDS = 30
TRANSIENT = ("offered", "connecting")
# Seconds. Who hangs up while she is brought to an agent who is there was answered, and never knew.
AT_THE_DOOR = 3.0


@dataclass
class Findings:
    """What a run has shown. The lists should be empty."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    live_at_kills: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    never_over: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    unrecoverable: list[str] = field(default_factory=list)
    agents_held: list[str] = field(default_factory=list)
    at_the_door: int = 0
    unsent: int = 0
    slowest: dict[str, float] = field(default_factory=lambda: dict.fromkeys(TRANSIENT, 0.0))
    stuck: set[int] = field(default_factory=set)
    slow: list[str] = field(default_factory=list)
    silence: float = 0.0
    breaks: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    again: int = 0

    @property
    def failed(self) -> bool:
        """Was anything wrong at the end?"""
        wrong = (self.lost, self.never_over, self.differences, self.unrecoverable, self.agents_held)
        return any(wrong) or self.unsent > 0


class Killer(threading.Thread):
    """Kills a process now and then, and starts it again."""

    def __init__(self, line: Installation, found: Findings, seconds: float, live: int) -> None:
        super().__init__(daemon=True)
        self.line, self.found = line, found
        self.seconds, self.live = seconds, live
        self.random = random.Random(7)

    def run(self) -> None:
        """Once the line is full, for as long as callers go on dialling."""
        until = time.monotonic() + self.seconds
        while time.monotonic() < until - self.seconds / 2 and self._live() < 0.95 * self.live:
            time.sleep(0.5)
        while time.monotonic() < until:
            self._kill_one()
            time.sleep(self.random.uniform(2.0, 5.0))

    def _live(self) -> int:
        states = ("greeting", "waiting", *TRANSIENT, "talking", "outside")
        return int(
            self.line.rows("SELECT count(*) FROM calls WHERE state = ANY(%s)", list(states))[0][0]
        )

    def _kill_one(self) -> None:
        serving = [
            process
            for process, url in zip(self.line.webs, self.line.web_urls, strict=True)
            if answers(f"{url}/health/live")
        ]
        victims = [*self.line.workers, *(serving if len(serving) > 1 else ())]
        victim = self.random.choice(victims)
        self.found.live_at_kills.append(self._live())
        children = psutil.Process(victim.popen.pid).children()
        if children and self.random.random() < 0.5:
            os.kill(children[0].pid, signal.SIGKILL)  # its own master starts it again
            self.found.kills["web worker"] += 1
            return
        kill(victim)
        self.found.kills["whole " + ("web" if victim in self.line.webs else "worker")] += 1
        victim.start()


def kill(process: Process) -> None:
    """SIGKILL to a process and all that it started."""
    process.tell(signal.SIGKILL)
    process.popen.wait(10)


class Watcher(threading.Thread):
    """Looks every second at how long calls have been ringing or connecting."""

    def __init__(self, line: Installation, found: Findings) -> None:
        super().__init__(daemon=True)
        self.line, self.found = line, found
        self.over = threading.Event()

    def run(self) -> None:
        """Until told that it is over."""
        since: dict[tuple[int, str, Any], float] = {}
        with psycopg.connect(
            self.line.postgres.dsn(self.line.database), autocommit=True
        ) as connection:
            while not self.over.wait(1.0):
                rows = connection.execute(
                    "SELECT id, state, coalesce(accepted_at, offered_at) FROM calls"
                    " WHERE state = ANY(%s)",
                    [list(TRANSIENT)],
                ).fetchall()
                now = time.monotonic()
                since = {row: since.get(row, now) for row in rows}
                for (call_id, state, _begun), first in since.items():
                    self.found.slowest[state] = max(self.found.slowest[state], now - first)
                    if now - first > STUCK_SECONDS:
                        self.found.stuck.add(call_id)


def run(line: Installation, *, seconds: float, live: int, agents: int, talk: float) -> Findings:
    """One run on an installation that is entered but not started."""
    found = Findings()
    sessions = line.staff(agents)
    line.start_webs(workers=2)
    carrier = line.start_line(
        seconds=seconds,
        rate=10,
        live=live,
        talk=talk,
        leaving=0.1,
        patience=15,
        settle=240,
        goodbye=5,
        agents=[each["id"] for each in sessions],
    )
    carrier.wait_ready()
    desks = line.start_agents(sessions, think=1.0, talk=talk, wrap_up=2.0, holds=0.2)
    desks.wait_ready()
    watcher, killer = Watcher(line, found), Killer(line, found, seconds, live)
    watcher.start()
    carrier.say("go")
    killer.start()
    lived = carrier.report()
    killer.join()
    line.wait_quiet(60)
    watcher.over.set()
    watcher.join()
    heard = desks.last_report()
    found.calls, found.breaks = lived["calls"], heard["breaks"]
    found.counts = heard["counts"]
    compare(line, found)
    return found


def compare(line: Installation, found: Findings) -> None:
    """What callers lived, beside what the database says."""
    rows = {
        sid: (state, outcome, answered)
        for sid, state, outcome, answered in line.rows(
            "SELECT provider_sid, state, outcome, extract(epoch FROM answered_at) FROM calls"
        )
    }
    for each in found.calls:
        state, outcome, answered = rows.get(each["sid"], ("missing", None, None))
        found.outcomes[outcome or state] += 1
        expected = ("answered",) if each["talked"] else ("abandoned", "short_abandoned")
        if not each["talked"] and each["left"] != "waiting":
            found.lost.append(
                f"{state}, {outcome}, {each['left'] or 'never served'}: {line.story(each['sid'])};"
                f" dialled {each['dialled'] % 1000:.1f}, over {(each['ended'] or 0) % 1000:.1f}"
            )
        elif not each["talked"] and answered and each["ended"] - float(answered) < AT_THE_DOOR:
            found.at_the_door += 1
        elif state == "ended" and outcome not in expected:
            found.differences.append(
                f"lived {expected[0]}, stored {outcome}: {line.story(each['sid'])};"
                f" over {(each['ended'] or 0) % 1000:.1f}"
            )
        found.again += each["heard_apology"]
    found.slow = [
        f"over {STUCK_SECONDS} s: {line.story(sid)}"
        for (sid,) in line.rows(
            "SELECT provider_sid FROM calls WHERE id = ANY(%s)", list(found.stuck)
        )
    ]
    found.never_over = list(line.not_over(found.calls))
    found.agents_held = [
        f"agent {agent_id} {state}"
        for agent_id, state in line.rows("SELECT agent_id, phase FROM holdings WHERE weight = 1")
    ]
    ((found.unsent,),) = line.rows("SELECT count(*) FROM call_commands")
    ((silence,),) = line.rows(
        "SELECT max(gap) FROM (SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM call_events"
        " WHERE at < (SELECT max(received_at) FROM calls)) AS gaps"
    )
    found.silence = silence.total_seconds() if silence else 0.0
    made = subprocess.run(
        [sys.executable, "-m", "bench.crowd.recover"],
        cwd=ROOT,
        env={**clean_environment(), **line.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    found.unrecoverable = list(json.loads(made.stdout))


def show(found: Findings) -> None:
    """The figures."""
    killed = ", ".join(f"{count} × {what}" for what, count in sorted(found.kills.items()))
    least, most = min(found.live_at_kills, default=0), max(found.live_at_kills, default=0)
    worst = max(found.breaks, default=0.0)
    rows = [
        ("processes killed", killed),
        ("calls live at the kills", f"{least} to {most}"),
        ("callers in all", len(found.calls)),
        ("callers lost", len(found.lost)),
        ("callers who hung up while being brought to their agent", found.at_the_door),
        (f"calls ringing or connecting over {STUCK_SECONDS} s", len(found.stuck)),
        ("longest ringing, connecting", " s, ".join(f"{s:.0f}" for s in found.slowest.values()) + " s"),
        ("calls that never ended", len(found.never_over)),
        ("lived and stored disagree", len(found.differences)),
        ("calls that their events do not give again", len(found.unrecoverable)),
        ("agents held by a call that is over", len(found.agents_held)),
        ("commands never carried out", found.unsent),
        ("longest silence of the line", f"{found.silence:.1f} s"),
        ("desks cut off, and for how long", f"{len(found.breaks)}, p50"
         f" {figures.percentile(found.breaks, 0.5):.1f} s, worst {worst:.1f} s"),
        ("callers who heard an apology and stayed", found.again),
        ("agents whose voice was cut, and who took it back", found.counts.get("voice taken back", 0)),
        ("outcomes", ", ".join(f"{v} {k}" for k, v in sorted(found.outcomes.items()))),
    ]  # fmt: skip
    figures.table(("", ""), rows)
    told = (found.lost, found.never_over, found.differences, found.agents_held, found.slow)
    for words in [words for each in told for words in each][:30]:
        print(f"    {words}")


def main() -> None:
    """Measure and print."""
    ends_cleanly()
    parser = argparse.ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="of dialling")
    parser.add_argument("--live", type=int, default=200)
    parser.add_argument("--agents", type=int, default=190)
    parser.add_argument("--talk", type=float, default=35.0)
    parser.add_argument("--webs", type=int, default=3)
    args = parser.parse_args()
    with (
        Servers() as servers,
        Installation("bench-kill", args.webs, servers.postgres, servers.redis_url) as line,
    ):
        found = run(line, seconds=args.seconds, live=args.live, agents=args.agents, talk=args.talk)
        print(f"kill -9 for {args.seconds:g} s, {args.webs} web processes and 2 workers")
        show(found)
    raise SystemExit(found.failed)


if __name__ == "__main__":
    main()
