"""What is asked of the Portal: kept first, then carried out, and asked again while it does not answer.

    asked = commands.ask(ports().portal, CommandKind.UNLOCK, dossier_id, agent_id=…, now=…)

``asked.state`` says what to tell the agent: done, refused (``asked.error`` has the words), or waiting:
the row leaves by itself as soon as the Portal answers, and the agent who asked is told then. No
connection to the database is held while the Portal is asked; a process that dies leaves the row.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select, update

from app.accounts import journal
from app.accounts.models import Agent
from app.assist.models import PortalLink
from app.assist.portal import pace
from app.assist.portal.models import CommandKind, CommandState, PortalCommand
from app.dossiers.models import Dossier
from app.foundation.database.unit_of_work import release_connection, rows_changed, unit_of_work
from app.foundation.exceptions import PermanenceError, Unavailable
from app.foundation.extensions import db
from app.foundation.portal_port import IssuedLink, Portal, PortalRefused
from app.foundation.text.bilingual import Text
from app.web import realtime

log = logging.getLogger(__name__)

AT_ONCE = 20  # commands carried out in one round


@dataclass(frozen=True)
class Asked:
    """What became of a command, at once. ``error``: why it waits or was refused, in words."""

    command_id: int
    state: CommandState
    error: PermanenceError | None = None


class NotConnected(Unavailable):
    """This installation has no Portal: an agent does it in the Portal by hand, and says so."""

    code = "portal_not_connected"

    def __init__(self) -> None:
        super().__init__(
            "Le Portail n'est pas relié à Permanence.",
            kept="Rien n'a été fait.",
            todo="Faites-le dans le Portail, puis notez-le sur le dossier.",
        )


def keep(
    kind: CommandKind,
    dossier_id: int,
    *,
    agent_id: int,
    now: datetime,
    contact_id: int | None = None,
    link_id: int | None = None,
    slot: str = "",
) -> int:
    """Store a command inside the caller's transaction; its id, for ``carry`` after the commit."""
    command = PortalCommand(
        key=str(uuid.uuid4()),
        kind=kind,
        dossier_id=dossier_id,
        agent_id=agent_id,
        contact_id=contact_id,
        link_id=link_id,
        slot=slot,
        created_at=now,
        next_try_at=now,
    )
    db.session.add(command)
    db.session.flush()
    return command.id


def ask(
    portal: Portal | None,
    kind: CommandKind,
    dossier_id: int,
    *,
    agent_id: int,
    now: datetime,
    contact_id: int | None = None,
    slot: str = "",
) -> Asked:
    """Keep a command and carry it out at once. Raises NotConnected without a Portal."""
    if portal is None:
        raise NotConnected
    with unit_of_work():
        command_id = keep(
            kind, dossier_id, agent_id=agent_id, now=now, contact_id=contact_id, slot=slot
        )
    return carry(command_id, portal, now)


def carry(command_id: int, portal: Portal, now: datetime) -> Asked:
    """Ask the Portal what one command says, unless another process does; no transaction may be open."""
    if not _claimed(command_id, now):
        row = db.session.get_one(PortalCommand, command_id)
        return Asked(command_id, row.state)
    row = db.session.get_one(PortalCommand, command_id, populate_existing=True)
    if pace.too_late(row.created_at, now) or _superseded(row):
        return _end(row.id, CommandState.TOO_LATE, now)
    attempts, call = row.attempts, _call(portal, row)
    release_connection()  # a Portal may be slow
    try:
        issued = call()
    except PortalRefused as error:
        return _end(command_id, CommandState.REFUSED, now, error)
    except Unavailable as error:
        _wait(command_id, attempts, now)
        return Asked(command_id, CommandState.WAITING, error)
    return _end(command_id, CommandState.DONE, now, issued=issued)


def carry_due(portal: Portal | None, now: datetime) -> int:
    """Ask again what waits; how many were answered. The agents who asked are told of each."""
    if portal is None:
        return 0
    due = db.session.scalars(
        select(PortalCommand.id)
        .where(PortalCommand.state == CommandState.WAITING, PortalCommand.next_try_at <= now)
        .order_by(PortalCommand.id)
        .limit(AT_ONCE)
    ).all()
    answered = 0
    for command_id in due:
        asked = carry(command_id, portal, now)
        if asked.state is CommandState.WAITING:
            break  # it does not answer: the others need not wait for the same
        answered += 1
        _tell(command_id, asked)
    return answered


