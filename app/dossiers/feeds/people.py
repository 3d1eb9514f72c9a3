"""Persons and organismes that are sent: known again, made, or changed where something is new.

A person is known by the number that the sender gives (``external_id``), else by name and birth date together; never by
a telephone or a mail alone. Reads are made for a whole block at once (``prepare``), then each line is decided.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import selectinload

from app.dossiers import name_folding
from app.dossiers.editing import masks
from app.dossiers.feeds.deciding import Did, Outcome, decide
from app.dossiers.feeds.kinds import NUMBERS, PERSONS
from app.dossiers.feeds.models import FeedKey
from app.dossiers.models import Organisation, Person, PersonNir, PersonPhone
from app.dossiers.tables.cells import Unusable
from app.dossiers.vocabulary import LegalStatus
from app.foundation.database import numbering
from app.foundation.extensions import db

Said = Mapping[str, Any]
NUMBER = "x"  # how a key begins that is the sender's own number
_PLAIN = (
    "last_name", "first_name", "born_on", "email", "address", "language", "residence_permit_until", "prefers", "helper",
    "helper_relation", "helper_phone", "legal_status", "employment_registered", "employment_benefit",
    "youth_guarantee", "minimum_income",
)  # fmt: skip
# What stands where nobody said anything yet: it is no correction of ours.
_UNSAID = {"language": "fr", "legal_status": LegalStatus.INDIVIDUAL}


def keys_of(said: Said) -> list[str]:
    """The key by which a person is known again: the sender's own number, else name and birth date."""
    if said.get("external_id"):
        return [NUMBER + _short(said["external_id"])]
    if said.get("last_name") and said.get("born_on"):
        return ["n" + _short(f"{_fold(said)}|{said['born_on'].isoformat()}")]
    return []


def _fold(said: Said) -> str:
    return name_folding.key(said["last_name"], said.get("first_name", ""))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def known_keys(kind: str, source: str, keys: Iterable[str]) -> dict[str, FeedKey]:
    """What was sent before under these keys."""
    query = select(FeedKey).where(
        FeedKey.kind == kind, FeedKey.source == source, FeedKey.key.in_(set(keys))
    )
    return {each.key: each for each in db.session.scalars(query)}


def remember(
    kind: str,
    source: str,
    column: str,
    keys: Mapping[str, FeedKey],
    sent: Mapping[str, tuple[Any, Mapping[str, str]]],
) -> None:
    """Keep what was sent of each row (which has its id), under its key; ``column`` leads to it."""
    new = []
    for name, (row, digests) in sent.items():
        kept = keys.get(name)
        if kept is None:
            new.append(
                {"kind": kind, "source": source, "key": name, column: row.id, "sent": dict(digests)}
            )
        elif getattr(kept, column) != row.id or kept.sent != digests:
            setattr(kept, column, row.id)
            kept.sent = dict(digests)
    if new:  # nobody asks for their ids: one statement, many rows
        db.session.execute(insert(FeedKey), new)


