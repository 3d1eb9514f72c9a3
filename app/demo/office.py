"""What the demo's team wrote to one another: consultations, the register, the bulletin; an incident that is over.

True to what the field studies tell of such a team, every name and sentence invented. Days and hours are counted
back from the seed; what is owed is late, of today or for later, whenever the demo is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.dossiers.payments.models import PaymentUrgency, Proof, UrgencyState
from app.foundation.clock import local_day
from app.foundation.extensions import db
from app.tickets.bulletin.models import BulletinNote, BulletinRead
from app.tickets.consultations.models import (
    Consultation,
    ConsultationState,
    ConsultationWord,
    WordKind,
)
from app.tickets.exceptions.models import ExceptionState, TrainingException
from app.tickets.incidents.life import IncidentKind, IncidentState
from app.tickets.incidents.models import Incident, IncidentLink, IncidentNotice, NoticeState
from app.tickets.models import Channel, Contact, Direction
from app.tickets.places.models import Booking, BookingState, Place
from app.tickets.promises import hours as working
from app.tickets.promises.models import Promise, PromiseEnd, PromiseKind
from app.tickets.reasons import CallerRole, DigitalKind, Reason

Team = Mapping[str, Agent]
At = Callable[[datetime, float], datetime]
Kind, State = WordKind, ConsultationState


@dataclass(frozen=True)
class Word:
    """What somebody wrote, ``ago`` days before the seed."""

    by: str
    kind: WordKind
    ago: float
    text: str
    evidence: str = ""


@dataclass(frozen=True)
class Asked:
    """A consultation: about whom, by whom, to whom ("": the team), due in ``due`` hours; ``read``: by who asked."""

    about: str
    by: str
    to: str
    ago: float
    question: str
    state: ConsultationState = State.OPEN
    words: tuple[Word, ...] = ()
    due: float = 4
    read: bool = False


CONSULTATIONS = (
    # The dispute of two agents over one dossier: two causes in one text, a field that contradicts one.
    Asked(
        "Caron", "nadia", "bruno", 2.2,
        "Le refus cite deux causes : garantie jeune, et ne descend pas du logiciel. Laquelle tient ?",
        State.DISPUTED,
        (
            Word("bruno", Kind.ANSWER, 1.4, "Refus maintenu : tout parcours doit descendre du logiciel.",
                 "origine : ne descend pas du logiciel"),
            Word("nadia", Kind.OBJECTION, 1.1,
                 "L’accompagnement renforcé n’y descend jamais, et le dossier dit « garantie jeune : non ».",
                 "champ garantie jeune : non"),
        ),
        due=2,
    ),
    Asked(
        "Faure", "camille", "bruno", 0.1,
        "L’ancien employeur ne répond pas. Une attestation sur l’honneur peut-elle suffire ?", due=6,
    ),
    Asked(
        "Le Goff", "bruno", "", 0.3,
        "Bâti ancien, deux sessions : le deuxième versement part-il seul, ou faut-il le proposer ?", due=5,
    ),
    Asked(
        "Delmas", "camille", "nadia", 1.3,
        "Elle est à découvert. Peut-elle passer avant son tour ?", State.ANSWERED,
        (Word("nadia", Kind.ANSWER, 1.1,
              "Oui, dès que l’organisme envoie le justificatif de situation urgente. Je l’ai demandé.",
              "urgence demandée, preuve attendue"),),
        due=3,
    ),
    Asked(
        "Marchand", "nadia", "", 4.4,
        "Le RIB est au nom de son mari. On l’accepte ?", State.RULED,
        (
            Word("bruno", Kind.REMARK, 4.2, "Accepté une fois l’an dernier, compte joint."),
            Word("isabelle", Kind.RULING, 4.1,
                 "Un compte joint, oui : son nom doit y être. Sinon, un RIB à son nom.", "titulaires du RIB"),
        ),
        due=-20, read=True,
    ),
)  # fmt: skip


def consultations(dossiers: Mapping[str, Dossier], team: Team, now: datetime, at: At) -> None:
    """Open to an owner, open to the team, answered, disputed, ruled: one of each."""
    for each in CONSULTATIONS:
        decides = [word for word in each.words if word.kind in (Kind.ANSWER, Kind.RULING)]
        last = decides[-1] if decides and each.state in (State.ANSWERED, State.RULED) else None
        db.session.add(
            Consultation(
                dossier_id=dossiers[each.about].id,
                asked_by_id=team[each.by].id,
                asked_at=at(now, each.ago),
                to_id=team[each.to].id if each.to else None,
                question=each.question,
                due_at=_due(now, each.due),
                state=each.state,
                decision=last.text if last else "",
                decided_by_id=team[last.by].id if last else None,
                decided_at=at(now, last.ago) if last else None,
                read_at=now - timedelta(days=1) if each.read else None,
                words=[
                    ConsultationWord(
                        by_id=team[word.by].id,
                        at=at(now, word.ago),
                        kind=word.kind,
                        text=word.text,
                        evidence=word.evidence,
                    )
                    for word in each.words
                ],
            )
        )


# Number, version, state, training, path, what is needed, how, days since it holds, days until it ends; who proposed,
# who decided, the decision's words.
_ENTRIES: tuple[tuple[int, int, ExceptionState, str, str, str, str, int, int | None, str, str], ...] = (
    (1, 1, ExceptionState.REPLACED, "bâti ancien", "",
     "Le calendrier des deux sessions, signé de l’organisme.",
     "Un seul versement, à la fin de la deuxième session.", 260, 30, "bruno", ""),
    (1, 2, ExceptionState.ACCEPTED, "bâti ancien", "deux sessions",
     "Le calendrier des deux sessions, signé de l’organisme.",
     "Deux versements : un à la fin de chaque session. Le second se propose à la main.", 90, 200, "bruno",
     "Le thème donne droit à deux versements."),
    (2, 1, ExceptionState.ACCEPTED, "français langue d’intégration", "",
     "Le récépissé du titre de séjour vaut carte d’identité.",
     "Ne pas redemander d’avis d’imposition la première année.", 120, 160, "nadia", ""),
    (3, 1, ExceptionState.ACCEPTED, "aide-soignante", "entrée en institut",
     "L’attestation d’admission en institut.",
     "Vérifier que la bourse sanitaire et sociale n’est pas demandée aussi : l’une ou l’autre.", 60, 20, "camille", ""),
    (4, 1, ExceptionState.PROPOSED, "accompagnement renforcé", "parcours 2 à 4",
     "L’attestation d’accompagnement renforcé, signée de l’organisme.",
     "À instruire à la main : ce parcours ne descend jamais du logiciel.", 0, 180, "nadia", ""),
    (5, 1, ExceptionState.REFUSED, "conducteur de car", "", "Aucun avis d’imposition.",
     "Le demander seulement au-delà de vingt heures par semaine.", 15, None, "camille",
     "La règle ne dépend pas des heures : on le demande à tous."),
)  # fmt: skip


# In which scripts a manager chose to show an exception; the others are in any script of such a dossier.
_SHOWN = {2: ["S16", "S18", "S19", "S27"], 3: ["S14", "S25", "S31"]}


def register(team: Team, now: datetime) -> None:
    """Three exceptions that hold, one of them in its second version; one to decide, one refused."""
    today = local_day(now)
    for (number, version, state, training, path, required, handling, since, until, by, why) in _ENTRIES:  # fmt: skip
        decided = state is not ExceptionState.PROPOSED
        proposed_at = now - timedelta(days=since + 2, hours=1)
        db.session.add(
            TrainingException(
                number=number,
                version=version,
                training=training,
                path=path,
                required=required,
                handling=handling,
                valid_from=today - timedelta(days=since),
                valid_until=today + timedelta(days=until) if until is not None else None,
                state=state,
                proposed_by_id=team[by].id,
                proposed_at=proposed_at,
                decided_by_id=team["isabelle"].id if decided else None,
                decided_at=proposed_at + timedelta(days=1) if decided else None,
                decision=why,
                scripts=_SHOWN.get(number, []),
            )
        )


def bulletin(team: Team, now: datetime, at: At) -> None:
    """Two pieces of news: everybody has read the first, nobody the second yet."""
    first = BulletinNote(
        title="« Suivre ma demande » est maintenant en haut de la page",
        text="Le Portail a déplacé le bouton : sous le nom de la personne, plus en bas. Les scripts le disent déjà. "
        "« Déposer » n’a pas bougé : on ne clique toujours pas dessus.",
        written_by_id=team["isabelle"].id,
        written_at=at(now, 9.2),
    )
    second = BulletinNote(
        title="Paiement du 18 : dépôts traités jusqu’à la veille au soir",
        text="Ne donnez pas de date de paiement avant le vote. Pour une urgence, il faut le justificatif de "
        "l’organisme : demandez-le dès le premier appel.",
        written_by_id=team["isabelle"].id,
        written_at=at(now, 1.1),
    )
    db.session.add_all([first, second])
    db.session.flush()
    db.session.add_all(
        BulletinRead(note_id=first.id, agent_id=team[name].id, read_at=at(now, 8.5))
        for name in ("camille", "nadia", "bruno")
    )


_HIT = 6  # people of the crowd whom the incident concerned


def incident(persons: list[Person], team: Team, now: datetime, at: At) -> None:
    """The fault that lost accounts for days while callers were blamed: seen, repaired, everybody told, closed."""
    repaired = at(now, 7.3)
    held = Incident(
        kind=IncidentKind.ACCOUNT_NOT_FOUND,
        title="Comptes introuvables après l’étape 1",
        workaround="Ne refaites rien avec la personne : son compte existe. Notez son numéro, nous la préviendrons.",
        state=IncidentState.CLOSED,
        opened_at=at(now, 13.8),
        opened_by_id=team["camille"].id,
        confirmed_at=at(now, 13.6),
        confirmed_by_id=team["isabelle"].id,
        repaired_at=repaired,
        repaired_by_id=team["isabelle"].id,
        closed_at=at(now, 6.4),
        closed_by_id=team["isabelle"].id,
    )
    db.session.add(held)
    db.session.flush()
    for number, person in enumerate(persons[:_HIT]):
        opened = at(now, 13.7 - number)
        agent = team["camille" if number % 2 else "nadia"]
        contact = Contact(
            channel=Channel.PHONE,
            direction=Direction.IN,
            caller_number=person.phones[0].e164,
            person_id=person.id,
            dossier_id=_first(person).id,
            agent_id=agent.id,
            opened_at=opened,
            closed_at=opened + timedelta(minutes=7),
            reason=Reason.ACCOUNTS,
            caller_role=CallerRole.STAGIAIRE,
            caller_role_by_id=agent.id,
            digital_declared=True,
            digital_kind=DigitalKind.ACCOUNT_NOT_FOUND,
            digital_by_id=agent.id,
            note="Compte introuvable, rien à refaire : incident.",
            qualified_at=opened + timedelta(minutes=8),
            qualified_by_id=agent.id,
        )
        db.session.add(contact)
        db.session.flush()
        db.session.add(
            IncidentLink(incident_id=held.id, contact_id=contact.id, linked_by_id=agent.id, linked_at=opened)
        )  # fmt: skip
        db.session.add(
            IncidentNotice(
                incident_id=held.id, whom=f"person:{person.id}", contact_id=contact.id, person_id=person.id,
                dossier_id=contact.dossier_id, way="call", state=NoticeState.CALLED,
                at=repaired + timedelta(hours=1 + number / 6), by_id=agent.id,
            )
        )  # fmt: skip


# About whom, who owes it, what, in how many hours, the words; waiting for whom; which service; how it ended.
_OWED: tuple[tuple[str, str, PromiseKind, float, str, str, str, PromiseEnd | None], ...] = (
    ("Marchand", "nadia", PromiseKind.ANSWER, -4, "Lui dire où est le revenu fiscal sur son avis.", "", "", None),
    ("Perrin", "camille", PromiseKind.ANSWER, -3, "Lui redire si l’ancien mot de passe peut servir.", "", "", None),
    ("Delmas", "camille", PromiseKind.CHECK, 2, "A-t-elle ouvert le mail renvoyé ?", "", "", None),
    ("Cochet", "nadia", PromiseKind.CALL, 1, "Lui expliquer le refus et ce qu’elle peut refaire.", "", "", None),
    ("Roussel", "bruno", PromiseKind.TREAT, -27, "Regarder ses quatre pages dès qu’elles sont là.", "", "", None),
    ("Hugues", "nadia", PromiseKind.CALL, 3, "Lui proposer un rendez-vous assis, sans attente.", "", "", None),
    ("Nunes", "nadia", PromiseKind.TRANSFER, 12, "Inscription à faire par l’organisme.", "",
     "Passerelle Formation", None),
    ("Faure", "bruno", PromiseKind.THIRD_PARTY, 9, "L’attestation de son ancien employeur.",
     "son ancien employeur", "", None),
    ("Benali", "camille", PromiseKind.REMINDER, 24, "Vérifier que la règle du mot de passe a changé.", "", "", None),
    ("Texier", "camille", PromiseKind.CHECK, -22, "Son adresse corrigée : le mail est-il arrivé ?", "", "",
     PromiseEnd.KEPT),
    ("Leroy", "nadia", PromiseKind.ANSWER, -24, "Lui redire la règle du mot de passe.", "", "", PromiseEnd.KEPT),
)  # fmt: skip


def owed(dossiers: Mapping[str, Dossier], team: Team, now: datetime) -> None:
    """Late, of today, for later; one whose time stands still, one that another service was given, two kept."""
    for about, who, kind, hours, reason, waits_for, service, ended in _OWED:
        due, dossier = _due(now, hours), dossiers[about]
        db.session.add(
            Promise(
                kind=kind, dossier_id=dossier.id, person_id=dossier.person_id, owner_id=team[who].id,
                made_by_id=team[who].id, made_at=min(now, due) - timedelta(days=1), first_due_at=due, due_at=due,
                reason=reason, service=service, waits_for=waits_for, missed=False, outcome_reason="",
                waits_since=now - timedelta(days=1, hours=2) if waits_for else None,
                left_s=2 * 3600 if waits_for else None,
                ended_at=due - timedelta(minutes=40) if ended else None,
                ended_by_id=team[who].id if ended else None, outcome=ended,
            )
        )  # fmt: skip
    db.session.add(
        PaymentUrgency(
            dossier_id=dossiers["Delmas"].id, state=UrgencyState.ASKED, proof=Proof.TRAINING_CENTRE, proof_on=None,
            reason="À découvert, loyer prélevé le 5.", asked_by_id=team["nadia"].id, asked_at=now - timedelta(days=1),
        )
    )  # fmt: skip


def _due(now: datetime, within: float) -> datetime:
    """So many hours ago, or in so many hours of the service."""
    return working.target(now, within) if within > 0 else now + timedelta(hours=within)


def booking(dossiers: Mapping[str, Dossier], team: Team, now: datetime) -> None:
    """An appointment at a place with a computer and a person; what became of it is asked later."""
    place = db.session.scalar(select(Place).order_by(Place.id).limit(1))
    if place is None:
        return
    dossier, at = dossiers["Nunes"], now + timedelta(days=2)
    asked = Promise(
        kind=PromiseKind.CHECK, dossier_id=dossier.id, person_id=dossier.person_id, owner_id=team["nadia"].id,
        made_by_id=team["nadia"].id, made_at=now - timedelta(days=1), first_due_at=at + timedelta(days=1),
        due_at=at + timedelta(days=1), reason=f"Le rendez-vous a-t-il eu lieu ? {place.name}", service="",
        waits_for="", missed=False, outcome_reason="",
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    db.session.add(
        Booking(
            place_id=place.id, dossier_id=dossier.id, person_id=dossier.person_id, at=at, welcomed_by="Maëlle",
            state=BookingState.BOOKED, booked_by_id=team["nadia"].id, booked_at=now - timedelta(days=1),
            promise_id=asked.id,
        )
    )  # fmt: skip


def open_all(persons: list[Person], named: int, team: Team, now: datetime, at: At) -> None:
    """All of it, inside the caller's transaction. ``named``: how many of ``persons``, first, are the callers."""
    callers, crowd = [*persons[:named], persons[-1]], persons[named:-1]
    dossiers = {person.last_name: _first(person) for person in reversed(callers)}
    consultations(dossiers, team, now, at)
    register(team, now)
    bulletin(team, now, at)
    incident(crowd, team, now, at)
    owed(dossiers, team, now)
    booking(dossiers, team, now)


def _first(person: Person) -> Dossier:
    query = select(Dossier).where(Dossier.person_id == person.id).order_by(Dossier.id).limit(1)
    return db.session.scalars(query).one()
