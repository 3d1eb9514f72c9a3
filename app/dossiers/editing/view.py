"""What a dossier's page shows of its sheets, its pièces, and the reason of a rejection with what the fields say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.dossiers import timeline
from app.dossiers.editing import record, service, words
from app.dossiers.editing.record import Subject
from app.dossiers.editing.service import Target
from app.dossiers.editing.sheets import FIELDS, SHEETS, sheet_of
from app.dossiers.models import Dossier, PersonChange, Piece
from app.dossiers.reasons import contested, evidence
from app.dossiers.reasons.evidence import Verdict
from app.dossiers.vocabulary import PieceKind, PieceState
from app.dossiers.wording import Words
from app.foundation.clock import local_day

LATELY = 60  # corrections of a dossier that its page looks at
_PIECE_LOOKS = {
    PieceState.RED: ("alert", "stop"),
    PieceState.ORANGE: ("clock", "wait"),
    PieceState.GREY: ("minus", "neutral"),
    PieceState.GREEN: ("check", "live"),
}


@dataclass(frozen=True)
class Former:
    """One value that was replaced: of which field, what it was, when and by whom."""

    id: int
    label: str
    before: str
    after: str
    when: str
    by: str


@dataclass(frozen=True)
class SheetView:
    """A sheet as it is read: its name, what is known, and what was corrected."""

    name: str
    title: str
    lines: Sequence[tuple[str, str, str]]  # field, label, value
    former: Sequence[Former]


@dataclass(frozen=True)
class PieceLine:
    """One slot as it is read: its name, the word for its colour, what is wrong, for whom we wait."""

    id: int
    name: str
    word: str
    icon: str
    tone: str
    note: str
    waiting: str


@dataclass(frozen=True)
class Reason:
    """Why a dossier was rejected, and what its own fields say of that."""

    text: str
    written: str
    verdict: str
    tone: str
    said: str


def sheet(dossier: Dossier, name: str, said: Words) -> SheetView:
    """One sheet of a dossier."""
    of = Target(name, dossier)
    return _sheet(of, service.changes_of(of), said)


def _sheet(of: Target, changes: Sequence[PersonChange], said: Words) -> SheetView:
    name, values = of.sheet, service.shown(of)
    lines = [
        (each.name, words.label(each.name), words.value(each.name, values[each.name], said))
        for each in of.fields
        if values[each.name]
    ]
    return SheetView(name, words.title(name), lines, former(changes, said))


def all_of(dossier: Dossier, said: Words) -> dict[str, SheetView]:
    """Every sheet of a dossier's page, by name; what was corrected is read once for those of the same row."""
    found, changes = {}, dict[Subject, Sequence[PersonChange]]()
    for name in SHEETS:
        if name in (
            "piece",
            "origin",
        ):  # the one by slot; the other is the desk's, and part of « Formation »
            continue
        of = Target(name, dossier)
        if of.subject not in changes:
            changes[of.subject] = record.changes_of(of.subject, most=LATELY)
        names = {each.name for each in of.fields}
        mine = [each for each in changes[of.subject] if each.field in names]
        found[name] = _sheet(of, mine[: record.MOST_SHOWN], said)
    return found


def former(changes: Sequence[PersonChange], said: Words) -> list[Former]:
    """Changes as they are read, the latest first."""
    return [
        Former(
            id=each.id,
            label=words.label(each.field),
            before=words.value(each.field, each.before, said) or "—",
            after=words.value(each.field, each.after, said) or "—",
            when=said.when(each.at),
            by=each.agent.display_name,
        )
        for each in changes
        if each.field in FIELDS
    ]


def pieces(dossier: Dossier, said: Words) -> tuple[PieceLine, ...]:
    """The slots of a dossier, those that ask for something first."""
    order = list(_PIECE_LOOKS)
    found = sorted(dossier.pieces, key=lambda piece: order.index(piece.state))
    return tuple(_piece_line(piece, said) for piece in found)


