"""The qualification bar and the page of the day's contacts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import last_editor
from app.dossiers import timeline
from app.dossiers.models import Dossier
from app.dossiers.routes import id_in, words
from app.dossiers.timeline import Events
from app.dossiers.wording import Words
from app.foundation import clock, edits
from app.foundation.belonging import Need
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.tickets import reasons, service, store
from app.tickets.models import Channel, Contact, Direction
from app.tickets.pane import message_view
from app.tickets.pane.message_view import Shown
from app.tickets.qualifying import bar_form
from app.tickets.qualifying.qualification import NO_TROUBLE, Form, Refused
from app.tickets.reasons import CallerRole, DigitalKind, Reason
from app.tickets.written import messages
from app.web.access import allow
from app.web.acts.once import repeatable
from app.web.incoming import number_in
from app.web.whose import SERVICE, about

bp = Blueprint("tickets", __name__)

Coded = TypeVar("Coded", bound=StrEnum)
DRAFT_READ = 2000  # characters: what is longer is no note


@bp.get("/tickets/qualification")
@allow(*DESK)
def qualification() -> str:
    """The bar of a contact; once qualified, its summary (``edit=1``: the form again)."""
    contact = store.contact(id_in(request.args, "contact") or 0)
    if contact.qualified_at is not None and request.args.get("edit") != "1":
        return render_template("tickets/qualified.html", contact=contact, **_words())
    if service.watched(contact, current_user.id, current_user.role):
        return render_template("tickets/watched.html", contact=contact)
    return _bar(contact, bar_form.form_of(contact, clock.now()), {})


@bp.post("/tickets/qualification")
@allow(*DESK)
@about("contact", need=Need.QUALIFY, word="reason")
def qualify() -> Response:
    """Store why the person called. A refused form comes back as typed (422), secrets apart."""
    contact_id = id_in(request.form, "contact") or 0
    now = clock.now()
    try:
        judged = service.qualify(
            contact_id,
            Form.of(request.form),
            agent_id=current_user.id,
            role=current_user.role,
            now=now,
            locale=str(get_locale()),
            seen=request.form.get("seen", ""),
        )
    except StaleEdit as stale:
        typed = Form.of(stale.form)
        response = make_response(_bar(store.contact(contact_id), typed, {}, stale), stale.status)
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
        return response
    contact = store.contact(contact_id)
    if isinstance(judged, Refused):
        response = make_response(_bar(contact, judged.form, judged.errors), 422)
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
        return response
    response = make_response(render_template("tickets/qualified.html", contact=contact, **_words()))
    response.headers["HX-Trigger"] = json.dumps({"contact-qualified": {"contact": contact_id}})
    return response


@bp.post("/tickets/draft")
@allow(*DESK)
@about(SERVICE)
@repeatable("what is kept is what was typed last")
def draft() -> Response:
    """Keep what was begun in the bar. JSON: ``{contact, note, chosen: {field: value}}``; what is not
    there was not touched."""
    body = request.get_json(silent=True)
    named = body.get("contact") if isinstance(body, dict) else None
    contact_id = outside.identifier(named) if isinstance(named, int) else None
    if not isinstance(body, dict) or contact_id is None:
        raise InvalidInput("La demande est incomplète ou abîmée.")
    note, chosen = body.get("note"), body.get("chosen")
    kept = service.keep_draft(
        contact_id,
        None if note is None else str(note)[:DRAFT_READ],
        chosen if isinstance(chosen, dict) else None,
        agent_id=current_user.id,
        role=current_user.role,
        locale=str(get_locale()),
    )
    return jsonify({"note": kept.note, "said": " ".join(kept.said), "kept": kept.kept})


@bp.get("/tickets")
@allow(*DESK)
def index() -> str:
    """The contacts of a day: all, one's own, or those left without a reason; narrowed and sorted."""
    scope = request.args.get("scope", "all")
    if scope not in ("all", "mine", "undone"):
        raise NotFound("Cette page n'existe pas.")
    asked = _asked(request.args, scope)
    narrowed = _narrowing(request.args)
    page = store.page(asked, number_in(request.args, "page"))
    return render_template(
        "tickets/index.html",
        page=page,
        scope=scope,
        asked=asked,
        narrowed=narrowed,
        list_filters=_filters(asked),
        here="/tickets?" + urlencode({"scope": scope, **narrowed}),
        day=asked.day,
        today=clock.local_day(clock.now()),
        name_of=message_view.contact_name,
        messages=_messages_of(page.items),
        **_words(),
    )


def _asked(args: Mapping[str, str], scope: str) -> store.Asked:
    """What the address asks; what it says otherwise is left out."""
    sort = args.get("sort", "")
    digital = args.get("digital", "")
    return store.Asked(
        day=outside.day(args.get("day", "")) or clock.local_day(clock.now()),
        agent_id=current_user.id if scope == "mine" else None,
        unqualified=scope == "undone",
        channel=_one_of(Channel, args.get("channel", "")),
        reason=_one_of(Reason, args.get("reason", "")),
        digital=digital if digital in store.DIGITAL else "",
        sort=sort if sort.removeprefix("-") in store.ORDERS else "-at",
    )


def _narrowing(args: Mapping[str, str]) -> dict[str, str]:
    """The filters and the order of an address, as the next page's has them."""
    names = ("day", "channel", "reason", "digital", "sort")
    return {name: args[name] for name in names if args.get(name)}


def _one_of(kind: type[Coded], text: str) -> Coded | None:
    return kind(text) if text in list(kind) else None


