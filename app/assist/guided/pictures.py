"""Which drawing helps at a step: what the person must find, as it looks. Pure."""

from __future__ import annotations

# A drawing, and words of the step (in French) that call for it; the first that fits. A button is named in
# « … » by what is said, and by nothing else: what the screen holds is more than what is looked for.
_SAID: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("step2", ("« étape 2 »",)),
    ("step1", ("« étape 1 »",)),
)
_MET: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("spam", ("indésirable", "spam")),
    ("follow", ("suivre ma demande",)),
    ("password", ("majuscule", "8 caractères", "mot de passe que vous inventez")),
    ("sign_in", ("identifiant", "deux cases")),
)
PICTURES = tuple(name for name, _words in (*_SAID, *_MET))


def picture(said: str, screen: str = "") -> str:
    """The drawing for a step by what is said and what the screen shows, or "" when none would be true."""
    heard = _plain(said)
    return _first(_SAID, heard) or _first(_MET, f"{heard} {_plain(screen)}")


def _first(called_by: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str:
    return next((name for name, words in called_by if any(w in text for w in words)), "")


def _plain(text: str) -> str:
    return " ".join(text.lower().split())  # whatever space stands inside « … »
