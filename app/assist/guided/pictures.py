"""Which drawing helps at a step: what the person must find, as it looks. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One thing drawn: a « button », a « box », a « line » of text, or what is « not » to be touched.

    ``look``: it is the one to find. The words are the Portal's own, so French whoever reads.
    """

    kind: str
    text: str
    look: bool = False


PARTS: dict[str, tuple[Part, ...]] = {
    "step1": (
        Part("line", "Portail des aides"),
        Part("button", "Étape 1", True),
        Part("button", "Étape 2"),
    ),
    "step2": (
        Part("line", "Portail des aides"),
        Part("button", "Étape 1"),
        Part("button", "Étape 2", True),
    ),
    "spam": (
        Part("line", "Boîte de réception"),
        Part("line", "Envoyés"),
        Part("line", "Indésirables · Spam", True),
    ),
    "password": (Part("box", "••••••••"), Part("box", "••••••••"), Part("line", "a · A · ! · 8+")),
    "sign_in": (Part("box", "…@…"), Part("box", "••••••••"), Part("button", "Se connecter", True)),
    "follow": (Part("button", "Suivre ma demande", True), Part("not", "Déposer une demande")),
}

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
