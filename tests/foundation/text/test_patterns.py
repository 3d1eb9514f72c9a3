"""No text makes a pattern slow: one linear engine for all of app/, and length is judged first."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

import app
from app.adapters.outbox import FileOutbox
from app.assist.mail import outbox_pages
from app.calls.directory import entries as directory
from app.calls.provider import reading
from app.calls.spoken import next_step
from app.dossiers import free_text
from app.foundation.exceptions import InvalidInput
from app.foundation.text import outside, patterns, phone_numbers
from app.lines import settings as line_settings
from app.lines.announcements import (
    settings as announcement_settings,
)
from app.lines.announcements import (
    texts as announcement_texts,
)
from app.tickets.qualifying import qualification
from carrier.line import numbers

MEGABYTES = 2_000_000
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
# Texts on which engines that try every way need quadratic time, or worse, cut to the length asked.
PIECES = [
    " ", "a", "0", "1 ", "4 ", "\u00a0", "\n", "'", "a'", " :", "« ", "; ", "mdp ", "pin : ", "(", "{", "{a}",
    "mot de passe ", "ab12 ", "FR14 2004 ", "1 85 05 78 ", "9h", "9h-12h, ", "9h 12", "http://", "a.", "+33 ",
    "é", "\U0001f600", "\x00", "\ud800", "\u202e", "٣", "4111 1111 1111 1111 ",
]  # fmt: skip


def adversarial(length: int) -> Iterator[str]:
    """Each piece repeated, alone and after the words that patterns begin with."""
    for piece in PIECES:
        for start in ("", "pin", "mdp", "9h", "http://a"):
            yield (start + piece * (length // len(piece) + 1))[: length - 1] + "a"


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(app.__path__, "app."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def test_every_pattern_of_the_product_runs_on_the_linear_engine() -> None:
    for module in modules():
        own = [n for n, v in vars(module).items() if isinstance(v, re.Pattern)]
        assert own == [], f"{module.__name__}: {own}"
    assert len(patterns.COMPILED) > 20
    assert all(isinstance(each._engine, re2._Regexp) for each in patterns.COMPILED)


@given(st.text(st.characters(), max_size=200), st.sampled_from(list(adversarial(300))))
def test_every_pattern_reads_every_text(drawn: str, made: str) -> None:
    list(modules())
    for each in patterns.COMPILED:
        for text in (drawn, made):
            each.search(text)
            assert len(list(each.finditer(text))) <= len(text) + 1
            assert each.sub(lambda m: m[0], text) == patterns.whole(text)


def test_a_replacement_is_these_very_signs() -> None:
    assert patterns.pattern("x").sub("«\\1\u00a0", "axb") == "a«\\1\u00a0b"


# --- what anybody can send, two megabytes of it --------------------------------------------------


def never_fails(judge: Callable[[str], object]) -> Callable[[str], object]:
    def judged(text: str) -> object:
        try:
            return judge(text)
        except InvalidInput as refused:
            return refused

    return judged


JUDGES: dict[str, Callable[[str], object]] = {
    "note": free_text.check,
    "phone": phone_numbers.parse,
    "keyed": phone_numbers.typed,
    "announcement": lambda t: announcement_settings.read_text(
        t, announcement_texts.TEXTS["fr"]["greeting"]
    ),
    "day": line_settings.read_day,
    "closure": lambda t: line_settings.read_closure(
        t, t, today=date(2026, 11, 22), closed=(), holidays=()
    ),
    "rules": lambda t: line_settings.read_rules(dict.fromkeys(["languages", "patience"], t)),
    "policy": lambda t: line_settings.read_policy(
        dict.fromkeys(["ring_seconds", "overflow_after"], t)
    ),
    "row": directory.row_id,
    "round": lambda t: next_step.read("/voice/wait", {"round": t, "again": t, "step": t}),
    "instant": lambda t: reading.leg_news({"Timestamp": t, "To": t}),
    "left": lambda t: reading.left_queue({"QueueTime": t, "QueueResult": t}),
    "number": lambda t: outside.whole_number(t, 0, 9),
    "date": outside.day,
    "time": outside.clock_time,
    "draft": lambda t: qualification.judge_draft(t, "fr"),
    "dialled": numbers.normalise,
    "address": numbers.is_number,
    "client": numbers.identity_of,
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters were handed to the engine, each time."""
    lengths: list[int] = []
    whole = patterns.whole

    def counted(text: str) -> str:
        lengths.append(len(text))
        return whole(text)

    monkeypatch.setattr(patterns, "whole", counted)
    return lengths


@pytest.mark.parametrize("name", JUDGES)
def test_no_more_of_a_huge_text_is_read_than_of_a_long_one(name: str, read: list[int]) -> None:
    judge = never_fails(JUDGES[name])
    for text in adversarial(MEGABYTES):
        read.clear()
        judge(text)
        # A pass of the engine reads a text once: it never gets the whole, nor a part too often.
        assert max(read, default=0) <= 5_000, text[:20]
        assert len(read) <= 2_000, text[:20]


def test_of_a_huge_note_the_beginning_is_kept_and_it_says_so() -> None:
    text = "Rappeler demain. " * 200_000
    refused = free_text.check(text)
    assert isinstance(refused, free_text.Refused)
    assert refused.too_long
    assert refused.cut
    assert text.startswith(refused.kept)
    assert len(refused.kept) == free_text.KEPT_LONGEST
    assert free_text.explain(refused, "fr")[-1] == free_text.KEPT_BEGINNING[0]


def test_a_secret_across_the_end_of_what_is_kept_is_not_given_back() -> None:
    card = "4111 1111 1111 1111"
    for shift in range(len(card) + 1):
        text = "a" * (free_text.KEPT_LONGEST - shift - 1) + " " + card + " fin" * 100
        refused = free_text.check(text)
        assert isinstance(refused, free_text.Refused)
        assert "1111" not in refused.kept


@pytest.mark.parametrize("text", ["pin" + " " * 65_000 + "a", "mdp" + "\u00a0" * 60_000 + "="])
def test_what_froze_a_process_for_a_minute(text: str, read: list[int]) -> None:
    assert isinstance(free_text.check(text), free_text.Refused)
    assert sum(read) < 100_000


def test_links_are_found_in_a_mail_of_any_length() -> None:
    shown = outbox_pages.with_links("voir https://a.example/x. " * 3)
    assert shown.count('href="https://a.example/x"') == 3
    assert FileOutbox  # its keys are a pattern too
