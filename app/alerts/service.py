"""The life of an alert: raised by an agent, taken by a manager, closed by a person with an outcome.

Each step is one transaction, journaled without a word about the person, and told at once to the
managers' pages and to the agent who raised it. Nothing closes an alert by itself: neither the end
of the call, nor time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.accounts.models import Agent, Connection
from app.alerts.models import Alert, AlertKind, AlertOutcome, Wish
from app.dossiers import service as dossiers
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.store import printable
from app.dossiers.vocabulary import FlagKind
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.web.realtime import MANAGERS_ROOM, agent_room, publish

STILL_SHOWN = timedelta(minutes=10)  # how long the agent is told how her alert ended
LISTED_FOR = timedelta(days=30)  # closed alerts stay in the managers' list this long
MOST_OWN = 20  # alerts at the desk of whoever raised them
PLACE_LENGTH = 300
FLAG_REASON = "Alerte de détresse"
BROKEN_OFF = "Échange du {day} interrompu par le service."

OUTCOMES: dict[AlertKind, tuple[AlertOutcome, ...]] = {
    AlertKind.DISTRESS: (
        AlertOutcome.RESCUERS,
        AlertOutcome.HANDED_OVER,
        AlertOutcome.ACCOMPANIED,
        AlertOutcome.BETTER,
        AlertOutcome.UNREACHED,
        AlertOutcome.NO_DANGER,
        AlertOutcome.MISTAKE,
    ),
    AlertKind.PROTECTION: (
        AlertOutcome.LOOKED_AFTER,
        AlertOutcome.COLLEAGUE,
        AlertOutcome.COMPLAINT,
        AlertOutcome.MISTAKE,
    ),
    AlertKind.SUPPORT: (AlertOutcome.ANSWERED, AlertOutcome.NO_DANGER, AlertOutcome.MISTAKE),
}


# --- raising -------------------------------------------------------------------------------------


def raise_alert(
    kind: AlertKind,
    *,
    agent_id: int,
    now: datetime,
    contact_id: int | None = None,
    person_id: int | None = None,
    dossier_id: int | None = None,
) -> int:
    """Call the managers; the id of the alert. Pressed again about the same contact, it is the same.

    A dossier that it is about is flagged until the alert is closed: whoever opens it meanwhile
    sees the danger before any guess.
    """
    about = _about(agent_id, contact_id, dossier_id)
    open_one = select(Alert.id).where(
        Alert.kind == kind, Alert.about == about, Alert.closed_at.is_(None)
    )
    try:
        with unit_of_work() as work:
            known = db.session.scalar(open_one)
            if known is not None:
                return known
            alert = Alert(
                kind=kind,
                about=about,
                raised_by_id=agent_id,
                raised_at=now,
                contact_id=contact_id,
                person_id=person_id,
                dossier_id=dossier_id,
                place="",
            )
            db.session.add(alert)
            db.session.flush()
            _flag(alert, now)
            _record(alert, "alert_raised", agent_id, now, {"kind": kind.value}, work)
            return alert.id
    except IntegrityError:  # another tab was faster
        found = db.session.scalar(open_one)
        if found is None:
            raise
        return found


def _about(agent_id: int, contact_id: int | None, dossier_id: int | None) -> str:
    if contact_id is not None:
        return f"contact:{contact_id}"
    return f"dossier:{dossier_id}" if dossier_id is not None else f"agent:{agent_id}"


def _flag(alert: Alert, now: datetime) -> None:
    if alert.kind is not AlertKind.DISTRESS or alert.dossier_id is None:
        return
    flag = PriorityFlag(
        dossier_id=alert.dossier_id,
        author_id=alert.raised_by_id,
        kind=FlagKind.DISTRESS,
        reason=FLAG_REASON,
        due_on=local_day(now),
        created_at=now,
    )
    db.session.add(flag)
    db.session.flush()
    alert.flag_id = flag.id


def follow(
    contact_id: int, *, person_id: int | None, dossier_id: int | None, now: datetime
) -> None:
    """The contact turned out to be about somebody (else): its open alerts follow, inside the
    caller's transaction."""
    for alert in db.session.scalars(
        select(Alert).where(Alert.contact_id == contact_id, Alert.closed_at.is_(None))
    ):
        if (alert.person_id, alert.dossier_id) == (person_id, dossier_id):
            continue
        _unflag(alert, now)
        alert.person_id, alert.dossier_id, alert.flag_id = person_id, dossier_id, None
        _flag(alert, now)


