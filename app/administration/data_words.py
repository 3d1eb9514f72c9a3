"""What the journal says of files, of duplicates and of what is held on a person (``journal_words``). Pure."""

from __future__ import annotations

N_ = str  # marks a sentence for bin/translations.py

FEEDS = {
    "feed_sent": N_("%(who)s a envoyé un fichier à importer (%(thing)s)."),
    "feed_columns": N_("%(who)s a choisi les colonnes d’un fichier (%(thing)s)."),
    "feed_tried": N_("%(who)s a essayé un import, sans rien enregistrer (%(thing)s)."),
    "feed_started": N_("%(who)s a lancé un import (%(thing)s)."),
    "feed_stopped": N_("%(who)s a arrêté un import (%(thing)s)."),
    "feed_done": N_("Un import est terminé (%(thing)s)."),
    "export_persons": N_("%(who)s a exporté les fiches de toutes les personnes."),
    "export_organisations": N_("%(who)s a exporté les organismes."),
    "export_dossiers": N_("%(who)s a exporté tous les dossiers."),
}