def waiting_for(dossier_id: int) -> list[PortalCommand]:
    """The commands of a dossier that the Portal has not answered yet, oldest first."""
    return list(
        db.session.scalars(
            select(PortalCommand)
            .where(
                PortalCommand.dossier_id == dossier_id,
                PortalCommand.state == CommandState.WAITING,
            )
            .order_by(PortalCommand.id)
        )
    )


def _call(portal: Portal, row: PortalCommand) -> Callable[[], IssuedLink | None]:
    """The call that a row stands for, with all that it needs: nothing is read while it is made."""
    reference = db.session.get_one(Dossier, row.dossier_id).reference
    match row.kind:
        case CommandKind.SEND_RESET:
            return partial(portal.send_reset, reference, key=row.key)
        case CommandKind.HAND_SLOT_BACK:
            return partial(portal.hand_slot_back, reference, slot=row.slot, key=row.key)
        case CommandKind.UNLOCK:
            return partial(portal.unlock, reference, key=row.key)
        case CommandKind.ISSUE_LINK:
            link = db.session.get_one(PortalLink, row.link_id)
            assert link.mail is not None  # made together (resend)
            return partial(
                portal.issue_link,
                reference,
                mail=link.mail.to_address,
                link_id=str(link.id),
                expires_at=link.expires_at,
                key=row.key,
            )


def _claimed(command_id: int, now: datetime) -> bool:
    with unit_of_work():
        result = db.session.execute(
            update(PortalCommand)
            .where(
                PortalCommand.id == command_id,
                PortalCommand.state == CommandState.WAITING,
                PortalCommand.next_try_at <= now,
            )
            .values(next_try_at=now + pace.LEASE, attempts=PortalCommand.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        return bool(rows_changed(result))


def _superseded(row: PortalCommand) -> bool:
    if row.kind is not CommandKind.ISSUE_LINK:
        return False
    link = db.session.get(PortalLink, row.link_id) if row.link_id else None
    return link is None or link.superseded_at is not None


def _wait(command_id: int, attempts: int, now: datetime) -> None:
    with unit_of_work():
        db.session.execute(
            update(PortalCommand)
            .where(PortalCommand.id == command_id)
            .values(next_try_at=pace.next_try(attempts, now))
        )


def _end(
    command_id: int,
    state: CommandState,
    now: datetime,
    error: PortalRefused | None = None,
    issued: IssuedLink | None = None,
) -> Asked:
    with unit_of_work():
        row = db.session.get_one(PortalCommand, command_id)
        row.state, row.done_at = state, now
        row.reason = error.reason if error else ""
        if issued is not None and row.link_id is not None:
            link = db.session.get_one(PortalLink, row.link_id)
            link.step1_address, link.step2_address = issued.step1, issued.step2
        journal.record(
            f"portal.{row.kind}",
            f"dossier:{row.dossier_id}",
            agent_id=row.agent_id,
            now=now,
            detail={"command": row.id, "state": state.value, "reason": row.reason},
        )
    return Asked(command_id, state, error)


_AT_LAST = {
    CommandKind.ISSUE_LINK: Text(
        "Le Portail répond à nouveau : le lien envoyé marche.",
        "The Portal answers again: the link that was sent works.",
    ),
    CommandKind.SEND_RESET: Text(
        "Le Portail répond à nouveau : le mail de réinitialisation est demandé.",
        "The Portal answers again: the reset email has been asked for.",
    ),
    CommandKind.HAND_SLOT_BACK: Text(
        "Le Portail répond à nouveau : la case est rendue.",
        "The Portal answers again: the slot is handed back.",
    ),
    CommandKind.UNLOCK: Text(
        "Le Portail répond à nouveau : le compte est débloqué.",
        "The Portal answers again: the account is unlocked.",
    ),
}
_NO = Text(
    "Le Portail a répondu, et a refusé ce que vous lui aviez demandé : regardez le dossier.",
    "The Portal has answered, and refused what you had asked: look at the file.",
)


def _tell(command_id: int, asked: Asked) -> None:
    row = db.session.get_one(PortalCommand, command_id)
    if asked.state is CommandState.TOO_LATE:
        return
    agent = db.session.get_one(Agent, row.agent_id)
    said = _AT_LAST[row.kind] if asked.state is CommandState.DONE else _NO
    payload = {
        "dossier_id": row.dossier_id,
        "contact_id": row.contact_id,
        "state": asked.state.value,
        "text": said.get(agent.locale),
    }
    realtime.publish("portal.answered", payload, room=realtime.agent_room(row.agent_id))
