"""A list of nothing says « 0 dossier », and an English one “0 files”."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale, ngettext


@pytest.mark.parametrize(
    ("locale", "number", "said"),
    [
        ("fr", 0, "0 dossier"),
        ("fr", 1, "1 dossier"),
        ("fr", 2, "2 dossiers"),
        ("en", 0, "0 files"),
        ("en", 1, "1 file"),
        ("en", 2, "2 files"),
    ],
)
def test_nothing_is_singular_in_french(app: Flask, locale: str, number: int, said: str) -> None:
    shown = "{{ ngettext('%(num)s dossier', '%(num)s dossiers', number) }}"
    with app.test_request_context(), force_locale(locale):
        assert ngettext("%(num)s dossier", "%(num)s dossiers", number) == said
        assert app.jinja_env.from_string(shown).render(number=number) == said