def _piece_line(piece: Piece, said: Words) -> PieceLine:
    icon, tone = _PIECE_LOOKS[piece.state]
    notes = [said.label(piece.defect)] if piece.defect else []
    if piece.instead:
        notes.append(_("à la place : %(paper)s", paper=said.label(piece.instead)))
    if piece.message:
        notes.append(piece.message)
    return PieceLine(
        id=piece.id,
        name=said.label(piece.kind),
        word=said.label(piece.state),
        icon=icon,
        tone=tone,
        note=" · ".join(notes),
        waiting=waiting(piece, said),
    )


def addable(dossier: Dossier, said: Words) -> list[tuple[str, str]]:
    """The pièces that may be asked for besides those there."""
    there = {piece.kind for piece in dossier.pieces}
    return [(kind.value, said.label(kind)) for kind in PieceKind if kind not in there]


def piece_former(dossier: Dossier, piece: Piece, said: Words) -> list[Former]:
    """What was corrected of a pièce."""
    return former(record.changes_of(Subject(dossier.person_id, dossier.id, piece.id)), said)


def happened(dossier: Dossier, said: Words) -> Iterator[timeline.Item]:
    """What was corrected of a dossier and its pièces, as items of its timeline."""
    named = {piece.id: said.label(piece.kind) for piece in dossier.pieces}
    subject = Subject(dossier.person_id, dossier.id)
    for change in record.changes_of(subject):
        if change.field not in FIELDS:
            continue
        label = words.label(change.field)
        about = f"{named[change.piece_id]}, {label}" if change.piece_id in named else label
        after = words.value(change.field, change.after, said) or _("effacé")
        yield timeline.Item(
            change.at,
            _("%(field)s : %(value)s", field=about, value=after),
            "edit",
            detail=_("corrigé par %(agent)s", agent=change.agent.display_name),
        )


def waiting(piece: Piece, said: Words) -> str:
    """« attendue de l'ancien employeur, à relancer le 30 juin », or nothing."""
    if not piece.third_party:
        return ""
    if piece.remind_on is None:
        return _("attendue, détenue par %(who)s", who=piece.third_party)
    late = piece.remind_on <= local_day(said.now)
    known = {"who": piece.third_party, "day": said.day(piece.remind_on)}
    if late:
        return _("attendue, détenue par %(who)s, à relancer depuis le %(day)s", **known)
    return _("attendue, détenue par %(who)s, à relancer le %(day)s", **known)


def reason(dossier: Dossier, said: Words) -> Reason | None:
    """Why it was rejected, and what the dossier's fields say of it; None when it was not."""
    if dossier.rejection is None:
        return None
    fields = contested.fields_of(dossier)
    found = evidence.of(dossier.rejection, fields)
    tone = {Verdict.PROVES: "live", Verdict.CONTRADICTS: "stop", Verdict.SILENT: "wait"}
    verdict = {
        Verdict.PROVES: _("le dossier le confirme"),
        Verdict.CONTRADICTS: _("le dossier dit le contraire"),
        Verdict.SILENT: _("le dossier ne le dit pas"),
    }
    return Reason(
        text=said.label(dossier.rejection),
        written=dossier.rejection_evidence,
        verdict=verdict[found.verdict],
        tone=tone[found.verdict],
        said=_field_said(dossier, found.field, fields, said),
    )


def _field_said(dossier: Dossier, name: str, fields: evidence.Fields, said: Words) -> str:
    """The field itself: « Garantie jeune : non »."""
    if name == "pieces":
        return _("Pièces redemandées ou manquantes : %(count)s", count=fields.pieces_open)
    if name == "others":
        return _("Autres demandes, non refusées : %(count)s", count=fields.other_demands)
    if not name:
        return ""
    text = service.shown(Target(sheet_of(name), dossier))[name]
    known = words.value(name, text, said) or _("pas demandé")
    return _("%(field)s : %(value)s", field=words.label(name), value=known)
