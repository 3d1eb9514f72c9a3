"""What each announcement is called, and when it is heard: for the page where managers change it."""

from __future__ import annotations

from flask_babel import gettext as _

Names = dict[str, tuple[str, str]]


def groups() -> list[tuple[str, Names]]:
    """(title, {key: (name, when it is heard)}), in the order of a call."""
    return [
        (_("Message d’accueil et attente"), _waiting()),
        (_("Rappel"), _callbacks()),
        (_("Ligne fermée"), _closed()),
        (_("Et aussi"), _others()),
    ]


def _waiting() -> Names:
    each_round = _("Pendant l’attente, avant la musique.")
    return {
        "greeting": (_("Message d’accueil"), _("Au début de chaque appel, la ligne ouverte.")),
        "incident": (
            _("Incident en cours"),
            _("Tant que l’annonce d’incident est activée ; les agents la lisent sur leur poste."),
        ),
        "first": (_("Prochain appel"), each_round),
        "position": (_("Place dans la file"), each_round),
        "wait_1": (_("Attente de moins d’une minute"), each_round),
        "wait_3": (_("Attente d’environ deux minutes"), each_round),
        "wait_5": (_("Attente de trois à cinq minutes"), each_round),
        "wait_10": (_("Attente de cinq à dix minutes"), each_round),
        "wait_more": (_("Attente de plus de dix minutes"), each_round),
        "stay": (
            _("Merci de patienter"),
            _("À la place d’une durée, quand trop peu d’appels récents permettent de la dire."),
        ),
        "nobody": (
            _("Personne au téléphone"),
            _("À la place d’une durée, quand aucun agent ne répond en ce moment."),
        ),
        "coming": (_("Quelqu’un répond"), _("Quand un agent vient d’accepter l’appel.")),
        "choose_language": (
            _("Choix de la langue"),
            _("Dite dans sa langue à ceux qui en entendent une autre ; sans elle, pas de touche."),
        ),
        "closing_serve": (
            _("Fermeture, on répond encore"),
            _("À ceux qui attendent encore après l’heure, si la règle est de leur répondre."),
        ),
        "closing_offer": (
            _("Fermeture, rappel proposé"),
            _("À ceux qui attendent encore après l’heure, si la règle est de proposer un rappel."),
        ),
        "closing_nobody": (
            _("Fermeture, plus personne"),
            _("À ceux qui attendent encore après l’heure, quand plus aucun agent ne répond."),
        ),
    }


def _callbacks() -> Names:
    asking = _("Quand quelqu’un demande à être rappelé.")
    return {
        "offer_callback": (
            _("Proposer le rappel"),
            _("Pendant l’attente, si le rappel est permis."),
        ),
        "ask_number": (_("Demander le numéro"), _("Quand le numéro est masqué.")),
        "ask_other_number": (
            _("Demander un autre numéro"),
            _("Quand la ligne ne rappelle pas ce numéro : surtaxé, ou d’un pays non choisi."),
        ),
        "number_wrong": (_("Numéro incomplet"), asking),
        "number_refused": (_("Numéro que la ligne ne rappelle pas"), asking),
        "number_heard": (_("Numéro à confirmer"), asking),
        "callback_noted": (_("Rappel noté"), asking),
        "callback_at_opening": (_("Rappel noté, à l’ouverture"), asking),
        "callback_at_reopen": (
            _("Rappel noté, sans date de réouverture"),
            _("Quand la ligne a été fermée manuellement : personne ne sait quand elle rouvrira."),
        ),
        "callback_kept": (_("Rappel déjà demandé"), asking),
        "too_many": (
            _("Trop d’appels d’un numéro"),
            _("À la place de la file, quand un numéro a trop appelé ; un rappel est noté."),
        ),
        "too_many_hidden": (
            _("Trop d’appels masqués"),
            _("Quand trop de personnes sans numéro attendent déjà ; on demande le sien."),
        ),
        "callback_for_agent": (
            _("Annonce à l’agent"),
            _("L’agent l’entend avant que l’on appelle."),
        ),
        "promise_for_agent": (
            _("Annonce à l’agent, rappel promis"),
            _("De même, quand c’est un agent qui l’a promis."),
        ),
        "missed_for_agent": (
            _("Annonce à l’agent, appel manqué"),
            _("De même, quand la personne a appelé pendant une panne."),
        ),
        "callback_for_person": (
            _("Annonce à la personne rappelée"),
            _("Quand elle décroche : une touche prouve que ce n’est pas un répondeur."),
        ),
        "call_later": (_("Personne n’a confirmé"), _("Avant un nouvel essai, plus tard.")),
        "call_us": (_("Dernier essai"), _("Quand nous ne rappellerons plus de nous-mêmes.")),
    }


def _closed() -> Names:
    menu = _("À la suite, si c’est permis.")
    return {
        "closed": (_("Ligne fermée"), _("Quand on appelle hors des horaires.")),
        "opens": (
            _("Prochaine ouverture"),
            _("Juste après « Ligne fermée », si l’on sait quand elle ouvre."),
        ),
        "closed_callback": (_("Proposer le rappel à l’ouverture"), menu),
        "closed_sms": (_("Proposer le SMS"), menu),
        "closed_message": (_("Proposer la messagerie"), menu),
        "not_offered": (_("Touche inconnue"), _("Quand la touche n’est pas proposée.")),
        "sms_sent": (_("SMS envoyé"), menu),
        "sms_already": (_("SMS déjà envoyé"), menu),
        "sms_failed": (_("SMS non parti"), menu),
        "record_consent": (
            _("Accord avant un message"),
            _("Avant d’enregistrer : la personne doit savoir et accepter."),
        ),
        "record_empty": (_("Message vide"), _("Quand rien n’a été enregistré.")),
        "record_kept": (_("Message gardé"), _("Après un message vocal.")),
    }


def _others() -> Names:
    return {
        "coach": (_("Écoute annoncée"), _("À l’agent et à la personne, au début d’une écoute.")),
        "apology": (_("Problème technique"), _("Quand notre serveur ne répond pas.")),
        "gone": (_("La personne a raccroché"), _("Entendue par l’agent seul.")),
        "goodbye": (_("Au revoir"), _("À la fin.")),
    }
