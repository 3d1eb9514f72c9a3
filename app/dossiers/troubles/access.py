"""Likely troubles on the way into the Portal: enrolment, mail, link, password, account. Pure."""

from __future__ import annotations

from datetime import timedelta

from app.dossiers.troubles.case import Case, Rule, Trouble
from app.dossiers.vocabulary import Inside, Rejection
from app.foundation.clock import local_day
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import moment

MAIL_OVERDUE = timedelta(minutes=15)  # a mail unopened for longer is worth asking about


def _awaited(case: Case) -> bool:
    return case.facts.inside is Inside.AWAITED


def _account_not_found(case: Case) -> Trouble | None:
    at = case.facts.path.not_found_at
    if not case.recent(at):
        return None
    assert at is not None
    return case.make(
        "account_not_found", "S24",
        Text("Compte introuvable sur le Portail", "Account not found on the Portal"),
        Text(
            f"Le Portail a répondu « compte introuvable » le {case.day(at)}. "
            "Regardez les incidents ouverts avant de chercher une erreur de saisie.",
            f"The Portal answered “account not found” on {case.day(at)}. "
            "Look at open incidents before looking for a typing error.",
        ),
    )  # fmt: skip


def _outside_procedure(case: Case) -> Trouble | None:
    facts = case.facts
    # An inadmissible demande keeps no reason; a rejected one has its own, which alone counts.
    inadmissible = facts.inside is Inside.INADMISSIBLE and not facts.descends_from_of
    if facts.rejection is not Rejection.OUTSIDE_PROCEDURE and not inadmissible:
        return None
    return case.make(
        "outside_procedure", "S13",
        Text("Demande déposée hors procédure", "Request submitted outside the procedure"),
        Text(
            "La demande est arrivée par le site, pas par le mail, et a été refusée. Elle se refait "
            "depuis la demande préremplie ; les documents resservent.",
            "The request came through the site, not through the email, and was refused. Make it "
            "again from the prefilled request; the documents can be used again.",
        ),
    )  # fmt: skip


def _several_demands(case: Case) -> Trouble | None:
    others = case.facts.other_open_demands
    if not others:
        return None
    return case.make(
        "several_demands", "S12",
        Text("Plusieurs demandes ouvertes", "Several open requests"),
        Text(
            f"{others + 1} demandes sont ouvertes au même nom : il faut en garder une seule.",
            f"{others + 1} requests are open for the same person: only one must be kept.",
        ),
    )  # fmt: skip


def _draft_beside(case: Case) -> Trouble | None:
    path = case.facts.path
    if not path.drafts or not case.recent(path.draft_at) or case.facts.inside is Inside.PAID:
        return None
    number = max(path.drafts)
    return case.make(
        "draft_beside", "S12",
        Text("Une autre demande commencée", "Another request begun"),
        Text(
            f"« Déposer » a ouvert une autre demande, {number}, qui n'est pas transmise. Celle de "
            "l'organisme est toujours là : c'est elle qu'on suit.",
            f"“Déposer” opened another request, {number}, which is not transmitted. The training "
            "centre's is still there: that one is followed.",
        ),
    )  # fmt: skip


def _never_enrolled(case: Case) -> Trouble | None:
    facts = case.facts
    if not _awaited(case) or facts.enrolled_on or facts.path.sent_at:
        return None
    return case.make(
        "never_enrolled", "S01",
        Text("Aucun mail envoyé", "No email was sent"),
        Text(
            "Aucune inscription n'est arrivée chez nous : le mail attendu n'est pas parti.",
            "No enrolment has reached us: the email was not sent.",
        ),
    )  # fmt: skip


def _mail_bounced(case: Case) -> Trouble | None:
    path = case.facts.path
    if not path.bounced_at or case.facts.inside is Inside.PAID:
        return None
    return case.make(
        "mail_bounced", "S01",
        Text("Mail refusé", "Email refused"),
        Text(
            f"Le mail envoyé le {case.day(path.sent_at or path.bounced_at)} est revenu : "
            "l'adresse est à vérifier, ou la boîte est pleine.",
            f"The email sent on {case.day(path.sent_at or path.bounced_at)} came back: "
            "the address needs checking, or the mailbox is full.",
        ),
    )  # fmt: skip


