"""A thousand calls of one number, fifty a second: the provider's own webhooks, well signed."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter

import aiohttp
from twilio.request_validator import RequestValidator

from bench.strangers.place import Place

CALLS = 1_000
RATE = 50
NUMBER = "+33612345678"


def attack(place: Place) -> Counter[str]:
    """How many were given a place in the queue, and how many were told of another way."""
    return asyncio.run(_all(place))


async def _all(place: Place) -> Counter[str]:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        calls = (_one(session, place, number) for number in range(CALLS))
        return Counter(await asyncio.gather(*calls))


async def _one(session: aiohttp.ClientSession, place: Place, number: int) -> str:
    await asyncio.sleep(number / RATE)
    form = {
        "CallSid": "CA" + secrets.token_hex(16),
        "AccountSid": "AC" + "1" * 32,
        "From": NUMBER,
        "To": "+33199000100",
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }
    url = f"{place.url}/voice/incoming"
    signature = RequestValidator(place.auth_token).compute_signature(url, form)
    try:
        async with session.post(
            url, data=form, headers={"X-Twilio-Signature": signature}
        ) as answer:
            said = await answer.text()
            if answer.status != 200:
                return str(answer.status)
            return "in the queue" if "<Enqueue" in said else "told kindly"
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__
