"""What the report cannot see, said at its foot. Pure."""

from __future__ import annotations

from app.foundation.text.bilingual import Text

UNSEEN = Text("Ce que le rapport ne voit pas", "What the report cannot see")

_SPOTS = (
    Text(
        "Les personnes qui n'appellent jamais : elles renoncent, ou se font aider ailleurs.",
        "People who never call: they give up, or find help elsewhere.",
    ),
    Text(
        "Les personnes que leur opérateur n'a pas fait arriver jusqu'à nous.",
        "People whose call their carrier never brought to us.",
    ),
    Text(
        "Si la difficulté est vraiment levée : un lien envoyé n'est pas une demande déposée.",
        "Whether the difficulty is really over: a link sent is not a request submitted.",
    ),
    Text(
        "La difficulté numérique que personne n'a notée et qu'aucun script n'a suivie.",
        "A digital difficulty that nobody noted and no script followed.",
    ),
)


def blind_spots(locale: str = "fr") -> tuple[str, ...]:
    """What the report cannot see, to be printed at its foot."""
    return tuple(spot.get(locale) for spot in _SPOTS)
