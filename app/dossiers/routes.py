"""Pages of dossiers: list, search, one dossier, and what is done on it.

No personal data goes into an address: searches are posted, dossiers are named by their id.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.dossiers import lists, organisations, service, store, view
from app.dossiers.finding import search as finding
from app.dossiers.mail import address as mail_address
from app.dossiers.mail.address import Address
from app.dossiers.readers import service as readers
from app.dossiers.service import Protected
from app.dossiers.troubles import next_act
from app.dossiers.vocabulary import FlagKind, Inside
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.web.access import allow
from app.web.incoming import number_in
from app.web.whose import NOTHING, TEAM, about

bp = Blueprint("dossiers", __name__)

PERSONS_SHOWN = 50
LARGEST_ID = 2**31 - 1  # PostgreSQL's integer; the addresses below say it too


def words() -> Words:
    """The words of this request: its language, and now."""
    return Words(str(get_locale()), clock.now())


def id_in(values: MultiDict[str, str], name: str) -> int | None:
    """The id that a form or an address gives, or None when it can be no id of ours."""
    return outside.identifier(values.get(name))


@bp.get("/dossiers")
@allow(*DESK)
def index() -> str:
    """All the dossiers, or one's own portfolio (``scope=mine``); of a status or an organisme, sorted."""
    mine = request.args.get("scope") == "mine"
    asked = request.args.get("inside", "")
    inside = Inside(asked) if asked in set(Inside) else None
    organisation = organisations.one(id_in(request.args, "organisation"))
    sort = request.args.get("sort", "")
    sort = sort if sort.removeprefix("-") in lists.SORTS else ""
    page = lists.page(
        number_in(request.args, "page"),
        owner_id=current_user.id if mine else None,
        inside=inside,
        organisation_id=organisation.id if organisation else None,
        sort=sort,
    )
    narrowed = {
        "inside": inside.value if inside else "",
        "organisation": str(organisation.id) if organisation else "",
        "sort": sort,
    }
    narrowed = {name: value for name, value in narrowed.items() if value}
    return render_template(
        "dossiers/index.html",
        page=page,
        query="",
        scope="mine" if mine else "all",
        narrowed=narrowed,
        organisation=organisation,
        statuses=[("", _("Tous"))] + [(each.value, words().label(each)) for each in Inside],
        here="/dossiers?" + urlencode({**({"scope": "mine"} if mine else {}), **narrowed}),
        words=words(),
    )


@bp.post("/dossiers")
@allow(*DESK)
@about(NOTHING)
def search() -> str:
    """Persons and their dossiers by anything known of them; posted, so that no name is in a log."""
    query = request.form.get("q", "").strip()[:100]
    results = finding.search(query, shown=PERSONS_SHOWN)
    return render_template("dossiers/results.html", results=results, query=query, words=words())


@bp.post("/dossiers/mail")
@allow(*DESK)
@about(NOTHING)
def judge_mail() -> str:
    """What is to be said of a mail address while it is typed; nothing for an empty field."""
    typed = request.form.get("email", "")
    read = mail_address.read(typed) if typed.strip() else None
    return render_template("dossiers/mail_said.html", read=read, **_mail_field())


@bp.post("/dossiers/mail/corrected")
@allow(*DESK)
@about(NOTHING)
def correct_mail() -> str:
    """The field again, with the address that was suggested in it."""
    value = request.form.get("email", "")[: mail_address.LONGEST]
    return render_template("dossiers/mail_corrected.html", value=value, **_mail_field())


