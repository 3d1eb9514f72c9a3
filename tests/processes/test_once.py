"""One act from presses that reach two processes at once."""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from app.web.acts.keys import FIELD
from tests.remote import Staff

if TYPE_CHECKING:
    from tests.fixtures.servers import Served

NADIA = "nadia@demo.permanence"


def test_eight_presses_on_two_processes_make_one_annotation(cluster: Served) -> None:
    nadia, words = Staff(cluster.base_urls[0], NADIA), f"Remarque {secrets.token_hex(4)}"
    try:
        listed = nadia.http.get(f"{nadia.base_url}/dossiers", timeout=20).text
        dossier = re.search(r'href="(/dossiers/\d+)"', listed)
        assert dossier
        page = nadia.http.get(nadia.base_url + dossier[1], timeout=20).text
        form = page.partition(f'{dossier[1]}/annotations"')[2]
        key = re.search(rf'name="{FIELD}" value="([^"]+)"', form)
        assert key
        cookies, asked = nadia.http.cookies.copy(), {"text": words, FIELD: key[1]}

        def press(number: int) -> requests.Response:
            return requests.post(
                f"{cluster.base_urls[number % 2]}{dossier[1]}/annotations",
                data=asked,
                cookies=cookies,
                headers={"X-CSRFToken": nadia.csrf},
                timeout=30,
            )

        with ThreadPoolExecutor(8) as crowd:
            answers = list(crowd.map(press, range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert len({answer.text for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        again = nadia.http.get(nadia.base_url + dossier[1], timeout=20).text
        assert again.count(words) == answers[0].text.count(words) == 1
    finally:
        nadia.close()
