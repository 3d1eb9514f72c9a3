"""The texts of the telephone page, in French and English. Pure."""

from __future__ import annotations

LANGUAGES = ("fr", "en")

# By name: in French, and in English.
_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Téléphone", "Phone"),
    "language": ("Langue", "Language"),
    "skip": ("Aller au contenu", "Skip to content"),
    "number": ("Numéro à composer", "Number to dial"),
    "erase": ("Effacer le dernier chiffre", "Erase the last digit"),
    "keypad": ("Clavier", "Keypad"),
    "call": ("Appeler", "Call"),
    "answer": ("Répondre", "Answer"),
    "keys": (
        "Au clavier : chiffres, Entrée pour appeler, Échap pour raccrocher",
        "On the keyboard: digits, Enter to call, Escape to hang up",
    ),
    "you-are": ("Vous êtes", "You are"),
    "who-calls": (
        "Qui appelle, et de quel numéro",
        "Who is calling, and from which number",
    ),
    "nobody": ("Aucun appelant de démonstration", "No demo caller"),
    "nobody-todo": (
        "Vos appels partiront en numéro masqué.",
        "Your calls will go out with the number withheld.",
    ),
    "hide": ("Appeler en numéro masqué", "Call with the number withheld"),
    "hear": ("Ce que vous entendez", "What you hear"),
    "hear-empty": (
        "Le texte de l’accueil et des annonces s’écrit ici pendant l’appel.",
        "What the greeting and announcements say is written here during the call.",
    ),
    "messages": ("Messages", "Messages"),
    "write": ("Écrire un SMS au numéro composé", "Write a text message to the number dialled"),
    "send": ("Envoyer", "Send"),
    "written": ("Vous écrivez", "You write"),
    "not-written": (
        "Ce message n’est pas parti. Vérifiez le numéro composé, et appelez avec un numéro non masqué.",
        "This message was not sent. Check the number dialled, and call with your number not withheld.",
    ),
    "messages-empty": (
        "Les SMS envoyés à ce numéro arrivent ici.",
        "Text messages sent to this number arrive here.",
    ),
    "idle": ("Décrochez quand vous voulez", "Pick up whenever you like"),
    "connecting": ("Connexion à la ligne…", "Connecting to the line…"),
    "offline": ("Ligne injoignable, nouvel essai…", "Line unreachable, trying again…"),
    "dialing": ("Appel en cours…", "Calling…"),
    "ringing": ("Appel entrant", "Incoming call"),
    "connected": ("En ligne", "On the line"),
    "queued": ("Dans la file d’attente", "In the queue"),
    "conference": ("Mise en relation…", "Connecting…"),
    "talking": ("En conversation", "In conversation"),
    "held": ("Mis en attente", "On hold"),
    "ended": ("Appel terminé", "Call ended"),
    "busy": ("Ligne occupée", "Line busy"),
    "failed": ("L’appel n’a pas abouti", "The call did not go through"),
    "unknown-number": ("Ce numéro n’est pas attribué", "This number is not in service"),
    "invalid-number": ("Ce numéro n’est pas valable", "This number is not valid"),
    "no-microphone": (
        "Pas de micro : vous entendez, on ne vous entend pas",
        "No microphone: you can hear, but cannot be heard",
    ),
    "hangup": ("Raccrocher", "Hang up"),
    "decline": ("Refuser", "Decline"),
    "mute": ("Couper le micro", "Mute"),
    "unmute": ("Rétablir le micro", "Unmute"),
    "sound-on": ("Annonces lues à voix haute", "Announcements read aloud"),
    "sound-off": ("Voix coupée, texte seul", "Voice off, text only"),
    "recording": ("On vous enregistre", "You are being recorded"),
    "press": ("Tapez une touche", "Press a key"),
    "speak": ("C’est à vous de parler", "It is your turn to speak"),
    "message-from": ("Message de", "Message from"),
    "hidden": ("Numéro masqué", "Number withheld"),
    "you": ("Vous tapez", "You press"),
    "music": ("Musique d’attente", "Hold music"),
    "lasted": ("Durée", "Duration"),
}


def page_texts(language: str) -> dict[str, str]:
    """The texts by name, in ``language``; French when it is not one of ours."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: both[place] for name, both in _TEXTS.items()}
