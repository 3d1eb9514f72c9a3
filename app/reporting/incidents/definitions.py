"""What the figures of incidents mean: what a trouble of the Portal cost the line on a day. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from app.foundation.text.bilingual import Text
from app.reporting.definition import Definition

KINDS: Mapping[str, Text] = {
    "error_shown": Text("« Une erreur est survenue »", "“An error has occurred”"),
    "fields_lost": Text("Champs qui s'effacent", "Fields that empty themselves"),
    "account_not_found": Text("Comptes introuvables", "Accounts not found"),
    "mail_not_received": Text("Mails qui n'arrivent pas", "Emails that do not arrive"),
    "portal_down": Text("Le Portail ne répond pas", "The Portal does not respond"),
    "other": Text("Autre incident", "Another incident"),
}
"""Every kind of incident (``IncidentKind``), as the report calls one that nobody has named."""

INCIDENTS = (
    Definition(
        "incidents_going_on",
        Text("Incidents du jour", "Incidents of the day"),
        Text(
            "Incidents en cours à un moment de ce jour : ouverts avant sa fin, ni réparés ni clos avant son début. "
            "Ceux qui ont été clos parce que ce n'en était pas ne comptent pas.",
            "Incidents that went on at some time of this day: opened before its end, neither repaired nor closed "
            "before its beginning. Those closed because they were none do not count.",
        ),
        "incidents",
    ),
    Definition(
        "incidents_contacts",
        Text("Contacts liés à un incident", "Contacts linked to an incident"),
        Text(
            "Contacts commencés ce jour-là et liés à l'un de ces incidents, par qui que ce soit et à tout moment. "
            "Lié à deux, un contact compte une fois dans le total.",
            "Contacts that began on this day and are linked to one of these incidents, by anybody and at any time. "
            "Linked to two, a contact counts once in the total.",
        ),
        "contacts",
    ),
    Definition(
        "incidents_calls",
        Text("Dont appels", "Of which calls"),
        Text("Appels reçus dans ces contacts.", "Calls received in these contacts."),
        "calls",
    ),
    Definition(
        "incidents_talk_s",
        Text("Temps de conversation", "Time of talk"),
        Text(
            "Toute la conversation de ces appels, quoi qu'on y ait dit d'autre : un maximum.",
            "All the talk of these calls, whatever else was said in them: an upper bound.",
        ),
        "seconds",
        Text("somme des conversations", "sum of talk"),
    ),
    Definition(
        "incidents_promises",
        Text("Promesses entraînées", "Promises caused"),
        Text(
            "Promesses faites à l'occasion de ces contacts, tenues ou non, quel que soit leur jour : un maximum.",
            "Promises made on the occasion of these contacts, kept or not, whatever their day: an upper bound.",
        ),
        "promises",
    ),
)
