"""What is shown of a protected number until somebody asks for it. Pure."""

from __future__ import annotations

import itertools


def nir(value: str) -> str:
    """« 2 ••  •• •• ••• ••• 91 »: only the first digit and the key."""
    return f"{value[:1]} •• •• •• ••• ••• {value[-2:]}"


def iban(value: str) -> str:
    """« FR•• •••• … 606 »: the country and the last three signs."""
    return f"{value[:2]}•• •••• •••• {value[-3:]}"


def grouped_nir(value: str) -> str:
    """The whole number, as it is read aloud."""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(value[a:b] for a, b in itertools.pairwise(cuts) if value[a:b])


def grouped_iban(value: str) -> str:
    """The whole account, by fours."""
    return " ".join(value[i : i + 4] for i in range(0, len(value), 4))
