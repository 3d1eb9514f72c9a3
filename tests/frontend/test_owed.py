"""An act on the list of what is owed concerns the row that one is on (static/js/owed.js)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROW = '<li class="owed-row"><input type="checkbox" name="subject" value="{0}"><a data-row href="#">{0}</a></li>'
HTML = (
    '<div id="owed"><button type="button" data-owed-act>Fait</button><ul data-rows>'
    + "".join(ROW.format(name) for name in ("samira", "karim"))
    + "</ul></div>"
)


def test_a_row_that_moved_or_left_is_never_taken_for_another(open_page: Any) -> None:
    page: Page = open_page(HTML)
    page.evaluate("async () => (await import('/static/js/owed.js')).mount()")
    act, ticked = page.get_by_role("button", name="Fait"), page.locator("#owed input:checked")

    page.get_by_role("link", name="karim").focus()
    first = page.locator(".owed-row").first
    page.evaluate("document.querySelector('ul').append(document.querySelector('.owed-row'))")
    act.click()
    assert ticked.evaluate_all("all => all.map((each) => each.value)") == ["karim"]

    page.evaluate("document.querySelector('input:checked').closest('li').remove()")
    act.click()  # the row that one was on is gone: no other is meant
    assert ticked.count() == 0
    assert first.count() == 1
