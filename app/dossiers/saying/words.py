"""The words of what may be said to whom: who speaks, what is asked about, on what ground, what is missing."""

from __future__ import annotations

from flask_babel import gettext as _

from app.dossiers.may_say import Answer, Basis, Relation, Topic


def relations() -> dict[Relation, str]:
    """Who may speak."""
    return {
        Relation.UNKNOWN: _("on ne sait pas encore qui parle"),
        Relation.SELF: _("la personne elle-même"),
        Relation.DUO: _("la personne et quelqu’un avec elle"),
        Relation.ORGANISATION: _("l’organisme, pour elle"),
        Relation.THIRD: _("un proche, un tiers"),
    }


def topics() -> dict[Topic, str]:
    """What is asked about."""
    return {
        Topic.WAY: _("le lien, sa limite, la marche à suivre"),
        Topic.STATE: _("la demande, ses pièces"),
        Topic.MONEY: _("le paiement"),
        Topic.SECRET: _("IBAN, n° de sécurité sociale"),
    }


def basis_words() -> dict[Basis | None, str]:
    """On what ground somebody speaks."""
    return {
        None: _("sans accord"),
        Basis.SPOKEN: _("accord donné de vive voix"),
        Basis.REMOTE: _("accord donné par SMS"),
        Basis.MANDATE: _("mandat écrit"),
    }


def missing_words() -> dict[Answer, str]:
    """What is missing for it to be said."""
    return {
        Answer.YES: _("oui"),
        Answer.AFTER_IDENTITY: _("après l’identité"),
        Answer.WITH_AGREEMENT: _("avec l’accord de la personne"),
        Answer.WITH_RECORD: _("avec son accord par SMS ou un mandat écrit"),
        Answer.WITH_MANDATE: _("avec un mandat écrit"),
        Answer.NEVER: _("jamais"),
    }
