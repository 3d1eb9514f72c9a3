"""What the figures of guided scripts mean: said once, where they are counted. Pure."""

from __future__ import annotations

from app.assist.figures.words import MEANINGS
from app.reporting.definition import Definition

SCRIPTS = tuple(
    Definition(each.key, each.title, each.meaning, "runs", each.reckoning) for each in MEANINGS
)
