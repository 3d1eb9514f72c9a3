"""The page of all that is owed, and what is done there: kept, moved, given, waiting, withdrawn, taken back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from app.dossiers.may_say import Basis
from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.clock import PARIS
from app.foundation.database.paging import Page
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.tickets import store as tickets
from app.tickets.promises import acting, hours, reads, rules, service, sources, view
from app.tickets.promises.acting import Done
from app.tickets.promises.clock import Standing
from app.tickets.promises.models import PromiseKind
from app.tickets.promises.sources import Asked, What
from app.web.access import allow
from app.web.whose import LINE, SERVICE, TEAM, about

bp = Blueprint("owed", __name__, url_prefix="/tickets/owed")

SCOPES = ("mine", "team", "all")
MADE = (PromiseKind.ANSWER, PromiseKind.TREAT, PromiseKind.CALL, PromiseKind.CHECK, PromiseKind.REMINDER,
        PromiseKind.THIRD_PARTY, PromiseKind.TRANSFER)  # fmt: skip


@bp.get("")
@allow(*DESK)
def index() -> str:
    """All that is owed: mine and the team's, mine alone, or everybody's."""
    return _page("tickets/owed/index.html")


def _page(template: str, done: Done | None = None, said: str = "") -> str:
    scope = request.values.get("scope", "")
    scope = scope if scope in SCOPES else SCOPES[0]
    chosen = request.values.get("what", "")
    what = What(chosen) if chosen in list(What) else None
    said_words = words()
    asked = Asked(
        said_words.now,
        None if scope == "all" else current_user.id,
        scope == "team",
        None if what is None else frozenset({what}),
    )
    counted = view.counts(asked)
    total = sum(counted.values())
    pages = min(max(1, -(-total // sources.PAGE)), sources.MOST_PAGES)
    number = min(
        outside.whole_number(request.values.get("page"), 1, sources.MOST_PAGES) or 1, pages
    )
    lines = view.of(
        said_words, asked, current_user.id, current_user.role, beyond=(number - 1) * sources.PAGE
    )
    return render_template(
        template,
        groups=view.groups(lines, counted),
        page=Page(lines, min(total, sources.PAGE * sources.MOST_PAGES), number, sources.PAGE),
        total=total,
        scope=scope,
        what=what or "",
        whats=[(each.value, word) for each, word in view.what_words().items()],
        colleagues=service.colleagues(),
        tomorrow=_next_day(),
        done=done,
        said=said,
        words=said_words,
    )


def _next_day() -> datetime:
    """The next opening of the service that is not today: what a move proposes."""
    now = clock.now()
    spans = hours.of_service()
    for days in range(1, 31):
        opened = spans(clock.local_day(now + timedelta(days=days)))
        if opened:
            return opened[0][0]
    return (now + timedelta(days=1)).astimezone(PARIS)


@bp.get("/count")
@allow(*DESK)
def count() -> str:
    """How many press today, for the rail: their own and the team's."""
    counted = view.counts(Asked(clock.now(), current_user.id))
    return render_template(
        "tickets/owed/count.html",
        count=sum(counted[each] for each in view.PRESSING),
        late=counted[Standing.LATE],
    )


@bp.get("/due")
@allow(*DESK)
def due() -> str:
    """What must be kept within the next minutes: over the page, wherever the agent is."""
    return render_template(
        "tickets/owed/due.html", lines=reads.soon_due(words(), current_user.id, current_user.role)
    )


@bp.get("/<int(max=2147483647):promise_id>")
@allow(*DESK)
def show(promise_id: int) -> str:
    """One promise, and what became of it, step by step."""
    held = reads.one(promise_id)
    said = words()
    return render_template(
        "tickets/owed/one.html", held=held, steps=reads.steps(held, said), words=said
    )


# --- acts ----------------------------------------------------------------------------------------


@bp.post("/keep")
@allow(*DESK)
@about(SERVICE)
def keep() -> Response:
    """It is done: one at a time, so that nothing is closed without being looked at."""
    subjects = _subjects()
    if len(subjects) != 1:
        raise InvalidInput(
            "Une promesse à la fois : dites « c'est fait » pour une seule ligne.",
            kept="Rien n'a été changé.",
        )
    done = acting.keep(subjects[0], agent_id=current_user.id, now=clock.now())
    return _answer(done, _("C’est noté : fait."))


@bp.post("/move")
@allow(*DESK)
@about(SERVICE)
def move() -> Response:
    """Another time, for one or several."""
    at = _moment()
    done = acting.move(_subjects(), at, agent_id=current_user.id, now=clock.now())
    return _answer(done, _("Déplacé : %(when)s.", when=words().when(at)))


@bp.post("/hand")
@allow(*DESK)
@about(SERVICE)
def hand() -> Response:
    """To a colleague, or to the team."""
    owner_id = id_in(request.form, "colleague")
    done = acting.hand_over(_subjects(), owner_id, agent_id=current_user.id, now=clock.now())
    name = dict(service.colleagues()).get(owner_id or 0, _("l’équipe"))
    return _answer(done, _("Confié à %(name)s.", name=name))


