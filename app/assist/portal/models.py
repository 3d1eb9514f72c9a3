"""Tables of what is asked of the Portal, and of the events that it has already told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class CommandKind(StrEnum):
    """What may be asked of the Portal (``foundation.portal_port``)."""

    ISSUE_LINK = "issue_link"
    SEND_RESET = "send_reset"
    HAND_SLOT_BACK = "hand_slot_back"
    UNLOCK = "unlock"


class CommandState(StrEnum):
    """What became of a command. One that waits is asked again until it is answered."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"  # the Portal said no: ``reason``
    TOO_LATE = "too_late"  # what it was for is over


class PortalCommand(db.Model):
    """One command, kept until the Portal has answered it. ``key`` makes it count once there."""

    __tablename__ = "portal_commands"
    __table_args__ = (
        CheckConstraint("(kind = 'hand_slot_back') = (slot <> '')", name="slot_named"),
        Index("ix_portal_commands_waiting", "state", "next_try_at"),
        Index("ix_portal_commands_dossier", "dossier_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[CommandKind] = mapped_column(choice(CommandKind, "kind_known"))
    state: Mapped[CommandState] = mapped_column(
        choice(CommandState, "state_known"), default=CommandState.WAITING
    )
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("portal_links.id", ondelete="SET NULL"))
    slot: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PortalNews(db.Model):
    """One event that the Portal has told, by its own id: told again, it changes nothing."""

    __tablename__ = "portal_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
