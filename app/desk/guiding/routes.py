"""« Guider sur son téléphone »: from the script pane, by an SMS or a mail with a link; the code is said."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.assist.guided import service
from app.assist.mail.life import clock_time
from app.channels import letters
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, PermanenceError
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.foundation.text.bilingual import language
from app.foundation.wiring import settings
from app.tickets.models import Contact
from app.web.access import allow
from app.web.whose import about

bp = Blueprint("guiding", __name__, url_prefix="/guide")


@bp.get("")
@allow(*DESK)
def strip() -> str:
    """Where the person's phone stands, for the script pane."""
    return _strip(_contact())


@bp.post("/start")
@allow(*DESK)
@about("contact", word="script")
def start() -> str:
    """Send the link by the way chosen; the code is shown to be said."""
    contact, way, now = _contact(), request.form.get("way", ""), clock.now()
    if way not in ("sms", "mail"):
        raise InvalidInput("Choisissez le SMS ou le mail.", kept="Rien n'est parti.")
    tongue = language(letters.ways(contact).language)
    with unit_of_work():
        _phone, token = service.create(
            contact.id, agent_id=current_user.id, way=way, language=tongue, now=now
        )
        link = f"{settings().public_base_url}/guide/{token}"
        with force_locale(tongue):
            text = _(
                "Permanence du Portail : suivez l'appel pas à pas sur votre téléphone. Ouvrez %(link)s "
                "puis tapez le code donné au téléphone. Valable une heure.",
                link=link,
            )
            subject = _("Permanence du Portail : suivez l'appel pas à pas")
        message_id = letters.prepare(
            contact, way, text, subject=subject, agent_id=current_user.id, now=now
        )
    sent = letters.hand_over(message_id, now=now)
    if sent.error is not None:
        with unit_of_work():
            service.end(contact.id, now)
        return _strip(contact, sent.error)
    return _strip(contact)


@bp.post("/stop")
@allow(*DESK)
@about("contact", word="script")
def stop() -> str:
    """Close the page on the person's phone."""
    contact = _contact()
    with unit_of_work():
        service.end(contact.id, clock.now())
    return _strip(contact)


def _contact() -> Contact:
    contact_id = outside.identifier(request.values.get("contact", ""))
    found = db.session.get(Contact, contact_id) if contact_id is not None else None
    if found is None:
        raise InvalidInput("Ce contact n'existe pas.")
    return found


def _strip(contact: Contact, error: PermanenceError | None = None) -> str:
    phone = service.of_contact(contact.id, clock.now())
    step = service.shown(phone) if phone is not None else None
    return render_template(
        "guided/_strip.html",
        contact_id=contact.id,
        phone=phone,
        word=step.said if step else "",
        ways=letters.ways(contact),
        error=error,
        time_of=lambda at: clock_time(at, current_user.locale),
    )
