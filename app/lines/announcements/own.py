"""What a line says in its own words or sounds, as a manager changes them.

The journal keeps which announcement and in which language; never a text that was typed.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select

from app.foundation import edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.lines import line_now, service
from app.lines.announcements import said
from app.lines.announcements.settings import read_text, sound_type
from app.lines.models import AnnouncementSound, Line


def default_text(key: str, language: str) -> str:
    """Our own words for a key: those of the language, else French. Raises NotFound."""
    if key not in said.TEXTS["fr"]:
        raise NotFound("Cette annonce n'existe pas.")
    return said.text(key, language)


def own_text(line: Line, key: str, language: str) -> str | None:
    """The line's own words, if it has any."""
    return (line.announcements or {}).get(language, {}).get(key)


def check_language(line: Line, language: str) -> None:
    """Raise NotFound unless the line speaks this language."""
    if language not in line_now.of(line).rules.languages:
        raise NotFound("La ligne ne parle pas cette langue.")


def text_shown(line: Line, key: str, language: str) -> dict[str, str]:
    """What the form of an announcement shows: the line's own words, or ours."""
    own = own_text(line, key, language)
    return {"text": default_text(key, language) if own is None else own}


def sound_shown(line: Line, key: str, language: str) -> dict[str, str]:
    """What the form of an announcement's sound shows: which one is played, if any."""
    return {"sound": sounds_of(line, language).get(key, "")}


def change_text(
    key: str, language: str, typed: str, *, seen: str, by: int, now: datetime
) -> str | None:
    """Store the line's words for an announcement; None: it is back to ours.

    Raises InvalidInput for words that cannot be spoken, StaleEdit on a stale page.
    """
    words = read_text(typed, default_text(key, language))
    with unit_of_work() as work:
        line = service.locked()
        check_language(line, language)
        edits.refuse_stale(seen, text_shown(line, key, language), {"text": typed})
        texts = {each: dict(own) for each, own in (line.announcements or {}).items()}
        texts.setdefault(language, {}).pop(key, None)
        if words is not None:
            texts[language][key] = words
        line.announcements = texts
        what = {"key": key, "language": language, "own": words is not None}
        service.note(line, "announcement_text", by, now, what, work)
    return words


def sounds_of(line: Line, language: str) -> dict[str, str]:
    """The token of each uploaded sound of a language, by key."""
    rows = db.session.execute(
        select(AnnouncementSound.key, AnnouncementSound.token).where(
            AnnouncementSound.line_id == line.id, AnnouncementSound.language == language
        )
    )
    return {row.key: row.token for row in rows}


def sound(token: str) -> AnnouncementSound:
    """An uploaded sound. Raises NotFound."""
    found = db.session.scalar(select(AnnouncementSound).where(AnnouncementSound.token == token))
    if found is None:
        raise NotFound("Ce son n'existe plus.")
    return found


def store_sound(
    key: str, language: str, content: bytes, *, seen: str = "", by: int, now: datetime
) -> None:
    """Play this sound instead of speaking the announcement.

    Raises InvalidInput for another file, StaleEdit when another sound than the one shown (``seen``)
    is there.

    A new token each time: whoever kept the old sound fetches the new one.
    """
    default_text(key, language)
    if not said.playable(key):
        raise InvalidInput(
            "Cette annonce dit un nombre ou une heure : elle ne peut pas être un fichier."
        )
    media_type = sound_type(content)
    with unit_of_work() as work:
        line = service.locked()
        check_language(line, language)
        _refuse_other_sound(line, key, language, seen)
        _forget_sound(line, key, language)
        db.session.add(
            AnnouncementSound(
                line_id=line.id,
                key=key,
                language=language,
                token=secrets.token_hex(16),
                media_type=media_type,
                content=content,
                uploaded_at=now,
            )
        )
        what = {"key": key, "language": language, "bytes": len(content)}
        service.note(line, "announcement_sound", by, now, what, work)


def delete_sound(key: str, language: str, *, seen: str = "", by: int, now: datetime) -> None:
    """Speak the announcement again. Raises StaleEdit when another sound than the one shown is there."""
    with unit_of_work() as work:
        line = service.locked()
        _refuse_other_sound(line, key, language, seen)
        if not _forget_sound(line, key, language):
            raise NotFound("Ce son n'existe plus.")
        what = {"key": key, "language": language, "bytes": 0}
        service.note(line, "announcement_sound", by, now, what, work)


def _refuse_other_sound(line: Line, key: str, language: str, seen: str) -> None:
    if seen:
        edits.refuse_stale(seen, sound_shown(line, key, language), {})


def _forget_sound(line: Line, key: str, language: str) -> bool:
    gone = db.session.scalars(
        delete(AnnouncementSound)
        .where(
            AnnouncementSound.line_id == line.id,
            AnnouncementSound.key == key,
            AnnouncementSound.language == language,
        )
        .returning(AnnouncementSound.id)
    ).all()
    return bool(gone)
