"""2,000 sockets of nobody: half of them ask for a WebSocket without a cookie, the others say nothing."""

from __future__ import annotations

import asyncio
from collections import Counter

from bench.strangers import lines
from bench.strangers.place import Place

STRANGERS = 2_000
HOLD_S = 15
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def attack(place: Place) -> Counter[str]:
    """Each holds its socket for as long as it can."""
    lines.many_files()
    return asyncio.run(_all(place))


async def _all(place: Place) -> Counter[str]:
    return Counter(await asyncio.gather(*(_one(place, number) for number in range(STRANGERS))))


async def _one(place: Place, number: int) -> str:
    await asyncio.sleep(number / 500)  # five hundred a second
    try:
        line = await lines.line(place, number)
    except (OSError, TimeoutError) as error:
        return type(error).__name__
    if number % 2:
        line[1].write(UPGRADE.format(host=lines.host(place)).encode())
    return await lines.until_closed(line, HOLD_S)
