"""Which places are nearest to a town. Pure: distances on the sphere, in kilometres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

EARTH_KM = 6371.0088  # mean radius (IUGG)


@dataclass(frozen=True)
class Point:
    """Degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Spot:
    """What is compared of a place: its row, where it stands (None: not known), its postcode and town, folded."""

    place_id: int
    postcode: str
    town: str
    at: Point | None = None


@dataclass(frozen=True)
class Near:
    """A place with its distance in kilometres; None when one of the two is not known."""

    place_id: int
    km: float | None


def distance_km(one: Point, other: Point) -> float:
    """Along the great circle (haversine)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(other.longitude - one.longitude) / 2
    a = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def middle(points: Sequence[Point]) -> Point | None:
    """The middle of points that are close to each other (those of a town)."""
    if not points:
        return None
    count = len(points)
    return Point(sum(p.latitude for p in points) / count, sum(p.longitude for p in points) / count)


def departement(postcode: str) -> str:
    """The first digits of a postcode, which its département has: three overseas (974 is not 971)."""
    return postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]


def nearest(
    spots: Sequence[Spot], *, postcode: str, town: str, most: int, origin: Point | None = None
) -> list[Near]:
    """The places nearest to a town, named by its postcode or its folded name.

    Where the town stands is ``origin`` (the table of communes), else told by the places that are in it. Neither: the
    places of the same département, without a distance, rather than a guess.
    """
    there = [each for each in spots if _in(each, postcode, town)]
    origin = origin or middle([each.at for each in there if each.at is not None])
    if origin is None:
        wanted = departement(postcode)
        close = there or [each for each in spots if wanted and departement(each.postcode) == wanted]
        return [Near(each.place_id, None) for each in close[:most]]
    here = {each.place_id for each in there}
    measured = [
        Near(each.place_id, distance_km(origin, each.at)) for each in spots if each.at is not None
    ]
    unmeasured = [Near(each.place_id, None) for each in there if each.at is None]
    ordered = sorted(measured, key=lambda near: (near.km, near.place_id not in here, near.place_id))
    return (ordered + unmeasured)[:most]


def _in(spot: Spot, postcode: str, town: str) -> bool:
    return bool((postcode and spot.postcode == postcode) or (town and spot.town == town))
