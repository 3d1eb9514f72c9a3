"""Acts in the Portal, asked through its port: what it refuses or does not answer is said, never noted as done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.assist import condition_facts
from app.assist.acting import Actor, Result, about, log_act
from app.assist.models import ScriptRun
from app.assist.portal import commands
from app.assist.portal.models import CommandKind, CommandState
from app.dossiers import store as dossiers
from app.dossiers.vocabulary import PieceKind, PieceState
from app.dossiers.wording import label
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.ports import Ports

Form = Mapping[str, str]

RESULT = {
    CommandState.DONE: "done",
    CommandState.WAITING: "waiting",
    CommandState.REFUSED: "refused",
    CommandState.TOO_LATE: "refused",
}


def send_reset(actor: Actor, ports: Ports) -> Result:
    """The Portal sends its own « mot de passe oublié » mail."""
    return _ask("send_reset", CommandKind.SEND_RESET, actor, ports)


def unlock(actor: Actor, ports: Ports) -> Result:
    """The account takes tries again."""
    return _ask("unlock", CommandKind.UNLOCK, actor, ports)


def hand_slot_back(actor: Actor, ports: Ports, form: Form) -> Result:
    """« Redonner la main » : the person can put a pièce again in the slot that the agent chose."""
    slot = form.get("slot", "")
    if slot not in {each["kind"] for each in slots(about(actor), "fr")}:
        raise InvalidInput(
            "Choisissez la case à rendre.",
            kept="Rien n'a été demandé au Portail.",
            todo="Relisez avec la personne le nom de la case, puis choisissez-la.",
        )
    return _ask("hand_slot_back", CommandKind.HAND_SLOT_BACK, actor, ports, slot)


def _ask(name: str, kind: CommandKind, actor: Actor, ports: Ports, slot: str = "") -> Result:
    run = about(actor)
    dossier_id = condition_facts.dossier_id(run)
    assert dossier_id is not None  # a condition of each
    asked = commands.ask(
        ports.portal,
        kind,
        dossier_id,
        agent_id=actor.agent_id,
        now=actor.now,
        contact_id=run.contact_id,
        slot=slot,
    )
    result = RESULT[asked.state]
    with unit_of_work():
        # « noted »: kept, on its way, not done yet (the Portal does not answer).
        kept = "noted" if result == "waiting" else result
        log_act(name, actor, kept, None, made=f"command:{asked.command_id}")
    return Result(result, asked.error if result == "refused" else None)


def slots(run: ScriptRun, locale: str) -> list[dict[str, Any]]:
    """The slots that hold something, the doubtful ones first: those that can be handed back."""
    about = condition_facts.dossier_id(run)
    if about is None:
        return []
    order = (PieceState.ORANGE, PieceState.RED, PieceState.GREEN)
    there = [each for each in dossiers.dossier(about).pieces if each.state in order]
    there.sort(key=lambda piece: order.index(piece.state))
    return [
        {
            "kind": PieceKind(piece.kind).value,
            "name": label(PieceKind(piece.kind), locale),
            "state": label(piece.state, locale),
        }
        for piece in there
    ]