def _filters(asked: store.Asked) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """The lists to choose from: name, label, options, what is chosen."""
    locale = str(get_locale())
    every = ("", _("Tous"))
    channels = [(each.value, message_view.channel_name(each)) for each in Channel]
    digital = [("declared", _("déclarée")), ("seen", _("vue, non déclarée"))]
    chosen = [(each.value, reasons.label(each, locale)) for each in Reason]
    return [
        ("channel", _("Par où"), [every, *channels], asked.channel or ""),
        ("reason", _("Motif"), [every, *chosen], asked.reason or ""),
        ("digital", _("Difficulté numérique"), [("", _("Avec ou sans")), *digital], asked.digital),
    ]


@bp.get("/tickets/<int(max=2147483647):contact_id>")
@allow(*DESK)
def show(contact_id: int) -> str:
    """One contact: its reason and note, to be written or read again."""
    contact = store.contact(contact_id)
    name, icon = message_view.contact_name(contact)
    return render_template(
        "tickets/contact.html",
        contact=contact,
        who=message_view.who(contact),
        name=name,
        icon=icon,
        **_words(),
    )


def _messages_of(contacts: Sequence[Contact]) -> dict[int, list[Shown]]:
    found = messages.of_contacts([contact.id for contact in contacts], messages.LISTED)
    return {contact_id: message_view.shown(each) for contact_id, each in found.items()}


def _bar(
    contact: Contact,
    form: Form,
    errors: dict[str, list[str]],
    stale: StaleEdit | None = None,
) -> str:
    locale = str(get_locale())
    carried = stale.seen if stale else request.form.get("seen")
    suggestion = bar_form.suggestion_for(contact, clock.now())
    return render_template(
        "tickets/qualification.html",
        contact=contact,
        form=form,
        errors=errors,
        seen=edits.seal(bar_form.qualified_form(contact)) if carried is None else carried,
        stale=stale.changes if stale else (),
        by=last_editor.last_by(f"contact:{contact.id}", "qualify") if stale else "",
        label=_field_labels().__getitem__,
        say_value=_said(locale),
        messages=_beside(contact),
        suggested=suggestion,
        suggested_role=service.likely_role(contact) or "",
        reasons=_reason_options(locale),
        roles=[(role.value, reasons.label(role, locale)) for role in CallerRole],
        kinds=_kind_options(suggestion.digital, locale),
        **_words(),
    )


def _field_labels() -> dict[str, str]:
    return {
        "reason": _("Motif de l’appel"),
        "caller_role": _("Qui appelait"),
        "digital_kind": _("Difficulté numérique"),
        "note": _("Note"),
        "follow_up_on": _("À suivre le"),
    }


def _said(locale: str) -> Callable[[str, str], str]:
    """A value of the bar, in words."""

    def say_value(name: str, value: str) -> str:
        if name == "digital_kind" and value == NO_TROUBLE:
            return _("Non")
        for coded in (Reason, CallerRole, DigitalKind):
            if name != "note" and value in list(coded):
                return reasons.label(coded(value), locale)
        return value

    return say_value


def _beside(contact: Contact) -> list[Shown]:
    """What the person wrote, beside a bar that is open alone (``messages=1``): at the desk the pane
    of the dossier has it."""
    if request.values.get("messages") != "1":
        return []
    return message_view.shown(messages.around(contact))


def _reason_options(locale: str) -> list[tuple[str, str, str]]:
    """The six real reasons, then « Pas de qualification », each with its key."""
    ordered = [*(r for r in Reason if r is not Reason.UNQUALIFIED), Reason.UNQUALIFIED]
    return [(r.value, reasons.label(r, locale), str(n)) for n, r in enumerate(ordered, 1)]


def _kind_options(suggested: DigitalKind | None, locale: str) -> list[tuple[str, str]]:
    """First what nobody said, with what the trace suggests; then « Non », then the kinds."""
    unsaid = _("non précisée")
    if suggested is not None:
        unsaid = _("suggéré : %(kind)s", kind=reasons.label(suggested, locale))
    kinds = [(kind.value, reasons.label(kind, locale)) for kind in DigitalKind]
    return [("", unsaid), (NO_TROUBLE, _("Non")), *kinds]


def _words() -> dict[str, object]:
    locale = str(get_locale())
    return {"words": words(), "say": lambda value: reasons.label(value, locale) if value else "—"}


def _contacts(dossier: Dossier, words: Words) -> Iterable[timeline.Item]:
    """Contacts in the dossier's timeline, and each message of theirs by its own name."""
    found = store.of_dossier(dossier)
    written = messages.of_contacts([contact.id for contact in found])
    for contact in found:
        said = message_view.shown(written[contact.id])
        if contact.direction is Direction.OUT and contact.channel is Channel.MAIL and not said:
            continue  # the link again: the Portal's own events say it
        begun = contact.direction is Direction.OUT
        came = said[0] if said and (begun or not said[0].mine) else None
        title, icon = message_view.contact_name(contact)
        who = contact.agent.display_name if contact.agent else ""
        reason = reasons.label(contact.reason, words.locale)
        yield timeline.Item(
            at=contact.opened_at,
            title=title,
            icon=icon,
            tone="action",
            detail=_joined(*((came.absent, came.state) if came else ()), reason, who, contact.note),
            words=came.body if came else "",
            kind=Events.CALLS if contact.channel is Channel.PHONE else Events.MESSAGES,
        )
        for each in said[1:] if came else said:
            detail = _joined(each.state, each.by, each.absent)
            kind = Events.MESSAGES
            yield timeline.Item(each.at, each.title, each.icon, each.tone, detail, each.body, kind)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


@bp.record
def _register_source(state: BlueprintSetupState) -> None:
    timeline.register(cast(Flask, state.app), _contacts)
