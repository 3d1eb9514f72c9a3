"""What is shown of alerts: to the agent who raised one, to managers, and on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.alerts import service
from app.alerts.models import Alert, AlertKind, AlertOutcome, Wish
from app.calls.call import store
from app.calls.call.life.record import State
from app.calls.call.models import Call
from app.dossiers.models import Person
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.foundation.text import phone_numbers
from app.lines import line_now
from app.lines import store as lines
from app.lines.numbers import short_reach
from app.tickets.models import Contact


@dataclass(frozen=True)
class Shown:
    """One alert as one reader may see it.

    ``person``, ``number`` and ``address`` are empty when they are not known, or not hers to read
    (``hidden``). ``talking``: the person is still on the line. ``place``: where the person says she
    is now; ``address``: the one of her file, to be checked with her.
    """

    alert: Alert
    agent: str
    person: str
    number: str
    place: str
    address: str
    hidden: bool
    talking: bool

    @property
    def where(self) -> str:
        """The best that is known of where to send help."""
        return self.place or self.address


# While the alert is about who is on the line, one digit each calls; they leave 1 to 4 to the script's answers.
# « ! » before it otherwise. The 114 is written to: no key of ours reaches it.
DIGITS = {"3114": "5", "15": "6", "112": "7", "17": "8", "119": "9", "3919": "0"}
OTHER_DIGITS = "1234"


@dataclass(frozen=True)
class Panel:
    """The panel of the agent who raised an alert."""

    shown: Shown
    managers: Sequence[str]
    on_call: str
    numbers: Sequence[short_reach.Offered]
    simulated: bool

    @property
    def any_reachable(self) -> bool:
        """Can the line call at least one of them?"""
        return any(each.reachable for each in self.numbers)

    @property
    def others(self) -> dict[str, str]:
        """The digit that follows « ! » for each number that can be called and has no key of its own."""
        left = [n.number for n in self.numbers if n.reachable and n.number not in DIGITS]
        return dict(zip(left, OTHER_DIGITS, strict=False))


def shown_to(role: str, alerts: Sequence[Alert]) -> list[Shown]:
    """These alerts, as somebody of this role may see them."""
    may_read = role in DESK
    numbers = _numbers(alerts) if may_read else {}
    talking = _talking(alerts)
    return [_shown(alert, may_read, numbers, talking) for alert in alerts]


def _shown(alert: Alert, may_read: bool, numbers: dict[int, str], talking: frozenset[int]) -> Shown:
    person = _person(alert) if may_read else None
    return Shown(
        alert=alert,
        agent=alert.raised_by.display_name,
        person=person.full_name if person else "",
        number=numbers.get(alert.contact_id or 0, ""),
        place=alert.place if may_read else "",
        address=person.address if person else "",
        hidden=not may_read,
        talking=alert.contact_id in talking,
    )


def _person(alert: Alert) -> Person | None:
    return alert.person or (alert.dossier.person if alert.dossier else None)


def _numbers(alerts: Sequence[Alert]) -> dict[int, str]:
    """The number by which each person can be reached, by contact."""
    rows = db.session.execute(
        select(Contact.id, Contact.caller_number).where(
            Contact.id.in_([each.contact_id for each in alerts if each.contact_id])
        )
    )
    return {row.id: phone_numbers.display(row.caller_number) for row in rows}


def _talking(alerts: Sequence[Alert]) -> frozenset[int]:
    """The contacts whose person is still on the line."""
    ids = [each.contact_id for each in alerts if each.contact_id]
    live = (State.CONNECTING, State.TALKING, State.OUTSIDE, State.WAITING, State.OFFERED)
    return frozenset(
        contact
        for contact in db.session.scalars(
            select(Call.contact_id).where(Call.contact_id.in_(ids), Call.state.in_(live))
        )
        if contact is not None
    )


def panels_of(agent_id: int, role: str, now: datetime) -> list[Panel]:
    """The panels at an agent's desk: her alerts that are open, or closed just now."""
    alerts = service.raised_by(agent_id, now)
    if not alerts:
        return []
    managers = service.managers_there(raised_by=agent_id)
    call = store.current_call_of(agent_id)
    line_id = call.line_id if call else None
    numbers, on_call = short_reach.offered(line_id), _on_call(line_id)
    simulated = short_reach.provider_reaches()
    return [Panel(shown, managers, on_call, numbers, simulated) for shown in shown_to(role, alerts)]


def _on_call(line_id: int | None) -> str:
    return line_now.of(lines.named(line_id)).rules.on_call


def outcome_words() -> dict[str, str]:
    """How an alert can end, in the reader's words."""
    return {
        AlertOutcome.RESCUERS: _("Les secours ont pris le relais"),
        AlertOutcome.HANDED_OVER: _("Le 3114, le 115 ou un autre service a pris le relais"),
        AlertOutcome.ACCOMPANIED: _("Un proche est auprès de la personne"),
        AlertOutcome.BETTER: _("La personne est en sécurité, un rappel est promis"),
        AlertOutcome.UNREACHED: _("Injoignable : les secours ont ce que l’on sait"),
        AlertOutcome.NO_DANGER: _("Il n’y avait pas de danger"),
        AlertOutcome.MISTAKE: _("Alerte lancée par erreur"),
        AlertOutcome.ANSWERED: _("L’agent a la réponse ou l’aide demandée"),
        AlertOutcome.LOOKED_AFTER: _("Vu avec l’agent, rien de plus à faire"),
        AlertOutcome.COLLEAGUE: _("Un collègue a pris la suite"),
        AlertOutcome.COMPLAINT: _("Signalement ou plainte en cours"),
    }


def kind_words() -> dict[str, tuple[str, str]]:
    """What each kind of alert is called, and its icon."""
    return {
        AlertKind.DISTRESS: (_("Détresse"), "alert"),
        AlertKind.SUPPORT: (_("Appui demandé"), "users"),
        AlertKind.PROTECTION: (_("Agent insulté ou menacé"), "shield"),
    }


def wish_words() -> dict[str, str]:
    """What an agent under attack can ask for, in the reader's words."""
    return {
        Wish.TALK: _("En parler avec quelqu’un"),
        Wish.PAUSE: _("Une pause plus longue"),
        Wish.COLLEAGUE: _("Qu’un collègue prenne la suite avec cette personne"),
        Wish.COMPLAINT: _("Un signalement ou une plainte"),
    }


def outcomes_of(kind: AlertKind) -> list[tuple[str, str]]:
    """The choices offered when an alert of this kind is closed."""
    words = outcome_words()
    return [(outcome.value, words[outcome]) for outcome in service.OUTCOMES[kind]]
