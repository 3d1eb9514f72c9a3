"""The page for another provider names files that are there, and counts what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.calls.spoken.verbs import Speech, Verb

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "compatible-providers.md").read_text()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\b(?:app|tests|static)/[\w/.]+\w", PAGE))))
def test_each_file_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_it_counts_the_verbs() -> None:
    verbs = set(Verb.__args__) | set(Speech.__args__)
    assert f"`MEDIA_TYPE`; {len(verbs)} verbs" in PAGE
