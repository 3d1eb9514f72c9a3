"""« 0 dossier », « 1 dossier », « 2 dossiers »: French counts nothing as one.

Texts are French in the code, so that there is no French catalogue to say it, and gettext falls back on
the rule of English (« 0 dossiers »).
"""

from __future__ import annotations

from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale


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

    @property
    def domain_instance(self) -> Domain:
        """What every gettext asks."""
        return _TEXTS


_FRENCH = French()
_TEXTS = Texts()
