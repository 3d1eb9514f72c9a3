"""Each page of the product is looked at by a journey: axe, light and dark, at 200 %, what sticks out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from app.foundation.roles import STAFF
from tests.clients import StaffClient
from tests.e2e.test_pages import ELSEWHERE, PAGES, PUBLIC
from tests.test_growth import pages
from tests.web.test_whose import World, _some, world

__all__ = ["world"]  # a fixture


def test_every_page_is_in_the_list_of_those_that_are_looked_at(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    """A page is what answers a whole document to somebody; fragments, files and JSON are parts of one."""
    values = {**world.values(), "day": "2021-06-22", "script_id": "S02"}
    routes = app.url_map.bind("localhost")
    found = set()
    for role in STAFF:
        reader = login(role)
        for rule in pages(app, role):
            named = {name: values.get(name, _some(rule, name)) for name in rule.arguments}
            address = routes.build(rule.endpoint, named)
            answer = reader.get(f"{address}?contact={world.contact.id}")
            whole = "<!doctype html>" in answer.get_data(as_text=True)[:300].lower()
            if answer.status_code == 200 and whole:
                found.add(rule.endpoint)
    looked_at = {
        routes.match(path.partition("?")[0])[0]
        for path in (*PUBLIC, *(path for _role, path in PAGES))
        if not path.startswith("/telephone")  # the carrier's own, mounted beside
    }
    assert len(found) > 30
    missing = sorted(found - looked_at - set(ELSEWHERE))
    assert not missing, "\n".join(missing)
