"""Tells what happened, signed, until it is heard (docs/portal-openapi.yaml, « event »)."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time

import requests

from demo_portal.settings import DemoPortalSettings
from demo_portal.state import State, rows

log = logging.getLogger(__name__)

AT_ONCE = 20
PAUSES = (2, 10, 60, 300)  # seconds, by tries
TIMEOUT_S = 5
NOT_HEARD = frozenset({401, 429})  # a 4xx that another time may be heard


def signature(token: str, at: int, body: bytes) -> str:
    """The value of ``Portal-Signature``."""
    mac = hmac.new(token.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def deliver(settings: DemoPortalSettings, state: State) -> int:
    """Tell what is due, oldest first; how many events were heard."""
    now, heard = settings.now().timestamp(), 0
    with state.open() as db:
        due = rows(
            db, "SELECT * FROM events WHERE next_at <= ? ORDER BY rowid LIMIT ?", now, AT_ONCE
        )
        for each in due:  # ours for a while: another process need not tell them too
            db.execute("UPDATE events SET next_at = ? WHERE id = ?", (now + 15, each["id"]))
    for each in due:
        ok = _told(settings, each["body"].encode())
        heard += ok
        with state.open() as db:
            if ok:
                db.execute("DELETE FROM events WHERE id = ?", (each["id"],))
            else:
                pause = PAUSES[min(each["tries"], len(PAUSES) - 1)]
                db.execute(
                    "UPDATE events SET tries = tries + 1, next_at = ? WHERE id = ?",
                    (now + pause, each["id"]),
                )
    return heard


def _told(settings: DemoPortalSettings, body: bytes) -> bool:
    headers = {
        "Content-Type": "application/json",
        "Portal-Signature": signature(settings.token, int(time.time()), body),
    }
    try:
        status = requests.post(
            settings.events_url,
            data=body,
            headers=headers,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        ).status_code
    except requests.RequestException as error:
        log.info("an event was not heard (%s)", type(error).__name__)
        return False
    return status < 300 or (400 <= status < 500 and status not in NOT_HEARD)
