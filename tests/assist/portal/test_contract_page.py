"""The contract's page says what the code speaks: the words of one are the words of the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from app.adapters import portal_http
from app.assist.portal import news, pace
from app.dossiers.vocabulary import PieceKind, PieceState
from app.foundation.portal_port import REFUSALS

PAGE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[3] / "docs" / "portal-openapi.yaml").read_text("utf-8")
)
SCHEMAS = PAGE["components"]["schemas"]


def test_the_words_of_the_contract_are_those_of_the_code() -> None:
    assert set(SCHEMAS["Event"]["properties"]["type"]["enum"]) == set(news.TOLD)
    assert set(SCHEMAS["Slot"]["enum"]) == set(PieceKind)
    slot = SCHEMAS["State"]["properties"]["slots"]["items"]["properties"]["state"]["enum"]
    assert set(slot) == set(PieceState)
    assert set(SCHEMAS["State"]["properties"]["account"]["enum"]) == set(portal_http.ACCOUNTS)
    refused = PAGE["components"]["responses"]["Refused"]["content"]["application/json"]["schema"]
    assert set(refused["properties"]["code"]["enum"]) == set(REFUSALS)


def test_the_pauses_of_the_contract_are_those_of_the_code() -> None:
    said = PAGE["info"]["description"]
    assert [int(p.total_seconds()) for p in pace.PAUSES] == [5, 15, 60, 300, 900]
    assert "5 s, 15 s, 1 min, 5 min" in said
    assert f"within {portal_http.TOTAL_S:.0f} s" in said
    assert (len(portal_http.PAUSES_S) + 1, pace.KEPT.days) == (3, 3)
