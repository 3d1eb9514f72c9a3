"""The settings of the line: hours and closures, rules, announcements. For managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.roles import SUPERVISORS
from app.lines import line_now
from app.lines import service as line_service
from app.lines import settings as line_settings
from app.lines.announcements import own as own_words
from app.lines.announcements import said as announcements
from app.lines.announcements.settings import SOUND_LIMIT
from app.lines.models import Line
from app.lines.numbers import short_reach
from app.lines.rules import BOUNDS, CAPS
from app.lines.settings import Errors
from app.supervision import line_choice, line_view
from app.web.access import allow
from app.web.incoming import BODY, takes
from app.web.whose import LINE, about

bp = Blueprint("line", __name__, url_prefix="/admin/line")
line_choice.install(bp)

Page = str | tuple[str, int] | BaseResponse


# --- hours and closures --------------------------------------------------------------------------


@bp.get("")
@allow(*SUPERVISORS)
def hours() -> Page:
    """Opening hours, closures and holidays; how the line stands."""
    return _hours_page()


def _hours_page(
    *,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    closure: Mapping[str, str] | None = None,
    stale: StaleEdit | None = None,
    holidays: StaleEdit | None = None,
    status: int = 200,
) -> Page:
    now, line = clock.now(), line_service.current()
    of_whom, today = line_service.territory_shown(line), line_now.of(line).day_of(now)
    shown = line_service.week_shown(line)
    filled = shown if typed is None else typed
    page = render_template(
        "lines/hours.html",
        line=line,
        standing=line_view.standing(line, now),
        incident=line_view.incident_words(line),
        days=announcements.DAYS[line_view.locale()],
        typed={day: filled.get(f"day-{day}", "")[:200] for day in line_settings.WEEK},
        seen=_seen(stale, shown),
        errors=errors or {},
        **_told(stale, line, "line_hours"),
        closures=line_view.closures(line, now),
        closure=closure or {},
        holidays=line_view.public_holidays(line, today),
        today=today.isoformat(),
        territory=(holidays.form if holidays else of_whom)["territory"],
        territory_seen=_seen(holidays, of_whom),
        territory_stale=_told(holidays, line, "line_territory"),
        territories=line_view.territories(),
        say=line_view.typeset,
    )
    return (page, status) if status != 200 else page


@bp.post("/hours")
@allow(*SUPERVISORS)
@about(LINE)
def change_hours() -> Page:
    """Store the hours of the week."""
    read = line_settings.read_week(request.form)
    if read.errors:
        return _hours_page(typed=request.form, errors=read.errors, status=422)
    typed = {f"day-{day}": request.form.get(f"day-{day}", "") for day in line_settings.WEEK}
    try:
        days = line_service.change_week(
            read.values,
            typed,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _hours_page(typed=stale.form, stale=stale, status=409)
    flash(_("Les horaires sont enregistrés.") if days else _("Rien n’a changé."), "live")
    return redirect(url("line.hours"))


@bp.post("/territory")
@allow(*SUPERVISORS)
@about(LINE)
def change_territory() -> Page:
    """Choose whose public holidays close the line."""
    chosen = request.form.get("territory", "")[:20]
    try:
        line_service.change_territory(
            chosen, seen=request.form.get("seen", ""), by=current_user.id, now=clock.now()
        )
    except StaleEdit as stale:
        return _hours_page(holidays=stale, status=409)
    flash(_("Les jours fériés de la ligne sont enregistrés."), "live")
    return redirect(url("line.hours") + "#holidays")


@bp.post("/closures")
@allow(*SUPERVISORS)
@about(LINE)
def add_closure() -> Page:
    """Close the line on a day, or on several in a row."""
    now, line = clock.now(), line_service.current()
    stands = line_now.of(line)
    today = stands.day_of(now)
    read = line_settings.read_closure(
        request.form.get("first", "")[:20],
        request.form.get("last", "")[:20],
        today=today,
        closed=stands.closures,
        holidays=line_view.holiday_days(line, today),
    )
    if read.errors:
        return _hours_page(closure=request.form, errors=read.errors, status=422)
    line_service.close_days(read.values["days"], by=current_user.id, now=now)
    flash(_("Fermeture ajoutée. Ce qu’on entendra est écrit à côté."), "live")
    return redirect(url("line.hours") + "#closures")


@bp.post("/closures/remove")
@allow(*SUPERVISORS)
@about(LINE)
def remove_closure() -> Page:
    """Take a closure back."""
    line_service.open_day(request.form.get("day", ""), by=current_user.id, now=clock.now())
    flash(_("Fermeture retirée : la ligne suit ses horaires ce jour-là."), "live")
    return redirect(url("line.hours") + "#closures")


# --- rules ---------------------------------------------------------------------------------------


@bp.get("/rules")
@allow(*SUPERVISORS)
def rules() -> Page:
    """Closing time, call-backs, overflow, languages, voicemail, coaching."""
    return _rules_page()


def _rules_page(
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Errors | None = None,
    stale: StaleEdit | None = None,
    status: int = 200,
) -> Page:
    line = line_service.current()
    shown = line_service.rules_shown(line, line_view.locale())
    page = render_template(
        "lines/rules.html",
        line=line,
        typed=shown if typed is None else typed,
        bounds={**BOUNDS, **CAPS, **line_settings.POLICY_BOUNDS},
        seen=_seen(stale, shown),
        errors=errors or {},
        **_told(stale, line, "line_rules", "line_thresholds"),
        languages=line_view.languages(line),
        sharing=line_service.sharing(line),
        country_groups=line_view.country_groups(),
        short_numbers=short_reach.offered(line.id),
        provider_reaches=short_reach.provider_reaches(),
        say=line_view.typeset,
    )
    return (page, status) if status != 200 else page


@bp.post("/rules")
@allow(*SUPERVISORS)
@about(LINE)
def change_rules() -> Page:
    """Store the rules."""
    rules = line_settings.read_rules(request.form)
    policy = line_settings.read_policy(request.form)
    shown = line_service.rules_shown(line_service.current(), line_view.locale())
    typed = {name: request.form[name][:2000] for name in shown if name in request.form}
    typed |= dict.fromkeys(line_settings.unticked(shown, request.form), "")
    errors = {**rules.errors, **policy.errors}
    if errors:
        return _rules_page(typed={**shown, **typed}, errors=errors, status=422)
    try:
        names = line_service.change_rules(
            rules.values,
            policy.values,
            typed,
            seen=request.form.get("seen", ""),
            locale=line_view.locale(),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _rules_page(typed=stale.form, stale=stale, status=409)
    flash(_("Les règles sont enregistrées.") if names else _("Rien n’a changé."), "live")
    return redirect(url("line.rules"))


def _seen(stale: StaleEdit | None, shown: Mapping[str, str]) -> str:
    """What a form carries: what it shows of what is stored."""
    return stale.seen if stale else edits.seal(shown)


def _told(stale: StaleEdit | None, line: Line, *acts: str) -> dict[str, Any]:
    """For templates/edits/stale.html: what somebody else changed, in words, and who it was."""
    return {
        "stale": stale.changes if stale else (),
        "by": line_view.last_by(line, *acts) if stale else "",
        "label": line_view.label,
        "say_value": line_view.said,
    }


# --- announcements -------------------------------------------------------------------------------


@bp.get("/announcements")
@allow(*SUPERVISORS)
def texts() -> Page:
    """What the line says, one card an announcement, in one language."""
    line = line_service.current()
    language = request.args.get("language", "fr")
    own_words.check_language(line, language)
    return _texts_page(line_view.cards(line, language), language)


def _texts_page(cards: list[line_view.Card], language: str, status: int = 200) -> Page:
    line = line_service.current()
    page = render_template(
        "lines/announcements.html",
        line=line,
        groups=line_view.grouped(cards),
        fallback=any(card.fallback for card in cards),
        language=language,
        languages=line_view.languages(line),
        standing=line_view.standing(line, clock.now()),
        incident=line_view.incident_words(line),
        limit=SOUND_LIMIT,
        say=line_view.typeset,
    )
    return (page, status) if status != 200 else page


def _card(card: line_view.Card, status: int = 200) -> Page:
    """The card alone for htmx; the whole page, at the card, for a browser without script."""
    if not request.headers.get("HX-Request"):
        if status == 200:
            flash(card.done, "live")
            return redirect(url("line.texts", language=card.language) + f"#text-{card.key}")
        others = line_view.cards(line_service.current(), card.language)
        return _texts_page(
            [card if each.key == card.key else each for each in others], card.language, status
        )
    response: Response = make_response(
        render_template("lines/card.html", card=card, limit=SOUND_LIMIT), status
    )
    if status != 200:
        response.headers["X-Form-Returned"] = "1"
    return response


def _stale_card(key: str, language: str, typed: str, stale: StaleEdit, act: str) -> Page:
    """The card again, with what somebody else changed of it, and what was typed."""
    line = line_service.current()
    card = line_view.card(line, key, language)
    card.typed, card.changes, card.by = (
        typed or card.typed,
        stale.changes,
        line_view.last_by(line, act),
    )
    return _card(card, stale.status)


def _stored(key: str, language: str, done: str) -> Page:
    card = line_view.card(line_service.current(), key, language)
    card.done = done
    return _card(card)


@bp.post("/announcements/<language>/<key>")
@allow(*SUPERVISORS)
@about(LINE)
def change_text(language: str, key: str) -> Page:
    """Store the words of an announcement; our own words, or none, put ours back."""
    typed = request.form.get("text", "")
    try:
        words = own_words.change_text(
            key,
            language,
            typed,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _stale_card(key, language, typed[:2000], stale, "announcement_text")
    except InvalidInput as error:
        card = line_view.card(line_service.current(), key, language)
        card.typed, card.error = typed[:2000], error
        return _card(card, error.status)
    done = _("Enregistré : les prochains appels l’entendront.")
    return _stored(key, language, done if words else _("C’est le texte d’origine qui est dit."))


@bp.post("/announcements/<language>/<key>/reset")
@allow(*SUPERVISORS)
@about(LINE)
def reset_text(language: str, key: str) -> Page:
    """Put our own words back."""
    line = line_service.current()
    own_words.check_language(line, language)
    shown = edits.seal(own_words.text_shown(line, key, language))
    seen = request.form.get("seen") or shown
    try:
        own_words.change_text(key, language, "", seen=seen, by=current_user.id, now=clock.now())
    except StaleEdit as stale:
        return _stale_card(key, language, "", stale, "announcement_text")
    return _stored(key, language, _("C’est le texte d’origine qui est dit."))


@bp.post("/announcements/<language>/<key>/sound")
@allow(*SUPERVISORS)
@takes(SOUND_LIMIT + BODY)
@about(LINE)
def upload_sound(language: str, key: str) -> Page:
    """Play an uploaded file instead of speaking."""
    upload = request.files.get("sound")
    try:
        content = upload.read(SOUND_LIMIT + 1) if upload else b""
        own_words.store_sound(
            key,
            language,
            content,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _stale_card(key, language, "", stale, "announcement_sound")
    except InvalidInput as error:
        card = line_view.card(line_service.current(), key, language)
        card.sound_error = error
        return _card(card, error.status)
    return _stored(key, language, _("Le son est enregistré : il est joué à la place du texte."))


@bp.post("/announcements/<language>/<key>/sound/delete")
@allow(*SUPERVISORS)
@about(LINE)
def delete_sound(language: str, key: str) -> Page:
    """Speak again."""
    try:
        own_words.delete_sound(
            key,
            language,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _stale_card(key, language, "", stale, "announcement_sound")
    except NotFound:
        line_view.card(line_service.current(), key, language)  # 404 for what never was
    return _stored(key, language, _("Le son est supprimé : le texte est dit de nouveau."))


@bp.get("/sounds/<token>")
@allow(*SUPERVISORS)
def sound(token: str) -> Response:
    """An uploaded sound, to listen to it in the page."""
    found = own_words.sound(token)
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response
