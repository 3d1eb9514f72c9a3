"""Mail addresses: what is refused, what is doubted, what was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.mail.address import FAULTS, LONGEST, Address, Fault, Wrong, read
from app.dossiers.mail.slips import KNOWN


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("jean.dupont@orange.fr", "jean.dupont@orange.fr"),
        ("  J.Dupont@Gmail.Com ", "j.dupont@gmail.com"),
        ("mailto:jean@free.fr", "jean@free.fr"),
        ("Jean Dupont <jean@free.fr>", "jean@free.fr"),
        ("« jean@free.fr »", "jean@free.fr"),
        ("jean@free.fr.", "jean@free.fr"),
        ("jean@free.fr,", "jean@free.fr"),
        ("jean\u200b@free\u00ad.fr", "jean@free.fr"),  # signs that nobody sees
        ("\u202ajean@free.fr\u202c", "jean@free.fr"),
        ("jean@free.fr", "jean@free.fr"),  # full width
        ("jean\u2011paul@free.fr", "jean-paul@free.fr"),  # a hyphen that does not break
        ("o\u2019brien@sfr.fr", "o'brien@sfr.fr"),
        ("a+b_c=d@univ-lyon2.fr", "a+b_c=d@univ-lyon2.fr"),
        ("x@xn--cole-9oa.fr", "x@xn--cole-9oa.fr"),
        ("j@etu.univ-paris.fr", "j@etu.univ-paris.fr"),
        ("j@mail.com", "j@mail.com"),
        ("j@email.com", "j@email.com"),
        ("j@laposte.fr", "j@laposte.fr"),
        ("j@yahoo.it", "j@yahoo.it"),
        ("j@yahoo.co.uk", "j@yahoo.co.uk"),
        ("j@live.be", "j@live.be"),
        ("j@camtel.cm", "j@camtel.cm"),
        ("j@sfp.fr", "j@sfp.fr"),
        ("j@caf.fr", "j@caf.fr"),
    ],
)
def test_a_good_address_is_kept_without_a_doubt(typed: str, kept: str) -> None:
    assert read(typed) == Address(kept)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("j@gmial.com", "j@gmail.com"),
        ("j@gmail.con", "j@gmail.com"),
        ("j@gmail.fr", "j@gmail.com"),
        ("j@gmail.co", "j@gmail.com"),
        ("j@gmailc.om", "j@gmail.com"),
        ("j@gmil.fr", "j@gmail.com"),
        ("j@hotmial.con", "j@hotmail.com"),
        ("j@hormail.fr", "j@hotmail.fr"),
        ("j@homail.com", "j@hotmail.com"),
        ("j@outlok.fr", "j@outlook.fr"),
        ("j@orange.rf", "j@orange.fr"),
        ("j@orange.frr", "j@orange.fr"),
        ("j@ornage.rf", "j@orange.fr"),
        ("j@wanado.fr", "j@wanadoo.fr"),
        ("j@laposte.com", "j@laposte.net"),
        ("j@la-poste.net", "j@laposte.net"),
        ("j@yaho.fr", "j@yahoo.fr"),
        ("j@srf.fr", "j@sfr.fr"),
        ("j@free.rf", "j@free.fr"),
        ("j@icloud.fr", "j@icloud.com"),
        ("j@ville-lyon.rf", "j@ville-lyon.fr"),
        ("j@asso.con", "j@asso.com"),
        ("www.jean@free.fr", "jean@free.fr"),
    ],
)
def test_a_known_slip_is_doubted_never_refused(typed: str, meant: str) -> None:
    assert read(typed) == Address(typed, meant)


@pytest.mark.parametrize(
    ("typed", "fault", "meant"),
    [
        ("", Fault.EMPTY, None),
        (" \u200b ", Fault.EMPTY, None),
        ("jean.dupontgmail.com", Fault.NO_AT, "jean.dupont@gmail.com"),
        ("jean arobase free point fr", Fault.NO_AT, "jean@free.fr"),
        ("jean(at)free.fr", Fault.NO_AT, "jean@free.fr"),
        ("jean", Fault.NO_AT, None),
        ("jean@@orange.fr", Fault.SEVERAL_AT, "jean@orange.fr"),
        ("jean@free.fr@free.fr", Fault.SEVERAL_AT, None),
        ("@free.fr", Fault.NO_NAME, None),
        ("jean@", Fault.DOMAIN, None),
        ("jean@orange", Fault.NO_ENDING, "jean@orange.fr"),
        ("jean@hotmial", Fault.NO_ENDING, "jean@hotmail.com"),
        ("jean@gmailcom", Fault.NO_ENDING, "jean@gmail.com"),
        ("jean@1.2.3.4", Fault.NO_ENDING, None),
        ("jean dupont@orange.fr", Fault.SPACE, "jeandupont@orange.fr"),
        ("jean @ orange . fr", Fault.SPACE, "jean@orange.fr"),
        ("éloïse@orange.fr", Fault.ACCENT, "eloise@orange.fr"),
        ("e\u0301loise@orange.fr", Fault.ACCENT, "eloise@orange.fr"),  # a combining accent
        ("jean@école.fr", Fault.ACCENT, "jean@ecole.fr"),
        ("sœur@orange.fr", Fault.ACCENT, "soeur@orange.fr"),
        ("jean,dupont@orange,fr", Fault.SIGN, "jean.dupont@orange.fr"),
        ("j\u0435an@orange.fr", Fault.SIGN, None),  # a Cyrillic letter
        ("jean..d@free.fr", Fault.DOTS, "jean.d@free.fr"),
        ("jean.@free.fr", Fault.DOTS, "jean@free.fr"),
        ("jean@gmail..com", Fault.DOTS, "jean@gmail.com"),
        ("jean@-free.fr", Fault.DOMAIN, "jean@free.fr"),
        ("jean@-ici-.fr", Fault.DOMAIN, None),
        ("a" * 65 + "@free.fr", Fault.TOO_LONG, None),
        ("a@" + "b" * 300 + ".fr", Fault.TOO_LONG, None),
        ("a" * 2_000_000, Fault.TOO_LONG, None),
    ],
)
def test_what_is_no_address_is_named_with_what_was_meant(
    typed: str, fault: Fault, meant: str | None
) -> None:
    assert read(typed) == Wrong(fault, meant)
    assert FAULTS[fault]


def test_nothing_at_all_is_an_empty_address() -> None:
    assert read(None) == Wrong(Fault.EMPTY)


@given(st.text(max_size=500) | st.from_regex(r"[a-z.@ ,\-é]{0,60}", fullmatch=True))
def test_it_never_fails_and_what_it_keeps_or_suggests_is_an_address(typed: str) -> None:
    said = read(typed)
    if isinstance(said, Address):
        assert len(said.text) <= LONGEST
        assert read(said.text) == said
    if said.suggestion is not None:
        assert isinstance(read(said.suggestion), Address)


@given(st.sampled_from(sorted(k for k in KNOWN if k.index(".") > 5)), st.integers(0, 20))
def test_two_letters_swapped_in_a_providers_name_are_found(known: str, place: int) -> None:
    place %= known.index(".") - 1
    swapped = known[:place] + known[place + 1] + known[place] + known[place + 2 :]
    assert read(f"jean@{swapped}") in (
        Address(f"jean@{swapped}", f"jean@{known}"),
        Address(f"jean@{known}"),
    )
