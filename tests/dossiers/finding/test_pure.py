"""What is typed into the search, read and ranked without a database: every stored writing finds its person."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.finding import days, query, ranking, writing
from app.dossiers.finding.query import Reading
from app.dossiers.finding.writing import DossierText, PersonText
from app.foundation.text import phone_numbers
from tests.dossiers.names import QUERIES, SAME

SAMIRA = PersonText(
    "Haddad",
    "Samira",
    date(1989, 3, 14),
    "samira.haddad@courriel.example",
    "3 rue des Tilleuls, 59100 Roubaix",
    ("+33639980105",),
    (DossierText("PF-2026-004205", "Préparatrice de commandes", "Passerelle Formation"),),
)
LETTERS = "abcdefghijklmnopqrstuvwxyzéèçïœ"
NAME = st.text(LETTERS, min_size=2, max_size=12)
DAYS = st.dates(date(1930, 1, 1), date(2012, 12, 31))
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def holds(document: str, reading: Reading) -> bool:
    """What both databases do with a reading."""
    tokens = document.split()
    return all(
        any(
            held.startswith(token.text) if token.begins else held == token.text
            for token in term
            for held in tokens
        )
        for term in reading
    )


def finds(typed: str, person: PersonText) -> bool:
    """Does a reading bring the person (or the directory, by her last name), and is she kept then?"""
    asked = query.read(typed)
    near = {
        word: [held for held in writing.vocabulary(person) if writing.is_near(word, held)]
        for word in asked.typed_words
        if any(
            writing.near_keys(word) & writing.near_keys(held) for held in writing.vocabulary(person)
        )
    }
    readings = [*asked.readings, *query.with_near(asked, near)]
    readings += [query.without_initials(each) for each in asked.readings]
    document = writing.document(person)
    directory = " ".join(writing.words(f"{person.last_name} {person.first_name}"))
    brought = any(reading and holds(document, reading) for reading in readings) or any(
        directory.startswith(" ".join(name)) for name in asked.names
    )
    return brought and ranking.score(asked, person) is not None


@pytest.mark.parametrize(
    "typed",
    [
        "hadad", "haddad", "HADDAD Samira", "samira had", "haddad s", "Mme Haddad", "sam hadad", "ahddad",
        "06 39 98 01 05", "+33 6 39 98 01 05", "0033639980105", "06.39.98", "0639", "0105", "98 01 05", "+33639",
        "samira.haddad@courriel.example", "samira.haddad@", "samira.hadad@courriel.example",
        "samira.haddad@gmial.com", "samirahaddad", "smaira.haddad@courriel.example",
        "14/03/1989", "14-03-1989", "14.3.89", "14 03 1989", "14 mars 89", "14 Mars 1989", "14031989", "140389",
        "née le 14 mars 1989", "1989-03-14", "March 14, 1989", "14 march 1989", "haddad 14/03/89",
        "haddad 1989", "samira 14 mars", "1989 haddad", "14/3",
        "PF-2026-004205", "pf2026004205", "004205", "4205", "26-0042", "haddad 4205", "pf-2026",
        "passerelle", "haddad passerelle", "préparatrice de commandes", "preparatrice", "roubaix",
        "samira roubaix", "paserelle",
        "06 39 98 O1 05", "o639980105", "PF-2026-OO4205", "PF-2026-0042O5", "PF-2O26-004205", "pf-2026-4205",
        "2026 4205",
        "réf. PF-2026-004205", "dossier n° 4205", "Référence : pf 2026 004205", "son dossier 4205", "PF-2026-04205",
        "mars 1989", "03/1989", "haddad mars 89", "le 14 mars 1989", "14e mars 1989", "haddad 03/14/1989",
        "samira.haddad arobase courriel point example", "samira.haddad (at) courriel.example",
        "samira.haddad.gmail.com",
        "samira haddad at gmail com", "samira.haddad gmail", "haddad 59100", "haddad 59", "samira roubaix 59100",
    ],
)  # fmt: skip
def test_whatever_is_known_of_her_finds_her(typed: str) -> None:
    assert finds(typed, SAMIRA)


@pytest.mark.parametrize(
    "typed",
    [
        "durand",
        "haddad 62",
        "haddad 75011",
        "avril 1989",
        "03/1990",
        "pf-2026-4206",
        "PF-2026-OO4206",
        "06 39 98 01 06",
        "14/03/1988",
        "PF-2026-004206",
        "haddad 15/03/1989",
        "paul",
    ],
)
def test_what_is_somebody_elses_does_not(typed: str) -> None:
    assert not finds(typed, SAMIRA)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("hadad", "Haddad"), ("Roussell", "Rousselle"), ("Roussell", "Roussel"), ("Lefebvre", "Lefèbre"),
        ("Lefèvre", "Lefebvre"), ("gautier", "Gauthier"), ("philipe", "Philippe"), ("mohamed", "Mohammed"),
        ("benali", "Ben Ali"), ("ng", "Ng"), ("O", "O"), ("NGUYEN", "Nguyễn"), ("bensaid", "Ben Saïd"),
        ("Ketty", "Quetty"), ("Fofana", "Fofanna"),
    ],
)  # fmt: skip
def test_a_name_as_it_is_heard(typed: str, name: str) -> None:
    assert finds(typed, PersonText(name, "Ana"))
    assert finds(f"ana {typed}", PersonText(name, "Ana"))


@pytest.mark.parametrize(("parts", "writings"), SAME)
def test_every_writing_of_a_name(parts: tuple[str, str], writings: list[str]) -> None:
    for each in [*writings, f"{parts[1]} {parts[0]}", f"{parts[0]} {parts[1]}"]:
        assert finds(each, PersonText(*parts)), each


@given(st.lists(NAME, min_size=1, max_size=3), NAME)
def test_any_name_in_any_order(last: list[str], first: str) -> None:
    person = PersonText(" ".join(last), first)
    for each in (
        f"{first} {' '.join(last)}",
        f"{' '.join(last)} {first}",
        "-".join(last),
        "".join(last),
    ):
        assert not query.read(each).names or finds(each, person), each


@given(st.text("abcdefghijklmnoprstuv", min_size=4, max_size=14), st.data())
def test_one_slip_of_the_finger(name: str, data: st.DataObject) -> None:
    """A letter left out, doubled, changed, or swapped with the next one; in any place."""
    at = data.draw(st.integers(0, len(name) - 2))
    slips = {
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + "z" + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }
    for slip in slips:
        assert writing.near_keys(slip) & writing.near_keys(name), slip
        assert writing.is_near(slip, name)
        if query.read(slip).names:  # « mmes » is a title
            assert finds(slip, PersonText(name, "Ana")), slip


@given(DAYS)
def test_every_writing_of_a_day(born: date) -> None:
    month = MONTHS[born.month - 1]
    person = PersonText("Haddad", "Samira", born)
    for each in (
        f"{born:%d/%m/%Y}", f"{born.day}/{born.month}/{born:%y}", f"{born:%d-%m-%Y}", f"{born:%d%m%Y}",
        f"{born:%d%m%y}", f"{born:%Y-%m-%d}", f"{born.day} {month} {born:%Y}", f"{born.day} {month} {born:%y}",
        f"{born.day} {month.upper()} {born:%Y}", f"née le {born.day} {month} {born:%Y}",
        f"{born:%B} {born.day}, {born:%Y}", f"{born.day} {month}", f"haddad {born:%d/%m/%Y}",
    ):  # fmt: skip
        assert finds(each, person), each


@given(st.integers(0, 99_999_999), st.sampled_from(["06", "07"]), st.integers(3, 9))
def test_every_writing_of_a_number(figures: int, begins: str, length: int) -> None:
    national = f"{begins}{figures:08d}"
    stored = phone_numbers.stored(national)  # 06 39 is Mayotte's: kept as such
    assert stored
    person = PersonText("Haddad", "Samira", phones=(stored,))
    pairs = " ".join(national[i : i + 2] for i in range(0, 10, 2))
    for each in (
        national, pairs, pairs.replace(" ", "."), pairs.replace(" ", "-"), f"+33 {pairs[1:]}",
        f"+33 (0){pairs[1:]}", f"0033{national[1:]}", f"tel: {pairs}", national[: length + 1],
        national[-max(4, length):],
    ):  # fmt: skip
        assert finds(each, person), each


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("+41791234567", "079 123 45 67"), ("+41791234567", "+41 79"), ("+447911123456", "07911 123456"),
        ("+262692123456", "0692"), ("+590690123456", "0690 12 34"),
        ("+262709361234", "0709"), ("+508411234", "0508 41"), ("+596696123456", "+596 (0)696 12 34 56"),
    ],
)  # fmt: skip
def test_a_number_of_elsewhere_as_it_is_said_at_home(stored: str, typed: str) -> None:
    assert finds(typed, PersonText("Keller", "Urs", phones=(stored,)))
    assert not finds(typed, PersonText("Keller", "Urs", phones=("+33612345678",)))


@given(
    st.integers(1, 999_999),
    st.sampled_from("Oo"),
    st.sampled_from(["réf ", "Dossier n° ", "demande ", ""]),
)
def test_a_reference_read_from_a_mail(number: int, zero: str, label: str) -> None:
    """Its label, its zeros as letters, or without the zeros before its number."""
    person = PersonText("Haddad", "Samira", dossiers=(DossierText(f"PF-2026-{number:06d}"),))
    digits = f"{number:06d}"
    if sum(c != "0" for c in digits) > 3:
        assert finds(f"{label}PF-2026-{digits.replace('0', zero)}", person)
    if number >= 100:
        assert finds(f"{label}PF-2026-{number}", person)


@given(st.from_regex(r"[A-Z]{2}-20[0-9]{2}-[0-9]{6}", fullmatch=True), st.data())
def test_any_part_of_a_reference(reference: str, data: st.DataObject) -> None:
    person = PersonText("Haddad", "Samira", dossiers=(DossierText(reference),))
    start = data.draw(st.integers(0, len(reference) - 4))
    end = data.draw(st.integers(start + 4, len(reference)))
    part = reference[start:end]
    if len(writing.compact(part)) >= 3 and any(c.isdigit() for c in part):
        assert finds(part, person) or days.found_in(part), part


@given(st.text(max_size=120))
def test_anything_may_be_typed(typed: str) -> None:
    """Tokens are letters and digits of ASCII: nothing that a database would read as a word of its own."""
    asked = query.read(typed)
    assert len(asked.readings) <= query.MOST_READINGS
    for reading in asked.readings:
        for term in reading:
            for token in term:
                assert token.text.isascii()
                assert token.text.isalnum()
    ranking.score(asked, SAMIRA)


@pytest.mark.parametrize("typed", QUERIES)
def test_signs_alone_ask_nothing(typed: str) -> None:
    assert bool(query.read(typed).readings) is any(c.isalnum() for c in typed)


def order(typed: str, *persons: PersonText) -> list[int]:
    found = dict(enumerate(persons))
    return [each.person_id for each in ranking.ranked(query.read(typed), found)]


def test_the_exact_name_comes_before_its_like() -> None:
    names = [PersonText("Haddadi", "Ana"), PersonText("Hadad", "Ana"), PersonText("Haddad", "Ana")]
    assert order("haddad", *names) == [2, 0, 1]
    assert order("hadad", *names)[0] == 1


def test_a_last_name_comes_before_a_first_name_and_a_place() -> None:
    martin = PersonText("Petit", "Martin"), PersonText("Martin", "Zoé")
    place = PersonText("Durand", "Ana", address="1 rue X, 59000 Martin")
    assert order("martin", *martin, place) == [1, 0, 2]


def test_namesakes_are_in_the_order_of_their_birth() -> None:
    younger = PersonText("Martin", "Ana", date(2001, 1, 1))
    older = PersonText("Martin", "Ana", date(1960, 1, 1))
    assert order("ana martin", younger, older, PersonText("Martin", "Ana")) == [1, 0, 2]


def test_a_whole_number_comes_before_a_part_of_one() -> None:
    whole = PersonText("A", "B", phones=("+33639980105",))
    part = PersonText("C", "D", dossiers=(DossierText("PF-0639980105-7"),))
    assert order("0639980105", part, whole) == [1, 0]


def test_the_reference_that_was_named_is_told() -> None:
    two = PersonText("A", "B", dossiers=(DossierText("PF-1001"), DossierText("PF-2002")))
    found = ranking.score(query.read("pf-2002"), two)
    assert found is not None
    assert found.reference == "PF-2002"


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("3 rue des Tilleuls, 59100 Roubaix", "Roubaix"), ("59100 ROUBAIX", "ROUBAIX"), ("", ""),
        ("12 allée du Moulin, bât. B, 99130 Valclair, France", "Valclair"), ("12345", ""),
        ("75011 L’Haÿ-les-Roses", "L’Haÿ-les-Roses"),
    ],
)  # fmt: skip
def test_the_town_of_an_address(address: str, town: str) -> None:
    assert writing.town(address) == town
