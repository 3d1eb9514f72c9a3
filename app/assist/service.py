"""The use cases of guided scripts: start, answer, go back, finish, and what a contact's runs tell.

A run keeps the text of the script that it began with (``ScriptVersion``); its state is rebuilt by
the engine from the stored answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.assist import engine, store
from app.assist.editing import library
from app.assist.models import ScriptRun
from app.assist.runs import card, rows
from app.assist.script import BASES, POSTURE_REASONS, POSTURES, SERVED, Script
from app.assist.walk import stack
from app.dossiers.vocabulary import PortalEventKind as Kind
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import IllegalTransition, InvalidInput
from app.foundation.extensions import db
from app.tickets import service as tickets
from app.tickets.reasons import DigitalKind, Reason, Suggestion

# Portal events that show a digital trouble by themselves, when they happen during the contact.
TELLING_EVENTS = {
    Kind.MAIL_BOUNCED: DigitalKind.MAIL_NOT_RECEIVED,
    Kind.PASSWORD_REFUSED: DigitalKind.OTHER,
    Kind.LOGIN_FAILED: DigitalKind.INVALID_IDENTIFIER,
    Kind.ACCOUNT_NOT_FOUND: DigitalKind.ACCOUNT_NOT_FOUND,
    Kind.ERROR_SHOWN: DigitalKind.OTHER,
    Kind.FIELDS_LOST: DigitalKind.OTHER,
}

state_of = rows.state_of


@dataclass(frozen=True)
class Posture:
    """Who did the step, as the agent said it; ``code`` None: nobody said.

    ``reason`` says why the agent did it in the person's place, ``basis`` on what agreement.
    """

    code: str | None = None
    reason: str | None = None
    basis: str | None = None

    def __post_init__(self) -> None:
        if self.code is not None and self.code not in POSTURES:
            raise InvalidInput("Cette posture n'existe pas.")
        if self.basis is not None and self.basis not in BASES:
            raise InvalidInput("Cet accord n'existe pas.")
        if self.code == "for" and self.reason not in POSTURE_REASONS:
            raise InvalidInput(
                "Dites pourquoi l'étape est faite à la place de la personne.",
                kept="Le script est resté où il était.",
                todo="Choisissez une raison, puis répondez.",
            )
        if self.code != "for":
            object.__setattr__(self, "reason", None)
            object.__setattr__(self, "basis", None)


def start_run(
    script_id: str,
    *,
    contact_id: int | None,
    dossier_id: int | None,
    agent_id: int,
    now: datetime,
    came_from: ScriptRun | None = None,
) -> int:
    """Begin a script beside a contact (or on a dossier); the id of the run.

    A run that goes on for the same contact is ended as *another script*: one at a time. It keeps its place
    in the stack, and waits to be taken up again by decision.
    Raises NotFound for a script, contact or dossier that does not exist.
    """
    script = library.get(script_id)
    if contact_id is None and dossier_id is None:
        raise InvalidInput(
            "On suit un script avec quelqu'un : aucun contact ni dossier n'est ouvert.",
            todo="Prenez un appel ou ouvrez un dossier.",
        )
    with unit_of_work():
        return _start(script, contact_id, dossier_id, agent_id, now, came_from)


def _start(
    script: Script,
    contact_id: int | None,
    dossier_id: int | None,
    agent_id: int,
    now: datetime,
    came_from: ScriptRun | None,
) -> int:
    if contact_id is not None:
        dossier_id = dossier_id or store.contact(contact_id, lock=True).dossier_id
    if dossier_id is not None:
        store.dossier(dossier_id)
    other = store.running(contact_id, dossier_id, agent_id)
    if other is not None:
        other.outcome, other.ended_at, other.moves = "other_script", now, other.moves + 1
        store.current_step(other).left_at = now
        came_from = came_from or other
    source = library.source(script.id)
    run = ScriptRun(
        contact_id=contact_id,
        dossier_id=dossier_id,
        agent_id=agent_id,
        script_id=script.id,
        script_version_id=store.version_id(
            script.id, script.version, script.content_hash, source, now
        ),
        came_from_id=came_from.id if came_from else None,
        started_at=now,
    )
    db.session.add(run)
    db.session.flush()
    rows.enter(run, script.start.id, now)
    _trace(contact_id)
    return run.id


def answer(
    run_id: int,
    *,
    moves: int,
    step_id: str,
    choice: int,
    posture: Posture,
    agent_id: int,
    now: datetime,
) -> int:
    """Record the choice made at a step; the id of the run to show (another script's, maybe).

    ``moves`` is the count the page was drawn with: an answer from an older page changes nothing.
    Raises IllegalTransition or InvalidInput like the engine, and InvalidInput when the step is an
    act in the person's place and nobody said who did it.
    """
    with unit_of_work():
        run = store.run(run_id)
        if run.moves != moves:
            return run_id  # a double click, or another tab was faster: just show the present
        before = state_of(run)
        state = engine.answer(before, step_id, choice, now)
        if before.step.posture == "for" and posture.code is None:
            raise InvalidInput(
                "Dites qui a fait cette étape.",
                kept="Le script est resté où il était.",
                todo="Choisissez sous les réponses, puis répondez.",
            )
        if state.next_script and stack.going_round(
            [each.script_id for each in rows.chain(run)], state.next_script
        ):
            state = engine.stop(state)
        ended = {} if state.running else {"outcome": state.outcome, "ended_at": now}
        if not store.claim_move(run_id, moves, **ended):
            return run_id
        left = store.current_step(run)
        left.left_at, left.choice = now, choice
        left.posture, left.posture_reason = posture.code, posture.reason
        left.basis = posture.basis
        db.session.flush()
        card.told(run, before.step.choices[choice], agent_id, now)
        if state.running:
            rows.enter(run, state.step_id, now)
        elif state.next_script:
            following = library.get(state.next_script)
            return _start(following, run.contact_id, run.dossier_id, agent_id, now, run)
        else:
            _trace_after(run)
            return _go_on_with_caller(run, state, now) or run_id
    return run_id


def _go_on_with_caller(run: ScriptRun, ended: engine.RunState, now: datetime) -> int | None:
    """When what blocked it is out of the way, the script that called this one goes on.

    The nearest caller that says where it goes on counts: S13 called S04, which called S03. One that the
    agent left by hand is offered, never taken up by itself: it may have been the wrong one.
    """
    waiting = caller_of(run)
    if ended.outcome not in SERVED or waiting is None or state_of(waiting).left_by_hand:
        return None
    return take_up_caller(run, now)


def take_up_caller(run: ScriptRun, now: datetime) -> int | None:
    """Go on with the script that called ``run``, in the caller's transaction; its run, if any."""
    waiting = caller_of(run)
    if waiting is None:
        return None
    state = engine.resume(state_of(waiting))
    ended = {"outcome": state.outcome, "ended_at": None if state.running else now}
    if not store.claim_move(waiting.id, waiting.moves, **ended):
        return None
    if state.running:
        rows.enter(waiting, state.step_id, now)
    _trace_after(waiting)
    return waiting.id


def caller_of(run: ScriptRun) -> ScriptRun | None:
    """The run that waits to go on once ``run`` has served, if one does."""
    runs = rows.chain(run)
    place = stack.waiting([state_of(each) for each in runs])
    return None if place is None else runs[place]


def go_on(run_id: int, *, moves: int, now: datetime) -> int:
    """Back to the script that called this one, by decision; the run to show.

    A run that goes on is ended as *interrupted*. Raises IllegalTransition when none waits, or when
    a third script has begun since.
    """
    with unit_of_work():
        run = store.run(run_id)
        if run.moves != moves:
            return run_id
        begun = store.running(run.contact_id, run.dossier_id, run.agent_id)
        if begun is not None and begun.id != run.id:
            raise IllegalTransition("Un autre script est en cours pour ce contact.")
        if run.ended_at is None:
            if not store.claim_move(run_id, moves, outcome="interrupted", ended_at=now):
                return run_id
            store.current_step(run).left_at = now
            db.session.flush()
        taken = take_up_caller(run, now)
        if taken is None:
            raise IllegalTransition("Aucun script n'attend de reprendre.")
        return taken


def back(run_id: int, *, moves: int, now: datetime) -> int:
    """Undo the last act; the id of the run to show.

    At the first step of a script that another one led to, that one is taken up again.
    Raises IllegalTransition at the very first step.
    """
    with unit_of_work():
        run = store.run(run_id)
        if run.moves != moves:
            return run_id
        state = state_of(run)
        if run.came_from_id is not None and state.running and not state.answers:
            return _back_to_previous(run, now)
        _undo(run, state, now)
    return run_id


def _undo(run: ScriptRun, state: engine.RunState, now: datetime) -> None:
    """Back to the last thing that was asked: what was passed over on the way is forgotten with it."""
    before = engine.back(state)
    lifted = len(before.answers) == len(state.answers)  # only an end decided by hand
    undone = state.answers[len(before.answers) :]
    while undone and undone[0].known and before.answers:
        before = engine.back(before)
        undone = state.answers[len(before.answers) :]
    _rewind(run, before, len(undone), lifted, now)


def _rewind(
    run: ScriptRun, before: engine.RunState, count: int, lifted: bool, now: datetime
) -> None:
    if not store.claim_move(run.id, run.moves, outcome=None, ended_at=None):
        raise IllegalTransition("Le script a déjà avancé dans un autre onglet.")
    here = store.current_step(run)
    if lifted:
        here.left_at = None
        _trace_after(run)
        return
    if here.choice is None:
        here.left_at = here.undone_at = now
    for stay in rows.answered(run)[-count:]:
        stay.undone_at = now
        card.taken_back(run, stay, now)
    rows.enter_asked(run, before.step_id, now)
    _trace_after(run)


def ask_again(run_id: int, *, moves: int, step_id: str, now: datetime) -> int:
    """Ask a step that was passed over because its answer was known; the run to show.

    Raises IllegalTransition when the step was not just passed over.
    """
    with unit_of_work():
        run = store.run(run_id)
        if run.moves != moves:
            return run_id
        before = state = state_of(run)
        while before.answers and before.answers[-1].known and state.running:
            before = engine.back(before)
            if before.step_id == step_id:
                _rewind(run, before, len(state.answers) - len(before.answers), False, now)
                return run_id
    raise IllegalTransition("Cette étape n'a pas été passée : il n'y a rien à redemander.")


def _back_to_previous(run: ScriptRun, now: datetime) -> int:
    previous = store.run(run.came_from_id or 0)
    if not store.claim_move(run.id, run.moves, outcome="not_this", ended_at=now):
        raise IllegalTransition("Le script a déjà avancé dans un autre onglet.")
    store.current_step(run).left_at = now
    _undo(previous, state_of(previous), now)
    return previous.id


def finish(run_id: int, *, moves: int, outcome: str, now: datetime) -> int:
    """End a run by decision, wherever it stands. Raises InvalidInput for an unknown outcome."""
    with unit_of_work():
        run = store.run(run_id)
        if run.moves != moves:
            return run_id
        state = engine.finish(state_of(run), outcome)
        if store.claim_move(run_id, moves, outcome=state.outcome, ended_at=now):
            store.current_step(run).left_at = now
            _trace_after(run)
    return run_id


def settle(contact_id: int, now: datetime) -> None:
    """When a contact closes: end the run left open, and keep what its trace tells.

    For the caller's transaction; once called again it changes nothing more.
    """
    if not store.may_tell(contact_id):
        return
    run = store.running(contact_id, None)
    if run is not None:
        run.outcome, run.ended_at, run.moves = "interrupted", now, run.moves + 1
        store.current_step(run).left_at = now
        db.session.flush()
    _trace(contact_id)


def scripts_used(contact_id: int) -> list[str]:
    """The scripts run for a contact, in order, without those closed as « ce n'était pas ça »."""
    return store.scripts_of(contact_id)


def suggestions(contact_id: int) -> list[Suggestion]:
    """What the trace says of the reason and of the digital trouble, in order of use.

    Failures that the Portal reported while the contact was open come first: a script says more.
    """
    known = library.scripts()
    used = [known[script_id] for script_id in scripts_used(contact_id) if script_id in known]
    return _reported(contact_id) + [
        Suggestion(Reason(script.reason), DigitalKind(script.digital) if script.digital else None)
        for script in used
    ]


def _reported(contact_id: int) -> list[Suggestion]:
    contact = store.contact(contact_id)
    if contact.dossier_id is None:
        return []
    kinds = store.portal_events_between(
        contact.dossier_id, tuple(TELLING_EVENTS), contact.opened_at, contact.closed_at
    )
    return [Suggestion(digital=TELLING_EVENTS[kind]) for kind in kinds]


def digital_observed(contact_id: int) -> bool:
    """Whether the trace of a contact shows digital trouble, whatever was declared.

    A run of a script whose file names a ``digital`` kind shows it; so does a failure that the
    Portal reported on the dossier while the contact was open.
    """
    return any(told.digital for told in suggestions(contact_id))


def _trace_after(run: ScriptRun) -> None:
    db.session.flush()
    _trace(run.contact_id)


def _trace(contact_id: int | None) -> None:
    """Copy onto the contact the scripts used so far: qualification suggests from them."""
    if contact_id is not None:
        tickets.note_scripts(contact_id, suggestions(contact_id))
