"""Acts of the service itself: a priority, a question to the owner, an incident, a call to the managers.

Each makes the row that somebody else sees, and the run's own, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.assist import condition_facts, store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.models import ScriptRun
from app.dossiers import service as dossiers
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import FlagKind
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.text import outside
from app.tickets.consultations import service as consultations
from app.tickets.incidents import life
from app.tickets.incidents import service as incidents
from app.tickets.incidents import store as incident_store
from app.tickets.incidents.life import IncidentKind

DISTRESS_SCRIPT = "S31"
Form = Mapping[str, str]


def flag_priority(actor: Actor, form: Form, locale: str) -> Result:
    """Promise that the dossier is looked at first: why, and by when. Whoever opens it sees it."""
    due = outside.day(form.get("due_on", ""))
    if due is None:
        raise InvalidInput(
            "Dites quel jour vous promettez.",
            kept="Rien n'est promis.",
            todo="Choisissez une date, puis recommencez.",
        )
    urgent = form.get("kind") == FlagKind.URGENT
    with unit_of_work():
        dossier_id = _dossier(about(actor))
        dossiers.flag_priority(
            dossier_id,
            form.get("reason", ""),
            due,
            agent_id=actor.agent_id,
            now=actor.now,
            locale=locale,
            kind=FlagKind.URGENT if urgent else FlagKind.PRIORITY,
        )
        newest = select(func.max(PriorityFlag.id)).where(
            PriorityFlag.dossier_id == dossier_id, PriorityFlag.author_id == actor.agent_id
        )
        log_act("flag_priority", actor, "done", None, made=f"flag:{db.session.scalar(newest)}")
    return Result("done")


def unflag(flag_id: int, actor: Actor) -> None:
    """Take a priority back, inside the caller's transaction."""
    dossiers.finish_flag(flag_id, agent_id=actor.agent_id, now=actor.now)


def consult_owner(actor: Actor, form: Form, locale: str) -> Result:
    """Put a question in writing to the dossier's owner (the team, without one): in their list from now on."""
    with unit_of_work():
        run = about(actor)
        made = consultations.ask(
            _dossier(run),
            form.get("question", ""),
            agent_id=actor.agent_id,
            now=actor.now,
            contact_id=run.contact_id,
            locale=locale,
        )
        log_act("consult_owner", actor, "done", None, made=f"consultation:{made.id}")
    return Result("done")


def withdraw(consultation_id: int, actor: Actor) -> None:
    """The question is of no more use."""
    consultations.withdraw(consultation_id, agent_id=actor.agent_id, now=actor.now)


def link_incident(actor: Actor, _form: Form, _locale: str) -> Result:
    """Open the incident that this script is about, or link this contact to the one that goes on."""
    run = about(actor)
    kind, contact_id = life.kind_for(run.script_id), run.contact_id
    assert contact_id is not None  # a condition of the act
    incident_id, new = incidents.open_or_join(
        kind, contact_id, agent_id=actor.agent_id, now=actor.now
    )
    with unit_of_work():
        log_act("link_incident", actor, "done", None, made=f"incident:{incident_id}")
    return Result("incident_opened" if new else "done")


def unlink(incident_id: int, actor: Actor) -> None:
    """It was about something else."""
    contact_id = about(actor).contact_id
    assert contact_id is not None
    incidents.unlink(incident_id, contact_id, agent_id=actor.agent_id, now=actor.now)


def alert_manager(actor: Actor, _form: Form, _locale: str) -> Result:
    """Call the managers: their pages show who and where at once, until one of them closes it.

    « alerted » when another manager has a page open, « alerted_nobody » when none has: the agent is told.
    """
    run = about(actor)
    contact = store.contact(run.contact_id) if run.contact_id is not None else None
    dossier = db.session.get(Dossier, run.dossier_id) if run.dossier_id is not None else None
    alert_id = alerts.raise_alert(
        AlertKind.DISTRESS if run.script_id == DISTRESS_SCRIPT else AlertKind.SUPPORT,
        agent_id=actor.agent_id,
        now=actor.now,
        contact_id=run.contact_id,
        person_id=contact.person_id if contact else (dossier.person_id if dossier else None),
        dossier_id=(contact.dossier_id if contact else None) or run.dossier_id,
    )
    with unit_of_work():
        log_act("alert_manager", actor, "done", None, made=f"alert:{alert_id}")
    seen = alerts.managers_there(raised_by=actor.agent_id)
    return Result("alerted" if seen else "alerted_nobody")


def _dossier(run: ScriptRun) -> int:
    found = condition_facts.dossier_id(run)
    assert found is not None  # a condition of each act that asks for it
    return found


# --- what their forms show -----------------------------------------------------------------------


def priority_form(now: datetime) -> dict[str, Any]:
    """The day proposed: today, as the reference dialogues promise; the reason is the agent's own."""
    return {"due_on": local_day(now).isoformat(), "least": local_day(now).isoformat()}


def owner_form(run: ScriptRun, agent_id: int) -> dict[str, Any]:
    """To whom the question goes."""
    about = condition_facts.dossier_id(run)
    owner = store.dossier(about).owner if about is not None else None
    return {"to": owner.display_name if owner and owner.id != agent_id else _("l’équipe")}


def incident_form(run: ScriptRun) -> dict[str, Any]:
    """Which incident it would be."""
    kind = life.kind_for(run.script_id)
    joins = any(each.kind is kind for each in incident_store.going_on())
    return {"joins": joins and kind is not IncidentKind.OTHER}
