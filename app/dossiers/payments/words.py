"""What people read for the closed lists of payments."""

from __future__ import annotations

from flask_babel import gettext as _

from app.dossiers.payments.models import Proof, UrgencyState
from app.dossiers.payments.waiting import Obstacle


def proof(value: Proof) -> str:
    """What proves an urgency."""
    return {
        Proof.TRAINING_CENTRE: _("justificatif de situation urgente, de l’organisme"),
        Proof.SOCIAL_SERVICE: _("attestation d’un service social"),
        Proof.OTHER: _("autre justificatif"),
    }[value]


def state(value: UrgencyState) -> str:
    """How far an urgency is."""
    return {
        UrgencyState.ASKED: _("à décider"),
        UrgencyState.GRANTED: _("reconnue"),
        UrgencyState.REFUSED: _("refusée"),
    }[value]


def obstacle(value: Obstacle) -> str:
    """What is in the way of a payment."""
    return {
        Obstacle.NO_ACCOUNT: _("Pas d’IBAN dans le dossier."),
        Obstacle.NO_AMOUNT: _("Pas de montant."),
        Obstacle.PIECE_OPEN: _("Une pièce est redemandée ou manque."),
        Obstacle.WAVE_MISSED: _("Son jour de paiement est passé sans que le dossier soit proposé."),
        Obstacle.FORGOTTEN: _("Rien ne l’empêche : oubliée entre le vote et la proposition."),
    }[value]
