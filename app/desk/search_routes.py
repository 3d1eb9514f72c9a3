"""The one search, from any page: persons, dossiers, contacts, organismes, scripts, while somebody types.

What is typed is posted and is in no address and no log. Places and acts are found in the page itself
(static/js/page/search.js): they are those that it shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.assist import pane
from app.assist.mail.life import LifeItem
from app.dossiers import organisations
from app.dossiers.finding import query, search
from app.dossiers.finding.search import Found
from app.dossiers.mail import stage
from app.dossiers.routes import id_in, words
from app.dossiers.vocabulary import Inside
from app.foundation import clock
from app.foundation.belonging import Need
from app.foundation.clock import local_day
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.tickets import holding, service
from app.tickets.models import Contact
from app.tickets.reasons import label
from app.web.access import allow
from app.web.whose import NOTHING, about

bp = Blueprint("search", __name__)

PERSONS, SCRIPTS, ORGANISATIONS, CONTACTS, LINKED = 6, 4, 4, 3, 3
FEW = 3  # persons found: then their last contacts are shown too
LONGEST = 100


@bp.post("/search")
@allow()
@about(NOTHING)
def find() -> str:
    """What answers ``q``, as the options of a list, in groups; of what the role may see."""
    typed = request.form.get("q", "").strip()[:LONGEST]
    if not typed:
        return ""
    locale = str(get_locale())
    sees_persons = current_user.role in DESK
    results = (
        search.search(typed, shown=PERSONS) if sees_persons else search.Results(query.read(""))
    )
    contact = _contact_in_hand() if sees_persons else None
    return render_template(
        "desk/found.html",
        results=results,
        contacts=_contacts_of(results.found) if len(results.found) <= FEW else (),
        organisations=organisations.named(typed, ORGANISATIONS) if sees_persons else (),
        scripts=[pane.listed(each, locale) for each in pane.search(typed, locale)[:SCRIPTS]],
        contact=contact,
        about=service.about_of(contact) if contact else "",
        linked=[] if contact is None else results.found[:LINKED],
        reason=lambda reason: label(reason, locale),
        day_of=local_day,
        words=words(),
        mail_of=_mail_stages(results.found),
        stage_word=lambda code: stage.word(code, locale),
    )


def _contact_in_hand() -> Contact | None:
    """The contact that the page shows, when the person signed in may say whom it is about."""
    contact_id = id_in(request.form, "contact")
    contact = db.session.get(Contact, contact_id) if contact_id else None
    return contact if contact is not None and holding.may(contact, Need.ACT) else None


def _mail_stages(found: Sequence[Found]) -> dict[int, LifeItem]:
    """Where the last mail of each dossier is, by dossier: while nothing was deposited, that is what matters."""
    awaited = (
        each.dossiers[0].id
        for each in found
        if each.dossiers and each.dossiers[0].inside is Inside.AWAITED
    )
    now = clock.now()
    lives = ((dossier_id, pane.life_of(dossier_id, now)) for dossier_id in awaited)
    return {
        dossier_id: [item for item in life.items if item.done][-1]
        for dossier_id, life in lives
        if life
    }


def _contacts_of(found: Sequence[Found]) -> Sequence[Contact]:
    """The last contacts about the dossiers of those who were found."""
    dossiers = [dossier.id for each in found for dossier in each.dossiers[:FEW]]
    if not dossiers:
        return ()
    return db.session.scalars(
        select(Contact)
        .where(Contact.dossier_id.in_(dossiers))
        .options(joinedload(Contact.person), joinedload(Contact.agent))
        .order_by(Contact.opened_at.desc(), Contact.id.desc())
        .limit(CONTACTS)
    ).all()
