"""What is shown of incidents: in a script, on desks, and to managers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from app.assist import store as scripts
from app.desk.incidents import exchanges, signals
from app.dossiers.wording import Words
from app.foundation.text.bilingual import Text
from app.tickets.incidents import life, store
from app.tickets.incidents.cost import Cost, cost
from app.tickets.incidents.life import IncidentKind, IncidentState
from app.tickets.incidents.models import Incident, IncidentNotice, NoticeState
from app.tickets.models import Contact
from app.tickets.pane import message_view


def kinds() -> dict[str, str]:
    """What each kind is called."""
    return {
        IncidentKind.ERROR_SHOWN: _("« Une erreur est survenue » sur le Portail"),
        IncidentKind.FIELDS_LOST: _("Les champs s’effacent à la validation"),
        IncidentKind.ACCOUNT_NOT_FOUND: _("Des comptes ou des demandes sont introuvables"),
        IncidentKind.MAIL_NOT_RECEIVED: _("Les mails du Portail n’arrivent pas"),
        IncidentKind.PORTAL_DOWN: _("Le Portail ne répond pas"),
        IncidentKind.OTHER: _("Un autre problème touche plusieurs personnes"),
    }


def states() -> dict[str, tuple[str, str]]:
    """The word of each state, and its tone."""
    return {
        IncidentState.OPEN: (_("signalé, à confirmer"), "wait"),
        IncidentState.CONFIRMED: (_("confirmé"), "stop"),
        IncidentState.REPAIRED: (_("réparé"), "live"),
        IncidentState.CLOSED: (_("clos"), "neutral"),
    }


def named(incident: Incident) -> str:
    """Its title, else what its kind is called."""
    return incident.title or kinds()[incident.kind]


@dataclass(frozen=True)
class Known:
    """An incident as an agent in a call sees it. ``linked``: this very contact is; ``first``: the script
    that is followed is about it."""

    incident: Incident
    name: str
    state: str
    tone: str
    contacts: int
    when: str
    linked: bool
    first: bool

    @property
    def joins(self) -> bool:
        """Would the one key join this one, rather than open another?"""
        return self.first and self.incident.state in life.GOING_ON


@dataclass(frozen=True)
class Strip:
    """The strip above a script: what an agent should know, and what the one key would do."""

    contact_id: int | None
    known: Sequence[Known]
    kind: str
    kind_name: str


def strip(contact_id: int | None, dossier_id: int | None, words: Words) -> Strip:
    """What goes wrong at this moment, the incident of the script that is followed first."""
    run = scripts.running(contact_id, dossier_id) if contact_id or dossier_id else None
    script_id = run.script_id if run is not None else None
    linked = {each.id for each in store.of_contact(contact_id)} if contact_id else set()
    found = store.to_know(words.now)
    counts = store.counts([each.id for each in found])
    known = [
        Known(
            incident=each,
            name=named(each),
            state=states()[each.state][0],
            tone=states()[each.state][1],
            contacts=counts[each.id],
            when=words.when(each.repaired_at or each.opened_at),
            linked=each.id in linked,
            first=life.concerns(each.kind, script_id),
        )
        for each in found
    ]
    kind = life.kind_for(script_id)
    known.sort(key=lambda each: (not each.linked, not each.first))
    if contact_id is not None:  # in a call: what it is about, and two others at most
        known = [each for n, each in enumerate(known) if each.linked or each.first or n < 2]
    return Strip(contact_id, known, kind, kinds()[kind])


@dataclass(frozen=True)
class Row:
    """An incident in the managers' list."""

    incident: Incident
    name: str
    state: str
    tone: str
    contacts: int


def rows(*, closed: bool, most: int = 50) -> Sequence[Row]:
    """The incidents, the latest first."""
    found = store.listed(closed=closed, most=most)
    counts = store.counts([each.id for each in found])
    return [
        Row(each, named(each), states()[each.state][0], states()[each.state][1], counts[each.id])
        for each in found
    ]


def cost_of(incident_id: int) -> Cost:
    """What an incident cost the line, so far."""
    return cost(exchanges.linked([incident_id]).get(incident_id, {}).values())


