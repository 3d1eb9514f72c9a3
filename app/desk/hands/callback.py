"""« Promettre ce rappel », from a script: a day and an hour, and the call-back is in the queue by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.assist import store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.acts.hands import Form, Hand
from app.assist.models import ScriptRun
from app.calls.callbacks import rules as callback_rules
from app.calls.callbacks import service as callbacks
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.text import outside
from app.lines import line_now
from app.lines import store as lines
from app.lines.line_now import LineNow

QUARTER = timedelta(minutes=15)
TO_PROMISE = timedelta(minutes=5)  # it is proposed, read aloud, and only then promised


def _perform(actor: Actor, form: Form) -> Result:
    day, hour = outside.day(form.get("day", "")), outside.clock_time(form.get("time", ""))
    if day is None or hour is None:
        raise InvalidInput("Donnez un jour et une heure.", kept="Rien n'est promis.")
    at = datetime.combine(day, hour, _line().zone)
    with unit_of_work():
        contact_id = about(actor).contact_id
        assert contact_id is not None  # a condition of the act
        asked = callbacks.promise(contact_id, at, agent_id=actor.agent_id, now=actor.now)
        log_act("create_callback", actor, "done", None, made=f"callback:{asked.callback.id}")
    return Result("done")


def _form(run: ScriptRun, _agent_id: int, locale: str) -> Mapping[str, Any]:
    contact = store.contact(run.contact_id) if run.contact_id is not None else None
    held = callbacks.open_of(contact.caller_number) if contact else None
    now = clock.now()
    first = first_moment(callback_rules.slots(_line(), now), now)
    return {
        "day": first.date().isoformat() if first else "",
        "time": first.strftime("%H:%M") if first else "",
        "held": Words(locale, now).when(held.due_at) if held else "",
    }


def first_moment(slots: list[callback_rules.Slot], now: datetime) -> datetime | None:
    """The next quarter of an hour of opening that there is time to promise, or nothing."""
    for slot in slots:
        start = max(slot.start, now.astimezone(slot.start.tzinfo) + TO_PROMISE)
        past = timedelta(
            minutes=start.minute % 15, seconds=start.second, microseconds=start.microsecond
        )
        start += QUARTER - past if past else past
        if start < slot.end:
            return start
    return None


def _line() -> LineNow:
    return line_now.of(lines.set_up(lines.first()))


def _undo(callback_id: int, actor: Actor) -> None:
    callbacks.cancel(callback_id, agent_id=actor.agent_id, now=actor.now)


HAND = Hand(_perform, _form, undo=_undo)
