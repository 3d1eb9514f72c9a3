"""Views of a list: what is kept is filters alone, each person's own, and shown above the list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import saved_views
from tests.clients import StaffClient


@pytest.mark.unit
@given(st.lists(st.tuples(st.text(), st.text())))
def test_nothing_that_somebody_typed_freely_is_kept(pairs: list[tuple[str, str]]) -> None:
    kept = saved_views.only_filters(pairs)
    assert len(kept) <= saved_views.LONGEST_QUERY
    assert not set(kept) & set(" +<>\"'%")


@pytest.mark.unit
def test_a_view_keeps_filters_and_order_and_no_page() -> None:
    asked = [("scope", "mine"), ("sort", "-at"), ("page", "3"), ("q", "Samira Haddad")]
    assert saved_views.only_filters(asked) == "scope=mine&sort=-at"


def test_a_view_is_kept_shown_and_removed(login: Callable[..., StaffClient]) -> None:
    me, other = login("front"), login("back")
    kept = me.post(
        "/account/views",
        data={"place": "contacts", "name": "Sans motif", "query": "scope=undone&q=Haddad&page=2"},
    )
    assert kept.location == "/tickets?scope=undone"
    page = me.get("/tickets?scope=undone").text
    assert 'href="/tickets?scope=undone" aria-current="page"' in page.replace("\n", "")
    assert "Retirer « Sans motif »" in page
    assert "Retirer « Sans motif »" not in other.get("/tickets").text
    view = saved_views.of(me.agent.id, "contacts")[0]
    assert other.post(f"/account/views/{view.id}/remove").status_code == 404
    assert me.post(f"/account/views/{view.id}/remove").status_code == 302
    assert not saved_views.of(me.agent.id, "contacts")


def test_a_view_needs_a_name_and_there_are_twelve_at_most(
    login: Callable[..., StaffClient],
) -> None:
    me = login("front")
    form = {"place": "contacts", "query": "scope=mine"}
    assert me.post("/account/views", data={**form, "name": " "}).status_code == 422
    assert me.post("/account/views", data={**form, "name": "x", "place": "z"}).status_code == 422
    for number in range(saved_views.MOST):
        assert me.post("/account/views", data={**form, "name": f"v{number}"}).status_code == 302
    assert me.post("/account/views", data={**form, "name": "v0"}).status_code == 302  # replaced
    assert me.post("/account/views", data={**form, "name": "one more"}).status_code == 422
