"""Our own words of the line, by language and key. Pure data: French and English are complete.

A manager may replace each (``Line.announcements``). Names between braces are filled in when it is
said. One idea a sentence: a caller may be stressed, and hears it once. Keys: 20 characters at most.
"""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "greeting": "Bonjour, vous êtes bien à la permanence téléphonique du Portail des aides. "
        "Restez en ligne : nous vous répondons dès que possible.",
        "incident": "Un incident technique touche le Portail des aides en ce moment. Nos équipes "
        "y travaillent. Si cela peut attendre, rappelez un peu plus tard.",
        "first": "Votre appel est le prochain.",
        "position": "Vous êtes numéro {position} dans la file d'attente.",
        "wait_1": "L'attente est de moins d'une minute.",
        "wait_3": "L'attente est d'environ deux minutes.",
        "wait_5": "L'attente est de trois à cinq minutes.",
        "wait_10": "L'attente est de cinq à dix minutes.",
        "wait_more": "L'attente dépasse dix minutes. Merci de votre patience.",
        "stay": "Merci de patienter. Nous ne vous oublions pas.",
        "nobody": "En ce moment, personne n'est au téléphone pour vous répondre. Nous gardons votre "
        "place.",
        "coming": "Quelqu'un va vous répondre.",
        "offer_callback": "Pour être rappelé sans perdre votre place, tapez 1.",
        "choose_language": "Pour le français, tapez {key}.",
        "closing_serve": "La permanence ne prend plus de nouveaux appels, mais nous gardons le "
        "vôtre : une personne va vous répondre.",
        "closing_offer": "La permanence est maintenant fermée. Restez en ligne : nous vous "
        "répondrons quand même. Ou, pour être rappelé à la prochaine ouverture, en gardant votre "
        "place, tapez 1.",
        "closing_nobody": "La permanence est maintenant fermée, et plus personne n'est là pour vous "
        "répondre. Pour être rappelé à la prochaine ouverture, en gardant votre place, tapez 1.",
        "ask_number": "Votre numéro est masqué. Tapez les dix chiffres de votre numéro de "
        "téléphone, puis la touche dièse.",
        "number_wrong": "Ce numéro n'est pas complet, ou n'existe pas.",
        "ask_other_number": "Nous ne pouvons pas rappeler le numéro d'où vous appelez. Tapez les dix "
        "chiffres d'un autre numéro où vous joindre, puis la touche dièse.",
        "number_refused": "Nous ne pouvons pas rappeler ce numéro.",
        "number_heard": "Vous avez tapé : {digits}. Pour confirmer, tapez 1. Pour le retaper, "
        "tapez 2.",
        "callback_noted": "C'est noté : nous vous rappelons dès que votre tour arrive. À bientôt.",
        "callback_at_opening": "C'est noté : nous vous rappellerons {day} à partir de {time}. "
        "À bientôt.",
        "callback_at_reopen": "C'est noté : nous vous rappellerons dès que la permanence rouvrira. "
        "À bientôt.",
        "callback_kept": "Vous aviez déjà demandé à être rappelé : votre demande et votre place "
        "sont gardées. À bientôt.",
        "too_many": "Bonjour. Nous avons déjà reçu plusieurs appels de votre numéro. Au lieu de vous "
        "faire attendre, nous vous rappellerons.",
        "too_many_hidden": "Bonjour. Beaucoup de personnes attendent déjà. Donnez-nous votre numéro, "
        "et nous vous rappellerons.",
        "closed": "Bonjour. La permanence téléphonique est fermée en ce moment.",
        "opens": "Elle ouvre {day} à {time}.",
        "closed_callback": "Pour être rappelé à l'ouverture, tapez 1.",
        "closed_sms": "Pour recevoir par SMS un lien vers notre formulaire, tapez 2.",
        "closed_message": "Pour laisser un message vocal, tapez 3.",
        "not_offered": "Cette touche ne correspond à aucun choix.",
        "sms_sent": "Nous vous envoyons le SMS. Son lien est valable sept jours. S'il n'arrive pas, "
        "nous vous rappellerons. À bientôt.",
        "sms_already": "Nous vous avons déjà envoyé plusieurs SMS en vingt-quatre heures. À la place, "
        "votre demande de rappel est notée.",
        "sms_failed": "Le SMS n'a pas pu partir. À la place, votre demande de rappel est notée.",
        "record_consent": "Votre message sera enregistré, écouté par notre équipe, puis effacé au "
        "plus tard dans {days} jours. Si vous êtes d'accord, parlez après le bip, puis tapez "
        "dièse. Sinon, raccrochez.",
        "record_empty": "Nous n'avons rien entendu : aucun message n'est gardé.",
        "record_kept": "Merci, votre message est gardé. Notre équipe l'écoutera. Au revoir.",
        "apology": "Nous avons un souci technique. Ne raccrochez pas : nous gardons votre appel "
        "et nous essayons de nouveau.",
        "gone": "La personne a raccroché.",
        "coach": "Une personne de l'encadrement nous écoute, pour aider.",
        "callback_for_agent": "Rappel demandé {time}. {name} Nous l'appelons.",
        "promise_for_agent": "Rappel promis pour {time}. {name} Nous l'appelons.",
        "missed_for_agent": "Appel manqué {time}. {name} Nous l'appelons.",
        "callback_for_person": "Bonjour, c'est la permanence téléphonique du Portail des aides, qui "
        "vous rappelle. Pour nous parler, tapez 1.",
        "call_later": "Nous vous rappellerons un peu plus tard. Au revoir.",
        "call_us": "Nous n'avons pas pu nous parler. Vous pouvez nous rappeler au numéro qui "
        "s'affiche. Au revoir.",
        "goodbye": "Merci de votre appel. Au revoir.",
    },
    "en": {
        "greeting": "Hello, you have reached the help line of the grants portal. "
        "Please hold: we will answer you as soon as we can.",
        "incident": "A technical incident is affecting the grants portal at the moment. We are "
        "working on it. If it can wait, please call again a little later.",
        "first": "Your call is next.",
        "position": "You are number {position} in the queue.",
        "wait_1": "The wait is less than a minute.",
        "wait_3": "The wait is about two minutes.",
        "wait_5": "The wait is three to five minutes.",
        "wait_10": "The wait is five to ten minutes.",
        "wait_more": "The wait is more than ten minutes. Thank you for your patience.",
        "stay": "Thank you for holding. We have not forgotten you.",
        "nobody": "At the moment there is nobody to answer you. We are keeping your place.",
        "coming": "Somebody is about to answer you.",
        "offer_callback": "To be called back without losing your place, press 1.",
        "choose_language": "For English, press {key}.",
        "closing_serve": "The help line is no longer taking new calls, but we are keeping yours: somebody "
        "will answer you.",
        "closing_offer": "The help line is closed now. Stay on the line, and you will still be answered. "
        "Or, to be called back when it next opens, keeping your place, press 1.",
        "closing_nobody": "The help line is closed now, and there is nobody left to answer you. "
        "To be called back when it next opens, keeping your place, press 1.",
        "ask_number": "Your number is withheld. Please key in your phone number, then press hash.",
        "number_wrong": "This number is not complete, or does not exist.",
        "ask_other_number": "We cannot call back the number you are calling from. Please key in "
        "another number where we can reach you, then press hash.",
        "number_refused": "We cannot call this number back.",
        "number_heard": "You keyed in: {digits}. To confirm, press 1. To key it in again, press 2.",
        "callback_noted": "Your request is noted: we will call you back when your turn comes. "
        "Goodbye.",
        "callback_at_opening": "Your request is noted: we will call you back {day}, from {time}. "
        "Goodbye.",
        "callback_at_reopen": "Your request is noted: we will call you back as soon as the help line "
        "opens again. Goodbye.",
        "callback_kept": "You had already asked to be called back: your request and your place are "
        "kept. Goodbye.",
        "too_many": "Hello. We have already had several calls from your number. Rather than keep you "
        "waiting, we will call you back.",
        "too_many_hidden": "Hello. Many people are already waiting. Give us your number, and we "
        "will call you back.",
        "closed": "Hello. The help line is closed at the moment.",
        "opens": "It opens {day} at {time}.",
        "closed_callback": "To be called back when it opens, press 1.",
        "closed_sms": "To receive a link to our form by text message, press 2.",
        "closed_message": "To leave a voice message, press 3.",
        "not_offered": "That key is not one of the choices.",
        "sms_sent": "We are sending you the text message. Its link is valid for seven days. If it does "
        "not arrive, we will call you back. Goodbye.",
        "sms_already": "We have already sent you several text messages within a day. Instead, your "
        "request to be called back is noted.",
        "sms_failed": "The text message could not be sent. Instead, your request to be called back "
        "is noted.",
        "record_consent": "Your message will be recorded, heard by our team, and erased within "
        "{days} days. If you agree, speak after the tone, then press hash. If not, hang up.",
        "record_empty": "We heard nothing: no message is kept.",
        "record_kept": "Thank you, your message is kept. Our team will listen to it. Goodbye.",
        "apology": "We have a technical problem. Please stay on the line: we are keeping your "
        "call and trying again.",
        "gone": "The caller has hung up.",
        "coach": "A manager is listening, to help.",
        "callback_for_agent": "A call-back asked for {time}. {name} We are calling now.",
        "promise_for_agent": "A call-back promised for {time}. {name} We are calling now.",
        "missed_for_agent": "A call missed {time}. {name} We are calling now.",
        "callback_for_person": "Hello, this is the help line of the grants portal, calling you back. "
        "To speak to us, press 1.",
        "call_later": "We will call you again a little later. Goodbye.",
        "call_us": "We could not speak to each other. You can call us on the number shown. Goodbye.",
        "goodbye": "Thank you for calling. Goodbye.",
    },
    # Of other languages, the one sentence that lets a caller choose them: the rest is written by
    # the manager who sets the language, and until then said in French.
    "es": {"choose_language": "Para español, pulse {key}."},
    "pt": {"choose_language": "Para português, prima {key}."},
    "it": {"choose_language": "Per l'italiano, premere {key}."},
    "de": {"choose_language": "Für Deutsch drücken Sie die {key}."},
    "ro": {"choose_language": "Pentru română, apăsați {key}."},
    "tr": {"choose_language": "Türkçe için {key} tuşuna basın."},
    "uk": {"choose_language": "Для української натисніть {key}."},
    "ar": {"choose_language": "للغة العربية، اضغطوا {key}."},
}

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
NEAR_DAYS = {"fr": ("aujourd'hui", "demain"), "en": ("today", "tomorrow")}
MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip
