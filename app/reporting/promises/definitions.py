"""What the figures of promises mean: what was owed to people, never who owed it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from app.foundation.text.bilingual import Text
from app.reporting.definition import Definition

KINDS: Mapping[str, Text] = {
    "answer": Text("Réponse à donner", "Answer to give"),
    "treat": Text("Dossier à regarder", "File to look into"),
    "call": Text("Personne à rappeler", "Person to call again"),
    "check": Text("Vérifier que cela a marché", "Check that it worked"),
    "reminder": Text("Pense-bête", "Reminder"),
    "third_party": Text("Pièce d'un tiers attendue", "Paper awaited from a third party"),
    "transfer": Text("Transmis à un autre service", "Passed to another service"),
    "caught": Text("Trouvé par la liste", "Found by the list"),
}
"""Every kind of promise (``PromiseKind``), in the order in which they are shown."""

PROMISES = (
    Definition(
        "promises_due",
        Text("Promesses dues", "Promises due"),
        Text(
            "Promesses dont l'heure dite d'abord à la personne tombe ce jour-là, même si elle a été déplacée "
            "ensuite. Les rappels demandés à la ligne sont tenus ailleurs. Aucun chiffre par agent.",
            "Promises whose time, as first said to the person, falls on this day, even if it was moved "
            "afterwards. Call-backs asked of the line are kept elsewhere. No figure by agent.",
        ),
        "promises",
        Text(
            "tenues à temps + tenues en retard + abandonnées + encore ouvertes",
            "kept in time + kept late + dropped + still open",
        ),
    ),
    Definition(
        "promises_kept",
        Text("Tenues à temps", "Kept in time"),
        Text(
            "Parmi les dues, celles qui ont été tenues sans que leur heure soit jamais passée.",
            "Of those due, those that were kept and whose time never passed before.",
        ),
        "promises",
    ),
    Definition(
        "promises_late",
        Text("Tenues en retard", "Kept late"),
        Text(
            "Parmi les dues, celles qui ont été tenues après leur heure, ou déplacées une fois l'heure passée "
            "puis tenues.",
            "Of those due, those that were kept after their time, or moved once it had passed and then kept.",
        ),
        "promises",
    ),
    Definition(
        "promises_dropped",
        Text("Abandonnées", "Dropped"),
        Text(
            "Parmi les dues, celles qui ne servaient plus ; une raison est toujours écrite.",
            "Of those due, those that were of no more use; a reason is always written.",
        ),
        "promises",
    ),
    Definition(
        "promises_open",
        Text("Encore ouvertes", "Still open"),
        Text(
            "Parmi les dues, celles qui n'étaient ni tenues ni abandonnées quand le rapport a été calculé, "
            "en retard ou non.",
            "Of those due, those neither kept nor dropped when the report was computed, late or not.",
        ),
        "promises",
    ),
)
