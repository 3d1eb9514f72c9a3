"""Takes in what the Portal tells: signed, once each, into the dossier's story and the link's life.

A deposit wakes whoever promised to treat the dossier first, and its owner: they are told on any page.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Agent
from app.assist.mail.life import clock_time
from app.assist.models import PortalLink
from app.assist.portal import links, second
from app.assist.portal.models import PortalNews
from app.assist.portal.news import News
from app.dossiers.models import Dossier, Piece, PortalEvent
from app.dossiers.vocabulary import REFUSED, SHOWN_AS, Inside, PieceState, PortalEventKind
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text
from app.web import realtime

log = logging.getLogger(__name__)

Kind = PortalEventKind
OF_A_LINK = frozenset({Kind.LINK_OPENED, Kind.STEP1_DONE, Kind.STEP2_DONE})
NEWS_KEPT = timedelta(days=30)  # no Portal tells an event again after that


def take(news: News, now: datetime) -> str:
    """Write one event: « taken », « known » (told before), or « stranger » (no such dossier here)."""
    try:
        with unit_of_work() as work:
            if db.session.scalar(select(PortalNews.id).where(PortalNews.event_id == news.event_id)):
                return "known"
            dossier = db.session.scalar(select(Dossier).where(Dossier.reference == news.reference))
            if dossier is None:
                log.warning("the Portal told of a dossier that is not here (%s)", news.kind)
                return "stranger"
            db.session.add(PortalNews(event_id=news.event_id, received_at=now))
            db.session.flush()
            _write(work, dossier, news)
    except IntegrityError:
        return "known"  # told twice at the same instant: the other one wrote it
    return "taken"


def _write(work: Work, dossier: Dossier, news: News) -> None:
    link = _link(dossier, news)
    if link is not None and news.kind in OF_A_LINK:
        links.told(work, link, news.kind, news.at)
        return
    data: dict[str, Any] = {**news.data, **({"link": link.id} if link else {})}
    if news.kind is Kind.DEPOSITED and "demande" in news.data:
        second.opened(
            work, dossier, news
        )  # a duplicate keeps nobody's promise, and moves nothing on
    elif news.kind is Kind.DEPOSITED:
        data |= _deposited(dossier, news)
        _wake(work, dossier, news)
    db.session.add(PortalEvent(dossier_id=dossier.id, kind=news.kind, at=news.at, data=data))
    if news.kind is Kind.ENROLLED:
        dossier.enrolled_on = dossier.enrolled_on or local_day(news.at)
    elif news.kind is Kind.PIECE_SENT:
        _piece(dossier, news)
    if link is not None:
        _stirred(work, link, news)


def _link(dossier: Dossier, news: News) -> PortalLink | None:
    """The link that an event names. What came another way (the Portal's own mail) is of the dossier's
    last one all the same, but for its opening, which is of no mail of ours."""
    query = select(PortalLink).where(PortalLink.dossier_id == dossier.id)
    if news.link is not None:
        return db.session.scalar(query.where(PortalLink.id == news.link))
    if news.kind is Kind.LINK_OPENED:
        return None
    return db.session.scalar(query.order_by(PortalLink.id.desc()).limit(1))


def _piece(dossier: Dossier, news: News) -> None:
    """« Transmise »: orange, as the Portal shows it; whether it holds anything, nobody knows yet."""
    if news.slot is None:
        return
    piece = next((each for each in dossier.pieces if each.kind == news.slot), None)
    if piece is None:
        piece = Piece(dossier_id=dossier.id, kind=news.slot)
        db.session.add(piece)
    piece.state, piece.sent_at, piece.defect = PieceState.ORANGE, news.at, None


def _deposited(dossier: Dossier, news: News) -> dict[str, str]:
    """A first deposit moves the dossier on, and so does one made again after a refusal (S13): the decision
    is then of the request before, and stays in the story. What the event keeps of it, or nothing."""
    refused, before = dossier.inside in REFUSED, {}
    if refused:
        before = {"again": dossier.inside.value}
        if dossier.decided_on is not None:
            before["decided_on"] = dossier.decided_on.isoformat()
        dossier.rejection, dossier.rejection_evidence = None, ""
        dossier.taken_up_on = dossier.decided_on = dossier.notified_on = None
        dossier.notification_seen_at = None
    if refused or dossier.inside == Inside.AWAITED:
        dossier.inside, dossier.outside = Inside.DEPOSITED, SHOWN_AS[Inside.DEPOSITED]
    dossier.deposited_on = (
        local_day(news.at) if refused else dossier.deposited_on or local_day(news.at)
    )
    return before


_DEPOSITED = Text(
    "Dossier {reference} déposé à {time} : vous aviez promis de le traiter en priorité.",
    "File {reference} was submitted at {time}: you promised to handle it first.",
)
_OWN = Text(
    "Dossier {reference} déposé à {time} : c’est un dossier de votre portefeuille.",
    "File {reference} was submitted at {time}: it is one of your own.",
)


def _wake(work: Work, dossier: Dossier, news: News) -> None:
    promised = {flag.author_id for flag in dossier.flags if flag.done_at is None}
    for agent_id in promised | ({dossier.owner_id} if dossier.owner_id else set()):
        agent = db.session.get_one(Agent, agent_id)
        said = _DEPOSITED if agent_id in promised else _OWN
        payload = {
            "dossier_id": dossier.id,
            "promised": agent_id in promised,
            "text": said.get(agent.locale).format(
                reference=dossier.reference, time=clock_time(news.at, agent.locale)
            ),
        }
        work.after(partial(_tell_deposited, payload, agent_id))


def _stirred(work: Work, link: PortalLink, news: News) -> None:
    """Whoever sent the last link sees at once what the person meets in the Portal."""
    payload = {
        "link": link.id,
        "dossier_id": link.dossier_id,
        "contact_id": link.contact_id,
        "kind": news.kind.value,
    }
    room = realtime.agent_room(link.agent_id)
    work.after(lambda: realtime.publish("portal.told", payload, room=room))


def _tell_deposited(payload: dict[str, Any], agent_id: int) -> None:
    realtime.publish("portal.deposited", payload, room=realtime.agent_room(agent_id))


def forget(now: datetime) -> None:
    """Forget the ids of events that no Portal tells again."""
    with unit_of_work():
        db.session.execute(delete(PortalNews).where(PortalNews.received_at < now - NEWS_KEPT))
