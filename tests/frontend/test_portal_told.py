"""What the Portal tells a desk reaches the parts of the page that show it (static/js/desk/portal.js)."""

from __future__ import annotations

from typing import Any


def test_a_deposit_is_said_and_what_is_owed_is_read_again(open_page: Any) -> None:
    """The list, the rail's count and the idle desk hear of it: an event that nobody listens to wakes nobody."""
    page = open_page('<div id="toasts"></div><p id="announce"></p><p id="announce-now"></p>')
    heard = page.evaluate(
        """async () => {
          const heard = [];
          for (const name of ["owed-moved", "owed-heard"]) document.body.addEventListener(name, () => heard.push(name));
          Math.random = () => 0;
          const { portalTold } = await import("/static/js/desk/portal.js");
          portalTold(() => null)["portal.deposited"]({ text: "Dossier PF-1 déposé", promised: true });
          await new Promise((done) => setTimeout(done, 0));
          await new Promise((done) => setTimeout(done, 0));
          return heard;
        }"""
    )
    assert heard == ["owed-moved", "owed-heard"]