@bp.post("/wait")
@allow(*DESK)
@about(SERVICE)
def wait() -> Response:
    """A third party is waited for; nobody named: it has answered."""
    promise_id, now = _promise_id(), clock.now()
    who = request.form.get("why", "")
    if who.strip():
        step = service.wait(
            promise_id, who, agent_id=current_user.id, now=now, locale=str(get_locale())
        )
        return _answer(Done((step.id,)), _("L’échéance est suspendue."))
    resumed = service.resume(promise_id, agent_id=current_user.id, now=now)
    return _answer(Done((resumed.id,) if resumed else ()), _("L’échéance reprend."))


@bp.post("/drop")
@allow(*DESK)
@about(SERVICE)
def drop() -> Response:
    """No longer of use, and why."""
    step = service.drop(
        _promise_id(),
        request.form.get("why", ""),
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
    )
    return _answer(Done((step.id,)), _("Retiré de la liste."))


@bp.post("/undo")
@allow(*DESK)
@about(SERVICE)
def undo() -> Response:
    """Take back what was just done."""
    steps = [int(each) for each in request.form.get("steps", "").split(",") if each.isdigit()]
    acting.undo([each for each in steps if each < 2**31], agent_id=current_user.id, now=clock.now())
    return _answer(Done(()), _("Annulé : c’est comme avant."))


@bp.get("/new")
@allow(*DESK)
def form() -> str:
    """What to promise, for a contact or a dossier: a fragment for a dialogue."""
    return _form()


def _form(problem: InvalidInput | None = None) -> str:
    return render_template(
        "tickets/owed/_new.html",
        kinds=[(each.value, reads.kind_word(each)) for each in MADE],
        dossier_id=id_in(request.values, "dossier"),
        contact_id=id_in(request.values, "contact"),
        colleagues=service.colleagues(),
        at=_next_day(),
        problem=problem,
        where="".join(each for each in request.values.get("where", "")[:12] if each.isalpha()),
        form=request.form,
    )


@bp.post("/new")
@allow(*DESK)
@about(TEAM)
def promise() -> Response:
    """Promise something to the person of a contact or a dossier, or remind oneself of it."""
    contact_id = id_in(request.form, "contact")
    if contact_id is not None:
        tickets.contact(contact_id)
    kind, basis = request.form.get("promised", ""), request.form.get("basis", "")
    owner = request.form.get("owner", str(current_user.id))
    try:
        if kind not in [each.value for each in MADE]:
            raise InvalidInput("Dites ce qui est promis.", kept="Rien n'est promis.")
        made = service.promise(
            kind,
            agent_id=current_user.id,
            owner_id=int(owner) if owner.isdigit() and len(owner) < 10 else None,
            due_at=_moment(),
            reason=request.form.get("reason", ""),
            now=clock.now(),
            locale=str(get_locale()),
            dossier_id=id_in(request.form, "dossier"),
            contact_id=contact_id,
            basis=basis if basis in list(Basis) else None,
            service=request.form.get("service", ""),
        )
    except InvalidInput as problem:
        response = make_response(_form(problem), problem.status)
        response.headers["X-Form-Returned"] = "1"
        return response
    said = _("Promis : %(when)s.", when=words().when(made.due_at))
    response = make_response(render_template("tickets/owed/_promised.html", said=said))
    response.headers["HX-Trigger"] = json.dumps(
        {"toast": {"message": said, "tone": "live"}, "owed-moved": {}, "dossier-noted": {}}
    )
    return response


# --- what a manager sets -------------------------------------------------------------------------


@bp.get("/rules")
@allow(Role.MANAGER)
def rules_form() -> str:
    """How long each thing may wait, and when the mail of the morning leaves."""
    names = view.what_words()
    known = rules.current()
    return render_template(
        "tickets/owed/rules.html",
        targets=[(what.value, names[what], known.hours(what)) for what in rules.TARGETED],
        mail_at=known.mail_at,
    )


@bp.post("/rules")
@allow(Role.MANAGER)
@about(LINE)
def change_rules() -> Response:
    """Set them."""
    rules.change(
        {what.value: request.form.get(what.value, "") for what in rules.TARGETED},
        request.form.get("mail_at", ""),
        agent_id=current_user.id,
        now=clock.now(),
    )
    return redirect("/tickets/owed/rules", 303)  # type: ignore[return-value]


# --- reading a request ---------------------------------------------------------------------------


def _subjects() -> list[str]:
    return [each for each in request.form.getlist("subject") if len(each) <= 60][
        : acting.AT_ONCE + 1
    ]


def _promise_id() -> int:
    subjects = _subjects()
    prefix, _colon, key = (subjects[0] if len(subjects) == 1 else "").partition(":")
    if prefix != "promise":
        raise InvalidInput(
            "Choisissez une seule promesse.",
            kept="Rien n'a été changé.",
            todo="Ce que la liste trouve seule se déplace ou se termine.",
        )
    return sources.number(key)


def _moment() -> datetime:
    when, at = (
        outside.day(request.form.get("day", "")),
        outside.clock_time(request.form.get("time", "")),
    )
    if when is None or at is None:
        raise InvalidInput("Donnez un jour et une heure.", kept="Rien n'a été changé.")
    return datetime.combine(when, at, PARIS)


def _answer(done: Done, said: str) -> Response:
    """The list as it is now, and the receipt that takes it back."""
    if done.left:
        left = ngettext(
            "%(num)d laissée telle quelle.", "%(num)d laissées telles quelles.", done.left
        )
        said = f"{said} {left}"
    response = make_response(_page("tickets/owed/_list.html", done, said))
    response.headers["HX-Trigger"] = "owed-moved"
    return response
