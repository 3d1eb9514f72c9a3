"""The life of a mail and of its link, as the agent reads it at a glance. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date

from app.dossiers.mail.stage import LOST
from app.foundation.clock import PARIS
from app.foundation.text.bilingual import language
from app.foundation.text.saying import tidy


@dataclass(frozen=True)
class LinkFacts:
    """What is known of the last link of a dossier and of the mail that carried it.

    ``deposited_at``: the demande was deposited, whatever link or identifier led there.
    """

    mail_state: str
    created_at: datetime
    expires_at: datetime
    refusal: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    step1_at: datetime | None = None
    step2_at: datetime | None = None
    deposited_at: datetime | None = None


@dataclass(frozen=True)
class LifeItem:
    """One stage. ``at`` is None while it has not come, or when nobody told its time.

    ``done`` tells the two apart: a link that was opened had been delivered, at a time nobody told.
    """

    code: str
    at: datetime | None
    tone: str
    done: bool = False


def items(facts: LinkFacts, now: datetime) -> tuple[LifeItem, ...]:
    """The stages in order, those to come included, so that the list never changes its height.

    A mail that did not leave has one stage to say: refused, bounced or failed. One that no server has
    taken yet is queued. A link that died before it served ends there: nothing can come of it.
    """
    if facts.mail_state in LOST:
        return (LifeItem(facts.mail_state, facts.created_at, "stop", True),)
    if facts.mail_state == "created":
        waiting = LifeItem("queued", facts.created_at, "wait", True)
        return (waiting, *(LifeItem(code, None, "neutral") for code in _AFTER))
    shown = _stages(facts)
    if not expired(facts, now):
        return shown
    return (
        *(each for each in shown if each.done),
        LifeItem("expired", facts.expires_at, "stop", True),
    )


_AFTER = ("delivered", "opened", "step1", "step2", "deposited")


def _stages(facts: LinkFacts) -> tuple[LifeItem, ...]:
    stages = (
        ("sent", facts.sent_at),
        ("delivered", facts.delivered_at),
        ("opened", facts.opened_at),
        ("step1", facts.step1_at),
        ("step2", facts.step2_at),
    )
    last = max((n for n, (_code, at) in enumerate(stages) if at is not None), default=-1)
    deposited = _deposited_since(
        facts
    )  # proves nothing of this link: an older one may have led there
    return (
        *(
            LifeItem(code, at, "live" if n <= last else "neutral", n <= last)
            for n, (code, at) in enumerate(stages)
        ),
        LifeItem("deposited", deposited, "live" if deposited else "neutral", deposited is not None),
    )


def now_at(facts: LinkFacts, now: datetime) -> LifeItem:
    """The stage where the mail is now: the last that came."""
    return [each for each in items(facts, now) if each.done][-1]


def expired(facts: LinkFacts, now: datetime) -> bool:
    """Whether the link is dead before it served: the person must be sent another.

    Not once the demande was deposited after it left: they got there another way.
    """
    served = facts.step1_at is not None or _deposited_since(facts) is not None
    return not served and now >= facts.expires_at


def _deposited_since(facts: LinkFacts) -> datetime | None:
    """The deposit that came after this mail: one from before (a demande to be done again) is none of its life."""
    if facts.deposited_at is None or facts.deposited_at < facts.created_at:
        return None
    return facts.deposited_at


def clock_time(value: datetime, locale: str) -> str:
    """« 10 h 42 », "10:42", in Paris time."""
    local = value.astimezone(PARIS)
    return f"{local:%H:%M}" if language(locale) == "en" else f"{local.hour}\u00a0h\u00a0{local:%M}"


def long_moment(value: datetime, locale: str) -> str:
    """« vendredi 25 juin à 14 h 10 »: a deadline as it is said aloud, in Paris time."""
    local = value.astimezone(PARIS)
    said = format_date(local.date(), "EEEE d MMMM", locale=language(locale))
    joint = "at" if language(locale) == "en" else "à"
    return tidy(f"{said} {joint} {clock_time(value, locale)}", locale)
