"""What a manager may make the line say: a text with its places to fill, or a sound file. Pure."""

from __future__ import annotations

from string import Formatter

from app.foundation.exceptions import InvalidInput
from app.foundation.text.patterns import pattern

TEXT_LIMIT = 600  # characters: forty seconds of speech, nobody listens longer
READ_LIMIT = 10 * TEXT_LIMIT  # characters of what is typed, spaces to be collapsed included
SOUND_LIMIT = 2_000_000  # bytes
_NAME = pattern(r"[a-z_]{1,20}")


def read_text(typed: str, default: str) -> str | None:
    """The announcement as it will be spoken; None when it is our own text, or empty.

    Raises InvalidInput: too long, an unknown or missing ``{place}``, a lone brace.
    """
    length = len(typed)
    if length <= READ_LIMIT:
        text = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
        length = len(text)
    if length > TEXT_LIMIT:
        raise InvalidInput(
            "Ce texte fait %(length)s caractères : %(most)s au plus, on n'écoute pas plus longtemps.",
            length=length,
            most=TEXT_LIMIT,
        )
    if not text or text == " ".join(default.split()):
        return None
    wanted, found = places(default), places(text)
    for name in sorted(found - wanted):
        raise InvalidInput("{%(name)s} n'existe pas dans cette annonce.", name=name)
    for name in sorted(wanted - found):
        raise InvalidInput(
            "Il manque {%(name)s} : sans lui, la personne n'entendrait pas l'essentiel.", name=name
        )
    return text


def places(text: str) -> set[str]:
    """The names between braces. Raises InvalidInput for anything but a plain ``{name}``."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise _odd_braces() from None
    names = set()
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        # « {day.__class__} », « {day!r:>9} » would be run by str.format: names alone.
        if not _NAME.fullmatch(name) or spec or conversion:
            raise _odd_braces()
        names.add(name)
    if "{{" in text or "}}" in text:
        raise _odd_braces()
    return names


def _odd_braces() -> InvalidInput:
    return InvalidInput("Une accolade est seule ou mal fermée : écrivez par exemple {position}.")


def sound_type(content: bytes) -> str:
    """The media type of an uploaded sound, by its first bytes, never by its name.

    Raises InvalidInput when it is empty, too big, or neither WAV nor MP3.
    """
    if not content:
        raise InvalidInput("Choisissez d'abord un fichier : celui-ci est vide.")
    if len(content) > SOUND_LIMIT:
        raise InvalidInput(
            "Ce fichier est trop gros : au plus 2 Mo. En MP3, cela fait deux minutes."
        )
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[:3] == b"ID3" or _starts_an_mp3_frame(content):
        return "audio/mpeg"
    raise InvalidInput(
        "Ce fichier n'est ni un WAV ni un MP3. Enregistrez-le dans l'un de ces formats."
    )


def _starts_an_mp3_frame(content: bytes) -> bool:
    """Eleven bits of synchronisation, then a version and a layer that exist (ISO 11172-3)."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate = content[1] >> 3 & 3, content[1] >> 1 & 3, content[2] >> 4
    return version != 1 and layer == 1 and rate not in (0, 15)