def doubt_about_mail() -> Response | None:
    """The suggestion for the address of this form, when nobody has seen it yet; else None.

    An address with a slip in it is asked about once, then accepted: its owner knows best.
    """
    read = mail_address.read(request.form.get("email", ""))
    if not isinstance(read, Address) or read.suggestion is None:
        return None
    if request.form.get("mail_seen", "") == read.text:
        return None
    field = _mail_field()
    response = make_response(render_template("dossiers/mail_said.html", read=read, **field))
    response.headers["HX-Retarget"] = f"#{field['id']}-said"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _mail_field() -> dict[str, str]:
    """Which field of the page it is: its id (letters, digits, hyphens) and its label."""
    named = request.form.get("mail_field", "")[:60]
    plain = named if named.replace("-", "").isalnum() and named.isascii() else "mail"
    return {"id": plain, "label": request.form.get("mail_label", "")[:80] or _("Mail")}


@bp.get("/dossiers/<int(max=2147483647):dossier_id>")
@allow(*DESK)
def show(dossier_id: int) -> str:
    """One dossier; who opened it is journaled."""
    shown = _view(dossier_id)
    readers.note_read(dossier_id, agent_id=current_user.id, now=clock.now())
    return render_template(
        "dossiers/show.html", view=shown, first=next_act.called_for(shown.troubles)
    )


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/reveal")
@allow(*DESK)
@about(TEAM)
def reveal(dossier_id: int) -> str:
    """Show the NIR or the IBAN whole; journaled."""
    try:
        field = Protected(request.form.get("field", ""))
    except ValueError:
        raise NotFound("Cette information n'est pas dans le dossier.") from None
    value = service.reveal(dossier_id, field, agent_id=current_user.id, now=clock.now())
    return render_template("dossiers/revealed.html", value=value)


@bp.get("/dossiers/<int(max=2147483647):dossier_id>/annotations")
@allow(*DESK)
def all_annotations(dossier_id: int) -> str:
    """All that was noted of a dossier, a page at a time."""
    dossier = store.dossier(dossier_id)
    page = store.annotations_page(dossier_id, number_in(request.args, "page"))
    return render_template("dossiers/annotations.html", dossier=dossier, page=page, words=words())


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/annotations")
@allow(*DESK)
@about(TEAM)
def annotate(dossier_id: int) -> Response:
    """Add a remark; the dossier is shown again."""
    service.annotate(
        dossier_id,
        request.form.get("text", ""),
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
        alert_on=_date("alert_on"),
    )
    return _fragment(dossier_id)


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/priority")
@allow(*DESK)
@about(TEAM)
def flag_priority(dossier_id: int) -> Response:
    """Promise to treat the dossier first; the dossier is shown again."""
    due_on = _date("due_on")
    if due_on is None:
        raise InvalidInput("Choisissez la date promise.", kept="Votre saisie est gardée.")
    try:
        kind = FlagKind(request.form.get("kind") or FlagKind.PRIORITY)
    except ValueError:
        raise InvalidInput(
            "Cette priorité n'existe pas.", kept="Votre saisie est gardée."
        ) from None
    service.flag_priority(
        dossier_id,
        request.form.get("reason", ""),
        due_on,
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
        kind=kind,
    )
    return _fragment(dossier_id)


@bp.post("/dossiers/flags/<int(max=2147483647):flag_id>/done")
@allow(*DESK)
@about(TEAM)
def finish_flag(flag_id: int) -> Response:
    """Say that a promised priority was honoured; the dossier is shown again."""
    return _fragment(service.finish_flag(flag_id, agent_id=current_user.id, now=clock.now()))


def _view(dossier_id: int) -> view.DossierView:
    events = request.values.get("events", "")
    return view.of(dossier_id, clock.now(), str(get_locale()), events, whole=True)


def _fragment(dossier_id: int) -> Response:
    """The dossier's page again; the desk's column reads itself again (``dossier-noted``)."""
    if id_in(request.form, "contact") is not None:
        return Response("", headers={"HX-Trigger": "dossier-noted"})
    shown = _view(dossier_id)
    first = next_act.called_for(shown.troubles)
    return make_response(render_template("dossiers/dossier.html", view=shown, first=first))


def _date(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    found = outside.day(text)
    if found is None:
        raise InvalidInput("Ce n'est pas une date.", kept="Votre saisie est gardée.")
    return found
