"""A demande that somebody opened by « déposer » beside the one that exists (DOMAIN, S12): a dossier of its own.

It is told with its own number beside the dossier's reference. From then on it stands with the person's other
requests, as what it probably is: a duplicate, never the one that the training centre prepared.
"""

from __future__ import annotations

from sqlalchemy import select

from app.assist.portal.news import News
from app.dossiers.models import Dossier, PortalEvent
from app.dossiers.vocabulary import SHOWN_AS, Inside, PortalEventKind
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import Work


def opened(work: Work, beside: Dossier, news: News) -> Dossier | None:
    """The second dossier, made now; None when its number is one that we have already.

    Owner, training and organisation are those of the first: whoever follows it settles both.
    """
    number = news.data["demande"]
    known = work.session.scalar(select(Dossier.id).where(Dossier.reference == number))
    if known is not None:
        return None
    second = Dossier(
        reference=number,
        person_id=beside.person_id,
        organisation_id=beside.organisation_id,
        owner_id=beside.owner_id,
        inside=Inside.DEPOSITED,
        outside=SHOWN_AS[Inside.DEPOSITED],
        descends_from_of=False,
        deposited_on=local_day(news.at),
        training_title=beside.training_title,
        training_action=beside.training_action,
        training_start=beside.training_start,
        training_end=beside.training_end,
        training_hours=beside.training_hours,
        theme=beside.theme,
        created_at=news.at,
    )
    work.session.add(second)
    work.session.flush()
    work.session.add(
        PortalEvent(
            dossier_id=second.id,
            kind=PortalEventKind.DEPOSITED,
            at=news.at,
            data={"beside": beside.reference},
        )
    )
    return second
