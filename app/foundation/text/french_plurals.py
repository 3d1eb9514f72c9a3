"""« 0 dossier », « 1 dossier », « 2 dossiers »: French counts nothing as one.

Texts are French in the code, so that there is no French catalogue to say it, and gettext falls back on
the rule of English (« 0 dossiers »).
"""

from __future__ import annotations

from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import Babel, Domain, get_locale, get_translations


class French(Translations):
    """No catalogue: the text of the code itself, in its singular under two."""

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        """The form that goes with ``num`` in French."""
        return singular if abs(num) < 2 else plural


class Texts(Domain):
    """The catalogues of the application, and French as it is in the code."""

    def get_translations(self) -> NullTranslations:
        """What translates for the reader of the request."""
        locale = get_locale()
        return _FRENCH if locale and locale.language == "fr" else super().get_translations()


class Languages(Babel):
    """Babel, with our French."""

    def init_app(self, app: Flask, *more: Any, **named: Any) -> None:
        """As Babel does; templates find their texts by a shorter way, for a page has five hundred of them."""
        super().init_app(app, *more, **named)
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
            gettext=lambda text: _of_reader().ugettext(text),
            ngettext=lambda one, many, number: _of_reader().ungettext(one, many, number),
            newstyle=True,
        )

    @property
    def domain_instance(self) -> Domain:
        """What every gettext asks."""
        return _TEXTS


def _of_reader() -> Any:
    """What translates for the reader: known at once when the language was asked for already, and is French."""
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) if g else None
    return _FRENCH if locale is not None and locale.language == "fr" else get_translations()


_FRENCH = French()
_TEXTS = Texts()
