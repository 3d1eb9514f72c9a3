"""Raw connections of strangers, from many addresses of this machine (127.0.0.2 and further)."""

from __future__ import annotations

import asyncio
import resource
from urllib.parse import urlsplit

from bench.strangers.place import Place

ADDRESSES = 40
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def many_files() -> None:
    """Let this process hold as many connections as the machine allows."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def line(place: Place, number: int) -> Line:
    """A connection of the stranger of that ``number``. Raises OSError."""
    port = urlsplit(place.url).port
    own = (f"127.0.0.{2 + number % ADDRESSES}", 0)
    opening = asyncio.open_connection("127.0.0.1", port, local_addr=own)
    return await asyncio.wait_for(opening, 10)


def host(place: Place) -> str:
    """What a browser would say as Host."""
    return urlsplit(place.url).netloc


async def until_closed(line: Line, seconds: float) -> str:
    """What became of a connection: the status that it was answered, « closed » or « still open »."""
    reader, writer = line
    said = b""
    try:
        while part := await asyncio.wait_for(reader.read(4096), seconds):
            said += part
        return said[9:12].decode() or "closed"
    except TimeoutError:
        return said[9:12].decode() or "still open"
    except OSError:
        return said[9:12].decode() or "closed"
    finally:
        writer.close()
