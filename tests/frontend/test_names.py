"""Names are compared in the browser as in the database: one rule, held together here."""

from __future__ import annotations

from typing import Any

import pytest

from app.dossiers import name_folding
from tests.dossiers.names import QUERIES, SAME, SEVERAL, TITLED

SIGNS = [chr(c) for c in range(0x20, 0x250)] + list("ẞẛǿ’‘ʼʿ‑–—−\u00a0\u202f\u200b\u00adﬁﬀ①Ⅳ漢يאЖ٣")


@pytest.fixture
def ask(open_page: Any) -> Any:
    """``ask("fold", …)``: what the function of names.js answers, for each of these values."""
    page = open_page()

    def ask_(function: str, values: Any) -> Any:
        return page.evaluate(
            "async ([name, values]) => {"
            " const names = await import('/static/js/page/names.js');"
            " return values.map((each) => names[name](...[each].flat())); }",
            [function, list(values)],
        )

    return ask_


def test_every_sign_of_the_latin_script_is_folded_alike(ask: Any) -> None:
    around = [f"a{sign}b" for sign in SIGNS]
    assert dict(zip(SIGNS, ask("fold", around), strict=True)) == {
        sign: name_folding.fold(word) for sign, word in zip(SIGNS, around, strict=True)
    }


def test_names_and_queries_are_read_alike(ask: Any) -> None:
    names = [list(parts) for parts, _writings in SAME]
    assert ask("key", names) == [name_folding.key(*parts) for parts in names]
    typed = [*QUERIES, *TITLED, *SEVERAL]
    assert ask("asked", typed) == [name_folding.asked(query) for query in typed]
    pairs = [[writing, *parts] for parts, writings in SAME for writing in writings]
    assert all(ask("matches", pairs))
