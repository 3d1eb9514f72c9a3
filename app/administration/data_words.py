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
    "feed_refusals_read": N_("%(who)s a lu des lignes refusées (%(thing)s)."),
    "feed_line_corrected": N_("%(who)s a corrigé une ligne refusée, et l’a importée (%(thing)s)."),
    "feed_key_made": N_("%(who)s a créé la clé d’un programme (%(thing)s)."),
    "feed_key_revoked": N_("%(who)s a retiré la clé d’un programme (%(thing)s)."),
    "feed_received": N_("Un programme a envoyé des enregistrements (%(thing)s)."),
    "export_persons": N_("%(who)s a exporté les fiches de toutes les personnes."),
    "export_organisations": N_("%(who)s a exporté les organismes."),
    "export_dossiers": N_("%(who)s a exporté tous les dossiers."),
}

DUPLICATES = {
    "persons_merged": N_("%(who)s a fusionné deux fiches : %(subject)s."),
    "persons_parted": N_("%(who)s a annulé la fusion de deux fiches : %(subject)s."),
    "dossiers_merged": N_("%(who)s a fusionné deux demandes : %(subject)s."),
    "dossiers_parted": N_("%(who)s a annulé la fusion de deux demandes : %(subject)s."),
    "persons_apart": N_("%(who)s a dit que deux fiches sont deux personnes (%(thing)s)."),
}

PRIVACY = {
    "person_exported": N_("%(who)s a remis tout ce qui est gardé sur une personne (%(thing)s)."),
    "person_erased": N_("%(who)s a effacé une personne : %(subject)s."),
}
