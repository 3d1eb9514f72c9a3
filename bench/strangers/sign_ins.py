"""120 strangers who sign in at once: no account is needed to make a server hash."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import aiohttp

from bench.strangers.place import Place

STRANGERS = 120
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def attack(place: Place) -> Counter[str]:
    """Each has the page open, then all press the button; how they were answered, by status."""
    return asyncio.run(_all(place))


async def _all(place: Place) -> Counter[str]:
    pressed = asyncio.Event()
    tasks = [asyncio.create_task(_one(place, number, pressed)) for number in range(STRANGERS)]
    await asyncio.sleep(4)  # the pages are loaded
    pressed.set()
    return Counter(await asyncio.gather(*tasks))


async def _one(place: Place, number: int, pressed: asyncio.Event) -> str:
    timeout = aiohttp.ClientTimeout(total=120)
    jar = aiohttp.CookieJar(unsafe=True)  # an address of digits has cookies too
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
        try:
            async with session.get(f"{place.url}/sign-in") as page:
                token = _TOKEN.search(await page.text())
            await pressed.wait()
            form = {
                "email": f"stranger{number}@example.org",
                "password": "not the password",
                "csrf_token": token[1] if token else "",
            }
            async with session.post(f"{place.url}/sign-in", data=form) as answer:
                await answer.read()
                return str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__
