"""What reasons, callers' roles and kinds of digital difficulty are called, by code. Pure: data.

The code is what is stored, sent by forms and written in scripts; a label is only shown and exported, so that
changing one is an edit here and nothing else. The seven French reasons are the exact labels of the field
study, and the keys of the report. A label that was used before stays in ``FORMERLY``: files of past calls
and kept versions of scripts say it.
"""

from __future__ import annotations

from app.foundation.text.bilingual import Text

REASONS = {
    "unqualified": Text("Pas de qualification", "Not qualified"),
    "completeness": Text("Complétude du dossier", "Completeness of the file"),
    "how_to_deposit": Text("Modalités de dépôt des demandes", "How to submit a request"),
    "accounts": Text("Question de connexion et de comptes", "Sign-in and accounts"),
    "general": Text("Renseignement général sur le dispositif", "General information on the aid"),
    "follow_up": Text("Suivi du dossier", "Progress of the file"),
    "transfer": Text("Transfert vers autres services", "Transfer to another service"),
}

FORMERLY: dict[str, str] = {
    # what a reason was called → its code. Rows before 0023 and scripts of then have these seven.
    "Pas de qualification": "unqualified",
    "Complétude du dossier": "completeness",
    "Modalités de dépôt des demandes": "how_to_deposit",
    "Question de connexion et de comptes": "accounts",
    "Renseignement général sur le dispositif": "general",
    "Suivi du dossier": "follow_up",
    "Transfert vers autres services": "transfer",
}

ROLES = {
    "stagiaire": Text("Stagiaire", "Trainee"),
    "formateur": Text("Formateur ou formatrice", "Trainer"),
    "duo": Text("Duo", "Both together"),
    "secretaire": Text("Secrétaire", "Secretary"),
    "autre": Text("Autre", "Other"),
}

DIGITAL = {
    "invalid_identifier": Text("Identifiant refusé", "Invalid identifier"),
    "mailbox_password": Text("Mot de passe de la messagerie perdu", "Mailbox password lost"),
    "outside_procedure": Text("Dépôt hors procédure", "Submitted outside the procedure"),
    "invalid_pieces": Text("Pièces invalides", "Invalid documents"),
    "account_not_found": Text(
        "Compte ou demande introuvable (anomalie)", "Account or request not found (bug)"
    ),
    "mail_not_received": Text("Mail non reçu", "Email not received"),
    "link_expired": Text("Lien expiré", "Link expired"),
    "other": Text("Autre difficulté numérique", "Other digital difficulty"),
}
