"""What is done from a dossier's page with nobody on the line: the link sent again, an SMS or a mail written."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_login import current_user

from app.accounts import journal
from app.assist import acting
from app.assist.portal.by_sms import mobile_of
from app.assist.portal.resend import resend_link
from app.assist.script import BASES
from app.channels import letters
from app.desk.dossier_acts import current
from app.dossiers import store as dossiers
from app.dossiers.mail.aloud import mask
from app.dossiers.mandates import service as mandates
from app.dossiers.models import Dossier, Person
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import AGENTS
from app.foundation.text import phone_numbers
from app.foundation.wiring import ports, settings
from app.lines import store as lines
from app.tickets import service as tickets
from app.tickets.models import Channel, Contact
from app.tickets.reasons import Reason, Suggestion
from app.web.access import allow
from app.web.whose import TEAM, about

bp = Blueprint("dossier_acts", __name__)

SUBJECT = 120  # characters of a mail's subject


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/resend")
@allow(*AGENTS)
@about(TEAM)
def resend(dossier_id: int) -> Response:
    """Send the link of the Portal again, on the agreement that the pressed button says (``basis``)."""
    now, basis = clock.now(), request.form.get("basis", "")
    dossier = dossiers.dossier(dossier_id)
    if basis not in BASES:
        raise InvalidInput(
            "Dites sur quel accord vous agissez.",
            kept="Rien n'a été fait.",
            todo="Demandez à la personne, puis choisissez l'accord.",
        )
    mandates.check(dossier.person_id, basis, now)
    if not dossier.person.email:
        raise InvalidInput(
            "Cette personne n'a pas d'adresse mail.",
            kept="Rien n'est parti.",
            todo="Corrigez sa fiche, puis renvoyez.",
        )
    with unit_of_work():
        contact = current.contact_for(
            dossier_id, Channel.MAIL, agent_id=current_user.id, now=now, detail={"basis": basis}
        )
        contact_id, begun = contact.id, contact.closed_at == now
        if begun:
            tickets.note_scripts(contact_id, [Suggestion(Reason.ACCOUNTS, None)])
    actor = acting.Actor(None, current_user.id, "", basis, now, contact_id=contact_id)
    result = resend_link(
        actor, ports(), settings().public_base_url, sms_too=request.form.get("sms") == "1"
    )
    response = make_response(
        render_template(
            "dossiers/acts/resent.html",
            result=result,
            to=mask(dossiers.dossier(dossier_id).person.email),
            contact_id=contact_id if begun else None,
        )
    )
    response.headers["HX-Trigger"] = "mail-life"  # the sentence and the events are read again
    return response


@bp.app_template_global("ways_to_write")
def ways_to_write(dossier: Dossier) -> letters.Ways:
    """By what the person of a dossier can be written to, before there is a contact; by nothing without a line."""
    if lines.first() is None:
        return letters.Ways()
    return letters.ways(Contact(person=dossier.person))


@bp.app_template_global("mobile_for_link")
def mobile_for_link(person: Person) -> str:
    """The person's own mobile, as it is read, to which a link can go beside its mail; "" without one."""
    to = mobile_of(person)
    return phone_numbers.display(to) if to else ""


@bp.app_template_global("shown_number")
def shown_number(number: str) -> str:
    """A number as it is read."""
    return phone_numbers.display(number)


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/write")
@allow(*AGENTS)
@about(TEAM)
def write(dossier_id: int) -> Response:
    """Send the person of a dossier an SMS or a mail (``way``, ``text``, ``subject``)."""
    now, form, me = clock.now(), request.form, current_user.id
    way, dossier = form.get("way", ""), dossiers.dossier(dossier_id)
    if way not in ("sms", "mail"):
        raise InvalidInput("Choisissez SMS ou mail.", kept="Rien n'est parti.")
    letters.checked(form.get("text", ""), way)  # before a contact begins for nothing
    to = ways_to_write(dossier).to(way)
    by_sms = way == "sms"
    subject = form.get("subject", "").strip()[:SUBJECT] or dossier.reference
    with unit_of_work():
        contact = current.contact_for(
            dossier_id,
            Channel.SMS if by_sms else Channel.MAIL,
            agent_id=me,
            now=now,
            number=to if by_sms else None,
        )
        contact_id, begun = contact.id, contact.closed_at == now
        message_id = letters.prepare(
            contact, way, form.get("text", ""), subject=subject, agent_id=me, now=now
        )
        journal.record(
            "letter_sent", f"contact:{contact_id}", agent_id=me, now=now, detail={"way": way}
        )
    sent = letters.hand_over(message_id, now=now)
    response = make_response(
        render_template(
            "dossiers/acts/written.html",
            dossier=dossiers.dossier(dossier_id),
            error=sent.error,
            to=phone_numbers.display(to) if by_sms else mask(to),
            contact_id=contact_id if begun else None,
        )
    )
    response.headers["HX-Trigger"] = "mail-life"
    return response
