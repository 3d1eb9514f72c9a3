"""The files of the deployment say what the application does."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from tests.deploy.front import ROOT

CONFIGURATION = (ROOT / "deploy" / "nginx.conf").read_text()


def test_every_way_in_of_the_provider_is_asked_twice() -> None:
    """Each webhook of the application has a location that asks the other process."""
    from app.factory import create_app
    from tests.fakes import fake_ports
    from tests.fixtures.settings import make_settings

    rules = {str(rule) for rule in create_app(make_settings(), fake_ports()).url_map.iter_rules()}
    hooks = {rule for rule in rules if re.match(r"/(voice|sms)/", rule)}
    told = re.search(r"location ~ (\S+) \{", CONFIGURATION)
    assert told is not None
    assert {hook for hook in hooks if re.match(told[1], hook)} >= {
        "/voice/status",
        "/voice/announce",
        "/sms/incoming",
    }
    rest = {hook for hook in hooks if not re.match(told[1], hook)}
    assert all(rest_.startswith("/voice/") for rest_ in rest), rest
    for place in ("location ~ ", "location ^~ /voice/sound/ ", "location /voice/ "):
        block = CONFIGURATION[CONFIGURATION.index(place) :].partition("\n        }")[0]
        assert "proxy_next_upstream error timeout" in block


UNITS = list((ROOT / "deploy").glob("permanence-*@.service"))
WORDS = {
    "sum",
    "max",
    "min",
    "by",
    "rate",
    "and",
    "or",
    "up",
}  # PromQL's own, and Prometheus' one figure
RULES = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yml").read_text())["groups"][0]["rules"]
BOARD = json.loads((ROOT / "deploy" / "grafana.json").read_text())


def figures_in(expression: str) -> Iterator[str]:
    """The figures that an expression of PromQL asks for."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\bby \([^)]*\)", "", expression)
    yield from (word for word in re.findall(r"[a-z_]{2,}", bare) if word not in WORDS)


def exposed(client: FlaskClient) -> str:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def test_every_figure_of_an_alert_and_of_the_board_is_exposed(
    app: Flask, client: FlaskClient
) -> None:
    names = set(re.findall(r"(?m)^([a-z_]+)[ {]", exposed(client)))
    asked = [rule["expr"] for rule in RULES]
    asked += [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    for expression in asked:
        found = set(figures_in(expression)) or {"up"}
        assert found - names <= {"up"}, expression


def test_every_state_that_an_alert_names_is_one(app: Flask, client: FlaskClient) -> None:
    text = exposed(client)
    for rule in RULES:
        for figure, state in re.findall(r'(\w+)\{state="(\w+)"\}', rule["expr"]):
            assert f'{figure}{{state="{state}"}}' in text, rule["alert"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_to_do(rule: dict[str, object]) -> None:
    assert rule["for"]
    assert rule["labels"]["severity"] in ("page", "warning")  # type: ignore[index]
    assert len(rule["annotations"]["todo"]) > 20  # type: ignore[index]


def test_one_process_can_carry_the_desks_of_both() -> None:
    """Two thousand desks, all on one process while the other restarts, and callers beside them."""
    served = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["worker_connections"]
    files = [int(re.search(r"LimitNOFILE=(\d+)", path.read_text())[1]) for path in UNITS]  # type: ignore[index]
    sockets = int(re.search(r"worker_connections (\d+)", CONFIGURATION)[1])  # type: ignore[index]
    open_files = int(re.search(r"worker_rlimit_nofile (\d+)", CONFIGURATION)[1])  # type: ignore[index]
    assert served >= 2 * 2000
    assert min(files) > 2 * served
    assert sockets >= 2 * served  # towards the browser, and towards the process
    assert open_files >= sockets
