"""Signed webhooks at a constant rate, in a process of their own: prints latencies as JSON.

Open loop: request *i* is due at *i*/rate whatever became of the others, and its latency counts from
when it was due, so that a stall is felt by all who would have called meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time

import aiohttp
from twilio.request_validator import RequestValidator

# Some known, most unknown; so many that none calls more often than a line admits (``one_sender``).
NUMBERS = [f"+3363998{n:04d}" for n in range(10_000)]
MOST = 1200  # webhooks a second that are prepared for a flood: more than a process takes

Seen = tuple[float, int, bool]


async def one(
    session: aiohttp.ClientSession, url: str, request: tuple[dict[str, str], str], due: float
) -> Seen:
    """Send one webhook; its latency in seconds, its status, and whether the caller has a place."""
    form, signature = request
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    try:
        async with session.post(
            url, data=form, headers={"X-Twilio-Signature": signature}
        ) as answer:
            said = await answer.text()
            return time.perf_counter() - due, answer.status, "<Enqueue" in said
    except aiohttp.ClientError:
        return time.perf_counter() - due, 0, False


def prepared(public: str, token: str, count: int) -> list[tuple[dict[str, str], str]]:
    """So many signed webhooks, each of another call."""
    validator, first = RequestValidator(token), secrets.randbelow(len(NUMBERS))
    made = []
    for number in range(count):
        form = {
            "CallSid": "CA" + secrets.token_hex(16),
            "AccountSid": "AC" + "1" * 32,
            "From": NUMBERS[(first + number) % len(NUMBERS)],
            "To": "+33199000100",
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        made.append((form, validator.compute_signature(public + "/voice/incoming", form)))
    return made


async def steady(
    session: aiohttp.ClientSession, url: str, public: str, token: str, rate: float, seconds: float
) -> list[Seen]:
    """Send ``rate`` webhooks a second for ``seconds``."""
    requests = prepared(public, token, int(rate * seconds))
    start = time.perf_counter() + 0.2
    return await asyncio.gather(
        *(one(session, url, each, start + i / rate) for i, each in enumerate(requests))
    )


async def flood(
    session: aiohttp.ClientSession, url: str, public: str, token: str, seconds: float, at_once: int
) -> list[Seen]:
    """As many as are taken: each of so many senders sends the next once it has its answer."""
    requests, found = prepared(public, token, int(MOST * seconds)), []
    until = time.perf_counter() + seconds

    async def sender() -> None:
        while requests and time.perf_counter() < until:
            found.append(await one(session, url, requests.pop(), time.perf_counter()))

    await asyncio.gather(*(sender() for _ in range(at_once)))
    return found


async def run(
    url: str, public: str, token: str, rate: float, seconds: float, at_once: int = 1
) -> None:
    """Send, and print what came of it. ``rate`` 0: as many as are taken by so many ``at_once``."""
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:
        if rate:
            results = await steady(session, url, public, token, rate, seconds)
        else:
            results = await flood(session, url, public, token, seconds, at_once)
    names = ("latencies", "statuses", "kept")
    columns = zip(*results, strict=True) if results else ([], [], [])
    report = dict(zip(names, columns, strict=True))
    print(json.dumps({**report, "seconds": seconds}))


if __name__ == "__main__":
    address, public_url, auth_token, per_second, duration, *more = sys.argv[1:]
    asyncio.run(
        run(address, public_url, auth_token, float(per_second), float(duration), *map(int, more))
    )
