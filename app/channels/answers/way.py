"""By which way somebody who wrote is answered: by mail when she gave an address, else by SMS at her number."""

from __future__ import annotations

from dataclasses import dataclass

from app.channels.letters import LONGEST_MAIL
from app.channels.sms import parts
from app.foundation.text import phone_numbers
from app.tickets.models import Channel, Contact
from app.tickets.written import messages


@dataclass(frozen=True)
class Way:
    """The channel of an answer, and to whom: ``to`` is a number or a mail address, None for none."""

    channel: Channel
    to: str | None

    @property
    def by_mail(self) -> bool:
        """Does it leave by mail?"""
        return self.channel is Channel.MAIL

    @property
    def longest(self) -> int:
        """Signs that one answer holds."""
        return LONGEST_MAIL if self.by_mail else parts.LONGEST

    @property
    def shown(self) -> str:
        """To whom, as it is read."""
        return self.to or "" if self.by_mail else phone_numbers.display(self.to)


def of(contact: Contact) -> Way:
    """How this contact is answered now. After a mail that came back, by SMS."""
    mail = messages.mail_address_of(contact.id)
    return Way(Channel.MAIL, mail) if mail else Way(Channel.SMS, contact.caller_number)
