"""The telephone page. It needs no exchange: with a line elsewhere it joins that one's sockets."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from app.access import public
from carrier.numbers import spaced
from carrier.settings import CarrierSettings


def create_pages(settings: CarrierSettings) -> Blueprint:
    """The blueprint of ``/telephone``."""
    bp = Blueprint("telephone", __name__)

    @bp.get("/telephone")
    @public
    def telephone() -> str:
        """A telephone in the browser, open to anybody as a telephone is."""
        numbers = [line.number for line in settings.numbers]
        return render_template(
            "local_carrier/telephone.html",
            phone_book=settings.phone_book(),
            line_number=spaced(numbers[0]) if numbers else "",
            carrier_url=settings.socket_url,
            spaced=spaced,
            texts=telephone_texts(),
        )

    return bp


def telephone_texts() -> dict[str, str]:
    """What the page's script says, in the reader's language."""
    return {
        "idle": _("Décrochez quand vous voulez"),
        "connecting": _("Connexion à la ligne…"),
        "offline": _("Ligne injoignable, nouvel essai…"),
        "dialing": _("Appel en cours…"),
        "ringing": _("Appel entrant"),
        "connected": _("En ligne"),
        "queued": _("En attente d’un conseiller"),
        "conference": _("Mise en relation…"),
        "talking": _("En conversation"),
        "held": _("Mis en attente"),
        "ended": _("Appel terminé"),
        "busy": _("Ligne occupée"),
        "failed": _("L’appel n’a pas abouti"),
        "unknown-number": _("Ce numéro n’est pas attribué"),
        "invalid-number": _("Ce numéro n’est pas valable"),
        "no-microphone": _("Pas de micro : vous entendez, on ne vous entend pas"),
        "hangup": _("Raccrocher"),
        "decline": _("Refuser"),
        "mute": _("Couper le micro"),
        "unmute": _("Rétablir le micro"),
        "sound-on": _("Voix lue à haute voix"),
        "sound-off": _("Voix muette, texte seul"),
        "recording": _("On vous enregistre"),
        "press": _("Une touche est attendue"),
        "message-from": _("Message de"),
        "hidden": _("Numéro masqué"),
        "you": _("Vous tapez"),
        "music": _("Musique d’attente"),
        "lasted": _("Durée"),
    }
