"""What the figures of written messages mean: never mixed into the telephone's. Pure."""

from __future__ import annotations

from app.foundation.text.bilingual import Text
from app.reporting.definition import Definition

ANSWER_WITHIN_S = 24 * 3600
"""What was written is answered in time within a day, closed hours included."""

WRITTEN = (
    Definition(
        "written_received",
        Text("Écrits reçus", "Written, received"),
        Text(
            "Demandes par SMS, par formulaire ou par mail, comptées une fois, le jour du premier message. Elles ne "
            "comptent jamais parmi les appels.",
            "Matters that came by SMS, form or email, counted once, on the day of the first message. They are "
            "never counted among calls.",
        ),
        "messages",
    ),
    Definition(
        "written_answered",
        Text("Écrits répondus", "Written, answered"),
        Text(
            "Parmi elles, celles qui ont eu une réponse : un SMS ou un mail de notre part qui est arrivé ou en "
            "chemin, ou un rappel.",
            "Of these, those that got an answer: a text message or email of ours that arrived or is on its way, or a "
            "call-back.",
        ),
        "messages",
    ),
    Definition(
        "written_answered_in_time",
        Text("Écrits répondus à temps", "Written, answered in time"),
        Text(
            "Première réponse moins de 24 heures après le premier message, jours et heures de fermeture compris.",
            "First answer less than 24 hours after the first message, closed days and hours included.",
        ),
        "messages",
    ),
    Definition(
        "written_closed_unanswered",
        Text("Écrits clos sans réponse", "Written, closed unanswered"),
        Text(
            "Closes par quelqu'un sans réponse : rien à répondre, mauvais destinataire, indésirable.",
            "Closed by somebody without an answer: none needed, wrong recipient, spam.",
        ),
        "messages",
    ),
    Definition(
        "written_waiting",
        Text("Écrits en attente", "Written, waiting"),
        Text(
            "Demandes de ce jour ou d'avant dont le dernier message attendait une réponse à la fin du jour (à "
            "l'instant du calcul, si le jour n'est pas fini).",
            "Matters of that day or before whose last message waited for an answer at the end of the day (when "
            "the report was computed, if the day is not over).",
        ),
        "messages",
    ),
    Definition(
        "written_oldest_s",
        Text("Plus ancien en attente", "Oldest waiting"),
        Text(
            "Depuis combien de temps attendait la plus ancienne, au même instant.",
            "How long the oldest of these had waited at the same instant.",
        ),
        "seconds",
    ),
    Definition(
        "written_mean_answer_s",
        Text("Délai moyen de réponse", "Mean time to answer"),
        Text(
            "Du premier message à la première réponse, en moyenne sur les écrits répondus.",
            "From the first message to the first answer, on average over those that were answered.",
        ),
        "seconds",
    ),
)
