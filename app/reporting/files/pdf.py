"""A day's report on two sheets of A4: the page's first screen, then its tables. Pure: bytes out.

Everything is drawn as vectors from the values that the page draws (``half_hours``, ``day_sheet``), in the PDF's own
fonts, so that no font file is carried along and the text can be copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF

from app.foundation.text.bilingual import Text
from app.reporting.blind_spots import blind_spots
from app.reporting.definitions import DEFINITIONS
from app.reporting.sheet import sentence, tables
from app.reporting.sheet.cells import Table
from app.reporting.sheet.day_sheet import DaySheet, Headline, headlines, hours_in_words, title
from app.reporting.sheet.half_hours import Drawing, Part, drawing

Colour = tuple[int, int, int]
INK, MUTED, LINE, INSET = (22, 32, 29), (74, 86, 82), (223, 228, 225), (238, 241, 239)
ACTION, STOP, WAIT, EDGE = (33, 69, 160), (168, 40, 31), (186, 123, 20), (160, 172, 200)
KEPT, MISSED = (23, 101, 63), (122, 74, 0)
_PARTS: dict[str, Colour] = {
    "answered": ACTION, "abandoned": STOP, "short_abandoned": (255, 255, 255), "others": INSET,
}  # fmt: skip
MARGIN, WIDTH, BOTTOM = 15.0, 180.0, 280.0  # millimetres
ROW = 4.6

_FONT_WORDS = str.maketrans(
    {"\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}", "\N{DIVISION SLASH}": "/"}
)


class _Sheets(FPDF):
    """A4, with whose report it is and the page's number at the foot of each."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.core_fonts_encoding = "windows-1252"
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(False)

    def footer(self) -> None:
        """The service, the day, page n of m."""
        self.set_y(-12)
        self.ink(MUTED, 8)
        self.cell(WIDTH - 30, 4, text_of(self.foot))
        self.cell(30, 4, f"{self.page_no()} / {{nb}}", align="R")

    def ink(self, colour: Colour, size: float, *, bold: bool = False) -> None:
        """What is written next: its colour and its letters, in points."""
        self.set_font("helvetica", style="B" if bold else "", size=size)
        self.set_text_color(*colour)

    def say(self, x: float, y: float, text: str, width: float = 0, align: str = "L") -> None:
        """One line of text at a place, cut where it would leave its width."""
        self.set_xy(x, y)
        self.cell(width or WIDTH, 4, self.cut(text_of(text), width or WIDTH), align=align)

    def cut(self, text: str, width: float) -> str:
        """The text, shortened with « … » to what fits."""
        if self.get_string_width(text) <= width - 1:
            return text
        while text and self.get_string_width(text + "…") > width - 1:
            text = text[:-1]
        return text.rstrip() + "…"

    def bar(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle; nothing when it has no size."""
        if width > 0 and height > 0:
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, style="F")


def text_of(text: str) -> str:
    """Text in the signs of the PDF's own fonts; what they lack becomes a question mark."""
    return text.translate(_FONT_WORDS).encode("cp1252", "replace").decode("cp1252")


def to_pdf(sheet: DaySheet, locale: str = "fr") -> bytes:
    """The report of a day, to be printed or passed on."""
    pdf = _Sheets(f"{sheet.service} · {title(sheet, locale)}")
    pdf.set_creation_date(datetime.combine(sheet.report.day, datetime.min.time()))
    pdf.set_title(text_of(title(sheet, locale)))
    pdf.set_author("Permanence")
    pdf.set_lang(locale)
    pdf.add_page()
    _first_sheet(pdf, sheet, locale)
    pdf.add_page()
    _second_sheet(pdf, sheet, locale)
    return bytes(pdf.output())


# --- the first sheet -----------------------------------------------------------------------------


def _first_sheet(pdf: _Sheets, sheet: DaySheet, locale: str) -> None:
    report = sheet.report
    pdf.ink(MUTED, 10)
    pdf.say(MARGIN, MARGIN - 2, sheet.service)
    pdf.ink(INK, 18, bold=True)
    pdf.say(MARGIN, MARGIN + 4, title(sheet, locale))
    pdf.ink(MUTED, 9)
    channel = Text("Téléphone", "Telephone").get(locale)
    hours = hours_in_words(report, locale)
    pdf.say(MARGIN, MARGIN + 11, f"{channel}, {hours}" if hours else channel)
    y = _sentence(pdf, sheet, locale, MARGIN + 19)
    y = _headlines(pdf, headlines(sheet, locale), y + 4)
    if report.presented:
        y = _half_hours(pdf, drawing(report, sheet.targets.mean_wait_s, locale), y + 6, locale)
    left = _reasons(pdf, sheet, locale, y + 6)
    right = _digital(pdf, sheet, locale, y + 6)
    _unseen(pdf, locale, max(left, right) + 6)


def _sentence(pdf: _Sheets, sheet: DaySheet, locale: str, y: float) -> float:
    said = sentence.of_the_day(sheet, locale)
    pdf.set_xy(MARGIN, y)
    for text, bold in ((said.first, True), (said.then, False)):
        if text:
            pdf.ink(INK, 13, bold=bold)
            pdf.write(6.5, text_of(text) + " ")
    return float(pdf.get_y()) + 7


def _headlines(pdf: _Sheets, shown: Sequence[Headline], y: float) -> float:
    pdf.set_draw_color(*LINE)
    pdf.line(MARGIN, y, MARGIN + WIDTH, y)
    width = WIDTH / len(shown)
    for place, each in enumerate(shown):
        x = MARGIN + place * width
        if place:
            pdf.line(x - 2, y, x - 2, y + 32)
        pdf.ink(MUTED, 9)
        pdf.say(x, y + 3, each.label, width - 4)
        pdf.ink(INK, 20, bold=True)
        pdf.say(x, y + 10, each.value, width - 4)
        pdf.ink(MUTED, 8)
        pdf.say(x, y + 17, each.aside, width - 2)
        if each.verdict:
            pdf.ink(KEPT if each.verdict.kept else MISSED, 8, bold=True)
            pdf.say(x, y + 22, each.verdict.words, width - 2)
        pdf.ink(MUTED, 8)
        pdf.say(x, y + 27, each.comparison, width - 2)
    pdf.line(MARGIN, y + 33, MARGIN + WIDTH, y + 33)
    return y + 33


def _half_hours(pdf: _Sheets, drawn: Drawing, y: float, locale: str) -> float:
    heading = Text("Appels et attente, par demi-heure", "Calls and wait, by half-hour").get(locale)
    pdf.ink(INK, 12, bold=True)
    pdf.say(MARGIN, y, heading)
    _legend(pdf, drawn, y + 0.3)
    top, height, waits_height = y + 10, 44.0, 18.0
    step = WIDTH / len(drawn.labels)
    foot, waits_foot = top + height, top + height + 12 + waits_height
    for gap in drawn.gaps:
        x, width = MARGIN + gap.first * step, (gap.last - gap.first + 1) * step
        pdf.bar(x, top - 4, width, waits_foot - top + 4, INSET)
        pdf.ink(MUTED, 7)
        first, _space, hours = gap.words.partition(" ")
        pdf.say(x, top + 14, first, width, "C")
        pdf.say(x, top + 18, hours, width, "C")
    _calls(pdf, drawn, foot, height, step)
    _waits(pdf, drawn, waits_foot, waits_height, step, locale)
    return waits_foot


def _legend(pdf: _Sheets, drawn: Drawing, y: float) -> None:
    pdf.ink(MUTED, 8)
    x = MARGIN + WIDTH
    for part in reversed(drawn.parts):
        width = pdf.get_string_width(text_of(part.name)) + 3
        x -= width
        pdf.say(x, y, part.name, width + 1)
        x -= 5
        _block(pdf, part, x, y + 0.5, 3.5, 3)


def _block(pdf: _Sheets, part: Part, x: float, y: float, width: float, height: float) -> None:
    """One part of a bar; what is not an answer is hatched or hollow, so that grey paper shows it too."""
    pdf.bar(x, y, width, height, _PARTS[part.key])
    if part.key == "answered" or height <= 0:
        return
    pdf.set_draw_color(*(STOP if part.key == "abandoned" else MUTED))
    pdf.set_line_width(0.2)
    pdf.rect(x, y, width, height)
    if part.key == "abandoned":
        pdf.set_draw_color(255, 255, 255)
        with pdf.rect_clip(x, y, width, height):
            for place in range(int((width + height) / 1.5) + 1):
                pdf.line(x + place * 1.5 - height, y + height, x + place * 1.5, y)
    pdf.set_draw_color(*LINE)


def _calls(pdf: _Sheets, drawn: Drawing, foot: float, height: float, step: float) -> None:
    most = max([*drawn.presented, 1])
    for place, total in enumerate(drawn.presented):
        x, y = MARGIN + place * step + step * 0.15, foot
        for part in drawn.parts:
            tall = part.counts[place] / most * (height - 4)
            y -= tall
            _block(pdf, part, x, y, step * 0.7, tall)
        if total:
            pdf.ink(INK, 8, bold=True)
            pdf.say(MARGIN + place * step, y - 4.2, str(total), step, "C")
    pdf.set_draw_color(*MUTED)
    pdf.line(MARGIN, foot, MARGIN + WIDTH, foot)
    pdf.ink(MUTED, 7.5)
    every = 1 if step > 5 else 2
    for place, words in drawn.ticks[::every]:
        x = MARGIN + place * step
        pdf.line(x, foot, x, foot + 1)
        pdf.say(x - 7, foot + 1.2, words, 14, "C")


def _waits(
    pdf: _Sheets, drawn: Drawing, foot: float, height: float, step: float, locale: str
) -> None:
    most = max([*(wait or 0 for wait in drawn.waits), drawn.wait_target_s, 1]) * 1.1
    for place, wait in enumerate(drawn.waits):
        if wait is None:
            continue
        tall = wait / most * height
        beyond = drawn.beyond(place)
        x = MARGIN + place * step
        pdf.bar(x + step * 0.15, foot - tall, step * 0.7, tall, WAIT if beyond else EDGE)
        pdf.ink(MISSED if beyond else MUTED, 7, bold=beyond)
        pdf.say(x - 1, foot - tall - 3.8, f"{round(wait)} s", step + 2, "C")
    pdf.set_draw_color(*MUTED)
    pdf.line(MARGIN, foot, MARGIN + WIDTH, foot)
    pdf.set_dash_pattern(dash=0.6, gap=0.8)
    y = foot - drawn.wait_target_s / most * height
    pdf.line(MARGIN, y, MARGIN + WIDTH, y)
    pdf.set_dash_pattern()
    pdf.ink(MUTED, 7)
    aim = Text("Attente moyenne ; en pointillé, la cible :", "Mean wait; dotted, the target:").get(
        locale
    )
    pdf.say(MARGIN, foot - height - 5, f"{aim} {drawn.wait_target_s:g} s", 80)


def _reasons(pdf: _Sheets, sheet: DaySheet, locale: str, y: float) -> float:
    table = tables.reasons(sheet.report, locale)
    pdf.ink(INK, 12, bold=True)
    pdf.say(MARGIN, y, table.caption)
    y += 7
    most = max(1, *(int(row[1].value or 0) for row in table.rows))
    for row in table.rows:
        count = int(row[1].value or 0)
        pdf.ink(INK, 9)
        pdf.say(MARGIN, y, row[0].text(locale), 92)
        pdf.ink(INK, 9, bold=True)
        pdf.say(MARGIN + 92, y, str(count), 14, "R")
        pdf.bar(MARGIN, y + 4.3, 106, 1, INSET)
        pdf.bar(MARGIN, y + 4.3, 106 * count / most, 1, ACTION)
        y += 6.6
    return y


def _digital(pdf: _Sheets, sheet: DaySheet, locale: str, y: float) -> float:
    report, x, width = sheet.report, MARGIN + 118, WIDTH - 118
    pdf.ink(INK, 12, bold=True)
    pdf.say(x, y, tables.word("digital", locale), width)
    counts = (
        (report.digital_observed, Text("observées", "observed").get(locale)),
        (report.digital_declared, Text("déclarées", "declared").get(locale)),
    )
    for place, (count, words) in enumerate(counts):
        left = x + place * 30
        pdf.ink(INK, 18, bold=True)
        pdf.say(left, y + 9, str(count), 12)
        pdf.ink(MUTED, 8)
        pdf.say(left, y + 15, words, 30)
    pdf.ink(INK, 12, bold=True)
    pdf.say(x, y + 24, DEFINITIONS["mean_talk_s"].name(locale), width)
    pdf.ink(INK, 14, bold=True)
    pdf.say(x, y + 31, tables.figure(report, "mean_talk_s").text(locale), width)
    longest = tables.figure(report, "longest_talk_s").text(locale)
    pdf.ink(MUTED, 8)
    pdf.say(
        x, y + 37, Text(f"la plus longue : {longest}", f"longest: {longest}").get(locale), width
    )
    pdf.say(
        x, y + 41, Text("Comptée, jamais limitée.", "Counted, never limited.").get(locale), width
    )
    return y + 45


def _unseen(pdf: _Sheets, locale: str, y: float) -> None:
    pdf.ink(INK, 10, bold=True)
    pdf.say(
        MARGIN,
        y,
        Text("Ce que ce rapport ne voit pas", "What this report cannot see").get(locale),
    )
    pdf.ink(MUTED, 8.5)
    for place, words in enumerate(blind_spots(locale)):
        pdf.say(MARGIN, y + 5.5 + place * 4.2, f"• {words}")


# --- the second sheet ----------------------------------------------------------------------------


def _second_sheet(pdf: _Sheets, sheet: DaySheet, locale: str) -> None:
    report, half = sheet.report, WIDTH / 2 - 4
    right = MARGIN + half + 8
    y = max(
        _table(pdf, tables.outcomes(report, locale), MARGIN, MARGIN, half, locale),
        _table(pdf, tables.caller_roles(report, locale), right, MARGIN, half, locale),
    )
    next_y = y + 4
    y = _table(pdf, tables.teams(report, locale), MARGIN, next_y, half, locale)
    y = _table(pdf, tables.variants(report, locale), MARGIN, y + 4, half, locale)
    if report.digital_kinds:
        kinds = tables.digital_kinds(report, locale)
        y = max(y, _table(pdf, kinds, right, next_y, half, locale))
    y = _table(pdf, tables.channels(report, locale), MARGIN, y + 4, WIDTH, locale)
    _figures(pdf, sheet, locale, y + 5)


def _table(pdf: _Sheets, table: Table, x: float, y: float, width: float, locale: str) -> float:
    """A small table; where it ends. Nothing for one without a row."""
    if not table.rows:
        return y
    pdf.ink(INK, 10, bold=True)
    pdf.say(x, y, table.caption, width)
    columns = len(table.head)
    first = width * (
        0.78 if columns == 2 else 0.56 if columns == 3 else 0.36 if columns <= 5 else 0.16
    )
    widths = (first, *((width - first) / (columns - 1) for _ in table.head[1:]))
    y = _head(pdf, table, x, y + 5.5, widths)
    foot = table.printed_foot(locale)
    for cells in [*table.printed(locale), foot] if foot else table.printed(locale):
        pdf.ink(INK, 8, bold=cells is foot)
        left = x
        for place, (text, wide) in enumerate(zip(cells, widths, strict=True)):
            pdf.say(left, y, text, wide, "R" if place in table.numeric else "L")
            left += wide
        y += ROW
        pdf.set_draw_color(*LINE)
        pdf.line(x, y - 0.4, x + width, y - 0.4)
    return y


def _head(pdf: _Sheets, table: Table, x: float, y: float, widths: tuple[float, ...]) -> float:
    """The heads of a table, on as many lines as the longest takes."""
    pdf.ink(MUTED, 7, bold=True)
    tallest = 0.0
    for place, (text, wide) in enumerate(zip(table.head, widths, strict=True)):
        pdf.set_xy(x, y)
        aligned = "R" if place in table.numeric else "L"
        pdf.multi_cell(wide, 3.2, text_of(text), align=aligned)
        tallest = max(tallest, pdf.get_y() - y)
        x += wide
    return y + tallest + 1


def _figures(pdf: _Sheets, sheet: DaySheet, locale: str, y: float) -> None:
    """Each figure with what it means; as many as the sheet holds."""
    version = sheet.report.definitions_version
    heading = Text(
        f"Chiffres du jour et leurs définitions (version {version})",
        f"Figures of the day and their definitions (version {version})",
    ).get(locale)
    pdf.ink(INK, 10, bold=True)
    pdf.say(MARGIN, y, heading)
    y += 5.5
    table = tables.figures(sheet.report, locale)
    for key, row in zip(tables.FIGURES, table.rows, strict=True):
        definition = DEFINITIONS[key]
        words = definition.formula(locale) or definition.sentence(locale)
        pdf.ink(INK, 8)
        pdf.say(MARGIN, y, row[0].text(locale), 50)
        pdf.ink(INK, 8, bold=True)
        pdf.say(MARGIN + 50, y, row[1].text(locale), 22, "R")
        pdf.ink(MUTED, 7)
        pdf.set_xy(MARGIN + 76, y + 0.4)
        pdf.multi_cell(WIDTH - 76, 3.2, text_of(words), align="L")
        y = max(y + ROW, pdf.get_y() + 1)
        pdf.line(MARGIN, y - 0.4, MARGIN + WIDTH, y - 0.4)
