"""No log holds what opens a page by itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.web.masked_paths import BEFORE_A_KEY, masked

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/portail/lien/abc.def/etape-2", "/portail/lien/***/etape-2"),
        ("/portail/lien/abc?x=1", "/portail/lien/***"),
        ("/demande/W10.sig", "/demande/***"),
        ("/voice/sound/abc", "/voice/sound/***"),
        ("/admin/line/sounds/abc", "/admin/line/sounds/***"),
        ("/invitation/abc", "/invitation/***"),
        ("/desk/token", "/desk/token"),
        ("/dossiers/12?q=Haddad", "/dossiers/12"),
        ("/", "/"),
        ("//demande/Zm9vYmFyLWJhei1xdXV4LTEy", "//demande/***"),
        ("/fr/demande/Zm9vYmFyLWJhei1xdXV4LTEy/x", "/fr/demande/***/x"),
        ("/nowhere/ana@courriel.example/+33639980101", "/nowhere/***/***"),
        ("/reports/2021-06-22.xlsx", "/reports/2021-06-22.xlsx"),
        (
            "/static/vendor/a-very-long-name-of-a-library.min.js",
            "/static/vendor/a-very-long-name-of-a-library.min.js",
        ),
    ],
)
def test_what_a_log_may_hold(path: str, logged: str) -> None:
    assert masked(path) == logged


def test_every_route_that_takes_a_key_is_masked(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if "token" in rule.arguments:
            before = rule.rule.partition("<token>")[0]
            assert before in BEFORE_A_KEY, rule.rule


def test_gunicorns_access_line_is_masked() -> None:
    spec = importlib.util.spec_from_file_location("gunicorn_conf", ROOT / "gunicorn.conf.py")
    assert spec is not None
    assert spec.loader is not None
    conf: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    assert "%(U)s" in conf.access_log_format
    assert not {"%(q)s", "%(r)s", "%(f)s", "%(h)s", "%(a)s"} & set(conf.access_log_format.split())
    assert conf.path_of_line("/demande/abc") == "/demande/***"
