"""/dossiers/persons/<id>: somebody whom we know and who has no dossier yet. With one, its page is the person's.

The training body opens a dossier, never this service: the page says so, and whom to call.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug import Response

from app.dossiers import person_view, store
from app.dossiers.readers import service as readers
from app.dossiers.routes import words
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.tickets import reasons
from app.tickets.models import Contact, ContactPerson
from app.tickets.pane import message_view
from app.web.access import allow

bp = Blueprint("persons", __name__)

CONTACTS = 20
# Who says not to be found at the Portal, whose training body has not enrolled them (docs/scripts.md).
SCRIPT = "S24"


@bp.get("/dossiers/persons/<int(max=2147483647):person_id>")
@allow(*DESK)
def show(person_id: int) -> str | Response:
    """Who they are and what was said; leads to the dossier as soon as there is one. Journaled."""
    person = store.person(person_id)
    dossier_id = store.first_dossier_of(person.id)
    if dossier_id is not None:
        return redirect(url_for("dossiers.show", dossier_id=dossier_id))
    readers.note_read_person(person.id, agent_id=current_user.id, now=clock.now())
    said = words()
    return render_template(
        "dossiers/person.html",
        person=person,
        details=person_view.of(person, said),
        contacts=_contacts(person.id),
        named=message_view.contact_name,
        reason=lambda contact: reasons.label(contact.reason, said.locale),
        script=SCRIPT,
        words=said,
    )


def _contacts(person_id: int) -> Sequence[Contact]:
    """The last contacts with this person, or in which somebody spoke of them, the newest first."""
    also = select(ContactPerson.contact_id).where(ContactPerson.person_id == person_id)
    return db.session.scalars(
        select(Contact)
        .where((Contact.person_id == person_id) | Contact.id.in_(also))
        .options(joinedload(Contact.agent))
        .order_by(Contact.opened_at.desc(), Contact.id.desc())
        .limit(CONTACTS)
    ).all()
