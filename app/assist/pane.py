"""What the script pane shows: one frozen view, so that the template decides nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.assist import condition_facts, service, store
from app.assist.acts import actions
from app.assist.acts.actions import ACTIONS
from app.assist.conditions import Unmet
from app.assist.editing import library, reviews
from app.assist.engine import RunState
from app.assist.mail import life
from app.assist.models import PortalLink, ScriptRun
from app.assist.runs import resuming, rows, sentence_facts
from app.assist.script import LOOPED, Script, Step
from app.assist.symptoms import index
from app.assist.walk import facts, filling, suggesting, trail
from app.dossiers import store as dossiers
from app.dossiers.facts import PortalPath
from app.dossiers.mail.aloud import mask
from app.dossiers.models import Dossier
from app.dossiers.name_folding import fold
from app.dossiers.troubles.case import Trouble
from app.dossiers.troubles.likely import likely_troubles
from app.foundation import clock
from app.foundation.text.bilingual import Text, language
from app.foundation.text.saying import tidy
from app.tickets import holding
from app.tickets.exceptions import service as register
from app.tickets.exceptions.models import TrainingException
from app.tickets.reasons import Reason, label

LONGEST = 160  # of what is typed in a search
READS_REGISTER = frozenset({"S14", "S15"})  # their answers are in the register of exceptions


@dataclass(frozen=True)
class Said:
    """The sentence to say, in the caller's language; ``gloss`` in the agent's, if they differ."""

    text: str
    language: str
    gloss: str


@dataclass(frozen=True)
class ActionView:
    """The step's action: its name, its button, whether it is in the person's name, and if it was done
    (what is said then).

    ``unmet`` says why it cannot be done now; ``to`` is the address that a link would go to, masked. ``form``
    is what its form shows; ``undo`` the act that can be taken back, if one can.
    """

    name: str
    label: str
    icon: str
    for_person: bool
    done: str
    done_at: datetime | None
    unmet: Unmet | None = None
    to: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    undo: int | None = None


@dataclass(frozen=True)
class Passed:
    """A step passed over because its answer was known: what was known, and since when; ``written``: it was read in
    the dossier or on the card, nobody said it in a script."""

    step_id: str
    known: str
    at: datetime
    written: bool = False


@dataclass(frozen=True)
class RunView:
    """A run as drawn. ``said`` is None when there is nothing to say aloud."""

    id: int
    moves: int
    script_id: str
    title: str
    trail: tuple[trail.Trod, ...]  # what was answered so far
    short: str  # the step's name
    step: Step
    headline: str
    said: Said | None
    screen: str
    check: str
    choices: tuple[str, ...]
    action: ActionView | None
    running: bool
    outcome: str | None
    can_back: bool
    entered_at: datetime
    waiting: str  # the script that goes on after this one, « S13 · … », or ""
    passed: tuple[Passed, ...] = ()  # just before this step
    known: tuple[str, ...] = ()  # all that this contact has taught so far
    looped: bool = False  # ended because the same step or script came back too often
    unread: bool = False  # at its first step: no practitioner has read this text


@dataclass(frozen=True)
class Listed:
    """A script in a list; ``why`` is the sentence of the dossier that suggests it."""

    id: str
    title: str
    trouble: str
    why: str = ""


@dataclass(frozen=True)
class LifeView:
    """The last message of a dossier, stage by stage; ``to``: the address it was sent to, masked."""

    items: tuple[life.LifeItem, ...]
    expires_at: datetime
    expired: bool
    refusal: str
    to: str = ""


@dataclass(frozen=True)
class Pane:
    """The whole pane of one contact (or one dossier). ``may_act``: the one who looks may follow it."""

    contact_id: int | None
    dossier_id: int | None
    run: RunView | None
    suggested: tuple[Listed, ...]
    life: LifeView | None
    may_act: bool = True
    left: resuming.Left | None = None  # what an earlier contact left open
    exceptions: Sequence[TrainingException] | None = (
        None  # of this dossier; None: nothing is said here
    )

    @property
    def sends(self) -> bool:
        """Is the answer of this script in the register of exceptions?"""
        return self.run is not None and self.run.script_id in READS_REGISTER


def view(
    contact_id: int | None, dossier_id: int | None, now: datetime, locale: str, *, agent_id: int
) -> Pane:
    """The pane as this agent reads it; raises NotFound for a contact or dossier that does not exist."""
    contact = store.contact(contact_id) if contact_id is not None else None
    if contact is not None and dossier_id is None:
        dossier_id = contact.dossier_id
    dossier = dossiers.dossier(dossier_id) if dossier_id is not None else None
    run = store.running(contact_id, dossier_id, agent_id) or store.latest(contact_id)
    spoken = dossier.person.language if dossier else "fr"
    may_act = contact is None or holding.may(contact)
    run_view = draw(store.run(run.id), spoken, locale, agent_id, now) if run is not None else None
    suggested: tuple[Listed, ...] = ()
    if run_view is None or not run_view.running:
        done = service.scripts_used(contact_id) if contact_id is not None else ()
        danger = contact_id is not None and _in_danger(contact_id)
        suggested = suggestions(dossier, now, locale, followed=done, danger=danger)
    left = None
    if run_view is None and contact_id is not None:
        left = resuming.left_open(contact_id, now, locale)
    return Pane(
        contact_id, dossier_id, run_view, suggested, life_of(dossier_id, now), may_act, left,
        _exceptions(run_view, dossier, now),
    )  # fmt: skip


def _exceptions(
    run: RunView | None, dossier: Dossier | None, now: datetime
) -> Sequence[TrainingException] | None:
    """What the register says inside this script; None: nothing, and the script does not send there."""
    if run is None or not run.running:
        return None
    sends = run.script_id in READS_REGISTER
    if sends and dossier is None:
        return None
    found = register.for_script(run.script_id, dossier, clock.local_day(now), always=sends)
    return found if found or sends else None


def draw(
    run: ScriptRun, spoken: str, locale: str, agent_id: int, now: datetime | None = None
) -> RunView:
    """A run as the agent reads it; the sentence to say is in the caller's language.

    Its texts are filled from the dossier as it is at ``now`` (by default, this moment).
    """
    now = now or clock.now()
    state = service.state_of(run)
    step, known = state.step, rows.known(run, now)
    values = sentence_facts.of(condition_facts.dossier_id(run), agent_id, now)
    texts = {name: filling.written(step, name, values) for name in filling.NAMES}
    return RunView(
        id=run.id,
        moves=run.moves,
        script_id=run.script_id,
        title=state.script.title.get(locale),
        trail=trail.of(state, locale),
        short=trail.short(step.headline.get(locale)),
        step=step,
        headline=_words(texts["ask"] or texts["do"], locale),
        said=_said(texts["say"], spoken, locale),
        screen=_words(texts["screen"], locale),
        check=_words(texts["check"], locale),
        choices=tuple(choice.label.get(locale) for choice in step.choices),
        action=_action(run, step, locale, agent_id, now),
        running=state.running,
        outcome=state.outcome,
        can_back=bool(state.answers or run.came_from_id or not state.running),
        entered_at=store.current_step(run).entered_at,
        waiting=_waiting(run, locale),
        passed=_passed(state, known, locale),
        known=tuple(tidy(each.words(locale), locale) for each in known.values()),
        looped=state.outcome == LOOPED,
        unread=all(answer.known for answer in state.answers)
        and not reviews.is_read(state.script.content_hash),
    )


def _passed(state: RunState, known: dict[str, facts.Known], locale: str) -> tuple[Passed, ...]:
    """The steps passed over just before the present one, in order."""
    found: list[Passed] = []
    for given in reversed(state.answers):
        if not given.known or not state.running:
            break
        learns = state.script.step(given.step_id).choices[given.choice].learns
        each = [facts.Known(name, value, given.at) for name, value in learns]
        words = ", ".join(tidy(one.words(locale), locale) for one in each)
        since = max((known[one.name].at for one in each if one.name in known), default=given.at)
        here = [known[one.name] for one in each if one.name in known]
        found.append(Passed(given.step_id, words, since, any(one.written for one in here)))
    return tuple(reversed(found))


def _waiting(run: ScriptRun, locale: str) -> str:
    caller = service.caller_of(run)
    if caller is None:
        return ""
    return f"{caller.script_id} · {service.state_of(caller).script.title.get(locale)}"


def _said(text: Text | None, spoken: str, locale: str) -> Said | None:
    if text is None:
        return None
    tongue = language(spoken)
    gloss = "" if language(locale) == tongue else text.get(locale)
    return Said(text.get(tongue), tongue, gloss)


def _words(text: Text | None, locale: str) -> str:
    return text.get(locale) if text else ""


def _action(
    run: ScriptRun, step: Step, locale: str, agent_id: int, now: datetime
) -> ActionView | None:
    if step.action is None:
        return None
    if not actions.offered(step.action):
        return None
    action = ACTIONS[step.action]
    since = store.current_step(run).entered_at
    done = [
        act
        for act in run.acts
        if act.action == step.action
        and act.at >= since
        and act.result != "refused"
        and act.undone_at is None
    ]
    last = max(done, key=lambda act: act.at, default=None)
    about = condition_facts.dossier_id(run)
    missing = actions.unmet(step.action, run, agent_id)
    return ActionView(
        name=step.action,
        label=action.label.get(locale),
        icon=action.icon,
        for_person=action.for_person,
        done=action.done.get(locale),
        done_at=last.at if last else None,
        unmet=missing,
        to=mask(store.dossier(about).person.email) if about is not None else "",
        form={} if missing else actions.form_of(step.action, run, agent_id, locale, now),
        undo=last.id if last and actions.undoable(last, agent_id, now) else None,
    )


def suggestions(
    dossier: Dossier | None,
    now: datetime,
    locale: str,
    *,
    followed: Collection[str] = (),
    danger: bool = False,
) -> tuple[Listed, ...]:
    """The scripts that this moment calls for, each with its reason (``walk.suggesting``).

    ``danger``: an alert of distress is open for this contact, whatever its dossier says.
    """
    troubles = likely_troubles(dossiers.facts_of(dossier), now, locale) if dossier else ()
    if danger:
        why = _("Une alerte de détresse est ouverte pour ce contact : la personne d’abord.")
        alarm = Trouble(suggesting.DANGER, "", why, suggesting.DANGER_SCRIPT)
        troubles = (alarm, *(t for t in troubles if t.code != suggesting.DANGER))
    known = library.scripts()
    return tuple(
        listed(known[trouble.script_id], locale, trouble.sentence)
        for trouble in suggesting.choose(troubles, followed=followed)
        if trouble.script_id in known
    )


def _in_danger(contact_id: int) -> bool:
    return any(
        alert.contact_id == contact_id and alert.kind is AlertKind.DISTRESS
        for alert in alerts.open_alerts()
    )


def listed(script: Script, locale: str, why: str = "") -> Listed:
    """A script as a list shows it."""
    return Listed(script.id, script.title.get(locale), script.trouble.get(locale), why)


SORTS: dict[str, Callable[[Script, str], str]] = {
    "id": lambda script, _locale: script.id,
    "title": lambda script, locale: fold(script.title.get(locale)),
    "reason": lambda script, locale: fold(label(Reason(script.reason), locale)),
}


def search(
    query: str, locale: str, *, reason: str = "", digital: str = "", sort: str = ""
) -> tuple[Script, ...]:
    """The scripts that answer what somebody says of the trouble (all, when nothing is asked), of a reason or
    a digital trouble. The likeliest first, unless ``sort`` asks for another order (a key of ``SORTS``, « - »
    before it for the other way)."""
    known = library.scripts()
    found = [known[script_id] for script_id in index.find(_index(), query[:LONGEST])]
    found = [s for s in found if reason in ("", s.reason) and digital in ("", s.digital)]
    key = SORTS.get(sort.removeprefix("-"))
    if key is not None:
        found.sort(key=lambda script: key(script, locale), reverse=sort.startswith("-"))
    return tuple(found)


def _index() -> index.Index:
    return _index_of(tuple((s.id, s.content_hash) for s in library.scripts().values()))


@functools.lru_cache(maxsize=2)
def _index_of(_texts: tuple[tuple[str, str], ...]) -> index.Index:
    """The index of the scripts in use; ``_texts`` tells one set of them from another."""
    return index.build(library.scripts().values(), index.phrases())


def life_of(dossier_id: int | None, now: datetime) -> LifeView | None:
    """The life of the last message of a dossier, or None when none ever left.

    The Portal's own messages, known by its events alone, count as long as we sent none after.
    """
    if dossier_id is None:
        return None
    link = store.last_link(dossier_id)
    path = dossiers.facts_of(dossiers.dossier(dossier_id)).path
    if link is not None and link.mail is not None:
        return replace(_life(_facts(link, path), now), to=mask(link.mail.to_address))
    if path.sent_at is None or path.expires_at is None:
        return None
    state = "bounced" if path.bounced_at else "sent"
    return _life(
        life.LinkFacts(
            mail_state=state,
            created_at=path.bounced_at or path.sent_at,
            expires_at=path.expires_at,
            sent_at=path.sent_at,
            delivered_at=path.delivered_at,
            opened_at=path.opened_at,
            step1_at=path.step1_at,
            step2_at=path.step2_at,
            deposited_at=path.deposited_at,
        ),
        now,
    )


def _life(facts: life.LinkFacts, now: datetime) -> LifeView:
    return LifeView(
        life.items(facts, now), facts.expires_at, life.expired(facts, now), facts.refusal
    )


def _facts(link: PortalLink, path: PortalPath) -> life.LinkFacts:
    """Our own mail, with what the dossier's events have told of it since: both say one life."""
    mail = link.mail
    assert mail is not None  # the caller checked
    ours = path.sent_at is not None and path.sent_at >= link.created_at
    bounced = ours and path.bounced_at is not None and mail.state in ("sent", "delivered")
    return life.LinkFacts(
        mail_state="bounced" if bounced else mail.state,
        created_at=link.created_at,
        expires_at=link.expires_at,
        refusal=_(mail.refusal) if mail.refusal else "",  # ours is translated, a server's is not
        sent_at=mail.sent_at,
        delivered_at=mail.delivered_at or (path.delivered_at if ours else None),
        opened_at=link.opened_at,
        step1_at=link.step1_at,
        step2_at=link.step2_at,
        deposited_at=path.deposited_at,
    )
