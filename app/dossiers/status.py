"""One plain-language answer to « où en est mon dossier ? », the same for agent and caller. Pure.

The study heard a caller take « traité » for « payé ». So the sentence never uses the service's
inside words; it says what happened, on which day, why, and what comes next.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from app.dossiers.facts import DossierFacts, PortalPath
from app.dossiers.vocabulary import Inside, PieceState, Rejection
from app.dossiers.wording import PIECE, REJECTION
from app.foundation.clock import PARIS, local_day
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day, euros, moment, tidy


def status_sentence(facts: DossierFacts, now: datetime, locale: str) -> str:
    """Where the dossier stands at ``now``, in one or two short sentences. Never empty."""
    say = _Speaker(facts, now, locale)
    return tidy(_BY_STATUS[facts.inside](say), locale)


class _Speaker:
    """The facts of one dossier with the day and the language they are told in."""

    def __init__(self, facts: DossierFacts, now: datetime, locale: str) -> None:
        self.facts = facts
        self.now = now
        self.today = local_day(now)
        self.locale = locale

    def pair(self, french: str, english: str) -> str:
        return Text(french, english).get(self.locale)

    def day(self, value: date) -> str:
        return day(value, self.today, self.locale)

    def local(self, value: datetime) -> str:
        return self.day(value.astimezone(PARIS).date())

    def on(self, value: date | None) -> str:
        """« le 18 mai », or nothing when the day is not known; begins with a space."""
        if value is None:
            return ""
        return self.pair(f" le {self.day(value)}", f" on {self.day(value)}")


def _awaited(say: _Speaker) -> str:
    path = say.facts.path
    if path.sent_at is None:
        return _nothing_sent(say)
    if path.bounced_at:
        return say.pair(
            f"Le mail envoyé le {say.local(path.sent_at)} n'est pas arrivé : "
            "votre messagerie l'a refusé. L'adresse est à vérifier.",
            f"The email sent on {say.local(path.sent_at)} did not arrive: "
            "your mailbox refused it. The address needs checking.",
        )
    if path.step2_at:
        return say.pair(
            f"Votre demande est commencée depuis le {say.local(path.step2_at)}, "
            "mais elle n'est pas encore transmise.",
            f"Your request was begun on {say.local(path.step2_at)}, but it is not submitted yet.",
        )
    if path.step1_at:
        return say.pair(
            f"Vous avez créé votre mot de passe le {say.local(path.step1_at)}. "
            "Il reste à rouvrir le mail pour vous connecter et remplir la demande.",
            f"You set your password on {say.local(path.step1_at)}. "
            "Next: open the email again to sign in and fill in the request.",
        )
    return _link_waiting(say, path)


def _nothing_sent(say: _Speaker) -> str:
    if say.facts.enrolled_on is None:
        return say.pair(
            "Votre organisme de formation n'a pas encore déclaré votre inscription, ou elle n'est "
            "pas encore arrivée chez nous : aucun mail n'a pu vous être envoyé.",
            "Your training centre has not declared your enrolment yet, or it has not reached us: "
            "no email could be sent to you.",
        )
    return say.pair(
        f"Votre inscription a été déclarée{say.on(say.facts.enrolled_on)}. "
        "Le mail pour faire la demande n'est pas encore parti.",
        f"Your enrolment was declared{say.on(say.facts.enrolled_on)}. "
        "The email to make the request has not been sent yet.",
    )


def _link_waiting(say: _Speaker, path: PortalPath) -> str:
    assert path.sent_at is not None
    assert path.expires_at is not None
    sent = say.local(path.sent_at)
    if say.now >= path.expires_at:
        ended = say.local(path.expires_at)
        return say.pair(
            f"Votre lien, envoyé le {sent}, a expiré le {ended}. Je vous en renvoie un.",
            f"Your link, sent on {sent}, expired on {ended}. I am sending you another.",
        )
    until = moment(path.expires_at, say.today, say.locale)
    if path.opened_at:
        return say.pair(
            f"Le lien est ouvert. Il reste à créer votre mot de passe, avant {until}.",
            f"The link is open. Next: set your password, before {until.removeprefix('on ')}.",
        )
    return say.pair(
        f"Un mail avec un lien vous a été envoyé le {sent}. "
        f"Le lien est valable jusqu'au {until.removeprefix('le ')}.",
        f"An email with a link was sent to you on {sent}. "
        f"The link works until {until.removeprefix('on ')}.",
    )


def _deposited(say: _Speaker) -> str:
    facts = say.facts
    first = say.pair(
        f"Votre demande a été déposée{say.on(facts.deposited_on)}.",
        f"Your request was submitted{say.on(facts.deposited_on)}.",
    )
    asked = _asked(say)
    if asked:
        return f"{first} {asked}"
    if facts.deposits_processed:
        return first + _being_processed(say, facts.deposits_processed)
    return first + say.pair(" Elle n'est pas encore étudiée.", " Nobody has looked at it yet.")


def _being_processed(say: _Speaker, deposits_of: date) -> str:
    """Which deposits are worked on: today's note is told as today's, an older one with its day."""
    queue, noted = say.day(deposits_of), say.facts.processing_noted_on
    if noted is None or noted == say.today:
        return say.pair(
            f" Nous traitons aujourd'hui les demandes déposées le {queue}.",
            f" We are now working on requests submitted on {queue}.",
        )
    return say.pair(
        f" Le {say.day(noted)}, nous traitions les demandes déposées le {queue}.",
        f" On {say.day(noted)}, we were working on requests submitted on {queue}.",
    )


def _taken_up(say: _Speaker) -> str:
    first = say.pair(
        f"Votre dossier a été pris en charge{say.on(say.facts.taken_up_on)}.",
        f"We started work on your file{say.on(say.facts.taken_up_on)}.",
    )
    next_step = _asked(say) or say.pair(
        "Il est en cours d'étude : aucune décision n'est encore prise.",
        "It is being studied: no decision has been made yet.",
    )
    return f"{first} {next_step}"


def _refused(say: _Speaker) -> str:
    """Rejected or inadmissible: the two days, the one reason, and whether the person knows."""
    facts = say.facts
    rejected = facts.inside is Inside.REJECTED
    verb = say.pair(
        "rejeté" if rejected else "déclaré non recevable",
        "rejected" if rejected else "declared inadmissible",
    )
    taken = facts.taken_up_on
    start = say.pair(
        f"Votre dossier a été pris en charge le {say.day(taken)}, puis {verb}"
        if taken
        else f"Votre dossier a été {verb}",
        f"We started work on your file on {say.day(taken)}; then it was {verb}"
        if taken
        else f"Your file was {verb}",
    )
    because = _because(say)
    return f"{start}{say.on(facts.decided_on)}{because}{_told(say)}{_to_make_again(say)}"


def _because(say: _Speaker) -> str:
    """Why, as a fact, to the end of the sentence; a contested reason is no fact, and it is said what is contested."""
    rejection = say.facts.rejection
    if rejection is None:
        return "."
    cause = REJECTION[rejection].get(say.locale)
    if say.facts.contested:
        return say.pair(
            f". Raison notée : {cause}. Cette raison est contestée : elle reste à vérifier.",
            f". Reason noted: {cause}. That reason is disputed: it remains to be checked.",
        )
    return say.pair(f" parce que {cause}.", f" because {cause}.")


def _told(say: _Speaker) -> str:
    facts = say.facts
    if facts.notified_on is None:
        return say.pair(
            " Aucun mail n'est encore parti pour l'annoncer.", " No email has announced it yet."
        )
    if not facts.notification_seen:
        return say.pair(
            f" Le mail de décision du {say.day(facts.notified_on)} n'a pas encore été ouvert.",
            f" The decision email of {say.day(facts.notified_on)} has not been opened yet.",
        )
    return say.pair(
        f" Le mail de décision du {say.day(facts.notified_on)} a été ouvert.",
        f" The decision email of {say.day(facts.notified_on)} was opened.",
    )


def _to_make_again(say: _Speaker) -> str:
    """What became of the mail sent to make a rejected request again: it is not the decision's mail.

    Only for the reason that the mail mends, and only a mail that left after the decision.
    """
    path, decided = say.facts.path, say.facts.decided_on
    if say.facts.rejection is not Rejection.OUTSIDE_PROCEDURE or not path.sent_at:
        return ""
    if decided is None or local_day(path.sent_at) < decided or path.expires_at is None:
        return ""
    sent = say.local(path.sent_at)
    if path.bounced_at:
        return say.pair(
            f" Le mail envoyé le {sent} pour la refaire n'est pas arrivé.",
            f" The email sent on {sent} to make it again did not arrive.",
        )
    if path.step1_at is None and say.now >= path.expires_at:
        ended = say.local(path.expires_at)
        return say.pair(
            f" Le lien envoyé le {sent} pour la refaire a expiré le {ended}.",
            f" The link sent on {sent} to make it again expired on {ended}.",
        )
    return say.pair(
        f" Un mail pour la refaire vous a été envoyé le {sent}.",
        f" An email to make it again was sent to you on {sent}.",
    )


def _granted(say: _Speaker) -> str:
    """Voted or proposed for payment."""
    facts = say.facts
    first = say.pair(
        f"Votre aide a été accordée{say.on(facts.decided_on)}.",
        f"Your aid was granted{say.on(facts.decided_on)}.",
    )
    if facts.next_payment_on is None:
        return first + say.pair(
            " La date de paiement n'est pas encore fixée.", " The payment date is not set yet."
        )
    day, past = say.day(facts.next_payment_on), facts.next_payment_on < say.today
    if facts.inside is Inside.VOTED:  # not proposed: a day that nobody may promise
        return first + say.pair(
            f" Son paiement {'était' if past else 'est'} prévu le {day}, mais il n'est pas encore proposé.",
            f" Its payment {'was' if past else 'is'} planned for {day}, but it is not proposed yet.",
        )
    if past:
        return first + say.pair(
            f" Elle devait être payée le {day}, et nous ne voyons pas encore ce paiement.",
            f" It was to be paid on {day}, and we do not see that payment yet.",
        )
    return first + say.pair(f" Elle sera payée le {day}.", f" It will be paid on {day}.")


def _paid(say: _Speaker) -> str:
    facts = say.facts
    amount_fr = amount_en = ""
    if facts.amount_cents:
        amount_fr = f" de {euros(facts.amount_cents, 'fr')}"
        amount_en = f" of {euros(facts.amount_cents, 'en')}"
    return say.pair(
        f"Votre aide{amount_fr} a été payée{say.on(facts.paid_on)}. "
        "La banque peut demander quelques jours.",
        f"Your aid{amount_en} was paid{say.on(facts.paid_on)}. The bank may need a few days.",
    )


def _asked(say: _Speaker) -> str:
    """The sentence about pièces asked for again, or "" when there is none."""
    asked = [p for p in say.facts.pieces if p.state is PieceState.RED]
    if not asked:
        return ""
    names = ", ".join(PIECE[p.kind].get(say.locale) for p in asked)
    return say.pair(
        f"Une pièce est attendue de votre part : {names}."
        if len(asked) == 1
        else f"{len(asked)} pièces sont attendues de votre part : {names}.",
        f"One document is expected from you: {names}."
        if len(asked) == 1
        else f"{len(asked)} documents are expected from you: {names}.",
    )


_BY_STATUS: dict[Inside, Callable[[_Speaker], str]] = {
    Inside.AWAITED: _awaited,
    Inside.DEPOSITED: _deposited,
    Inside.TAKEN_UP: _taken_up,
    Inside.INADMISSIBLE: _refused,
    Inside.REJECTED: _refused,
    Inside.VOTED: _granted,
    Inside.TO_PAY: _granted,
    Inside.PAID: _paid,
}
