"""« Noter ce rendez-vous », from a script: a place near the person, confirmed by the place, its outcome owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.assist import condition_facts
from app.assist.acting import Actor, Result, about, log_act
from app.assist.acts.hands import Form, Hand
from app.assist.models import ScriptRun
from app.dossiers import store as dossiers
from app.foundation.clock import PARIS
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.text import outside
from app.foundation.text.patterns import pattern
from app.tickets.places import service as places

_TOWN = pattern(r"\b\d{5}\b.*$")


def _perform(actor: Actor, form: Form) -> Result:
    place_id = outside.identifier(form.get("place"))
    day, hour = outside.day(form.get("day", "")), outside.clock_time(form.get("time", ""))
    if place_id is None or day is None or hour is None:
        raise InvalidInput(
            "Dites le lieu, le jour et l'heure que le lieu a confirmés.", kept="Rien n'est noté."
        )
    run = about(actor)
    with unit_of_work():
        made = places.book(
            place_id,
            datetime.combine(day, hour, PARIS),
            contact_id=run.contact_id,
            dossier_id=condition_facts.dossier_id(run),
            person_id=condition_facts.person_id(run),
            welcomed_by=form.get("welcomed_by", ""),
            agent_id=actor.agent_id,
            now=actor.now,
        )
        log_act("book_place", actor, "done", None, made=f"booking:{made.id}")
    return Result("done")


def _form(run: ScriptRun, _agent_id: int, _locale: str) -> Mapping[str, Any]:
    named = condition_facts.person_id(run)
    address = dossiers.person(named).address if named is not None else ""
    town = _TOWN.search(address)  # the town alone: no more is needed
    where = town.group() if town else ""
    return {"where": where, "found": places.near(where)}


def _undo(booking_id: int, actor: Actor) -> None:
    places.cancel(booking_id, agent_id=actor.agent_id, now=actor.now)


HAND = Hand(_perform, _form, undo=_undo)
