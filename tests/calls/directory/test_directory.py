"""The directory: kept by managers as people write, read by agents while they talk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.calls.directory import service as directory_service
from app.calls.directory.models import DirectoryEntry
from app.calls.directory.service import Typed
from app.demo import seed
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from tests.clients import StaffClient
from tests.demo.test_seed import NOW

Login = Callable[..., StaffClient]
ENTRY = {"label": "Interprète arabe", "kind": "interpreter", "number": "06 39 98 01 60", "note": ""}


def journal() -> list[tuple[str, Any]]:
    db.session.rollback()
    rows = db.session.scalars(
        select(JournalEntry).where(JournalEntry.act.like("directory%")).order_by(JournalEntry.id)
    )
    return [(row.act, row.detail) for row in rows]


def stored() -> list[DirectoryEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(DirectoryEntry).order_by(DirectoryEntry.id)))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0639980160", "+33639980160"),
        ("06.39.98.01.60", "+33639980160"),
        (" 06 39-98 01/60 ", "+33639980160"),
        ("+33 (0)6 39 98 01 60", "+33639980160"),
        ("0033 6 39 98 01 60", "+33639980160"),
        ("+32 2 555 12 12", "+3225551212"),
    ],
)
def test_numbers_are_taken_as_a_tired_person_writes_them(typed: str, number: str) -> None:
    judged = directory_service.judge(Typed.of({**ENTRY, "number": typed}))
    assert judged.values["number"] == number


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", "   "), ("label", "x" * 81), ("kind", "pirate"), ("kind", ""),
        ("number", "demander à Nadia"), ("number", ""), ("number", "15"), ("note", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_beside_its_field(field: str, value: str) -> None:
    judged = directory_service.judge(Typed.of({**ENTRY, field: value}))
    assert set(judged.errors) == {field}
    assert judged.values == {}


def test_a_refused_form_comes_back_as_typed_and_escaped(login: Login) -> None:
    client = login("manager")
    answer = client.post(
        "/admin/directory", data={**ENTRY, "label": "<b>Ivan</b>", "number": "12 ou 13"}
    )
    assert answer.status_code == 422
    assert "12 ou 13" in answer.text
    assert "&lt;b&gt;Ivan" in answer.text
    assert "<b>Ivan" not in answer.text
    assert stored() == []


def test_add_change_take_out_and_put_back_are_journaled(login: Login) -> None:
    manager, agent = login("manager"), login("front")
    assert manager.post("/admin/directory", data=ENTRY).status_code == 302
    (entry,) = stored()
    assert (entry.number, entry.active) == ("+33639980160", True)
    address = f"/admin/directory/{entry.id}"
    assert "06 39 98 01 60" in manager.get(address).text
    assert manager.post(address, data={**ENTRY, "note": "8 h – 20 h"}).status_code == 302
    assert manager.post(address, data={**ENTRY, "note": "8 h – 20 h"}).status_code == 302
    assert labels(agent) == ["Interprète arabe"]
    for _twice in range(2):
        manager.post(f"{address}/active", data={"active": "0"})
    assert labels(agent) == []
    manager.post(f"{address}/active", data={"active": "1"})
    assert labels(agent) == ["Interprète arabe"]
    assert journal() == [
        ("directory_add", {"fields": ["label", "kind", "number", "note"]}),
        ("directory_change", {"fields": ["note"]}),
        ("directory_off", {}),
        ("directory_on", {}),
    ]


def labels(agent: StaffClient) -> list[str]:
    found = agent.get("/desk/directory").json
    assert found is not None
    return [each["label"] for each in found["directory"]]


def test_a_number_stands_once_whatever_its_spelling(login: Login) -> None:
    client = login("manager")
    client.post("/admin/directory", data=ENTRY)
    answer = client.post("/admin/directory", data={**ENTRY, "number": "+33 6 39 98 01 60"})
    assert answer.status_code == 422
    assert "déjà dans l" in answer.text
    assert "Interprète arabe" in answer.text.partition("À corriger")[2].partition("</p>")[0]
    assert len(stored()) == 1


def test_an_entry_that_does_not_exist_is_a_page_that_does_not_exist(login: Login) -> None:
    client = login("manager")
    for method, path in (("get", "/7"), ("post", "/7"), ("post", "/7/active")):
        assert getattr(client, method)(f"/admin/directory{path}").status_code == 404


def test_the_demo_has_one_of_each_kind_once(app: Flask) -> None:
    seed.seed(NOW)
    first = {(entry.kind, entry.number) for entry in stored()}
    assert {kind for kind, _number in first} >= {"service", "interpreter", "other"}
    assert all(phone_numbers.stored(number) == number for _kind, number in first)
    seed.seed(NOW)
    assert db.session.scalar(select(func.count(DirectoryEntry.id))) == len(first)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]


def test_the_second_of_two_who_change_an_entry_is_told_and_loses_nothing(login: Login) -> None:
    first, second = login("manager", display_name="Odile"), login("admin")
    first.post("/admin/directory", data=ENTRY)
    path = f"/admin/directory/{stored()[0].id}"
    mine, hers = seen(first.get(path).text), seen(second.get(path).text)
    assert first.post(path, data={**ENTRY, "note": "le matin", "seen": mine}).status_code == 302
    answer = second.post(path, data={**ENTRY, "label": "Interprète", "seen": hers})
    assert answer.status_code == 409
    assert "Odile" in answer.text
    assert 'value="Interprète"' in answer.text  # typed: kept
    assert 'value="le matin"' in answer.text  # left alone: what is stored now
    assert (stored()[0].label, stored()[0].note) == ("Interprète arabe", "le matin")
    again = {**ENTRY, "label": "Interprète", "note": "le matin", "seen": seen(answer.text)}
    assert second.post(path, data=again).status_code == 302
    assert (stored()[0].label, stored()[0].note) == ("Interprète", "le matin")
