"""Finds a script by what somebody says of the trouble, in their own words. Pure, but for the phrases read once.

Each script is a bag of words: its title, trouble and keywords, and the sentences of ``phrases.yaml``. A
query is read the same way: plain letters, no small words, endings taken off, one word for several
(« courriel », « mail »). A word that nothing holds is taken for the nearest one, a slip apart. A rare
word weighs more than a common one, and words said together in one sentence more than apart.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.assist.script import Script
from app.assist.symptoms import words
from app.dossiers.name_folding import fold

FILE = Path(__file__).parent / "phrases.yaml"
LEAST = 0.45  # of what the query weighs, below which a script does not answer it
SLIP, BEGUN = 0.7, 0.75  # what a word is worth that was mistyped, or is still being typed
LONGEST = 24  # words of a query that count

_FIELDS = (("title", 1.3), ("keywords", 1.2), ("trouble", 1.0))


@dataclass(frozen=True)
class Index:
    """``weights``: how rare each word is; ``held``: which scripts hold it, and how well; ``slips``:
    words by what is left of them without one letter; ``sentences``: the words of each, by script."""

    weights: Mapping[str, float]
    held: Mapping[str, Mapping[str, float]]
    slips: Mapping[str, frozenset[str]]
    sentences: Mapping[str, tuple[frozenset[str], ...]]
    ids: tuple[str, ...]


@functools.cache
def phrases() -> Mapping[str, tuple[str, ...]]:
    """The sentences of each script, by its id."""
    rows: dict[str, list[str]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {script_id: tuple(said) for script_id, said in rows.items()}


def build(scripts: Iterable[Script], said: Mapping[str, Sequence[str]]) -> Index:
    """The index of these scripts and sentences."""
    held: dict[str, dict[str, float]] = defaultdict(dict)
    sentences: dict[str, tuple[frozenset[str], ...]] = {}
    ids = []
    for script in scripts:
        ids.append(script.id)
        fields = {
            "title": [*script.title],
            "trouble": [*script.trouble],
            "keywords": [*script.keywords, script.id],
        }
        for name, weight in _FIELDS:
            for word in {w for text in fields[name] for w in words.read(text)}:
                held[word][script.id] = max(weight, held[word].get(script.id, 0.0))
        own = [*script.title, *script.trouble, *said.get(script.id, ())]
        sentences[script.id] = tuple(_sentence(text) for text in own)
        for word in {w for text in said.get(script.id, ()) for w in words.read(text)}:
            held[word][script.id] = max(1.1, held[word].get(script.id, 0.0))
    weights = {word: math.log(1 + len(ids) / len(by)) for word, by in held.items()}
    return Index(weights, dict(held), _slips(held), sentences, tuple(ids))


def _sentence(text: str) -> frozenset[str]:
    """The words of a sentence, and whether it denies something (which no score counts by itself)."""
    return frozenset(words.read(text)) | ({words.NO} if words.says_no(text) else set())


def find(index: Index, query: str) -> list[str]:
    """The ids of the scripts that answer ``query``, the likeliest first; all, when it says nothing."""
    asked = words.read(query)[:LONGEST]
    if not asked:
        return [] if fold(query) and not words.only_small(query) else list(index.ids)
    scores: dict[str, float] = defaultdict(float)
    known: set[str] = {words.NO} if words.says_no(query) else set()
    total = 0.0
    for place, word in enumerate(asked):
        meant = _meant(index, word, last=place == len(asked) - 1)
        total += max((index.weights[w] * q for w, q in meant.items()), default=_STRANGE)
        known |= {w for w, quality in meant.items() if quality >= SLIP}
        best: dict[str, float] = {}
        for each, quality in meant.items():
            for script_id, weight in index.held[each].items():
                worth = index.weights[each] * quality * weight
                best[script_id] = max(worth, best.get(script_id, 0.0))
        for script_id, worth in best.items():
            scores[script_id] += worth
    for script_id in scores:
        scores[script_id] *= 1 + _together(index.sentences[script_id], known)
    order = {script_id: n for n, script_id in enumerate(index.ids)}
    found = [s for s, score in scores.items() if score >= LEAST * total]
    return sorted(found, key=lambda s: (-scores[s], order[s]))


_STRANGE = 1.2  # what a word that nothing holds counts for in the whole of a query


def _together(sentences: Sequence[frozenset[str]], known: set[str]) -> float:
    """The best share of one sentence's words that the query says, between 0 and 1."""
    return max((len(s & known) / max(len(s), len(known)) for s in sentences if s), default=0.0)


def _meant(index: Index, word: str, *, last: bool) -> dict[str, float]:
    """The words of the index that ``word`` may stand for, each with how surely."""
    if word in index.held:
        return {word: 1.0}
    meant = {}
    if last and len(word) >= 3:
        meant = {each: BEGUN for each in index.held if each.startswith(word)}
    if len(word) >= 4:
        for each in _near(index, word):
            meant.setdefault(each, SLIP)
    return meant


def _near(index: Index, word: str) -> set[str]:
    shapes = {word, *_without_one(word)}
    near = {each for shape in shapes for each in index.slips.get(shape, ())}
    return {each for each in near if abs(len(each) - len(word)) <= 1 and each[0] == word[0]} or {
        each for each in near if len(word) >= 6
    }


def _slips(held: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for word in held:
        if len(word) >= 4:
            for shape in (word, *_without_one(word)):
                found[shape].add(word)
    return {shape: frozenset(by) for shape, by in found.items()}


def _without_one(word: str) -> list[str]:
    return [word[:n] + word[n + 1 :] for n in range(len(word))]
