"""``python -m bench.crowd.agents PLAN``: agents at their desks, each with an open WebSocket.

They speak Engine.IO by hand (one text frame a message): hundreds of them must weigh less than what
they measure. Each does what a desk does: listens, takes what it is told, asks once after a break, and
acts. Prints what they saw as JSON when its input closes.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.crowd.figures import Latencies
from bench.crowd.staff import USER_AGENT

ROOM = 2000  # connections at once to the application
REJOIN_PAUSE = 5.0  # seconds between two tries, as the desk's own
HELLO = 8.0  # seconds; nobody hangs up on a person before having heard her, even one brought late


@dataclass(frozen=True)
class Plan:
    """What agents do. ``urls``: the web processes; each agent keeps hers while it lives.

    Seconds: ``think`` before accepting, ``talk`` a mean before she hangs up (0: she lets the caller
    do it), ``wrap_up`` after. ``holds``: the share of conversations with a hold.
    """

    urls: list[str]
    sessions: list[dict[str, Any]]
    think: float = 1.0
    talk: float = 0.0
    wrap_up: float = 2.0
    holds: float = 0.0
    works: bool = True
    connections_a_second: float = 40.0


@dataclass
class Seen:
    """What all agents saw together."""

    acts: Latencies = field(default_factory=Latencies)
    counts: Counter[str] = field(default_factory=Counter)
    line: list[tuple[float, str]] = field(default_factory=list)  # when heard, its own date
    breaks: list[float] = field(default_factory=list)  # seconds without a connection


class Agent:
    """One agent."""

    def __init__(self, place: int, plan: Plan, http: aiohttp.ClientSession, seen: Seen) -> None:
        self.plan, self.http, self.seen = plan, http, seen
        self.place = place
        session = plan.sessions[place]
        self.headers = {
            "Cookie": session["cookie"],
            "User-Agent": USER_AGENT,
            "X-CSRFToken": session["csrf"],
            "Accept": "application/json",
        }
        self.url = plan.urls[place % len(plan.urls)]
        self.random = random.Random(place)
        self.desk: dict[str, Any] = {"now": "", "call": None, "presence": {"state": "offline"}}
        self.changed = asyncio.Event()
        self.connected = asyncio.Event()

    # --- what she hears ---

    async def listen(self) -> None:
        """Keep a socket open, for ever; ask once for the desk after each break."""
        broke = 0.0
        while True:
            try:
                await self._connection(broke)
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            except Exception as error:
                self.seen.counts[f"listening: {error!r}"[:80]] += 1
            if self.connected.is_set():
                self.connected.clear()
                broke = time.monotonic()
                self.seen.counts["breaks"] += 1
            self.url = self.random.choice(self.plan.urls)  # as a balancer would send her elsewhere
            await asyncio.sleep(0.2 + 0.8 * self.random.random())

    async def _connection(self, broke: float) -> None:
        url = f"{self.url}/socket.io/?EIO=4&transport=websocket"
        async with self.http.ws_connect(
            url,
            headers=self.headers,
            compress=15,  # offered, as browsers do
            timeout=aiohttp.ClientWSTimeout(ws_close=1),
        ) as socket:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                await self._heard(socket, message.data, broke)

    async def _heard(
        self, socket: aiohttp.ClientWebSocketResponse, text: str, broke: float
    ) -> None:
        if text == "2":
            await socket.send_str("3")
        elif text[0] == "0":
            await socket.send_str("40")
        elif text.startswith("40"):
            self.connected.set()
            if broke:
                self.seen.breaks.append(time.monotonic() - broke)
            asyncio.get_running_loop().create_task(self.refresh())
        elif text.startswith("42"):
            self._told(*json.loads(text[2:]))

    def _told(self, event: str, payload: Any = None) -> None:
        self.seen.counts[event] += 1
        if event == "desk":
            self._take(payload["desk"])
        elif event == "line":
            self.seen.line.append((time.time(), payload["now"]))

    def _take(self, desk: dict[str, Any]) -> None:
        if desk["now"] >= self.desk["now"]:
            self.desk = desk
            self.changed.set()

    # --- what she asks ---

    async def refresh(self) -> None:
        """Ask for the desk."""
        await self._ask("GET", "/desk/state")

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> int:
        began, status = time.perf_counter(), 0
        try:
            headers = {**self.headers, "Idempotency-Key": secrets.token_urlsafe(18)}
            async with self.http.request(
                method, self.url + path, json=body, headers=headers
            ) as answer:
                status = answer.status
                if status == 200:
                    self._take((await answer.json())["desk"])
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.seen.counts["requests without answer"] += 1
        what = path.rpartition("/")[2]
        self.seen.acts.add(what, time.perf_counter() - began, ok=status in (200, 409))
        if status not in (0, 200):
            self.seen.counts[f"{what} {status}"] += 1
        return status

    async def _act(self, what: str) -> int:
        return await self._ask("POST", f"/desk/calls/{self.desk['call']['ref']}/{what}", {})

    # --- what she does ---

    async def work(self) -> None:
        """Take calls, for ever."""
        await self.connected.wait()
        while True:
            try:
                await self._next_act()
            except Exception as error:
                self.seen.counts[f"working: {error!r}"[:80]] += 1
                await asyncio.sleep(1)

    async def _next_act(self) -> None:
        call, presence = self.desk["call"], self.desk["presence"]["state"]
        if call is None and presence in ("offline", "missed"):
            await self._ask("POST", "/desk/presence", {"state": "available"})
            await self._settled(call, 2.0)
        elif call is None:
            await self._until_change(None)
        elif call["state"] == "offered":
            await self._after(self.plan.think, call, "accept")
        elif call["state"] == "talking":
            await self._talk(call)
        elif call["state"] == "wrap_up":
            await self._after(self.plan.wrap_up, call, "wrap-up-done")
        elif not await self._until_change(5.0):
            await self._ask_again()  # as the desk does when connecting takes long

    async def _talk(self, call: dict[str, Any]) -> None:
        if call["needs_rejoin"]:
            await self._rejoin(call)
        elif call["held_since"]:
            await self._after(1.5, call, "resume")
        elif self.random.random() < self.plan.holds:
            await self._after(1.0, call, "hold")
        elif self.plan.talk:
            rest = self.random.expovariate(1 / max(0.1, self.plan.talk - HELLO))
            await self._after(HELLO + rest, call, "hang-up")
        elif not await self._until_change(60.0):
            await self._ask_again()  # as the desk does when her softphone's leg has ended

    async def _rejoin(self, call: dict[str, Any]) -> None:
        """Take the voice back, as the desk does by itself: she cannot hear whom she would hang up on."""
        self.seen.counts["voice taken back"] += 1
        await self._act("rejoin")
        await self._settled(call, REJOIN_PAUSE)

    async def _ask_again(self) -> None:
        self.seen.counts["asked again"] += 1
        await self.refresh()

    async def _after(self, pause: float, call: dict[str, Any], what: str) -> None:
        """After a pause, act, unless something else has come meanwhile."""
        if await self._until_change(pause * (0.5 + self.random.random())):
            return
        status = await self._act(what)
        if status == 200:
            await self._settled(call, 1.0)
        else:
            await asyncio.sleep(0.3)
            await self.refresh()

    async def _until_change(self, seconds: float | None) -> bool:
        """Wait for news; False when none came in time."""
        try:
            await asyncio.wait_for(self.changed.wait(), seconds)
        except TimeoutError:
            return False
        self.changed.clear()
        return True

    async def _settled(self, before: dict[str, Any] | None, seconds: float) -> None:
        """Give an act the time to be seen, so that it is not done twice."""
        if self.desk["call"] == before:
            await self._until_change(seconds)


async def crowd(plan: Plan) -> Seen:
    """All the agents, until the input closes."""
    seen = Seen()
    connector = aiohttp.TCPConnector(limit=ROOM, keepalive_timeout=20)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        agents = [Agent(place, plan, http, seen) for place in range(len(plan.sessions))]
        tasks = []
        for agent in agents:
            tasks.append(asyncio.create_task(agent.listen()))
            if plan.works:
                tasks.append(asyncio.create_task(agent.work()))
            await asyncio.sleep(1 / plan.connections_a_second)
        for agent in agents:
            await agent.connected.wait()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        seen.counts["connected at the end"] = sum(a.connected.is_set() for a in agents)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return seen


def main() -> None:
    """Run the plan read from the first line of input; print what was seen."""
    seen = asyncio.run(crowd(Plan(**json.loads(sys.stdin.readline()))))
    report = {
        "acts": seen.acts.report(),
        "counts": seen.counts,
        "line": seen.line,
        "breaks": seen.breaks,
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
