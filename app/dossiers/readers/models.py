"""Who has a dossier on the screen now, by browser tab."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.extensions import db


class DossierReader(db.Model):
    """One tab that shows one dossier; gone with the tab's connection."""

    __tablename__ = "dossier_readers"

    sid: Mapped[str] = mapped_column(
        String(64), ForeignKey("connections.sid", ondelete="CASCADE"), primary_key=True
    )
    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
