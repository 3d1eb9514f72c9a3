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


async def one(
    session: aiohttp.ClientSession, url: str, request: tuple[dict[str, str], str], due: float
) -> tuple[float, int, bool]:
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


async def run(url: str, public: str, token: str, rate: float, seconds: float) -> None:
    """Send ``rate`` webhooks a second for ``seconds``."""
    validator = RequestValidator(token)
    prepared, first = [], secrets.randbelow(len(NUMBERS))
    for number in range(int(rate * seconds)):
        form = {
            "CallSid": "CA" + secrets.token_hex(16),
            "AccountSid": "AC" + "1" * 32,
            "From": NUMBERS[(first + number) % len(NUMBERS)],
            "To": "+33199000100",
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        prepared.append((form, validator.compute_signature(public + "/voice/incoming", form)))
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:
        start = time.perf_counter() + 0.2
        results = await asyncio.gather(
            *(one(session, url, each, start + i / rate) for i, each in enumerate(prepared))
        )
    names = ("latencies", "statuses", "kept")
    print(json.dumps(dict(zip(names, zip(*results, strict=True), strict=True))))


if __name__ == "__main__":
    address, public_url, auth_token, per_second, duration = sys.argv[1:]
    asyncio.run(run(address, public_url, auth_token, float(per_second), float(duration)))