def _unflag(alert: Alert, now: datetime) -> None:
    if alert.flag_id is not None:
        db.session.execute(
            update(PriorityFlag)
            .where(PriorityFlag.id == alert.flag_id, PriorityFlag.done_at.is_(None))
            .values(done_at=now)
        )


# --- what becomes of it --------------------------------------------------------------------------


def place(alert_id: int, typed: str, *, agent_id: int, now: datetime) -> None:
    """Note where the person is now, as she says it. The rescuers' first question.

    Raises Forbidden for another agent's alert, InvalidInput when it is too long.
    """
    words = printable(typed)
    if len(words) > PLACE_LENGTH:
        raise InvalidInput(
            "Au plus %(most)s caractères pour le lieu.",
            kept="Votre saisie est gardée.",
            todo="Gardez l'adresse, l'étage et le code.",
            most=PLACE_LENGTH,
        )
    with unit_of_work() as work:
        alert = _open(alert_id, agent_id)
        if alert.place != words:
            alert.place = words
            _record(alert, "alert_place", agent_id, now, {}, work)


def wish(alert_id: int, wishes: Collection[str], *, agent_id: int, now: datetime) -> None:
    """What the agent under attack asks for, all of it anew. What is no ``Wish`` is left out."""
    kept = " ".join(each.value for each in Wish if each in wishes)
    with unit_of_work() as work:
        alert = _open(alert_id, agent_id)
        if alert.wishes != kept:
            alert.wishes = kept
            _record(alert, "alert_wishes", agent_id, now, {}, work)


def mistaken(alert_id: int, *, agent_id: int, now: datetime) -> None:
    """The agent says that there was no reason. It stays in the managers' list until one closes it."""
    with unit_of_work() as work:
        alert = _open(alert_id, agent_id)
        if alert.mistaken_at is None:
            alert.mistaken_at = now
            _record(alert, "alert_mistaken", agent_id, now, {}, work)


def _open(alert_id: int, agent_id: int) -> Alert:
    alert = _existing(alert_id)
    if alert.raised_by_id != agent_id:
        raise Forbidden("Cette alerte est celle de quelqu'un d'autre.")
    if alert.closed_at is not None:
        raise Conflict("Cette alerte est déjà close.", kept="Rien n'a changé.")
    return alert


def take(alert_id: int, *, by: int, now: datetime) -> None:
    """A manager takes it: the agent sees who. Raises Conflict when somebody else was faster."""
    with unit_of_work() as work:
        alert = _existing(alert_id)
        taken = db.session.execute(
            update(Alert)
            .where(Alert.id == alert_id, Alert.taken_at.is_(None), Alert.closed_at.is_(None))
            .values(taken_by_id=by, taken_at=now)
            .execution_options(synchronize_session=False)
        )
        if not rows_changed(taken):
            db.session.refresh(alert)
            if alert.taken_by_id == by and alert.closed_at is None:
                return
            raise _too_late(alert)
        _record(alert, "alert_taken", by, now, {}, work)


def close(alert_id: int, outcome: str, *, by: int, now: datetime, note: bool = False) -> None:
    """Say that it is over, and how. Raises InvalidInput without an outcome of its kind, Conflict
    when it was closed already.

    ``note``: a manager decides that the dossier says that an exchange was broken off: a dated fact in our
    words, the same for everybody. Nothing of what was said, and never a mark on the person.
    """
    with unit_of_work() as work:
        alert = _existing(alert_id)
        if outcome not in OUTCOMES[alert.kind]:
            raise InvalidInput(
                "Dites comment cela s'est terminé.",
                kept="L'alerte reste ouverte.",
                todo="Choisissez une issue, puis fermez.",
            )
        closed = db.session.execute(
            update(Alert)
            .where(Alert.id == alert_id, Alert.closed_at.is_(None))
            .values(closed_by_id=by, closed_at=now, outcome=AlertOutcome(outcome))
            .execution_options(synchronize_session=False)
        )
        if not rows_changed(closed):
            db.session.refresh(alert)
            raise _too_late(alert)
        _unflag(alert, now)
        if note and alert.kind is AlertKind.PROTECTION and alert.dossier_id is not None:
            day = f"{local_day(alert.raised_at):%d/%m/%Y}"
            dossiers.annotate(
                alert.dossier_id, BROKEN_OFF.format(day=day), agent_id=by, now=now, locale="fr"
            )
        _record(alert, "alert_closed", by, now, {"outcome": outcome}, work)


