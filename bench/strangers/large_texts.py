"""Texts of 2 MB wherever anybody may send one: forms, an SMS, JSON, an address, a socket's message."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from bench.strangers.place import Place

TEXT = "pin" + " " * 2_000_000 + "a"
SENDERS = 8
ROUNDS = 6


def attack(place: Place) -> Counter[str]:
    """Eight senders, one text after the other; how they were answered."""
    return asyncio.run(_all(place))


async def _all(place: Place) -> Counter[str]:
    seen: Counter[str] = Counter()
    await asyncio.gather(*(_sender(place, seen) for _ in range(SENDERS)))
    return seen


async def _sender(place: Place, seen: Counter[str]) -> None:
    sms = {"MessageSid": "SM" + secrets.token_hex(16), "From": "+33639980101", "Body": TEXT}
    signed = RequestValidator(place.auth_token).compute_signature(f"{place.url}/sms/incoming", sms)
    sendings: list[tuple[str, dict[str, Any]]] = [
        ("/sign-in", {"data": {"email": TEXT, "password": TEXT}}),
        ("/demande/abcdefgh", {"data": {"message": TEXT}}),
        ("/sms/incoming", {"data": sms, "headers": {"X-Twilio-Signature": signed}}),
        ("/desk/presence", {"json": {"state": TEXT}}),
        ("/socket.io/?EIO=4&transport=polling&sid=x", {"data": TEXT}),
    ]
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for _ in range(ROUNDS):
            for path, sent in sendings:
                try:
                    async with session.post(place.url + path, **sent) as answer:
                        await answer.read()
                        seen[str(answer.status)] += 1
                except (aiohttp.ClientError, TimeoutError) as error:
                    seen[type(error).__name__] += 1
