"""Answering messages from the desk: taken, written, sent, put aside, entrusted, closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from flask import Blueprint, Flask, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_login import current_user

from app.accounts import journal
from app.accounts.models import Agent
from app.channels.answers import composer, replies
from app.desk import live, message_view
from app.desk import view as desk_view
from app.dossiers.routes import words
from app.foundation import belonging, clock
from app.foundation.belonging import Held, Need
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput
from app.foundation.extensions import db
from app.foundation.roles import AGENTS, DESK
from app.foundation.text import outside
from app.foundation.wiring import wake
from app.queue import work_store, works
from app.queue.work_record import Kind, Outcome
from app.tickets.models import Contact
from app.tickets.written import threads
from app.web import news
from app.web.access import allow
from app.web.acts.once import repeatable
from app.web.whose import Judged, about, check_with, named_id

bp = Blueprint("messages", __name__, url_prefix="/messages")

LATEST = timedelta(days=60)  # nothing is put aside for longer


@bp.record
def _register(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    check_with(app, "work", _check_work)
    app.add_template_global(_composer_of, "composer_of")


def _composer_of(contact_id: int) -> composer.Composer | None:
    return composer.of(contact_id, current_user.id)


def _check_work(need: Need) -> Judged:
    """The message that a request names, by who holds it or is asked. Raises Forbidden, NotFound.

    The act itself judges again, under its own lock (``works``).
    """
    work = work_store.look(named_id("work_id") or 0)
    life = work.record.life
    held = Held(_ids(life.held_by), rings_at=_ids(life.offered_to))
    if not belonging.may(need, current_user.id, current_user.role, held):
        raise Forbidden(
            "Ce message est suivi par quelqu'un d'autre.",
            kept="Rien n'a été changé.",
            todo="Vous pouvez le lire ; demandez à cette personne de vous le confier.",
        )
    return Judged(work.contact_id, held.concerned - {current_user.id})


def _ids(agent_id: int | None) -> frozenset[int]:
    return frozenset() if agent_id is None else frozenset({agent_id})


@bp.get("")
@allow(*DESK)
def index() -> str:
    """Every message that is not closed: who wrote, since when, who answers."""
    return render_template(
        "desk/messages.html",
        page=message_view.open_page(
            current_user.id, outside.whole_number(request.args.get("page"), 1, 9999) or 1
        ),
        may_take=current_user.role in AGENTS,
        words=words(),
    )


@bp.get("/<int:work_id>/close")
@allow(*AGENTS)
def closing(work_id: int) -> str:
    """The ways to close a message that she holds."""
    works.held(work_id, current_user.id)
    return render_template(
        "desk/message_close.html", work_id=work_id, outcomes=message_view.outcomes()
    )


@bp.get("/<int:work_id>/aside")
@allow(*AGENTS)
def putting_aside(work_id: int) -> str:
    """Until when to keep it, or to whom to entrust it."""
    held = works.held(work_id, current_user.id)
    tomorrow = clock.local_day(clock.now()) + timedelta(days=1)
    return render_template(
        "desk/message_aside.html",
        work_id=work_id,
        day=tomorrow.isoformat(),
        colleagues=message_view.colleagues(current_user.id, held.contact_id),
    )


# --- acts: JSON in, the desk out -----------------------------------------------------------------


@bp.post("/<int:work_id>/take")
@allow(*AGENTS)
@about("work")
def take(work_id: int) -> Any:
    """Take a message: offered, or chosen in the list."""
    me = current_user.id
    with unit_of_work() as work:
        told = works.take(work_id, me, now=clock.now())
        work.after(lambda: news.desks_changed(told))
    return _desk(me)


@bp.post("/<int:work_id>/later")
@allow(*AGENTS)
@about("work")
def later(work_id: int) -> Any:
    """« Plus tard » : to the others."""
    me = current_user.id
    with unit_of_work():
        works.unoffer(work_id, me, Kind.LATER, clock.now())
    wake()
    return _desk(me)


@bp.post("/<int:work_id>/give-back")
@allow(*AGENTS)
@about("work")
def give_back(work_id: int) -> Any:
    """Back to the queue, with what was begun."""
    me = current_user.id
    with unit_of_work():
        works.held(work_id, me)
        works.give_back(work_id, now=clock.now(), agent_id=me)
    wake()
    return _desk(me)


@bp.post("/<int:work_id>/draft")
@allow(*AGENTS)
@about("work")
@repeatable("it is kept over the revision that it was typed on", anew=True)
def draft(work_id: int) -> Any:
    """Keep what is being written. JSON: ``{text, seen}``."""
    body = _body()
    contact_id = works.held(work_id, current_user.id).contact_id
    thread = replies.draft(contact_id, str(body.get("text", "")), seen=_whole(body.get("seen")))
    contact = db.session.get_one(Contact, contact_id)
    return jsonify({"revision": thread.revision, "said": composer.said(thread, contact)})


@bp.post("/<int:work_id>/reply")
@allow(*AGENTS)
@about("work")
def reply(work_id: int) -> Any:
    """Send the answer, once. JSON: ``{text, key}``."""
    body, me = _body(), current_user.id
    contact_id = works.held(work_id, me).contact_id
    key = str(body.get("key", ""))[:32]
    sent = replies.send(contact_id, str(body.get("text", "")), key, agent_id=me, now=clock.now())
    shown = composer.of(contact_id, me)
    return jsonify({"sent": sent is not None, "composer": shown and _json(shown)})


@bp.post("/<int:work_id>/close")
@allow(*AGENTS)
@about("work")
def close(work_id: int) -> Any:
    """Close a message with its outcome. JSON: ``{outcome}``."""
    me, now = current_user.id, clock.now()
    outcome = _outcome(_body().get("outcome"))
    with unit_of_work():
        held = works.held(work_id, me)
        _nothing_begun(held.contact_id)
        works.close(work_id, outcome, agent_id=me, now=now)
        journal.record(
            "message_closed",
            f"contact:{held.contact_id}",
            agent_id=me,
            now=now,
            detail={"outcome": outcome.value},
        )
    wake()
    return _desk(me)


@bp.post("/<int:work_id>/park")
@allow(*AGENTS)
@about("work")
def park(work_id: int) -> Any:
    """Keep it until a moment. JSON: ``{day, time}``, local."""
    body, me, now = _body(), current_user.id, clock.now()
    until = _moment(body.get("day"), body.get("time"))
    if until is None or not now < until <= now + LATEST:
        raise InvalidInput(
            "Choisissez un moment à venir, dans les deux mois.", kept="Le message reste ici."
        )
    with unit_of_work():
        works.park(work_id, until, agent_id=me, now=now)
    wake()
    return _desk(me)


@bp.post("/<int:work_id>/hand")
@allow(*AGENTS)
@about("work")
def hand(work_id: int) -> Any:
    """Entrust it to a colleague, with what was begun. JSON: ``{agent_id}``."""
    me, now = current_user.id, clock.now()
    to = db.session.get(Agent, _whole(_body().get("agent_id")))
    if to is None or not to.active or to.role not in AGENTS or to.id == me:
        raise InvalidInput("Choisissez une personne de l'équipe.", kept="Le message reste ici.")
    with unit_of_work():
        contact_id = works.held(work_id, me).contact_id
        works.hand(work_id, to.id, by=me, now=now)
        journal.record(
            "message_handed", f"contact:{contact_id}", agent_id=me, now=now, detail={"agent": to.id}
        )
    wake()
    return _desk(me)


def _moment(day: object, time: object) -> datetime | None:
    chosen, at = outside.day(day), outside.clock_time(time)
    if chosen is None or at is None:
        return None
    return datetime.combine(chosen, at, clock.PARIS).astimezone(UTC)


def _nothing_begun(contact_id: int) -> None:
    thread = threads.of(contact_id)
    if thread is not None and thread.draft.strip():
        raise Conflict(
            "Votre réponse n'est pas partie.",
            kept="Votre texte est gardé, le message reste ici.",
            todo="Envoyez-la ou effacez-la, puis terminez.",
        )


def _outcome(value: object) -> Outcome:
    try:
        return Outcome(str(value))
    except ValueError:
        raise InvalidInput("Dites comment ce message se termine.") from None


def _json(shown: composer.Composer) -> dict[str, Any]:
    return {
        "draft": shown.draft,
        "revision": shown.revision,
        "key": shown.act_key,
        "said": shown.said,
    }


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("La demande est incomplète ou abîmée.")
    return body


def _whole(value: object) -> int:
    found = outside.whole_number(str(value), 0, 2**31 - 1)
    return 0 if found is None else found


def _desk(agent_id: int) -> Any:
    desk = desk_view.desk_of(agent_id, clock.now(), queue=False)
    live.answered(agent_id, desk)
    return jsonify({"desk": desk})
