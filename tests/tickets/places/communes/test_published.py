"""The State's list of communes, in each shape that it is published in; and what people write for a town."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.name_folding import fold
from app.tickets.places.communes import naming, published
from app.tickets.places.communes.published import NotCommunes, Town

CREST = Town("26108", "Crest", "26400", 44.73, 5.02)
FLORAC = [Town("48061", "Florac Trois Rivières", each, 44.32, 3.59) for each in ("48400", "48401")]
POINT = {"type": "Point", "coordinates": [5.02, 44.73]}
JSON = json.dumps(
    [
        {"nom": "Crest", "code": "26108", "codesPostaux": ["26400"], "centre": POINT},
        {"nom": "Florac Trois Rivières", "code": "48061", "codesPostaux": ["48400", "48401"],
         "centre": {"type": "Point", "coordinates": [3.59, 44.32]}},
        {"nom": "Nulle part", "code": "26000", "codesPostaux": ["26999"]},
    ]
)  # fmt: skip
GEOJSON = json.dumps(
    {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": POINT,
         "properties": {"nom": "Crest", "code": "26108", "codesPostaux": ["26400"]}},
        {"type": "Feature", "geometry": None, "properties": {"nom": "Nulle part", "code": "26000"}}, "rien"]}
)  # fmt: skip
LA_POSTE = (
    "#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5;_geopoint\n"
    "26108;CREST;26400;CREST;;44.73,5.02\n26108;CREST;26400;CREST;LE HAMEAU;44.70,5.00\n26000;NULLE PART;26999;;;\n"
)
DATA_GOUV = (
    "code_commune_INSEE,nom_commune_postal,code_postal,libelle_acheminement,ligne_5,latitude,longitude,code_commune,"
    "article,nom_commune,nom_commune_complet\n1001,L ABERGEMENT CLEMENCIAT,1400,L ABERGEMENT,,46.15,4.92,1,L',"
    "Abergement-Clémenciat,L'Abergement-Clémenciat\n"
)
WIDE = (
    "\ufeffcode_insee,nom_standard,code_postal,codes_postaux,latitude_mairie,longitude_mairie,latitude_centre,"
    'longitude_centre\n48061,Florac Trois Rivières,48400,"48400, 48401",44.32,3.59,44.3,3.6\n'
)


@pytest.mark.parametrize(
    ("text", "towns", "left_out"),
    [
        pytest.param(JSON, [CREST, *FLORAC], 1, id="json"),
        pytest.param(GEOJSON, [CREST], 2, id="geojson"),
        pytest.param(LA_POSTE, [Town("26108", "CREST", "26400", 44.73, 5.02)], 1, id="la-poste"),
        pytest.param(
            DATA_GOUV, [Town("01001", "L'Abergement-Clémenciat", "01400", 46.15, 4.92)], 0, id="zeros-lost"
        ),
        pytest.param(WIDE, FLORAC, 0, id="several-postcodes-and-two-centres"),
    ],
)  # fmt: skip
def test_each_published_shape_is_read(text: str, towns: list[Town], left_out: int) -> None:
    found = published.read(text)
    assert list(found.towns) == towns
    assert found.left_out == left_out


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "code_insee, nom, code_postal, latitude"),
        ("code_insee;nom;codes_postaux\n1;a;b", "latitude"),
        ("[" * 100_000, ""),
        ('{"type": "Feature"}', "features"),
        ("{", ""),
    ],
    ids=["empty", "no-centre", "deep", "one-feature", "cut"],
)
def test_what_is_no_list_is_refused_with_what_it_lacks(text: str, missing: str) -> None:
    with pytest.raises(NotCommunes) as refused:
        published.read(text)
    assert str(refused.value) == missing


@given(st.text(max_size=300) | st.text("[]{},;\"'\n0123456789abn", max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = published.read(text)
    except NotCommunes:
        return
    for town in found.towns:
        assert -90 <= town.latitude <= 90
        assert len(town.postcode) == len(town.insee) == 5


@pytest.mark.parametrize(
    ("typed", "postcode", "town"),
    [
        ("3 rue des Lilas, 59000 Lille", "59000", "lille"),
        ("12500 route de Gap 05000 GAP", "05000", "gap"),
        ("Lyon 3e", "", "lyon"),
        ("69003 Lyon 3ème arrondissement", "69003", "lyon"),
        ("59042 LILLE CEDEX 9", "59042", "lille"),
        ("St-Étienne", "", "saint etienne"),
        ("Ste Foy-lès-Lyon", "", "sainte foy les lyon"),
        ("Châlons s/ Marne", "", "chalons sur marne"),
        ("Lille 59000", "59000", "lille"),
        ("59000", "59000", ""),
        ("", "", ""),
    ],
)
def test_what_people_write_names_a_town(typed: str, postcode: str, town: str) -> None:
    found = naming.meant(fold(typed))
    assert (found.postcode, found.town) == (postcode, town)


@given(st.text(max_size=60))
def test_one_writing_for_a_name(text: str) -> None:
    once = naming.known_as(fold(text))
    assert naming.known_as(once) == once
