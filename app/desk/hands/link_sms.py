"""The link of a mail, by SMS too: to the person's own mobile alone, kept without its key, followed as any message."""

from __future__ import annotations

from app.accounts import journal
from app.assist.acting import Actor
from app.assist.mail.life import long_moment
from app.assist.portal.by_sms import Carrier, Letter
from app.channels import letters
from app.dossiers.models import Person
from app.dossiers.vocabulary import PhoneOwner
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.text import phone_numbers
from app.foundation.text.bilingual import Text
from app.lines import store as lines
from app.lines.dialling import Use
from app.lines.numbers import reach
from app.tickets.models import Channel
from app.tickets.written import messages

WORDS = Text(
    "Permanence du Portail : voici votre lien, aussi envoyé par mail, valable jusqu'au {until} : {link}",
    "Portal help line: here is your link, also sent by email, valid until {until}: {link}",
)


def mobile(person: Person) -> str:
    """The person's own mobile: never a helper's or a shared telephone, whose owner would hold the key."""
    line = lines.first()
    if line is None:
        return ""
    own = (each.e164 for each in person.phones if each.owner is PhoneOwner.OWN)
    return next(
        (n for n in own if phone_numbers.is_mobile(n) and reach.allows(n, Use.WRITE, line.id)), ""
    )


def send(letter: Letter, actor: Actor) -> PermanenceError | None:
    """Write it down without the link (who reads the message has no key), then hand it over with it."""
    person = letter.dossier.person
    tongue = person.language
    words, until = WORDS.get(tongue), long_moment(letter.until, tongue)
    dossier_id, to = letter.dossier.id, mobile(person)
    with unit_of_work():
        message_id = messages.prepare(
            letter.contact_id, Channel.SMS, to, words.format(until=until, link="…"),
            now=actor.now, agent_id=actor.agent_id,
        ).id  # fmt: skip
        journal.record(
            "link.texted", f"dossier:{dossier_id}", agent_id=actor.agent_id, now=actor.now,
            detail={"run": actor.run_id},
        )  # fmt: skip
    text = words.format(until=until, link=letter.link)
    return letters.hand_over(message_id, now=actor.now, text=text).error


CARRIER = Carrier(mobile, send)
