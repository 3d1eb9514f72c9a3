"""What the Portal wants of a password, of figures and of files. Pure."""

from __future__ import annotations

FEWEST = 8  # characters of a password
LONGEST = 128
FORMATS = ("pdf", "jpg", "jpeg", "png")
LARGEST = 2_000_000  # bytes of one file
FEWEST_BYTES = 1
TRIES = 5  # wrong passwords before the account is locked
SLOTS = ("identity", "rib", "situation_notice", "tax_notice", "family_book")
REQUIRED = ("identity", "rib", "situation_notice", "tax_notice")
FIELDS = ("distance_km", "tax_income", "tax_parts")
LARGEST_FIGURE = 10_000_000
MOST_BESIDE = 9  # demandes that one account may open by « déposer »


def password_problems(password: str) -> tuple[str, ...]:
    """Which parts of the rule a password does not meet: short, long, lower, upper, special.

    A dash is special, whichever dash it is: « - » and « – » are two different characters, and a
    password typed with one does not open with the other.
    """
    found = {
        "short": len(password) < FEWEST,
        "long": len(password) > LONGEST,
        "lower": not any(each.islower() for each in password),
        "upper": not any(each.isupper() for each in password),
        "special": not any(not each.isalnum() and not each.isspace() for each in password),
    }
    return tuple(name for name, wrong in found.items() if wrong)


def file_problem(name: str, size: int) -> str:
    """Why a file is refused: « format » or « size »; "" when it is taken, whatever is in it."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in FORMATS:
        return "format"
    return "size" if size > LARGEST else ""


def figure(text: str) -> float | None:
    """A figure as people write it: « 12,5 », « 1 254 »; None for what is none."""
    plain = "".join(text.split()).replace(" ", "").replace(" ", "").replace(",", ".")
    if not plain or len(plain) > 12 or not plain.replace(".", "", 1).isascii():
        return None
    if not plain.replace(".", "", 1).isdigit():
        return None
    value = float(plain)
    return value if value <= LARGEST_FIGURE else None


def number(letters: str) -> str:
    """The number of a demande opened by « déposer »: the Portal's own, nothing like the training centre's."""
    return f"SP-{letters[:8].upper()}"


def identifier(reference: str) -> str:
    """The identifier that the Portal attributes after step 2: no address, and not wrong for that."""
    return "PA" + "".join(each for each in reference if each.isalnum())[-10:].upper()
