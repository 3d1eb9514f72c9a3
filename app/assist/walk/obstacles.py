"""Where people get stuck, in the words of the report: what a choice may say of it. Pure.

The codes are written in scripts (``obstacle:``) and kept with the version that a run began with; the
words are shown to managers. From the field studies' list of what stopped people.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.foundation.text.bilingual import Text

OBSTACLES: Mapping[str, Text] = {
    "address_wrong": Text("adresse mail fausse", "wrong email address"),
    "mailbox_locked": Text("boîte mail fermée", "mailbox locked"),
    "mailbox_none": Text("pas de boîte mail", "no mailbox"),
    "not_enrolled": Text("inscription pas encore déclarée", "enrolment not declared yet"),
    "mail_refused": Text("mail refusé ou revenu", "email refused or returned"),
    "mail_absent": Text("mail pas trouvé", "email not found"),
    "mail_older": Text("un mail plus ancien est ouvert", "an older email is opened"),
    "mail_decoy": Text("un autre mail pris pour le nôtre", "another email taken for ours"),
    "link_dead": Text("lien expiré", "link expired"),
    "password_refused": Text("nouveau mot de passe refusé", "new password refused"),
    "password_lost": Text("mot de passe du Portail perdu", "Portal password lost"),
    "signin_refused": Text("connexion refusée", "sign-in refused"),
    "identifier": Text("identifiant", "identifier"),
    "lost_between": Text("perdue entre les étapes 1 et 2", "lost between steps 1 and 2"),
    "wrong_button": Text("bouton « déposer »", "“déposer” button"),
    "error_shown": Text("erreur du Portail", "Portal error"),
    "fields_lost": Text("cases vidées", "fields emptied"),
    "not_found": Text("compte ou demande introuvable", "account or request not found"),
    "device": Text("appareil", "device"),
    "hands": Text("aisance avec l'appareil", "ease with the device"),
    "field": Text("case à remplir", "a field to fill in"),
    "word": Text("mot administratif", "administrative word"),
    "photo": Text("photo illisible", "unreadable photo"),
    "pages": Text("pages manquantes", "missing pages"),
    "slot": Text("mauvaise case", "wrong slot"),
    "paper_missing": Text("papier introuvable", "paper not found"),
    "third_party": Text("papier chez quelqu'un d'autre", "paper held by somebody else"),
    "language": Text("langue", "language"),
    "reading": Text("lecture difficile", "reading is hard"),
    "overheard": Text("quelqu'un peut entendre", "somebody can hear"),
    "time": Text("pas le temps maintenant", "no time now"),
    "money": Text("ne peut pas attendre", "cannot wait"),
    "rule": Text("règle contestée", "disputed rule"),
    "our_error": Text("erreur de notre côté", "error on our side"),
}


def words(code: str, locale: str) -> str:
    """An obstacle in words; the code itself for one that a later version no longer has."""
    text = OBSTACLES.get(code)
    return text.get(locale) if text else code
