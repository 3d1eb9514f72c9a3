"""The number of the line in the pages that nginx itself answers: what a caller sees when we are down."""

from __future__ import annotations

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from app.foundation.text import phone_numbers
from tests.deploy.front import NAME, ROOT

PREPARE = runpy.run_path(str(ROOT / "deploy" / "prepare"))
OWN_PAGES = ("@unavailable", "@forbidden", "@too_many")


def prepared(root: Path, setting: str | None) -> str:
    """nginx's file, once the operator has filled in LINE_NUMBER so and prepared again."""
    prepare(root)
    path = root / "etc/permanence.env"
    line = "" if setting is None else f"LINE_NUMBER={setting}"
    path.write_text(re.sub("(?m)^LINE_NUMBER=.*$", lambda _: line, path.read_text()))
    prepare(root)
    return (root / "etc/nginx/nginx.conf").read_text()


def prepare(root: Path) -> str:
    """Run deploy/prepare in a folder; what it said."""
    done = subprocess.run([ROOT / "deploy/prepare", NAME, "--root", root],
                          capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout


def page(text: str, name: str) -> str:
    """What nginx returns in one of its own places."""
    found = re.search(rf"location {name} \{{.*?return \d+ '([^']*)';", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("setting", ["+33199000100", '"+33199000100"', "'+33 1 99 00 01 00'"])
def test_each_own_page_has_the_number_and_a_link(tmp_path: Path, setting: str) -> None:
    text = prepared(tmp_path, setting)
    for name in OWN_PAGES:
        link = '<a href="tel:+33199000100">01 99 00 01 00</a>'
        assert page(text, name).count(link) == 2, name  # in French and in English
        assert page(text, name).endswith("</p></html>")
    assert not (tmp_path / "etc/nginx/nginx.conf.new").exists()


HOSTILE = ["", None, "abc", "+33<b>1", "+331990$host", "';return 200 '", "+3", "15"]


@pytest.mark.parametrize("setting", HOSTILE)
def test_without_a_number_the_sentence_is_left_out(tmp_path: Path, setting: str | None) -> None:
    text = prepared(tmp_path, setting)
    for name in OWN_PAGES:
        assert "tel:" not in page(text, name)
        assert "Par téléphone" not in page(text, name)
    assert PREPARE["LINE"] not in text
    assert "no LINE_NUMBER like" in prepare(tmp_path)


def test_a_new_number_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    prepared(tmp_path, "+33199000100")
    text = prepared(tmp_path, "+33199000200")
    assert "01 99 00 02 00" in page(text, "@unavailable")
    assert "01 99 00 01 00" not in text
    assert not (tmp_path / "etc/nginx/nginx.conf.new").exists()


def test_a_file_changed_by_hand_is_kept_with_the_number_beside_it(tmp_path: Path) -> None:
    prepare(tmp_path)
    path = tmp_path / "etc/nginx/nginx.conf"
    path.write_text(path.read_text() + "# mine\n")
    assert prepared(tmp_path, "+33199000100").endswith("# mine\n")
    beside = path.with_name("nginx.conf.new").read_text()
    assert "01 99 00 01 00" in page(beside, "@unavailable")


@pytest.mark.parametrize(
    "number", ["+33199000100", "+33639980101", "+262262990100", "+262692123456", "+590590123456"]
)
def test_it_is_read_as_everywhere_else(number: str) -> None:
    assert PREPARE["shown"](number) == phone_numbers.display(number)
