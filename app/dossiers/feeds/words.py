"""What a run did, in words, for the command line."""

from __future__ import annotations

from collections.abc import Sequence

from app.dossiers.feeds.models import FeedRun

_COUNTS = (
    ("created", "créées"),
    ("updated", "modifiées"),
    ("unchanged", "déjà connues"),
    ("kept", "avec une correction d'ici, gardée"),
    ("left_out", "vides, ou titres répétés"),
    ("corrected", "corrigées depuis sur la page"),
    ("again", "renvoyées telles quelles"),
    ("refused", "refusées"),
)


def summary(run: FeedRun, refused: Sequence[tuple[str, int]]) -> list[str]:
    """The figures of a run, a line each; those that are none are left out."""
    lines = ["Essai : rien n'est enregistré."] if run.trial else []
    lines.append(f"Lignes lues                            {run.done:>9}")
    lines += [
        f"  {label:<36} {run.counts[name]:>9}" for name, label in _COUNTS if run.counts.get(name)
    ]
    lines += [f"  refusées : {kind:<25} {number:>9}" for kind, number in refused]
    return lines
