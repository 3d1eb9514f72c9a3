"""Writes the mails that go to callers, in their language, as text and as HTML.

Subjects hold the word « Portail »: the scripts tell people to search their mailbox for it.
"""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from app.assist.mail.life import long_moment
from app.dossiers.models import Dossier
from app.foundation.ports import MailMessage
from app.foundation.text.bilingual import Text, language
from app.foundation.text.typography import french
from app.web import helpline

SUBJECT = Text(
    "Votre aide à la formation : ouvrez votre espace sur le Portail",
    "Your training grant: open your account on the Portal (Portail)",
)


def address_of(token: str, base_url: str) -> str:
    """The page to which a link leads. It holds the token and nothing else."""
    return f"{base_url}/portail/lien/{token}"


def access(dossier: Dossier, token: str, expires_at: datetime, base_url: str) -> MailMessage:
    """The mail that opens the Portal: step 1, then step 2, and until when.

    ``base_url`` has no slash at its end. The address of the page holds the token and nothing else.
    """
    person = dossier.person
    locale = language(person.language)
    spaced = french if locale == "fr" else str
    words = {
        "first_name": person.first_name,
        "reference": dossier.reference,
        "link": address_of(token, base_url),
        "until": long_moment(expires_at, locale),
        "line": helpline.with_hours(locale),
    }
    return MailMessage(
        to=person.email or "",
        subject=SUBJECT.get(locale),
        text=spaced(render_template(f"mail/access.{locale}.txt", **words)),
        html=render_template(f"mail/access.{locale}.html", **words),
        language=locale,
    )