def _too_late(alert: Alert) -> Conflict:
    if alert.closed_by is not None:
        return Conflict("%(who)s a déjà clos cette alerte.", who=alert.closed_by.display_name)
    who = alert.taken_by.display_name if alert.taken_by else ""
    return Conflict("%(who)s s'en occupe déjà.", who=who)


def _existing(alert_id: int) -> Alert:
    alert = db.session.get(Alert, alert_id, populate_existing=True)
    if alert is None:
        raise NotFound("Cette alerte n'existe pas.")
    return alert


def _record(
    alert: Alert, act: str, agent_id: int, now: datetime, detail: dict[str, Any], work: Work
) -> None:
    journal.record(act, f"alert:{alert.id}", agent_id=agent_id, now=now, detail=detail)
    tell(alert.id, alert.raised_by_id, act.removeprefix("alert_"), work)


def tell(alert_id: int, raised_by: int, what: str, work: Work) -> None:
    """After the commit, the managers' pages and the agent's hear that an alert has moved.

    Only its id travels: each page asks for what its reader may see.
    """
    news = {"id": alert_id, "what": what}

    def publish_news() -> None:
        publish("alerts", news, room=MANAGERS_ROOM)
        publish("alerts", news, room=agent_room(raised_by))

    work.after(publish_news)


# --- reads ---------------------------------------------------------------------------------------


def open_alerts() -> Sequence[Alert]:
    """Every alert that nobody has closed, distress first, the oldest first."""
    return _with_all(Alert.closed_at.is_(None), Alert.kind, Alert.raised_at, Alert.id)


def closed_since(instant: datetime, most: int) -> Sequence[Alert]:
    """The last alerts closed since then, the latest first."""
    return _with_all(Alert.closed_at >= instant, Alert.closed_at.desc(), most=most)


def raised_by(agent_id: int, now: datetime) -> Sequence[Alert]:
    """An agent's own alerts, open or just closed, the latest first."""
    recent = or_(Alert.closed_at.is_(None), Alert.closed_at >= now - STILL_SHOWN)
    mine = (Alert.raised_by_id == agent_id) & recent
    # Those that are open first: none of them is ever left out for one that is over.
    return _with_all(mine, Alert.closed_at.is_not(None), Alert.raised_at.desc(), most=MOST_OWN)


def _with_all(
    condition: ColumnElement[bool], *order: Any, most: int | None = None
) -> Sequence[Alert]:
    return db.session.scalars(
        select(Alert)
        .where(condition)
        .order_by(*order)
        .limit(most)
        .options(
            joinedload(Alert.raised_by),
            joinedload(Alert.taken_by),
            joinedload(Alert.closed_by),
            joinedload(Alert.person),
            joinedload(Alert.dossier).joinedload(Dossier.person),
        )
        .execution_options(populate_existing=True)
    ).all()


def raised_about(contact_id: int) -> bool:
    """Was somebody in danger in this contact, as an agent said: what is written may then speak of it."""
    distress = (Alert.kind == AlertKind.DISTRESS, Alert.mistaken_at.is_(None))
    return bool(
        db.session.scalar(select(exists().where(Alert.contact_id == contact_id, *distress)))
    )


def managers_there(*, raised_by: int) -> list[str]:
    """The names of the managers who have a page open now: who can have seen an alert.

    Whoever raised it is left out, a manager too: she knows already, and is nobody's help.
    """
    return list(
        db.session.scalars(
            select(Agent.display_name)
            .where(
                Agent.role == Role.MANAGER,
                Agent.active.is_(True),
                Agent.id != raised_by,
                exists().where(Connection.agent_id == Agent.id),
            )
            .order_by(Agent.display_name)
        )
    )


def manager_arrived() -> None:
    """A manager's page opened: agents whose alert nobody has taken are told that somebody is there."""
    waiting = select(Alert.id, Alert.raised_by_id).where(
        Alert.closed_at.is_(None), Alert.taken_at.is_(None)
    )
    for alert_id, agent_id in db.session.execute(waiting).all():
        publish("alerts", {"id": alert_id, "what": "reached"}, room=agent_room(agent_id))
