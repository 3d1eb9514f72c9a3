"""What the strip of a mail's life shows, on a page or alone, and the words that templates need."""

from __future__ import annotations

from datetime import datetime

from flask_babel import get_locale

from app.assist import pane
from app.assist.mail.life import clock_time, long_moment
from app.dossiers.mail import stage as mail_stage
from app.foundation import clock
from app.foundation.text.saying import Saying, day


def context(dossier_id: int | None) -> dict[str, object]:
    """What ``assist/_life.html`` draws of a dossier's last mail: had at once, it pushes nothing down later."""
    life = pane.life_of(dossier_id, clock.now())
    return {"life": life, "dossier_id": dossier_id, **words(str(get_locale() or "fr"))}


def words(locale: str) -> dict[str, object]:
    """Times and stages in the agent's language, for templates."""

    def time_of(value: datetime) -> str:
        return clock_time(value, locale)

    def deadline(value: datetime) -> str:
        return long_moment(value, locale)

    def moment_of(value: datetime) -> str:
        """The time alone today; with its day when it is older."""
        today = clock.local_day(clock.now())
        said = clock_time(value, locale)
        on = clock.local_day(value)
        return said if on == today else f"{day(on, today, locale)}, {said}"

    return {
        "time_of": time_of,
        "deadline": deadline,
        "moment_of": moment_of,
        "stage_word": lambda code: mail_stage.word(code, locale),
        "words": Saying(locale, clock.now()),
    }
