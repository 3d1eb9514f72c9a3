"""Which places are nearest: distances that are distances, and nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.places.nearest import Point, Spot, distance_km, nearest

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
PARIS, LILLE, LYON = Point(48.8566, 2.3522), Point(50.6292, 3.0573), Point(45.7640, 4.8357)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        pytest.param(PARIS, LILLE, 204, id="Paris-Lille"),
        pytest.param(PARIS, LYON, 392, id="Paris-Lyon"),
        pytest.param(Point(0, 0), Point(0, 180), 20015, id="half round the Earth"),
    ],
)
def test_known_distances(one: Point, other: Point, km: float) -> None:
    assert distance_km(one, other) == pytest.approx(km, abs=1)


@given(points, points, points)
def test_it_is_a_distance(one: Point, other: Point, third: Point) -> None:
    there = distance_km(one, other)
    assert there == pytest.approx(distance_km(other, one), abs=1e-3)
    assert 0 <= there <= 20_016
    assert there <= distance_km(one, third) + distance_km(third, other) + 1e-3
    assert distance_km(one, one) == pytest.approx(0, abs=1e-6)


spots = st.lists(
    st.builds(
        Spot,
        st.integers(1, 10_000),
        st.sampled_from(["59000", "59350", "69001", "99130"]),
        st.sampled_from(["lille", "lyon", "valclair"]),
        st.none() | points,
    ),
    unique_by=lambda spot: spot.place_id,
    max_size=20,
)
POSTCODES, TOWNS = st.sampled_from(["59000", "99130", ""]), st.sampled_from(["lille", ""])


@given(spots, POSTCODES, TOWNS, st.integers(1, 8))
def test_the_near_come_first_and_no_distance_is_made_up(
    there: list[Spot], postcode: str, town: str, most: int
) -> None:
    found = nearest(there, postcode=postcode, town=town, most=most)
    assert len(found) <= most
    assert len({near.place_id for near in found}) == len(found)
    km = [near.km for near in found if near.km is not None]
    assert km == sorted(km)
    known = {spot.place_id: spot for spot in there}
    assert all(known[near.place_id].at is not None for near in found if near.km is not None)
    if not postcode and not town:
        assert found == []
