"""500 requests half sent: a header or a body of which one more byte comes each second."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from bench.strangers import lines
from bench.strangers.place import Place

STRANGERS = 500
SECONDS = 20
HEADER = "GET /sign-in HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
BODY = (
    "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 60000\r\n\r\nemail="
)


def attack(place: Place) -> Counter[str]:
    """Each begins again when it is cut; how often each thing happened."""
    lines.many_files()
    return asyncio.run(_all(place))


async def _all(place: Place) -> Counter[str]:
    seen: Counter[str] = Counter()
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(_one(place, number, until, seen) for number in range(STRANGERS)))
    return seen


async def _one(place: Place, number: int, until: float, seen: Counter[str]) -> None:
    await asyncio.sleep(number / 250)
    while time.monotonic() < until:
        try:
            line = await lines.line(place, number)
        except (OSError, TimeoutError) as error:
            seen[type(error).__name__] += 1
            await asyncio.sleep(1)
            continue
        line[1].write((BODY if number % 2 else HEADER).format(host=lines.host(place)).encode())
        dripping = asyncio.create_task(_drip(line[1]))
        seen[await lines.until_closed(line, max(0.1, until - time.monotonic()))] += 1
        dripping.cancel()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(1)
        writer.write(b"x")
