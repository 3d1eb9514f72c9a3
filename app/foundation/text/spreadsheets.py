"""Texts that are safe to open in a spreadsheet. Pure.

A cell that begins with =, +, -, @ is run as a formula, whoever wrote it (OWASP, "CSV injection").
"""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (a quote before =, +, -, @, tab)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