def cost_words(found: Cost) -> str:
    """« 12 contacts, dont 11 appels : 84 minutes de conversation, 3 promesses. »"""
    return _(
        "%(contacts)s, dont %(calls)s : %(minutes)s de conversation, %(promises)s.",
        promises=ngettext("%(num)d promesse", "%(num)d promesses", found.promises),
        contacts=ngettext("%(num)d contact", "%(num)d contacts", found.contacts),
        calls=ngettext("%(num)d appel", "%(num)d appels", found.calls),
        minutes=ngettext("%(num)d minute", "%(num)d minutes", found.minutes),
    )


@dataclass(frozen=True)
class Person:
    """Somebody whom an incident concerns: who, by what way they are told, and how far that got."""

    notice_id: int | None
    contact_id: int
    dossier_id: int | None
    who: str
    way: str
    state: str
    tone: str
    to_call: bool


def ways_said() -> dict[str, str]:
    """What each way is called."""
    return {"sms": _("par SMS"), "mail": _("par mail"), "call": _("à appeler")}


def readers(languages: Sequence[str], *, at_most: bool = False) -> Text:
    """How many people will read the word in each language, given theirs: « 3 personnes », « personne ». ``at_most``:
    some of them may have to be called."""
    counts = Counter(languages)
    said = [_readers(counts[tongue]) for tongue in Text._fields]
    return Text(*(_("au plus %(people)s", people=each) if at_most else each for each in said))


def _readers(count: int) -> str:
    return ngettext("%(num)d personne", "%(num)d personnes", count) if count else _("personne")


def person(
    contact: Contact,
    way: str,
    notice: IncidentNotice | None,
    words: Words,
    tongue: str = "fr",
    *,
    wished: bool = False,
) -> Person:
    """One line of the list of those concerned. ``tongue``: the language in which the word will leave."""
    said = ways_said()
    state, tone = _("à prévenir %(way)s", way=said[way]), "neutral"
    if tongue == "en":
        state = _("à prévenir %(way)s, en anglais", way=said[way])
    if way == "call":
        why = _("à appeler : c’est ce qui a été demandé")
        state, tone = why if wished else _("à appeler : on ne peut pas lui écrire"), "wait"
    if notice is not None:
        state, tone = _told(notice, words)
    return Person(
        notice_id=notice.id if notice else None,
        contact_id=contact.id,
        dossier_id=contact.dossier_id,
        who=message_view.who(contact),
        way=way,
        state=state,
        tone=tone,
        to_call=notice is not None and notice.state in (NoticeState.TO_CALL, NoticeState.REFUSED),
    )


def _told(notice: IncidentNotice, words: Words) -> tuple[str, str]:
    when = words.when(notice.at)
    return {
        NoticeState.WAITING: (_("en train de partir"), "neutral"),
        NoticeState.SENT: (
            _("message parti %(way)s, %(when)s", way=ways_said()[notice.way], when=when),
            "live",
        ),
        NoticeState.REFUSED: (_("message refusé : à appeler"), "stop"),
        NoticeState.TO_CALL: (_("à appeler"), "wait"),
        NoticeState.CALLED: (_("appel fait, %(when)s", when=when), "live"),
    }[notice.state]


@dataclass(frozen=True)
class Proposed:
    """An incident that the figures propose."""

    kind: str
    name: str
    said: str
    contact_id: int | None


def proposals(now: datetime, words: Words) -> Sequence[Proposed]:
    """What may be an incident, with its figures in a sentence."""
    return [
        Proposed(
            each.kind,
            kinds()[each.kind],
            _(
                "%(count)s en %(minutes)s minutes ; d’habitude, à cette heure : %(usual)s.",
                count=ngettext("%(num)d contact", "%(num)d contacts", each.spike.count),
                minutes=each.spike.minutes,
                usual=f"{each.spike.usual:g}".replace(".", "," if words.locale == "fr" else "."),
            ),
            each.contacts[-1] if each.contacts else None,
        )
        for each in signals.proposed(now)
    ]
