"""What must be true before an action of a script can be done, and the word when it is not. Pure.

An action whose condition is not met is never noted as done: it is refused with a sentence that says
why, and what to do (``way`` names the button that does it, if the page has one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.foundation.exceptions import InvalidInput


@dataclass(frozen=True)
class Facts:
    """What is known of whom a run is about, at the instant of the act.

    ``refused``: mail to the present address came back, and nobody has confirmed it since. ``account``:
    the Portal's account is made. ``contact``: a contact is in hand; ``numbered``: it has a number to call back;
    ``hidden``: it is a call, and shows none; ``phones``: the telephones of the person's file, as they
    are read. ``slots``: the dossier has a pièce that was sent. ``managers``: somebody else can be told.
    ``portal``: a Portal is connected.
    """

    person: bool = False
    dossier: bool = False
    email: bool = False
    refused: bool = False
    account: bool = False
    slots: bool = False
    contact: bool = False
    numbered: bool = False
    hidden: bool = False
    phones: tuple[str, ...] = ()
    mobile: bool = False
    managers: bool = False
    portal: bool = False


@dataclass(frozen=True)
class Unmet:
    """Why an action cannot be done now. ``way``: « correct », or "" for none.

    ``phones``: the telephones to use instead; beside the error, which may reach a log.
    """

    error: InvalidInput
    way: str = ""
    phones: tuple[str, ...] = ()


def unmet(action: str, facts: Facts) -> Unmet | None:
    """The first condition of an action that is not met, or None when it can be done."""
    for condition in CONDITIONS[action]:
        found = condition(facts)
        if found is not None:
            return found
    return None


Condition = Callable[[Facts], Unmet | None]


def _person(facts: Facts) -> Unmet | None:
    if facts.person:
        return None
    return Unmet(
        InvalidInput(
            "On ne sait pas encore de qui il s'agit.",
            kept="Le script continue là où il est.",
            todo="Choisissez la personne dans « Le dossier », puis recommencez.",
        )
    )


def _dossier(facts: Facts) -> Unmet | None:
    if facts.dossier:
        return None
    return _person(facts) or Unmet(
        InvalidInput(
            "Aucun dossier n'est ouvert pour cette personne.",
            kept="Le script continue là où il est.",
            todo="Choisissez le dossier au milieu de l'écran. Sans dossier, l'organisme de "
            "formation n'a pas encore déclaré l'inscription.",
        )
    )


def _email(facts: Facts) -> Unmet | None:
    if facts.email:
        return None
    return Unmet(
        InvalidInput(
            "Ce dossier n'a pas d'adresse mail.",
            kept="Rien n'est parti.",
            todo="Demandez l'adresse lettre par lettre et notez-la dans la fiche.",
        ),
        "correct",
    )


def _good_email(facts: Facts) -> Unmet | None:
    if not facts.refused:
        return None
    return Unmet(
        InvalidInput(
            "Le dernier mail envoyé à cette adresse est revenu.",
            kept="Rien n'est parti.",
            todo="Relisez l'adresse lettre par lettre : corrigez-la, ou confirmez-la si elle est "
            "juste.",
        ),
        "correct",
    )


def _account(facts: Facts) -> Unmet | None:
    if facts.account:
        return None
    return Unmet(
        InvalidInput(
            "Aucun compte n'est encore créé sur le Portail : il n'y a pas de mot de passe à "
            "réinitialiser.",
            kept="Rien n'a été noté.",
            todo="Renvoyez le lien : l'étape 1 crée le mot de passe.",
        )
    )


def _slots(facts: Facts) -> Unmet | None:
    if facts.slots:
        return None
    return Unmet(
        InvalidInput(
            "Aucune pièce n'est déposée dans ce dossier : il n'y a rien à redonner.",
            kept="Rien n'a été noté.",
            todo="Regardez les pièces dans le dossier avec la personne.",
        )
    )


def _mobile(facts: Facts) -> Unmet | None:
    if facts.mobile:
        return None
    return Unmet(
        InvalidInput(
            "Aucun téléphone portable n'est connu : un SMS n'arriverait nulle part.",
            kept="Rien n'est parti.",
            todo="Demandez un numéro de portable et notez-le dans la fiche.",
        ),
        "correct",
    )


def _number(facts: Facts) -> Unmet | None:
    if facts.contact and facts.numbered:
        return None
    error = _no_number(facts) if facts.contact else _no_contact(facts)
    return Unmet(error, phones=facts.phones)


def _no_contact(facts: Facts) -> InvalidInput:
    if facts.phones:
        return InvalidInput(
            "Aucun contact n'est en cours : on promet un rappel pendant un appel ou un message.",
            kept="Aucun rappel n'est promis.",
            todo="Appelez la personne depuis sa fiche, à l'heure dite.",
        )
    return InvalidInput(
        "Aucun contact n'est en cours : on promet un rappel pendant un appel ou un message.",
        kept="Aucun rappel n'est promis.",
        todo="Notez un téléphone dans la fiche de la personne, et appelez-la de là.",
    )


def _no_number(facts: Facts) -> InvalidInput:
    if facts.phones:
        return InvalidInput(
            "Ce contact ne donne pas de numéro où rappeler ; la fiche de la personne en a.",
            kept="Aucun rappel n'est promis.",
            todo="Appelez la personne depuis sa fiche, à l'heure dite.",
        )
    if facts.hidden:
        return InvalidInput(
            "Le numéro est masqué : on ne peut pas rappeler la personne.",
            kept="Aucun rappel n'est promis.",
            todo="Dites-lui de rappeler la ligne ; donnez-lui les heures d'ouverture.",
        )
    return InvalidInput(
        "Ce contact ne donne pas de numéro où rappeler, et la fiche n'en a pas.",
        kept="Aucun rappel n'est promis.",
        todo="Demandez un téléphone à la personne et notez-le dans sa fiche.",
    )


def _contact(facts: Facts) -> Unmet | None:
    if facts.contact:
        return None
    return Unmet(
        InvalidInput(
            "Aucun contact n'est en cours : cela se fait pendant un appel ou un message.",
            kept="Le script continue là où il est.",
            todo="Appelez la personne depuis sa fiche, puis recommencez.",
        )
    )


def _portal(facts: Facts) -> Unmet | None:
    if facts.portal:
        return None
    return Unmet(
        InvalidInput(
            "Le Portail n'est pas relié à Permanence.",
            kept="Rien n'a été fait.",
            todo="Faites-le dans le Portail, puis notez-le sur le dossier.",
        )
    )


def _managers(facts: Facts) -> Unmet | None:
    if facts.managers:
        return None
    return Unmet(
        InvalidInput(
            "L'alerte n'arriverait à personne d'autre que vous : aucun compte d'encadrement n'est "
            "ouvert pour la recevoir.",
            kept="Rien n'a été noté.",
            todo="Prévenez quelqu'un de vive voix, tout de suite.",
        )
    )


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "resend_link": (_dossier, _email, _good_email),
    "correct_address": (_person,),
    "send_reset": (_dossier, _email, _portal, _account),
    "unlock": (_dossier, _portal, _account),
    "hand_slot_back": (_dossier, _portal, _slots),
    "send_sms": (_contact, _mobile),
    "send_summary": (_contact,),
    "create_callback": (_number,),
    "ask_interpreter": (_contact,),
    "book_place": (_person,),
    "link_incident": (_contact,),
    "flag_priority": (_dossier,),
    "consult_owner": (_dossier,),
    "alert_manager": (_managers,),
}
