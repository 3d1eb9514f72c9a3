"""The words of the demo Portal's pages, in French and English. Pure.

They are as dry as the real one's: it is what people meet, and what the agents help with.
"""

from __future__ import annotations

LANGUAGES = ("fr", "en")

# By name: in French, and in English.
_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Portail des aides (démonstration)", "Grants Portal (demonstration)"),
    "demo": (
        "Portail de démonstration : rien ici n’est une vraie demande.",
        "Demonstration Portal: nothing here is a real request.",
    ),
    "skip": ("Aller au contenu", "Skip to content"),
    "other": ("English", "Français"),
    "step1": ("Étape 1 : créez votre mot de passe", "Step 1: create your password"),
    "rule": (
        "8 caractères au moins, dont une minuscule, une majuscule et un caractère spécial.",
        "At least 8 characters, with a lower case letter, a capital and a special character.",
    ),
    "password": ("Mot de passe", "Password"),
    "again": ("Confirmez le mot de passe", "Confirm the password"),
    "validate": ("Valider", "Confirm"),
    "short": ("Il faut au moins 8 caractères.", "It needs at least 8 characters."),
    "long": ("Il est trop long.", "It is too long."),
    "lower": ("Il manque une lettre minuscule.", "A lower case letter is missing."),
    "upper": ("Il manque une lettre majuscule.", "A capital letter is missing."),
    "special": ("Il manque un caractère spécial.", "A special character is missing."),
    "differ": (
        "Les deux mots de passe ne sont pas identiques.",
        "The two passwords are not the same.",
    ),
    "link": ("Ce lien n’est plus valable.", "This link is no longer valid."),
    "link-why": (
        "Il a plus de 72 heures, ou un mail plus récent l’a remplacé. Appelez la ligne d’aide.",
        "It is older than 72 hours, or a later email replaced it. Call the help line.",
    ),
    "made": ("Votre mot de passe est créé", "Your password is created"),
    "made-next": (
        "Retournez maintenant dans votre messagerie, rouvrez le même mail, et touchez « Étape 2 ».",
        "Now go back to your mailbox, open the same email again, and tap “Step 2”.",
    ),
    "reset-done": (
        "Votre nouveau mot de passe est enregistré. Connectez-vous.",
        "Your new password is saved. Sign in.",
    ),
    "step2": ("Étape 2 : connectez-vous", "Step 2: sign in"),
    "identifier": ("Identifiant", "Identifier"),
    "sign-in": ("Se connecter", "Sign in"),
    "wrong": ("Identifiant ou mot de passe incorrect.", "Wrong identifier or password."),
    "locked": (
        "Votre compte est bloqué après 5 essais. Appelez la ligne d’aide.",
        "Your account is locked after 5 tries. Call the help line.",
    ),
    "step1-first": (
        "Votre compte n’est pas encore créé : faites d’abord l’étape 1.",
        "Your account is not created yet: do step 1 first.",
    ),
    "space": ("Votre espace", "Your account"),
    "attributed": (
        "Votre identifiant attribué : %s. Vous pouvez aussi utiliser votre adresse mail.",
        "The identifier assigned to you: %s. Your email address works too.",
    ),
    "follow": ("Suivre ma demande", "Follow my request"),
    "deposit": ("Déposer une demande", "Submit a request"),
    "sign-out": ("Se déconnecter", "Sign out"),
    "request": ("Ma demande", "My request"),
    "new-request": ("Nouvelle demande", "New request"),
    "mine": ("Mes demandes", "My requests"),
    "draft": ("en cours de création", "being created"),
    "sent-on": ("transmise", "submitted"),
    "fields": ("Vos informations", "Your details"),
    "distance_km": (
        "Distance entre le domicile et la formation, en km",
        "Distance from home to training, in km",
    ),
    "tax_income": ("Revenu fiscal de référence, en euros", "Reference tax income, in euros"),
    "tax_parts": ("Nombre de parts", "Number of shares"),
    "figure": ("Ce champ attend un nombre.", "This field needs a number."),
    "kept": ("Vos informations sont enregistrées.", "Your details are saved."),
    "vanished": (
        "La session a été réinitialisée. Complétez les champs.",
        "The session was reset. Fill in the fields.",
    ),
    "pieces": ("Vos pièces", "Your documents"),
    "limits": (
        "PDF, JPG ou PNG, 2 Mo au plus. L’étoile rouge (*) : obligatoire.",
        "PDF, JPG or PNG, 2 MB at most. The red star (*): required.",
    ),
    "identity": ("Pièce d’identité, recto et verso", "Identity document, both sides"),
    "rib": ("RIB", "Bank details (RIB)"),
    "situation_notice": ("Notification de rejet", "Rejection notice"),
    "tax_notice": ("Avis d’imposition, 4 pages", "Tax notice, 4 pages"),
    "family_book": ("Livret de famille", "Family record book"),
    "file": ("Fichier", "File"),
    "send": ("Transmettre la pièce", "Send the document"),
    "format": ("Format refusé : PDF, JPG ou PNG.", "Format refused: PDF, JPG or PNG."),
    "size": ("Fichier trop lourd : 2 Mo au plus.", "File too large: 2 MB at most."),
    "grey": ("à fournir", "to provide"),
    "red": ("à fournir de nouveau", "to provide again"),
    "orange": ("transmise", "sent"),
    "green": ("acceptée", "accepted"),
    "check": ("Vérifier et transmettre", "Check and submit"),
    "summary": ("Récapitulatif", "Summary"),
    "terms": (
        "Je certifie que ces informations sont exactes.",
        "I certify that these details are correct.",
    ),
    "pdf": ("Enregistrer en PDF", "Save as PDF"),
    "transmit": ("Transmettre ma demande", "Submit my request"),
    "missing": ("Il manque : %s.", "Missing: %s."),
    "agree": ("Cochez la case pour continuer.", "Tick the box to continue."),
    "done": ("Demande transmise", "Request submitted"),
    "done-at": ("Demande %s, transmise le %s.", "Request %s, submitted on %s."),
    "back": ("Revenir", "Back"),
    "error": ("Une erreur est survenue", "An error occurred"),
    "error-next": ("Veuillez réessayer ultérieurement.", "Please try again later."),
    "outage": ("Service indisponible", "Service unavailable"),
    "operator": ("Coulisses de la démonstration", "Behind the demonstration"),
    "operator-what": (
        "Cette page n’existe pas sur un vrai Portail. Elle joue l’organisme de formation, et les pannes.",
        "A real Portal has no such page. It plays the training centre, and the failures.",
    ),
    "enrol": ("Inscrire une personne (organisme de formation)", "Enrol a person (training centre)"),
    "reference": ("Référence du dossier", "File reference"),
    "mail": ("Adresse mail", "Email address"),
    "enrol-do": ("Inscrire et envoyer le mail", "Enrol and send the email"),
    "enrolled": ("Inscrite. Le mail est parti.", "Enrolled. The email has been sent."),
    "enrolled-no-mail": ("Inscrite. Son lien : ", "Enrolled. The link: "),
    "withdraw": ("Pas encore inscrite par l’organisme", "Not enrolled by the training centre yet"),
    "withdraw-do": ("Faire comme si elle n’était pas inscrite", "Act as if not enrolled"),
    "withdrawn": ("C’est fait : un lien lui serait refusé.", "Done: a link would be refused."),
    "switches": ("Pannes", "Failures"),
    "switch-error": (
        "« Une erreur est survenue » à chaque envoi",
        "“An error occurred” at each step",
    ),
    "switch-outage": ("Le Portail ne répond plus", "The Portal is not responding"),
    "switch-fields_vanish": (
        "Les champs s’effacent à la validation",
        "Fields vanish when confirmed",
    ),
    "apply": ("Appliquer", "Apply"),
    "applied": ("C’est fait.", "Done."),
    "mail-access-subject": (
        "Portail des aides : ouvrez votre espace",
        "Grants Portal (Portail): open your account",
    ),
    "mail-access": (
        "Bonjour,\n\nVotre organisme de formation vous a inscrit.\n\nÉtape 1, créez votre mot de passe : {step1}\n\n"
        "Puis revenez à ce mail. Étape 2, connectez-vous : {step2}\n\nCe lien est valable 72 heures.\n",
        "Hello,\n\nYour training centre has enrolled you.\n\nStep 1, create your password: {step1}\n\n"
        "Then come back to this email. Step 2, sign in: {step2}\n\nThis link is valid for 72 hours.\n",
    ),
    "mail-reset-subject": (
        "Portail des aides : choisissez un nouveau mot de passe",
        "Grants Portal (Portail): choose a new password",
    ),
    "mail-reset": (
        "Bonjour,\n\nChoisissez un nouveau mot de passe : {step1}\n\nCe lien est valable 2 heures.\n",
        "Hello,\n\nChoose a new password: {step1}\n\nThis link is valid for 2 hours.\n",
    ),
}


def text(name: str, language: str) -> str:
    """The text of that name."""
    return _TEXTS[name][LANGUAGES.index(language)]


def names() -> frozenset[str]:
    """The names there are."""
    return frozenset(_TEXTS)
