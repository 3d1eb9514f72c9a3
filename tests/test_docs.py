"""The documentation names what there is, and nothing that is gone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from app.factory import create_app
from app.foundation import config
from tests.fakes import fake_ports
from tests.fixtures.settings import make_settings

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(ROOT / name / "README.md" for name in ("carrier", "bench")),
]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
CELL = re.compile(r"(?m)^\| `([^`]{1,80})` \|")
OURS = re.compile(
    r"`((?:app|bin|bench|carrier|deploy|docs|static|templates|tests)/[\w./-]{1,120}\.[a-z]{1,5})`"
)
LINK = re.compile(r"\]\(([^)#\s]{1,200})(?:#[^)\s]{0,80})?\)")
TELLS = {"publish", "publish_here", "send", "emit"}
OF_FLASK = {"run", "shell", "routes"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application without a database: only what it answers to is looked at."""
    folder = tmp_path_factory.mktemp("docs")
    return create_app(
        make_settings(database_url=f"sqlite:///{folder}/none.db", instance_dir=folder),
        fake_ports(),
    )


def under(heading: str) -> set[str]:
    """The names of the first column of the reference's table under this heading."""
    part = REFERENCE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(CELL.findall(part))


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command of ours, as it is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from ["db upgrade"] if name == "db" else commands(command, f"{before}{name} ")
        elif name not in OF_FLASK:
            yield before + name


def events() -> Iterator[str]:
    """Every live event that the code tells browsers."""
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            first = node.args[0]
            if name in TELLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_family_of_addresses_is_named_and_none_that_is_gone(app: Flask) -> None:
    families = {"/" + str(rule).split("/")[1] for rule in app.url_map.iter_rules()}
    if "/telephone" not in families:  # the carrier's pages are mounted where there is no provider
        families |= {"/telephone"}
    assert under("Addresses") - {"/carrier", "/2010-04-01"} == families - {
        "/carrier",
        "/2010-04-01",
    }


def test_every_live_event_is_named_and_none_that_is_gone() -> None:
    assert under("Live events") == set(events())


def test_every_command_is_named_and_none_that_is_gone(app: Flask) -> None:
    assert under("Commands") == set(commands(app.cli))


def test_every_setting_is_named_and_none_that_is_gone() -> None:
    assert under("Settings") == {setting.name for setting in config.SETTINGS}


def test_every_setting_is_read() -> None:
    code = "".join(
        file.read_text("utf-8")
        for folder in ("app", "bin", "deploy")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ""} and file.is_file() and file.name != "config.py"
    ) + (ROOT / "gunicorn.conf.py").read_text("utf-8")
    config_code = (ROOT / "app" / "foundation" / "config.py").read_text("utf-8")
    for setting in config.SETTINGS:
        read = f".{setting.name.lower()}" in code or setting.name in code
        inside = config_code.count(setting.name) + config_code.count(setting.name.lower()) > 1
        assert read or inside, setting.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {ROOT / name for name in OURS.findall(text)}
    named |= {
        page.parent / link for link in LINK.findall(text) if "://" not in link and ":" not in link
    }
    gone = sorted(path.as_posix() for path in named if not path.exists())
    assert not gone, gone


def test_the_rooms_are_drawn_in_the_order_that_is_held() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [c["layers"] for c in contracts if c.get("containers") == ["app"]]
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = re.findall(r"(?m)^\| `app/(\w+)(?:\.py)?` \|", text)
    assert rooms == layers


def test_the_walk_of_a_call_is_ten_files_at_most() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    walk = text.split("## A call, from the first webhook to the offer", 1)[1].split("\n## ", 1)[0]
    assert 0 < len(set(OURS.findall(walk))) <= 10
