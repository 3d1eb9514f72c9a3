"""Communes as the State publishes them, read into one shape. Pure.

Three shapes are known: the JSON and the GeoJSON of the administrative geography
(``geo.api.gouv.fr/communes?fields=nom,code,codesPostaux,centre``, also with ``format=geojson``), and the CSV of
postcodes (La Poste's ``hexasmal`` and the files made from it on data.gouv.fr), whose columns have had several names.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.foundation.text.patterns import pattern

MOST_ROWS = 120_000  # the country has 35,000 communes and 39,000 pairs with a postcode
_INSEE = pattern(r"(\d{2}|2[AB])\d{3}")
_POSTCODE = pattern(r"(0[1-9]|[1-9]\d)\d{3}")

# What each column has been called, in small letters without « # ».
INSEE = ("code_commune_insee", "code_insee", "insee_com", "code_commune", "code")
NAME = (
    "nom_commune_complet",
    "nom_standard",
    "nom_de_la_commune",
    "nom_commune",
    "nom_commune_postal",
    "nom",
)
POSTCODES = ("codes_postaux", "code_postal", "codespostaux")
BOTH = ("_geopoint", "coordonnees_geographiques", "coordonnees_gps", "geo_point_2d", "centre")
LATITUDE = ("latitude_mairie", "latitude_centre", "latitude")
LONGITUDE = ("longitude_mairie", "longitude_centre", "longitude")


@dataclass(frozen=True)
class Town:
    """A commune with one of its postcodes."""

    insee: str
    name: str
    postcode: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Published:
    """What a file holds: its towns, once for each commune and postcode, and how many rows are none."""

    towns: tuple[Town, ...]
    left_out: int


class NotCommunes(ValueError):
    """The file is no list of communes: a column that it lacks, or nothing."""


def read(text: str) -> Published:
    """Whichever of the three shapes it has. Raises NotCommunes."""
    start = text.lstrip("\ufeff \t\r\n")
    rows = _of_json(start) if start[:1] in ("[", "{") else _of_csv(text.lstrip("\ufeff"))
    towns: dict[tuple[str, str], Town] = {}
    left_out = 0
    for number, found in enumerate(rows):
        if number >= MOST_ROWS:
            raise NotCommunes("")
        left_out += not found
        for town in found:
            towns.setdefault((town.insee, town.postcode), town)  # hamlets repeat their commune
    return Published(tuple(towns.values()), left_out)


def _of_json(text: str) -> Iterator[list[Town]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NotCommunes("") from problem
    rows = whole.get("features") if isinstance(whole, dict) else whole
    if not isinstance(rows, list):
        raise NotCommunes("features")
    for row in rows:
        if not isinstance(row, dict):
            yield []
            continue
        said = row.get("properties") if "properties" in row else row
        said = said if isinstance(said, dict) else {}
        at = row.get("geometry") or said.get("centre") or said.get("mairie")
        yield _towns(said.get("code"), said.get("nom"), said.get("codesPostaux"), _point(at))


def _of_csv(text: str) -> Iterator[list[Town]]:
    try:
        yield from _rows_of_csv(text)
    except csv.Error as problem:  # no table at all, or a cell that never ends
        raise NotCommunes("") from problem


def _rows_of_csv(text: str) -> Iterator[list[Town]]:
    heading = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(";,\t", key=heading.count))
    names = [name.strip().strip("#").lower().replace(" ", "_") for name in reader.fieldnames or ()]
    reader.fieldnames = names
    insee, name, codes = _one_of(INSEE, names), _one_of(NAME, names), _one_of(POSTCODES, names)
    both, lat, lon = _one_of(BOTH, names), _one_of(LATITUDE, names), _one_of(LONGITUDE, names)
    lacks = {
        "code_insee": insee,
        "nom": name,
        "code_postal": codes,
        "latitude": both or (lat and lon),
    }
    if missing := [word for word, column in lacks.items() if not column]:
        raise NotCommunes(", ".join(missing))
    for row in reader:
        pair = str(row.get(both) or "").split(",") if both else [row.get(lat), row.get(lon)]
        at = (_degrees(pair[0], 90), _degrees(pair[1], 180)) if len(pair) == 2 else None
        yield _towns(row.get(insee), row.get(name), row.get(codes), at)


def _one_of(wanted: tuple[str, ...], names: Iterable[str]) -> str:
    there = set(names)
    return next((name for name in wanted if name in there), "")


def _towns(
    insee: object, name: object, postcodes: object, at: tuple[Any, Any] | None
) -> list[Town]:
    code = str(insee or "").strip().upper().zfill(5)
    said = " ".join(str(name or "").split())[:80]
    if not said or at is None or at[0] is None or at[1] is None or not _INSEE.fullmatch(code):
        return []
    given = (
        postcodes
        if isinstance(postcodes, list)
        else str(postcodes or "").replace(";", ",").split(",")
    )
    found = [str(each).strip().zfill(5) for each in given if str(each).strip()]
    return [Town(code, said, each, at[0], at[1]) for each in found if _POSTCODE.fullmatch(each)]


def _point(at: object) -> tuple[float | None, float | None] | None:
    """A GeoJSON point: longitude first."""
    place = at.get("coordinates") if isinstance(at, Mapping) and at.get("type") == "Point" else None
    if not isinstance(place, list) or len(place) < 2:
        return None
    return _degrees(place[1], 90), _degrees(place[0], 180)


def _degrees(text: object, most: float) -> float | None:
    try:
        value = float(str(text).strip())
    except ValueError:
        return None
    return value if -most <= value <= most else None
