"""The register of exceptions: agents propose, managers decide, versions are kept; which ones concern a dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.dossiers.name_folding import fold
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.tickets import screened
from app.tickets.exceptions.models import ExceptionState, TrainingException

MOST = 200  # exceptions that hold at once: a register that nobody can read is none
MOST_SCRIPTS = 12
SHORTEST = 3  # characters: fewer would concern every training

State = ExceptionState


@dataclass(frozen=True)
class Proposal:
    """What is proposed: words of the training's title, which course of it, what it needs, how, from and until when."""

    training: str
    path: str
    required: str
    handling: str
    valid_from: date
    valid_until: date | None = None


def propose(
    proposal: Proposal,
    *,
    agent_id: int,
    now: datetime,
    number: int | None = None,
    locale: str = "fr",
) -> TrainingException:
    """Propose an exception, or (``number``) another version of one: a manager decides. Raises InvalidInput."""
    training = screened.accepted(proposal.training, locale)[:120]
    if len(fold(training)) < SHORTEST:
        raise InvalidInput("Écrivez le nom de la formation.", kept="Rien n'a été enregistré.")
    if proposal.valid_until is not None and proposal.valid_until < proposal.valid_from:
        raise InvalidInput("La fin vient avant le début.", kept="Rien n'a été enregistré.")
    with unit_of_work():
        own = TrainingException.number
        last = db.session.scalar(select(func.max(own)))
        if number is None:
            number, version = (last or 0) + 1, 1
        else:
            latest = db.session.scalar(
                select(func.max(TrainingException.version)).where(own == number)
            )
            if latest is None:
                raise NotFound("Cette exception n'existe pas.")
            version = latest + 1
        made = TrainingException(
            number=number,
            version=version,
            training=training,
            path=screened.accepted(proposal.path, locale, wanted=False)[:120],
            required=screened.accepted(proposal.required, locale),
            handling=screened.accepted(proposal.handling, locale),
            valid_from=proposal.valid_from,
            valid_until=proposal.valid_until,
            state=State.PROPOSED,
            proposed_by_id=agent_id,
            proposed_at=now,
            decision="",
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "exception_proposed", f"exception:{number}", agent_id=agent_id, now=now,
            detail={"version": version},
        )  # fmt: skip
        return made


def decide(
    exception_id: int,
    *,
    accept: bool,
    why: str,
    agent_id: int,
    now: datetime,
    locale: str = "fr",
    scripts: str = "",
) -> None:
    """A manager accepts a version, which replaces the one before, or refuses it; a refusal says why.

    ``scripts``: the codes of those that it is shown in, as typed.
    """
    _refuse_others(agent_id)
    codes = script_codes(scripts)
    with unit_of_work():
        held = db.session.get(
            TrainingException, exception_id, with_for_update=True, populate_existing=True
        )
        if held is None:
            raise NotFound("Cette exception n'existe pas.")
        if held.state is not State.PROPOSED:
            raise Conflict("Cette proposition est déjà décidée.", kept="Rien n'a changé.")
        held.decision = screened.accepted(why, locale, wanted=not accept)
        held.decided_by_id, held.decided_at = agent_id, now
        held.state = State.ACCEPTED if accept else State.REFUSED
        if accept:
            held.scripts = codes
            for former in db.session.scalars(
                select(TrainingException).where(
                    TrainingException.number == held.number,
                    TrainingException.state == State.ACCEPTED,
                    TrainingException.id != held.id,
                )
            ):
                former.state = State.REPLACED
        db.session.flush()
        act = "exception_accepted" if accept else "exception_refused"
        journal.record(
            act,
            f"exception:{held.number}",
            agent_id=agent_id,
            now=now,
            detail={"version": held.version},
        )


def show_in(exception_id: int, typed: str, *, agent_id: int, now: datetime) -> None:
    """A manager says in which scripts it is shown: « S14, S25 »; nothing: in any about such a dossier."""
    _refuse_others(agent_id)
    codes = script_codes(typed)
    with unit_of_work():
        held = db.session.get(
            TrainingException, exception_id, with_for_update=True, populate_existing=True
        )
        if held is None:
            raise NotFound("Cette exception n'existe pas.")
        if held.scripts == codes:
            return
        held.scripts = codes
        journal.record(
            "exception_shown",
            f"exception:{held.number}",
            agent_id=agent_id,
            now=now,
            detail={"version": held.version, "scripts": codes},
        )


def script_codes(typed: str) -> list[str]:
    """The codes of scripts in what was typed, each once, in order. Raises InvalidInput for a word that is none."""
    words = typed.upper().replace(",", " ").replace(";", " ").split()
    if len(words) > MOST_SCRIPTS or not all(_is_code(word) for word in words):
        raise InvalidInput(
            "Écrivez des numéros de scripts : S14, S25.",
            kept="Rien n'a été changé.",
            todo="Laissez vide pour tous les scripts.",
        )
    return sorted(set(words))


def _is_code(word: str) -> bool:
    return len(word) == 3 and word[0] == "S" and word.isascii() and word[1:].isdigit()


def _refuse_others(agent_id: int) -> None:
    if db.session.scalar(select(Agent.role).where(Agent.id == agent_id)) != Role.MANAGER:
        raise Forbidden("Seul l'encadrement décide d'une exception.", kept="La proposition reste.")


def for_script(
    script_id: str, dossier: Dossier | None, on: date, *, always: bool = False
) -> Sequence[TrainingException]:
    """What the register says inside a script: of the dossier that it is about, those that name this script or none
    (``always``: whatever they name); without a dossier, those that name it."""
    if dossier is None:
        return tuple(each for each in holding(on) if script_id in each.scripts)
    return tuple(
        each
        for each in for_dossier(dossier, on)
        if always or not each.scripts or script_id in each.scripts
    )


def for_dossier(dossier: Dossier, on: date) -> Sequence[TrainingException]:
    """The exceptions that hold on a day and concern a dossier, by the words of its training's title."""
    title = f" {fold(dossier.training_title)} "
    if not title.strip():
        return ()
    return tuple(each for each in holding(on) if f" {fold(each.training)} " in title)


def holding(on: date) -> Sequence[TrainingException]:
    """Every exception that holds on a day, by training."""
    return db.session.scalars(
        select(TrainingException)
        .where(
            TrainingException.state == State.ACCEPTED,
            TrainingException.valid_from <= on,
            or_(TrainingException.valid_until.is_(None), TrainingException.valid_until >= on),
        )
        .options(joinedload(TrainingException.decided_by))
        .order_by(TrainingException.training, TrainingException.number)
        .limit(MOST)
    ).all()


_READ = (
    ExceptionState.PROPOSED,
    ExceptionState.ACCEPTED,
    ExceptionState.REPLACED,
    ExceptionState.REFUSED,
)


def every() -> dict[int, list[TrainingException]]:
    """Each exception with its versions, the latest first: what is to be decided, what holds, what was refused."""
    found: dict[int, list[TrainingException]] = {}
    rows = db.session.scalars(
        select(TrainingException)
        .options(
            joinedload(TrainingException.proposed_by), joinedload(TrainingException.decided_by)
        )
        .order_by(TrainingException.number.desc(), TrainingException.version.desc())
        .limit(MOST)
    )
    for each in rows:
        found.setdefault(each.number, []).append(each)
    return dict(sorted(found.items(), key=lambda entry: _READ.index(entry[1][0].state)))