def _password_refused(case: Case) -> Trouble | None:
    path = case.facts.path
    if path.step1_at or not case.recent(path.password_refused_at):
        return None
    return case.make(
        "password_refused", "S07",
        Text("Nouveau mot de passe refusé", "New password refused"),
        Text(
            "Le Portail refuse le mot de passe choisi : la règle est à lire à voix haute.",
            "The Portal refuses the chosen password: read the rule aloud.",
        ),
    )  # fmt: skip


def _login_failed(case: Case) -> Trouble | None:
    path = case.facts.path
    failed = path.login_failed_at
    if not case.recent(failed) or (path.step2_at and failed and path.step2_at > failed):
        return None
    if path.login_cause == "identifier":
        return case.make(
            "wrong_identifier", "S09",
            Text("Identifiant refusé", "Identifier refused"),
            Text(
                "Le Portail ne connaît pas l'identifiant tapé : souvent une faute dans l'adresse.",
                "The Portal does not know the identifier typed: often a typo in the address.",
            ),
        )  # fmt: skip
    return case.make(
        "login_failed", "S08",
        Text("Mot de passe refusé", "Password refused"),
        Text(
            "L'identifiant est bon mais le mot de passe est refusé.",
            "The identifier is right but the password is refused.",
        ),
    )  # fmt: skip


def _after_step1(case: Case) -> Trouble | None:
    path = case.facts.path
    if not _awaited(case) or not path.step1_at or path.step2_at:
        return None
    return case.make(
        "after_step1", "S10",
        Text("Arrêt après l'étape 1", "Stopped after step 1"),
        Text(
            f"La personne a créé son mot de passe le {case.day(path.step1_at)}, sans se connecter "
            "ensuite : il faut rouvrir le mail.",
            f"The person set the password on {case.day(path.step1_at)} and did not sign in "
            "afterwards: the email must be opened again.",
        ),
    )  # fmt: skip


def _link_expired(case: Case) -> Trouble | None:
    path = case.facts.path
    if not _awaited(case) or path.step1_at or not path.sent_at or not path.expires_at:
        return None
    if path.bounced_at or case.now < path.expires_at:
        return None
    return case.make(
        "link_expired", "S02",
        Text("Lien expiré", "Link expired"),
        Text(
            f"Le lien envoyé le {case.day(path.sent_at)} a expiré le {case.day(path.expires_at)}.",
            f"The link sent on {case.day(path.sent_at)} expired on {case.day(path.expires_at)}.",
        ),
    )  # fmt: skip


def _mail_unopened(case: Case) -> Trouble | None:
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
        Text("Lien pas encore ouvert", "Link not opened yet"),
        Text(
            f"Le lien du mail du {case.day(path.sent_at)} n'a pas encore servi : le mail est "
            "peut-être dans les courriers indésirables. "
            f"Lien valable jusqu'au {until.removeprefix('le ')}.",
            f"The link emailed on {case.day(path.sent_at)} has not been used yet: the email may be "
            f"in the spam folder. The link works until {until.removeprefix('on ')}.",
        ),
    )  # fmt: skip


def _fields_lost(case: Case) -> Trouble | None:
    if not _awaited(case) or not case.recent(case.facts.path.fields_lost_at):
        return None
    return case.make(
        "fields_lost", "S23",
        Text("Champs effacés à la validation", "Fields lost when submitting"),
        Text(
            "Le Portail a effacé des champs à la validation : cela vient du Portail, "
            "pas de la personne.",
            "The Portal lost fields when submitting: it comes from the Portal, not the person.",
        ),
    )  # fmt: skip


def _error_shown(case: Case) -> Trouble | None:
    at = case.facts.path.error_at
    if not _awaited(case) or not case.recent(at):
        return None
    assert at is not None
    return case.make(
        "error_shown", "S11",
        Text("« Une erreur est survenue »", "“An error occurred”"),
        Text(
            f"Le Portail a affiché une erreur le {case.day(at)}.",
            f"The Portal showed an error on {case.day(at)}.",
        ),
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    _account_not_found,
    _outside_procedure,
    _several_demands,
    _draft_beside,
    _never_enrolled,
    _mail_bounced,
    _fields_lost,
    _password_refused,
    _login_failed,
    _after_step1,
    _link_expired,
    _error_shown,
    _mail_unopened,
)
