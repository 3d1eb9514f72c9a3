"""What is held on a person, and the certificate of an erasure, as PDFs that are read by her. Bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Facts = Sequence[tuple[str, Any]]
MARGIN = 15
WIDTH = 180


def pages(title: str, lead: Sequence[str], parts: Iterable[tuple[str, Sequence[Facts]]]) -> bytes:
    """A title, a few sentences, then each part: its name and its rows, a fact a line."""
    from fpdf import FPDF  # only who makes one pays for it

    pdf = FPDF(format="A4")
    pdf.core_fonts_encoding = "windows-1252"
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_title(title)
    pdf.set_auto_page_break(True, 18)
    pdf.add_page()
    _say(pdf, title, 18, bold=True)
    for sentence in lead:
        _say(pdf, sentence, 11)
    for name, rows in parts:
        pdf.ln(3)
        _say(pdf, f"{name} ({len(rows)})" if len(rows) > 1 else name, 13, bold=True)
        for row in rows:
            for label, value in row:
                if value not in (None, "", [], {}):
                    _say(pdf, f"{label} : {value}", 9)
            pdf.ln(2)
    return bytes(pdf.output())


def _say(pdf: Any, text: str, size: int, *, bold: bool = False) -> None:
    pdf.set_font("helvetica", style="B" if bold else "", size=size)
    spoken = (
        str(text)
        .replace("\u202f", "\u00a0")
        .encode("windows-1252", "replace")
        .decode("windows-1252")
    )
    pdf.multi_cell(WIDTH, size * 0.5, spoken, new_x="LMARGIN", new_y="NEXT")
