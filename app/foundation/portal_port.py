"""What the product asks of the Portal, as a Protocol. Pure: no library, no network.

The contract behind it, for whoever runs a Portal: docs/portal-openapi.yaml. Every command carries a
``key``: asked twice, it is done once. Every method may raise ``Unavailable`` (no answer: the command
waits in ``app.assist.portal.commands`` and is carried out later) or ``PortalRefused`` (it said no).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.foundation.exceptions import PermanenceError

N_ = str  # marks a sentence for bin/translations.py

# Why a Portal says no (its ``code``), in words for the agent: what happened, what to do.
REFUSALS: dict[str, tuple[str, str]] = {
    "unknown_dossier": (
        N_("Le Portail ne connaît pas cette référence."),
        N_(
            "Regardez d'abord s'il y a un incident ouvert : la personne n'y est peut-être pour rien."
        ),
    ),
    "not_enrolled": (
        N_("L'organisme de formation n'a pas encore inscrit cette personne sur le Portail."),
        N_(
            "Aucun mail ne pouvait arriver. Appelez l'organisme, ou donnez à la personne ce qu'elle doit lui demander."
        ),
    ),
    "no_account": (
        N_("Le compte n'est pas encore créé : il n'y a rien à réinitialiser ni à débloquer."),
        N_("Renvoyez plutôt le lien : l'étape 1 crée le mot de passe."),
    ),
    "slot_not_found": (
        N_("Le Portail n'a pas cette case dans ce dossier."),
        N_("Relisez avec la personne le nom de la case, tel qu'il est écrit à l'écran."),
    ),
    "slot_empty": (
        N_("Rien n'a été transmis dans cette case : la personne a déjà la main."),
        N_("Elle peut y ajouter la pièce tout de suite."),
    ),
    "not_locked": (
        N_("Ce compte n'est pas bloqué."),
        N_("Cherchez plutôt du côté de l'identifiant ou du mot de passe."),
    ),
}
OTHER = (
    N_("Le Portail a refusé cette demande."),
    N_("Notez-le pour la personne qui exploite Permanence, et promettez un rappel."),
)


class PortalRefused(PermanenceError):
    """The Portal understood, and said no. ``reason`` is its code, a key of ``REFUSALS`` or another."""

    status = 422
    code = "portal_refused"

    def __init__(self, reason: str) -> None:
        message, todo = REFUSALS.get(reason, OTHER)
        super().__init__(message, kept="Rien n'a été changé dans le dossier.", todo=todo)
        self.reason = reason


@dataclass(frozen=True)
class IssuedLink:
    """The Portal's own addresses of the two steps, for one person, until ``expires_at``.

    They are keys: never logged, never shown to an agent.
    """

    step1: str
    step2: str
    expires_at: datetime


@dataclass(frozen=True)
class SlotState:
    """One slot for a pièce: its ``kind`` (``PieceKind``) and colour (``PieceState``), as words."""

    kind: str
    state: str


@dataclass(frozen=True)
class PortalState:
    """An account and its dossier as the Portal sees them.

    ``account``: « none » (no password yet), « created », « open » (signed in once), « locked ».
    """

    reference: str
    enrolled: bool
    account: str
    deposited_at: datetime | None = None
    slots: tuple[SlotState, ...] = ()


class Portal(Protocol):
    """The Portal's commands, about the dossier of one ``reference``."""

    def issue_link(
        self, reference: str, *, mail: str, link_id: str, expires_at: datetime, key: str
    ) -> IssuedLink:
        """Open the way in for the account bound to ``mail``; events will name ``link_id``.

        Links issued earlier for the reference stop working, as the last message is the one to open.
        """
        ...

    def send_reset(self, reference: str, *, key: str) -> None:
        """Send the person the Portal's own « mot de passe oublié » mail."""
        ...

    def hand_slot_back(self, reference: str, *, slot: str, key: str) -> None:
        """Let the person put a pièce again in a slot that was transmitted (« redonner la main »)."""
        ...

    def unlock(self, reference: str, *, key: str) -> None:
        """Open an account that too many wrong passwords have locked."""
        ...

    def state(self, reference: str) -> PortalState:
        """What the Portal says of the account and the dossier now."""
        ...
