"""Dossiers, their pièces and what the Portal told of them: sent, known again by their reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.dossiers import name_folding
from app.dossiers.editing import masks
from app.dossiers.feeds.deciding import Did, Outcome, decide
from app.dossiers.feeds.kinds import DOSSIERS, PIECES
from app.dossiers.feeds.models import FeedKey
from app.dossiers.feeds.people import Persons, Said, known_keys, remember
from app.dossiers.merged import redirects
from app.dossiers.models import Dossier, DossierIban, Organisation, Piece, PortalEvent
from app.dossiers.tables.cells import Unusable
from app.dossiers.vocabulary import SHOWN_AS, Defect, Inside, PieceState
from app.foundation.database import numbering
from app.foundation.extensions import db

_NOT_COLUMNS = frozenset(
    {"reference", "external_id", "last_name", "first_name", "born_on", "iban", "payee"}
)
_COLUMN = {
    "organisation": "organisation_id",
    "amount": "amount_cents",
    "tax_income": "tax_income_cents",
}


def by_reference(lines: Sequence[Said]) -> dict[str, Dossier]:
    """The dossiers that these lines name."""
    wanted = {said["reference"] for said in lines}
    found = db.session.scalars(select(Dossier).where(Dossier.reference.in_(wanted)))
    rows = {dossier.reference: dossier for dossier in found}
    merged = redirects.dossiers_named(
        wanted - set(rows)
    )  # what is sent of a merged one still arrives
    if merged:
        kept = db.session.scalars(select(Dossier).where(Dossier.id.in_(merged.values())))
        by_id = {dossier.id: dossier for dossier in kept}
        rows |= {name: by_id[i] for name, i in merged.items() if i in by_id}
    return rows


def _refuse_lost_zeros(reference: str) -> None:
    """« 123 » where « 00123 » is known: a spreadsheet took its zeros."""
    if not reference.isdigit():
        return
    padded = [reference.rjust(width, "0") for width in range(len(reference) + 1, 25)]
    known = db.session.scalar(
        select(Dossier.reference).where(Dossier.reference.in_(padded)).limit(1)
    )
    if known:
        raise Unusable(
            "zéros perdus",
            f"le dossier « {reference} » n'existe pas, « {known} » existe : les zéros de tête ont été perdus",
        )


def known_dossier(rows: Mapping[str, Dossier], reference: str) -> Dossier:
    """The dossier that a line names. Raises Unusable."""
    found = rows.get(reference)
    if found is None:
        _refuse_lost_zeros(reference)
        raise Unusable("dossier inconnu", f"aucun dossier ne porte la référence « {reference} »")
    return found


class Dossiers:
    """The dossiers of one block."""

    def __init__(self, source: str, now: datetime) -> None:
        self._source, self._now = source, now
        self._persons = Persons(source, now)
        self._rows: dict[str, Dossier] = {}
        self._keys: dict[str, FeedKey] = {}
        self._organisations: dict[str, int] = {}
        self._ibans: dict[int, DossierIban] = {}
        self._new_ibans: dict[str, DossierIban] = {}
        self._to_remember: dict[str, tuple[Dossier, Mapping[str, str]]] = {}

    def prepare(self, lines: Sequence[Said]) -> None:
        """Read what these lines may be about."""
        self._rows = by_reference(lines)
        self._keys = known_keys("dossiers", self._source, (said["reference"] for said in lines))
        self._persons.prepare(
            [said for said in lines if "last_name" in said or "external_id" in said]
        )
        ids = [row.id for row in self._rows.values()]
        ibans = db.session.scalars(select(DossierIban).where(DossierIban.dossier_id.in_(ids)))
        self._ibans = {row.dossier_id: row for row in ibans}
        if any("organisation" in said for said in lines):
            for organisation_id, name in db.session.execute(
                select(Organisation.id, Organisation.name)
            ):
                self._organisations.setdefault(name_folding.fold(name), organisation_id)

    def apply(self, said: Said) -> Outcome:
        """Make or change one dossier. Raises Unusable."""
        row = self._rows.get(said["reference"])
        if row is not None and row.reference != said["reference"]:
            raise Unusable(
                "dossier fusionné",
                f"ce dossier a été fusionné avec « {row.reference} » : envoyez celui-là",
            )
        theirs = self._theirs(said)
        person = self._person(said)
        if row is not None and person is not None and row.person_id != person.id:
            raise Unusable(
                "dossier d'une autre personne", "ce dossier est celui d'une autre personne"
            )
        created = row is None
        ours = {} if row is None else {name: self._ours(row, name) for name in theirs}
        decision = decide(theirs, ours, self._sent(said["reference"]), _masters(DOSSIERS))
        values = {_COLUMN.get(name, name): value for name, value in decision.writes.items()}
        if row is None:
            _refuse_lost_zeros(said["reference"])
            if person is None:
                raise Unusable(
                    "personne inconnue",
                    "la personne n'est pas connue : importez d'abord les personnes",
                )
            _judge(values, None)
            row = Dossier(
                reference=said["reference"], person_id=person.id, created_at=self._now, **values
            )
            db.session.add(row)
            self._rows[row.reference] = row
        else:
            _judge(values, row)
            for name, value in values.items():
                setattr(row, name, value)
        changed = self._iban(row, said) or bool(decision.writes)
        self._to_remember[said["reference"]] = (row, decision.sent)
        did = Did.CREATED if created else Did.UPDATED if changed else Did.UNCHANGED
        return Outcome(did, decision.kept)

    def _person(self, said: Said) -> Any:
        named = "external_id" in said or ("last_name" in said and "born_on" in said)
        if not named:
            return None
        person = self._persons.find(said)
        if person is None:
            raise Unusable(
                "personne inconnue", "la personne n'est pas connue : importez d'abord les personnes"
            )
        return person

    def _theirs(self, said: Said) -> dict[str, Any]:
        theirs = {name: value for name, value in said.items() if name not in _NOT_COLUMNS}
        if "organisation" in theirs:
            found = self._organisations.get(name_folding.fold(theirs["organisation"]))
            if found is None:
                raise Unusable(
                    "organisme inconnu",
                    f"l'organisme « {theirs['organisation'][:60]} » n'est pas connu : importez d'abord les organismes",
                )
            theirs["organisation"] = found
        if "inside" in theirs and theirs["inside"] is not Inside.REJECTED and "rejection" in theirs:
            raise Unusable(
                "rejet sans rejet",
                "un motif de rejet est donné, et le statut n'est pas « Rejetée »",
            )
        return theirs

    @staticmethod
    def _ours(row: Dossier, name: str) -> Any:
        return getattr(row, _COLUMN.get(name, name))

    def _sent(self, reference: str) -> Mapping[str, str]:
        if reference in self._to_remember:
            return self._to_remember[reference][1]
        kept = self._keys.get(reference)
        return kept.sent if kept else {}

    def _iban(self, row: Dossier, said: Said) -> bool:
        if "iban" not in said:
            return False
        kept = self._new_ibans.get(row.reference) or self._ibans.get(row.id or 0)
        if kept is None:
            kept = DossierIban(iban=said["iban"], payee=said.get("payee", ""))
            self._new_ibans[row.reference] = kept
        elif kept.iban == said["iban"] and kept.payee == said.get("payee", kept.payee):
            return False
        else:
            kept.iban, kept.payee = said["iban"], said.get("payee", kept.payee)
        row.iban_masked = masks.iban(said["iban"])
        return True

    def finish(self) -> None:
        """All lines are applied: store them at once, and keep what was sent."""
        numbering.take(list(self._rows.values()))
        db.session.flush()
        for reference, iban in self._new_ibans.items():
            iban.dossier_id = self._rows[reference].id
            db.session.add(iban)
        remember("dossiers", self._source, "dossier_id", self._keys, self._to_remember)
        db.session.flush()


def _masters(kind: Any) -> frozenset[str]:
    return frozenset(f.name for f in kind.fields if f.master)


def _judge(values: dict[str, Any], row: Dossier | None) -> None:
    """What the database would refuse, said in words; the status shown to the person follows. Raises Unusable."""
    inside = values.get("inside", row.inside if row else Inside.AWAITED)
    rejection = values.get("rejection", row.rejection if row else None)
    if inside is Inside.REJECTED and rejection is None:
        raise Unusable("rejet sans motif", "un dossier rejeté doit avoir un des motifs de rejet")
    if inside is not Inside.REJECTED and rejection is not None:
        values["rejection"] = None
    start = values.get("training_start", row.training_start if row else None)
    end = values.get("training_end", row.training_end if row else None)
    if start and end and end < start:
        raise Unusable("dates en désordre", "la formation finirait avant d'avoir commencé")
    if "inside" in values:
        values["outside"] = SHOWN_AS[inside]


class Pieces:
    """The pièces of one block."""

    def __init__(self, source: str, now: datetime) -> None:
        self._source = source
        self._dossiers: dict[str, Dossier] = {}
        self._rows: dict[tuple[int, str], Piece] = {}
        self._keys: dict[str, FeedKey] = {}
        self._to_remember: dict[str, tuple[Piece, Mapping[str, str]]] = {}

    def prepare(self, lines: Sequence[Said]) -> None:
        """Read what these lines may be about."""
        self._dossiers = by_reference(lines)
        self._keys = known_keys("pieces", self._source, map(self._key, lines))
        ids = [row.id for row in self._dossiers.values()]
        for piece in db.session.scalars(select(Piece).where(Piece.dossier_id.in_(ids))):
            self._rows[(piece.dossier_id, piece.kind)] = piece

    @staticmethod
    def _key(said: Said) -> str:
        return f"{said['reference']}|{said['kind'].value}"

    def apply(self, said: Said) -> Outcome:
        """Make or change one pièce. Raises Unusable."""
        dossier = known_dossier(self._dossiers, said["reference"])
        theirs = {n: v for n, v in said.items() if n not in ("reference", "kind")}
        if theirs["state"] is not PieceState.RED and theirs.get("defect") not in (
            None,
            Defect.EMPTY,
        ):
            raise Unusable(
                "défaut sans demande", "un défaut est donné à une pièce qui n'est pas redemandée"
            )
        row = self._rows.get((dossier.id, said["kind"]))
        name = self._key(said)
        key = self._keys.get(name)
        sent = self._to_remember[name][1] if name in self._to_remember else key.sent if key else {}
        created = row is None
        if row is None:
            row = Piece(dossier_id=dossier.id, kind=said["kind"], state=theirs["state"], message="")
            db.session.add(row)
            self._rows[(dossier.id, said["kind"])] = row
        ours = {name: getattr(row, name) for name in theirs}
        decision = decide(theirs, ours, sent, _masters(PIECES))
        for name, value in decision.writes.items():
            setattr(row, name, value)
        self._to_remember[name] = (row, decision.sent)
        changed = bool(decision.writes)
        return Outcome(Did.CREATED if created else Did.UPDATED if changed else Did.UNCHANGED)

    def finish(self) -> None:
        """All lines are applied: store them at once, and keep what was sent."""
        numbering.take(list(self._rows.values()))
        db.session.flush()
        remember("pieces", self._source, "piece_id", self._keys, self._to_remember)
        db.session.flush()


class Events:
    """The events of one block: kept once, never changed."""

    def __init__(self, source: str, now: datetime) -> None:
        self._dossiers: dict[str, Dossier] = {}
        self._known: set[tuple[int, str, datetime]] = set()

    def prepare(self, lines: Sequence[Said]) -> None:
        """Read what these lines may be about."""
        self._dossiers = by_reference(lines)
        ids = [row.id for row in self._dossiers.values()]
        query = select(PortalEvent.dossier_id, PortalEvent.kind, PortalEvent.at).where(
            PortalEvent.dossier_id.in_(ids)
        )
        self._known = {(d, str(k), at) for d, k, at in db.session.execute(query)}

    def apply(self, said: Said) -> Outcome:
        """Keep one event. Raises Unusable."""
        dossier = known_dossier(self._dossiers, said["reference"])
        same = (dossier.id, str(said["kind"]), said["at"])
        if same in self._known:
            return Outcome(Did.UNCHANGED)
        self._known.add(same)
        db.session.add(
            PortalEvent(dossier_id=dossier.id, kind=said["kind"], at=said["at"], data={})
        )
        return Outcome(Did.CREATED)

    def finish(self) -> None:
        """All lines are applied."""
        db.session.flush()