class Persons:
    """The persons of one block."""

    def __init__(self, source: str, now: datetime) -> None:
        self._source, self._now = source, now
        self._keys: dict[str, FeedKey] = {}
        self._known: dict[str, Person] = {}  # by key
        self._named: dict[tuple[str, Any], list[Person]] = defaultdict(list)
        self._numbered: set[Person] = set()
        self._with_nir: set[Person] = set()
        self._to_remember: dict[str, tuple[Person, Mapping[str, str]]] = {}
        self._nirs: list[tuple[Person, str]] = []
        self._made: list[Person] = []

    def prepare(self, lines: Sequence[Said]) -> None:
        """Read what these lines may be about."""
        self._keys = known_keys("persons", self._source, (k for s in lines for k in keys_of(s)))
        rows: dict[int, Person] = {}
        ids = [key.person_id for key in self._keys.values()]
        query = select(Person).options(selectinload(Person.phones))
        for person in db.session.scalars(query.where(Person.id.in_(ids))):
            rows[person.id] = person
        names = {_fold(said) for said in lines if said.get("last_name")}
        born = {said["born_on"] for said in lines if said.get("born_on")}
        for person in db.session.scalars(
            query.where(Person.search_name.in_(names), Person.born_on.in_(born))
        ):
            rows[person.id] = person
            self._named[(person.search_name, person.born_on)].append(person)
        self._known = {
            name: rows[key.person_id]
            for name, key in self._keys.items()
            if key.person_id is not None and key.person_id in rows
        }
        # By the person alone: a kind and a source are those of all lines, and a database that began there would read
        # every key of the file for each block.
        numbered = select(FeedKey.person_id, FeedKey.kind, FeedKey.source, FeedKey.key).where(
            FeedKey.person_id.in_(rows)
        )
        self._numbered = {
            rows[person_id]
            for person_id, kind, source, key in db.session.execute(numbered)
            if person_id is not None
            and (kind, source) == ("persons", self._source)
            and key.startswith(NUMBER)
        }
        nirs = select(PersonNir.person_id).where(PersonNir.person_id.in_(rows))
        self._with_nir = {rows[i] for i in db.session.scalars(nirs)}

    def find(self, said: Said) -> Person | None:
        """The person that a line is about; None for a new one. Raises Unusable when it may be two."""
        for key in keys_of(said):
            person = self._known.get(key)
            if person is not None:
                self._refuse_another(said, person)
                return person
        if not (said.get("last_name") and said.get("born_on")):
            return None
        same = self._named[(_fold(said), said["born_on"])]
        if said.get("external_id"):  # whoever has another number there is a namesake
            same = [person for person in same if person not in self._numbered]
        if len(same) > 1:
            raise Unusable(
                "deux personnes possibles",
                "deux personnes ont ce nom et cette date de naissance : donnez leur identifiant",
            )
        return same[0] if same else None

    @staticmethod
    def _refuse_another(said: Said, person: Person) -> None:
        """A number that was given to somebody else since: neither name nor birth date is the same."""
        born = said.get("born_on")
        if not said.get("last_name") or born is None or person.born_on is None:
            return
        if born != person.born_on and _fold(said) != person.search_name:
            raise Unusable(
                "identifiant d'une autre personne",
                "cet identifiant était celui d'une personne d'un autre nom, née un autre jour",
            )

    def apply(self, said: Said) -> Outcome:
        """Make or change one person. Raises Unusable."""
        person = self.find(said)
        created = person is None
        if person is None:
            person = self._make(said)
        name = keys_of(said)[0]
        decision = decide(
            {n: v for n, v in said.items() if n not in ("external_id", "nir")},
            {} if created else self._ours(person, said),
            self._sent(name),
            _masters(),
        )
        if not created:
            self._write(person, decision.writes)
        changed = self._nir(person, said) or bool(decision.writes)
        if name.startswith(NUMBER):
            self._numbered.add(person)
        self._known[name] = person
        self._to_remember[name] = (person, decision.sent)
        did = Did.CREATED if created else Did.UPDATED if changed else Did.UNCHANGED
        return Outcome(did, decision.kept)

    def _sent(self, name: str) -> Mapping[str, str]:
        if name in self._to_remember:
            return self._to_remember[name][1]
        kept = self._keys.get(name)
        return kept.sent if kept else {}

    def _make(self, said: Said) -> Person:
        fields = {n: said[n] for n in _PLAIN if n in said}
        person = Person(created_at=self._now, **fields)
        numbers = dict.fromkeys(said[n] for n in NUMBERS if n in said)
        person.phones = [PersonPhone(e164=number) for number in numbers]
        db.session.add(person)
        self._made.append(person)
        self._named[(person.search_name, person.born_on)].append(person)
        return person

    @staticmethod
    def _ours(person: Person, said: Said) -> dict[str, Any]:
        ours = {name: getattr(person, name) for name in _PLAIN}
        numbers = {phone.e164 for phone in person.phones}
        for name, value in _UNSAID.items():
            if ours[name] == value and said.get(name) != value:
                ours[name] = None
        for name in NUMBERS:  # a number is added to others, it takes nobody's place
            ours[name] = said.get(name) if said.get(name) in numbers else None
        return ours

    @staticmethod
    def _write(person: Person, writes: Mapping[str, Any]) -> None:
        for name, value in writes.items():
            if name in NUMBERS:
                if value not in {phone.e164 for phone in person.phones}:
                    person.phones.append(PersonPhone(e164=value))
            else:
                setattr(person, name, value)

    def _nir(self, person: Person, said: Said) -> bool:
        """Keep a NIR that was not here yet; one that is here stays (it would have to be read to be compared)."""
        nir = said.get("nir")
        if not nir or person in self._with_nir:
            return False
        person.nir_masked = masks.nir(nir)
        self._with_nir.add(person)
        self._nirs.append((person, nir))
        return True

    def finish(self) -> None:
        """All lines are applied: store them at once, and keep what was sent."""
        numbering.take(self._made)
        numbering.take([phone for person in self._made for phone in person.phones])
        db.session.flush()
        db.session.add_all(PersonNir(person_id=person.id, nir=nir) for person, nir in self._nirs)
        remember("persons", self._source, "person_id", self._keys, self._to_remember)
        db.session.flush()


def _masters() -> frozenset[str]:
    return frozenset(f.name for f in PERSONS.fields if f.master)


class Organisations:
    """The organismes of one block, known by their name, however it is accented."""

    def __init__(self, source: str, now: datetime) -> None:
        self._source = source
        self._keys: dict[str, FeedKey] = {}
        self._rows: dict[int, Organisation] = {}
        self._named: dict[str, Organisation] = {}

    def prepare(self, lines: Sequence[Said]) -> None:
        """Read what these lines may be about: a few hundred organismes are all read."""
        keys = (self._key(said["name"]) for said in lines)
        self._keys = known_keys("organisations", self._source, keys)
        for row in db.session.scalars(select(Organisation)):
            self._rows[row.id] = row
            self._named.setdefault(name_folding.fold(row.name), row)

    @staticmethod
    def _key(name: str) -> str:
        return _short(name_folding.fold(name))

    def apply(self, said: Said) -> Outcome:
        """Make or change one organisme."""
        key = self._keys.get(self._key(said["name"]))
        row = self._rows.get(key.organisation_id or 0) if key else None
        row = row or self._named.get(name_folding.fold(said["name"]))
        created = row is None
        if row is None:
            row = Organisation(
                name=said["name"],
                town=said.get("town", ""),
                email=said.get("email", ""),
                phone=said.get("phone"),
            )
            db.session.add(row)
            db.session.flush()
            self._rows[row.id] = self._named[name_folding.fold(row.name)] = row
        theirs = {n: v for n, v in said.items() if n != "name"}
        ours = {} if created else {n: getattr(row, n) for n in theirs}
        decision = decide(theirs, ours, key.sent if key else {})
        for name, value in decision.writes.items():
            setattr(row, name, value)
        if key is None:
            key = FeedKey(kind="organisations", source=self._source, key=self._key(said["name"]))
            self._keys[key.key] = key
            db.session.add(key)
        if key.organisation_id != row.id or key.sent != decision.sent:
            key.organisation_id, key.sent = row.id, dict(decision.sent)
        changed = bool(decision.writes)
        return Outcome(
            Did.CREATED if created else Did.UPDATED if changed else Did.UNCHANGED, decision.kept
        )

    def finish(self) -> None:
        """All lines are applied."""
        db.session.flush()
