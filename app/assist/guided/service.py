"""A person follows the agent's script on a phone: opened by a link and a code, for one hour.

The link alone shows nothing: the code is said aloud in the call, and the first phone that gives it is
the only one. Whatever fetches the link (a scanner, a preview) sees the question for the code.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.accounts import journal
from app.assist import service as scripts
from app.assist import store as runs
from app.assist.guided.models import GuidedPhone, Word
from app.assist.guided.pictures import picture
from app.assist.script import Step
from app.assist.walk import filling
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.extensions import db
from app.web import realtime

LIFE = timedelta(hours=1)
TOKEN_BYTES = 16  # 128 bits, for one hour
TOKEN_LENGTH = 22  # characters that these bytes make
TRIES = 5  # wrong codes before the link closes
PRIVATE = frozenset({"S31"})  # scripts that are spoken, never shown
# How the texts say that the person has nothing before them: who reads, searches or waits is the agent.
SPOKEN = ("rien", "elle attend")


@dataclass(frozen=True)
class Shown:
    """What the phone shows of the present step. ``moves`` names it: a word said of another is late.

    ``said`` is the last word of this step, "" when none was said.
    """

    run_id: int
    moves: int
    heading: str
    words: str
    screen: str
    picture: str
    said: str = ""


def hashed(secret: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(
    contact_id: int, *, agent_id: int, way: str, language: str, now: datetime
) -> tuple[GuidedPhone, str]:
    """A new page for a contact and its token, inside the caller's transaction; earlier ones end."""
    end(contact_id, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    phone = GuidedPhone(
        token_hash=hashed(token),
        code=f"{secrets.randbelow(10_000):04d}",
        contact_id=contact_id,
        agent_id=agent_id,
        way=way,
        language=language,
        created_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(phone)
    db.session.flush()
    journal.record(
        "guided.sent", f"contact:{contact_id}", agent_id=agent_id, now=now, detail={"way": way}
    )
    return phone, token


def end(contact_id: int, now: datetime) -> None:
    """Close the pages of a contact, inside the caller's transaction."""
    db.session.execute(
        update(GuidedPhone)
        .where(GuidedPhone.contact_id == contact_id, GuidedPhone.ended_at.is_(None))
        .values(ended_at=now)
    )


def of_contact(contact_id: int, now: datetime) -> GuidedPhone | None:
    """The page that a contact has now, if it lives."""
    return db.session.scalar(
        select(GuidedPhone)
        .where(
            GuidedPhone.contact_id == contact_id,
            GuidedPhone.ended_at.is_(None),
            GuidedPhone.expires_at > now,
        )
        .order_by(GuidedPhone.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def by_token(token: str) -> GuidedPhone | None:
    """The page of a token, over or not."""
    return db.session.scalar(
        select(GuidedPhone)
        .where(GuidedPhone.token_hash == hashed(token))
        .execution_options(populate_existing=True)
    )


def follower(phone: GuidedPhone) -> int:
    """The agent who follows the person now: after a transfer, not the one who sent the link."""
    return runs.contact(phone.contact_id).agent_id or phone.agent_id


def state(phone: GuidedPhone | None, secret: str, now: datetime) -> str:
    """What the page says: unknown, expired, ended, locked, code, elsewhere (another phone), or open."""
    if phone is None:
        return "unknown"
    if phone.ended_at is not None:
        return "ended"
    if now >= phone.expires_at:
        return "expired"
    if phone.phone_hash is not None:
        mine = bool(secret) and hmac.compare_digest(hashed(secret), phone.phone_hash)
        return "open" if mine else "elsewhere"
    return "locked" if phone.tries >= TRIES else "code"


def join(phone_id: int, code: str, now: datetime) -> str:
    """Give the code: the secret of this phone, or "" when it is not the one. Counted; the first one wins."""
    typed = "".join(each for each in code if each.isascii() and each.isdigit())
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    with unit_of_work() as work:
        phone = db.session.get_one(GuidedPhone, phone_id)
        waits = (
            GuidedPhone.id == phone_id,
            GuidedPhone.phone_hash.is_(None),
            GuidedPhone.tries < TRIES,
            GuidedPhone.ended_at.is_(None),
            GuidedPhone.expires_at > now,
        )
        right = hmac.compare_digest(typed.encode(), phone.code.encode())
        values = (
            {"phone_hash": hashed(secret), "joined_at": now}
            if right
            else {"tries": GuidedPhone.tries + 1}
        )
        changed = rows_changed(
            db.session.execute(
                update(GuidedPhone)
                .where(*waits)
                .values(**values)
                .execution_options(synchronize_session=False)
            )
        )
        contact_id, agent_id = phone.contact_id, follower(phone)
        work.after(lambda: _tell(contact_id, agent_id))
    return secret if right and changed else ""


def shown(phone: GuidedPhone) -> Shown | None:
    """The present step of the contact's script, in the person's words; None when there is none to show.

    A step that is only spoken (who hears, a refusal, what the agent reads in the dossier) stays on the telephone, and
    no fact of the dossier is in what is shown: whoever looks over the shoulder learns nothing.
    """
    run = runs.running(phone.contact_id, None)
    if run is None or run.script_id in PRIVATE:
        return None
    found = scripts.state_of(runs.run(run.id))
    if not found.running or found.script.digital is None:
        return None
    step, locale = found.step, phone.language
    if spoken(step):
        return None
    texts = {name: filling.written(step, name, {}) for name in ("ask", "say", "screen")}
    ask, say, screen = (text.get(locale) if (text := texts[n]) else "" for n in texts)
    french = {name: text.fr if text else "" for name, text in texts.items()}
    same = phone.word_run_id == run.id and phone.word_moves == run.moves
    return Shown(
        run.id,
        run.moves,
        ask,
        say,
        screen,
        picture(f"{french['ask']} {french['say']}", french["screen"]),
        phone.word or "" if same else "",
    )


def spoken(step: Step) -> bool:
    """Does nothing of this step happen on the person's screen?"""
    return step.screen is None or step.screen.fr.lower().startswith(SPOKEN)


def say(phone_id: int, word: Word, *, run_id: int, moves: int, now: datetime) -> None:
    """« C'est fait » or « Ça ne marche pas », of the step that was shown; the agent sees it at once."""
    with unit_of_work() as work:
        phone = db.session.get_one(GuidedPhone, phone_id)
        if phone.word_run_id == run_id and (phone.word_moves or 0) > moves:
            return  # of a step before: a phone that slept, and sends late
        phone.word, phone.word_at = word, now
        phone.word_run_id, phone.word_moves = run_id, moves
        contact_id, agent_id = phone.contact_id, follower(phone)
        work.after(lambda: _tell(contact_id, agent_id))


def forget(now: datetime) -> None:
    """Remove the pages that are over."""
    with unit_of_work():
        db.session.execute(
            delete(GuidedPhone).where(GuidedPhone.expires_at < now - timedelta(days=1))
        )


def _tell(contact_id: int, agent_id: int) -> None:
    realtime.publish("guided", {"contact_id": contact_id}, room=realtime.agent_room(agent_id))
