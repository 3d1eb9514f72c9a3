"""« Quand serai-je payé ? », in one sentence with its reasoning: to the agent, in the script and on the page. Pure.

No date before a grant: nobody has decided yet that this dossier will be paid (DOMAIN, S25; the database refuses
such a date too). A wave's day that falls on a day off is the next working day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from app.dossiers.payments.calendar import working_days_between
from app.dossiers.vocabulary import Inside
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day, euros, tidy


@dataclass(frozen=True)
class PaymentFacts:
    """What the answer rests on. ``pays_on`` and ``next_wave`` are days on which the bank is really paid
    (days off taken into account); ``moved_from`` is the day of the wave when that was a day off.

    ``payments``: how many payments this training's theme gives (some give two).
    """

    inside: Inside
    deposited_on: date | None = None
    taken_up_on: date | None = None
    decided_on: date | None = None
    deposits_processed: date | None = None
    processing_noted_on: date | None = None
    pays_on: date | None = None
    moved_from: date | None = None
    next_wave: date | None = None
    paid_on: date | None = None
    amount_cents: int | None = None
    pieces_asked: int = 0
    urgent: bool = False  # an earlier wave was granted
    payments: int = 1
    days_off: Collection[date] = ()


@dataclass(frozen=True)
class Answer:
    """The sentence to say, the facts it rests on (the strongest first), and the day when there is one."""

    sentence: Text
    because: tuple[Text, ...] = ()
    on: date | None = None


def answer(facts: PaymentFacts, today: date) -> Answer:
    """When this dossier is paid, as far as anybody knows on ``today``. Never a date before a grant."""
    told = _BY_STATUS[facts.inside](_Told(facts, today))
    return Answer(_tidy(told.sentence), tuple(map(_tidy, told.because)), told.on)


def _tidy(text: Text) -> Text:
    return Text(tidy(text.fr, "fr"), text.en)


@dataclass(frozen=True)
class _Told:
    """The facts, and how their days are said."""

    facts: PaymentFacts
    today: date

    def say(self, french: str, english: str, **days: date | None) -> Text:
        """The same words in both languages, each day set in them."""
        return Text(*(
            words.format(**{name: day(at, self.today, locale) for name, at in days.items() if at})
            for words, locale in ((french, "fr"), (english, "en"))
        ))  # fmt: skip

    def since(self) -> tuple[Text, ...]:
        """The grant, when its day is known."""
        granted = self.facts.decided_on
        if granted is None:
            return ()
        return (self.say("Accordée le {at}.", "Granted on {at}.", at=granted),)


def _awaited(_told: _Told) -> Answer:
    return Answer(
        Text(
            "Aucune demande n'est encore déposée : il n'y a pas de paiement prévu.",
            "No request has been submitted yet: no payment is planned.",
        ),
        (Text("Le délai ne court qu'à partir du dépôt.", "Time only counts from the day it is submitted."),),
    )  # fmt: skip


def _not_studied(told: _Told) -> Answer:
    facts = told.facts
    because = []
    if facts.deposited_on:
        because.append(
            told.say("Déposée le {at}.", "Submitted on {at}.", at=facts.deposited_on)
        )  # fmt: skip
    because += _how_far(told)
    because += _asked(facts)
    return Answer(
        Text(
            "Personne n'a encore étudié votre demande : il n'y a pas encore de date de paiement.",
            "Nobody has studied your request yet: there is no payment date yet.",
        ),
        tuple(because),
    )


def _how_far(told: _Told) -> list[Text]:
    """Which deposits are worked on, and how many working days of deposits come before this one."""
    facts = told.facts
    at, noted = facts.deposits_processed, facts.processing_noted_on
    if at is None:
        return []
    if noted is None or noted == told.today:
        found = [
            told.say(
                "Nous traitons aujourd'hui les demandes déposées le {at}.",
                "We are now working on requests submitted on {at}.",
                at=at,
            )
        ]
    else:
        found = [
            told.say(
                "Le {noted}, nous traitions les demandes déposées le {at}.",
                "On {noted}, we were working on requests submitted on {at}.",
                noted=noted,
                at=at,
            )
        ]
    if facts.deposited_on and facts.deposited_on > at:
        left = working_days_between(at, facts.deposited_on, facts.days_off)
        if left:
            found.append(
                Text(
                    f"Avant la vôtre, il reste {left} jour{'s' if left > 1 else ''} de dépôts à étudier.",
                    f"Before yours, {left} day{'s' if left > 1 else ''} of requests remain to be studied.",
                )
            )
    return found


def _asked(facts: PaymentFacts) -> list[Text]:
    if not facts.pieces_asked:
        return []
    many = facts.pieces_asked > 1
    return [
        Text(
            f"{facts.pieces_asked} pièces sont attendues." if many else "Une pièce est attendue.",
            f"{facts.pieces_asked} documents are expected."
            if many
            else "One document is expected.",
        )
    ]


def _studied(told: _Told) -> Answer:
    because = [*_asked(told.facts)]
    if told.facts.taken_up_on:
        taken = told.facts.taken_up_on
        because.append(told.say("Prise en charge le {at}.", "Taken up on {at}.", at=taken))
    return Answer(
        Text(
            "Votre demande est à l'étude : tant que rien n'est décidé, il n'y a pas de date de paiement.",
            "Your request is being studied: until it is decided, there is no payment date.",
        ),
        tuple(because),
    )


def _refused(told: _Told) -> Answer:
    at = told.facts.decided_on
    return Answer(
        Text(
            "Cette demande n'a pas été acceptée : aucun paiement n'est prévu pour elle.",
            "This request was not accepted: no payment is planned for it.",
        ),
        (told.say("Décision du {at}.", "Decision of {at}.", at=at),) if at else (),
    )


def _granted(told: _Told) -> Answer:
    facts = told.facts
    if facts.pays_on is None:
        return _no_day_yet(told)
    if facts.inside is Inside.VOTED:
        return _planned(told, facts.pays_on)
    if facts.pays_on < told.today:
        return Answer(
            told.say(
                "Votre aide devait être payée le {at}, et nous ne voyons pas encore ce paiement : "
                "nous vérifions.",
                "Your aid was to be paid on {at}, and we do not see that payment yet: we are checking.",
                at=facts.pays_on,
            ),
            told.since(),
        )
    because = [*told.since(), *_moved(told), *_urgent(facts), *_parts(facts), *_amount(facts)]
    bank = Text("La banque peut demander quelques jours.", "The bank may need a few days.")
    if facts.pays_on == told.today:
        sentence = Text("Votre aide est payée aujourd'hui.", "Your aid is paid today.")
    else:
        sentence = told.say(
            "Votre aide sera payée le {at}.", "Your aid will be paid on {at}.", at=facts.pays_on
        )
    return Answer(
        Text(f"{sentence.fr} {bank.fr}", f"{sentence.en} {bank.en}"), tuple(because), facts.pays_on
    )


def _planned(told: _Told, pays_on: date) -> Answer:
    """Voted, with a day, and not proposed for payment: the day is planned, nobody may promise it."""
    because = [*told.since(), *_moved(told), *_urgent(told.facts), *_parts(told.facts)]
    because += _amount(told.facts)
    if pays_on < told.today:
        sentence = told.say(
            "Votre aide est accordée ; son paiement était prévu le {at}, et il n'a pas encore été proposé : "
            "nous vérifions.",
            "Your aid is granted; its payment was planned for {at}, and it has not been proposed yet: we are checking.",
            at=pays_on,
        )
    else:
        sentence = told.say(
            "Votre aide est accordée ; son paiement est prévu le {at}, mais il n'est pas encore proposé.",
            "Your aid is granted; its payment is planned for {at}, but it is not proposed yet.",
            at=pays_on,
        )
    return Answer(sentence, tuple(because))


def _no_day_yet(told: _Told) -> Answer:
    because = list(told.since())
    if told.facts.inside is Inside.VOTED:
        because.append(
            Text("Pas encore proposée au paiement.", "Not proposed for payment yet.")
        )  # fmt: skip
    if told.facts.next_wave:
        because.append(
            told.say(
                "Le prochain paiement du service est le {at} ; rien ne dit encore que cette aide y sera.",
                "The service's next payment is on {at}; nothing says yet that this aid is in it.",
                at=told.facts.next_wave,
            )
        )
    return Answer(
        Text(
            "Votre aide est accordée ; le jour du paiement n'est pas encore fixé.",
            "Your aid is granted; the payment day is not set yet.",
        ),
        tuple(because),
    )


def _moved(told: _Told) -> list[Text]:
    if told.facts.moved_from is None:
        return []
    return [
        told.say(
            "Le {at} n'est pas un jour ouvré : c'est le jour ouvré suivant.",
            "{at} is not a working day: it is the next working day.",
            at=told.facts.moved_from,
        )
    ]


def _urgent(facts: PaymentFacts) -> list[Text]:
    if not facts.urgent:
        return []
    return [
        Text(
            "Avancée : l'urgence est reconnue.", "Brought forward: the urgent payment is accepted."
        )
    ]


def _parts(facts: PaymentFacts) -> list[Text]:
    if facts.payments < 2:
        return []
    return [
        Text(
            f"Cette formation donne {facts.payments} paiements : celui-ci est le premier.",
            f"This training gives {facts.payments} payments: this is the first.",
        )
    ]


def _amount(facts: PaymentFacts) -> list[Text]:
    if not facts.amount_cents:
        return []
    return [
        Text(
            f"Montant : {euros(facts.amount_cents, 'fr')}.",
            f"Amount: {euros(facts.amount_cents, 'en')}.",
        )
    ]


def _paid(told: _Told) -> Answer:
    facts = told.facts
    on = facts.paid_on
    sentence = (
        told.say("Votre aide a été payée le {at}.", "Your aid was paid on {at}.", at=on)
        if on
        else Text("Votre aide a été payée.", "Your aid was paid.")
    )
    bank = Text("La banque peut demander quelques jours.", "The bank may need a few days.")
    return Answer(
        Text(f"{sentence.fr} {bank.fr}", f"{sentence.en} {bank.en}"), tuple(_amount(facts)), on
    )


_BY_STATUS: dict[Inside, Callable[[_Told], Answer]] = {
    Inside.AWAITED: _awaited,
    Inside.DEPOSITED: _not_studied,
    Inside.TAKEN_UP: _studied,
    Inside.INADMISSIBLE: _refused,
    Inside.REJECTED: _refused,
    Inside.VOTED: _granted,
    Inside.TO_PAY: _granted,
    Inside.PAID: _paid,
}
