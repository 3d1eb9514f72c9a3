"""Why this person is probably calling, and the guided script that helps. Pure.

A guess made from the dossier before a word is said; the agent sees it as a hint, never as a fact
about the person. The order of the rules is that of the harm: a flag that somebody has set (danger,
pressing need) outranks every guess; then what blocks everything (no mail, no account), then what
the person can do alone, then waiting for money. Script numbers are those of the field studies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import local_day
from app.dossiers.facts import DossierFacts, PieceFact
from app.dossiers.vocabulary import Defect, FlagKind, Inside, PieceState, Rejection
from app.dossiers.wording import PIECE, day, moment, pick, tidy

MAIL_OVERDUE = timedelta(minutes=15)  # a mail unopened for longer is worth asking about
RECENT = timedelta(days=10)  # an old incident no longer explains today's call


@dataclass(frozen=True)
class Trouble:
    """One likely trouble: a stable ``code``, a short title, a sentence, the script to open."""

    code: str
    title: str
    sentence: str
    script_id: str


def likely_trouble(facts: DossierFacts, now: datetime, locale: str) -> Trouble | None:
    """The most harmful trouble that the facts show at ``now``, or None."""
    return next(_all(facts, now, locale), None)


def likely_troubles(facts: DossierFacts, now: datetime, locale: str) -> tuple[Trouble, ...]:
    """Every trouble that the facts show, the most harmful first, each script once."""
    found: dict[str, Trouble] = {}
    for trouble in _all(facts, now, locale):
        found.setdefault(trouble.script_id, trouble)
    return tuple(found.values())


@dataclass(frozen=True)
class _Case:
    facts: DossierFacts
    now: datetime
    locale: str

    def day(self, instant: datetime) -> str:
        return day(local_day(instant), local_day(self.now), self.locale)

    def recent(self, instant: datetime | None) -> bool:
        return instant is not None and self.now - instant <= RECENT

    def make(
        self, code: str, script_id: str, title: tuple[str, str], sentence: tuple[str, str]
    ) -> Trouble:
        return Trouble(
            code=code,
            script_id=script_id,
            title=tidy(pick(title, self.locale), self.locale),
            sentence=tidy(pick(sentence, self.locale), self.locale),
        )


Rule = Callable[[_Case], Trouble | None]


def _all(facts: DossierFacts, now: datetime, locale: str) -> Iterator[Trouble]:
    case = _Case(facts, now, locale)
    for rule in _RULES:
        trouble = rule(case)
        if trouble is not None:
            yield trouble


def _awaited(case: _Case) -> bool:
    return case.facts.inside is Inside.AWAITED


def _in_danger(case: _Case) -> Trouble | None:
    if FlagKind.DISTRESS not in case.facts.flags:
        return None
    return case.make(
        "distress", "S31",
        ("Personne en danger", "A person in danger"),
        (
            "Ce dossier porte une alerte de détresse : la personne d'abord, sa demande ensuite.",
            "This file carries a distress alert: the person first, the request afterwards.",
        ),
    )  # fmt: skip


def _pressing_need(case: _Case) -> Trouble | None:
    if FlagKind.URGENT not in case.facts.flags:
        return None
    return case.make(
        "urgent_need", "S26",
        ("Besoin urgent", "A pressing need"),
        (
            "Une urgence est notée sur ce dossier : demandez d'abord si la personne a de quoi "
            "manger et où dormir.",
            "A pressing need is noted on this file: first ask whether the person has food and "
            "a place to sleep.",
        ),
    )  # fmt: skip


def _account_not_found(case: _Case) -> Trouble | None:
    at = case.facts.path.not_found_at
    if not case.recent(at):
        return None
    assert at is not None
    return case.make(
        "account_not_found", "S24",
        ("Compte introuvable sur le Portail", "Account not found on the Portal"),
        (
            f"Le Portail a répondu « compte introuvable » le {case.day(at)}. "
            "Regardez les incidents ouverts avant de chercher une erreur de saisie.",
            f"The Portal answered “account not found” on {case.day(at)}. "
            "Look at open incidents before looking for a typing error.",
        ),
    )  # fmt: skip


def _outside_procedure(case: _Case) -> Trouble | None:
    facts = case.facts
    # An inadmissible demande keeps no reason; a rejected one has its own, which alone counts.
    inadmissible = facts.inside is Inside.INADMISSIBLE and not facts.descends_from_of
    if facts.rejection is not Rejection.OUTSIDE_PROCEDURE and not inadmissible:
        return None
    return case.make(
        "outside_procedure", "S13",
        ("Demande déposée hors procédure", "Request submitted outside the procedure"),
        (
            "La demande est arrivée par le site, pas par le mail, et a été refusée. Elle se refait "
            "depuis la demande préremplie ; les documents resservent.",
            "The request came through the site, not through the mail, and was refused. It is made "
            "again from the prefilled request; the documents serve again.",
        ),
    )  # fmt: skip


def _several_demands(case: _Case) -> Trouble | None:
    others = case.facts.other_open_demands
    if not others:
        return None
    return case.make(
        "several_demands", "S12",
        ("Plusieurs demandes ouvertes", "Several open requests"),
        (
            f"{others + 1} demandes sont ouvertes au même nom : il faut en garder une seule.",
            f"{others + 1} requests are open for the same person: only one must be kept.",
        ),
    )  # fmt: skip


def _never_enrolled(case: _Case) -> Trouble | None:
    facts = case.facts
    if not _awaited(case) or facts.enrolled_on or facts.path.sent_at:
        return None
    return case.make(
        "never_enrolled", "S01",
        ("Aucun mail envoyé", "No mail was sent"),
        (
            "Aucune inscription n'est arrivée chez nous : le mail attendu n'est pas parti.",
            "No enrolment has reached us: the mail has not left.",
        ),
    )  # fmt: skip


def _mail_bounced(case: _Case) -> Trouble | None:
    path = case.facts.path
    if not path.bounced_at or case.facts.inside is Inside.PAID:
        return None
    return case.make(
        "mail_bounced", "S01",
        ("Mail refusé", "Mail refused"),
        (
            f"Le mail envoyé le {case.day(path.sent_at or path.bounced_at)} est revenu : "
            "l'adresse est à vérifier, ou la boîte est pleine.",
            f"The mail sent on {case.day(path.sent_at or path.bounced_at)} came back: "
            "the address needs checking, or the mailbox is full.",
        ),
    )  # fmt: skip


def _password_refused(case: _Case) -> Trouble | None:
    path = case.facts.path
    if path.step1_at or not case.recent(path.password_refused_at):
        return None
    return case.make(
        "password_refused", "S07",
        ("Nouveau mot de passe refusé", "New password refused"),
        (
            "Le Portail refuse le mot de passe choisi : la règle est à lire à voix haute.",
            "The Portal refuses the chosen password: read the rule aloud.",
        ),
    )  # fmt: skip


def _login_failed(case: _Case) -> Trouble | None:
    path = case.facts.path
    failed = path.login_failed_at
    if not case.recent(failed) or (path.step2_at and failed and path.step2_at > failed):
        return None
    if path.login_cause == "identifier":
        return case.make(
            "wrong_identifier", "S09",
            ("Identifiant refusé", "Identifier refused"),
            (
                "Le Portail ne connaît pas l'identifiant tapé : souvent une faute dans l'adresse.",
                "The Portal does not know the identifier typed: often a typo in the address.",
            ),
        )  # fmt: skip
    return case.make(
        "login_failed", "S08",
        ("Mot de passe refusé", "Password refused"),
        (
            "L'identifiant est bon mais le mot de passe est refusé.",
            "The identifier is right but the password is refused.",
        ),
    )  # fmt: skip


def _after_step1(case: _Case) -> Trouble | None:
    path = case.facts.path
    if not _awaited(case) or not path.step1_at or path.step2_at:
        return None
    return case.make(
        "after_step1", "S10",
        ("Arrêt après l'étape 1", "Stopped after step 1"),
        (
            f"La personne a créé son mot de passe le {case.day(path.step1_at)}, sans se connecter "
            "ensuite : il faut rouvrir le mail.",
            f"The person set the password on {case.day(path.step1_at)} and did not sign in "
            "afterwards: the mail must be opened again.",
        ),
    )  # fmt: skip


def _link_expired(case: _Case) -> Trouble | None:
    path = case.facts.path
    if not _awaited(case) or path.step1_at or not path.sent_at or not path.expires_at:
        return None
    if path.bounced_at or case.now < path.expires_at:
        return None
    return case.make(
        "link_expired", "S02",
        ("Lien expiré", "Link expired"),
        (
            f"Le lien envoyé le {case.day(path.sent_at)} a expiré le {case.day(path.expires_at)}.",
            f"The link sent on {case.day(path.sent_at)} expired on {case.day(path.expires_at)}.",
        ),
    )  # fmt: skip


def _mail_unopened(case: _Case) -> Trouble | None:
    path = case.facts.path
    if not _awaited(case) or path.opened_at or path.step1_at or not path.sent_at:
        return None
    if path.bounced_at:  # what did not arrive cannot be opened
        return None
    if not path.expires_at or case.now >= path.expires_at:
        return None
    if case.now - path.sent_at < MAIL_OVERDUE:
        return None
    until = moment(path.expires_at, local_day(case.now), case.locale)
    return case.make(
        "mail_unopened", "S03",
        ("Lien pas encore ouvert", "Link not opened yet"),
        (
            f"Le lien du mail du {case.day(path.sent_at)} n'a pas encore servi : le mail est "
            "peut-être dans les courriers indésirables. "
            f"Lien valable jusqu'au {until.removeprefix('le ')}.",
            f"The link mailed on {case.day(path.sent_at)} has not been used yet: the mail may be "
            f"in the spam folder. The link works until {until.removeprefix('on ')}.",
        ),
    )  # fmt: skip


def _fields_lost(case: _Case) -> Trouble | None:
    if not _awaited(case) or not case.recent(case.facts.path.fields_lost_at):
        return None
    return case.make(
        "fields_lost", "S23",
        ("Champs effacés à la validation", "Fields lost when submitting"),
        (
            "Le Portail a effacé des champs à la validation : cela vient du Portail, "
            "pas de la personne.",
            "The Portal lost fields when submitting: it comes from the Portal, not the person.",
        ),
    )  # fmt: skip


def _error_shown(case: _Case) -> Trouble | None:
    at = case.facts.path.error_at
    if not _awaited(case) or not case.recent(at):
        return None
    assert at is not None
    return case.make(
        "error_shown", "S11",
        ("« Une erreur est survenue »", "“An error occurred”"),
        (
            f"Le Portail a affiché une erreur le {case.day(at)}.",
            f"The Portal showed an error on {case.day(at)}.",
        ),
    )  # fmt: skip


# What a defect asks for; an empty or outdated pièce is simply asked again.
_DEFECTS: dict[Defect | None, tuple[str, str, tuple[str, str]]] = {
    Defect.UNREADABLE: (
        "piece_unreadable", "S18",
        ("illisible : photo trop sombre, coupée ou floue", "unreadable: too dark, cut or blurred"),
    ),
    Defect.PAGES_MISSING: (
        "pages_missing", "S19",
        ("incomplète : il manque des pages", "incomplete: pages are missing"),
    ),
    Defect.WRONG_SLOT: (
        "wrong_slot", "S20",
        ("déposée au mauvais endroit", "put in the wrong slot"),
    ),
}  # fmt: skip


def _piece(case: _Case) -> Trouble | None:
    if case.facts.inside not in (Inside.AWAITED, Inside.DEPOSITED, Inside.TAKEN_UP):
        return None
    red = [p for p in case.facts.pieces if p.state is PieceState.RED]
    if not red:
        return None
    piece = red[0]
    name = pick(PIECE[piece.kind], case.locale)
    if _nothing_sent_since(piece) or piece.defect not in _DEFECTS:
        return case.make(
            "piece_asked", "S27",
            ("Pièce redemandée", "Document asked for again"),
            (
                f"{name} : pièce redemandée, rien n'a été déposé depuis.",
                f"{name}: asked for again, nothing was sent since.",
            ),
        )  # fmt: skip
    code, script_id, words = _DEFECTS[piece.defect]
    return case.make(
        code, script_id,
        ("Pièce à refaire", "Document to send again"),
        (f"{name} : {words[0]}.", f"{name}: {words[1]}."),
    )  # fmt: skip


def _nothing_sent_since(piece: PieceFact) -> bool:
    """Asked again and left alone; a defect can only be told of something that was sent."""
    return piece.sent_at is None


def _empty_slot(case: _Case) -> Trouble | None:
    empty = [
        p for p in case.facts.pieces if p.state is PieceState.ORANGE and p.defect is Defect.EMPTY
    ]
    if not empty:
        return None
    name = pick(PIECE[empty[0].kind], case.locale)
    return case.make(
        "wrong_slot", "S20",
        ("Pièce transmise mais vide", "Document sent but empty"),
        (
            f"{name} : marquée transmise, mais vide. Il faut redonner la main.",
            f"{name}: marked as sent but empty. Hand the slot back.",
        ),
    )  # fmt: skip


def _rejected(case: _Case) -> Trouble | None:
    if case.facts.inside not in (Inside.REJECTED, Inside.INADMISSIBLE):
        return None
    return case.make(
        "rejected", "S16",
        ("Décision à expliquer", "A decision to explain"),
        (
            "La demande est refusée : la personne a peut-être lu seulement « dossier traité ».",
            "The request is refused: the person may have read only “file processed”.",
        ),
    )  # fmt: skip


def _awaiting_payment(case: _Case) -> Trouble | None:
    facts = case.facts
    waiting = (Inside.DEPOSITED, Inside.TAKEN_UP, Inside.VOTED, Inside.TO_PAY)
    if facts.inside not in waiting:
        return None
    today = local_day(case.now)
    french = "Demande probable : la date du paiement."
    english = "Likely question: the payment date."
    if facts.inside is Inside.DEPOSITED:
        french += " Personne n'a encore étudié ce dossier : aucune date à donner."
        english += " Nobody has studied this file yet: there is no date to give."
        if facts.deposits_processed:
            at = day(facts.deposits_processed, today, case.locale)
            french += f" On traite les dépôts du {at}."
            english += f" Requests of {at} are being processed."
    elif facts.inside is Inside.TAKEN_UP:
        french += " Rien n'est encore décidé : aucune date à donner."
        english += " Nothing is decided yet: there is no date to give."
    elif facts.next_payment_on and facts.next_payment_on >= today:
        at = day(facts.next_payment_on, today, case.locale)
        french += f" Paiement prévu le {at}."
        english += f" Payment planned on {at}."
    else:
        french += " L'aide est accordée, aucune date n'est encore fixée."
        english += " The aid is granted, no date is set yet."
    return case.make(
        "awaiting_payment", "S25",
        ("Attend son paiement", "Waiting for payment"),
        (french, english),
    )  # fmt: skip


_RULES: tuple[Rule, ...] = (
    _in_danger,
    _pressing_need,
    _account_not_found,
    _outside_procedure,
    _several_demands,
    _never_enrolled,
    _mail_bounced,
    _fields_lost,
    _password_refused,
    _login_failed,
    _after_step1,
    _link_expired,
    _error_shown,
    _mail_unopened,
    _piece,
    _empty_slot,
    _rejected,
    _awaiting_payment,
)
