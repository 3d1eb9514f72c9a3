"""Signing in, « Mon compte », the second step, and two people at one browser."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
from playwright.sync_api import Page, expect

from tests.people import assert_axe, assert_fits, keep_screen, sign_in
from tests.remote import PASSWORD

CAMILLE, NADIA = "camille@demo.permanence", "nadia@demo.permanence"
BRUNO = "bruno@demo.permanence"


def look(page: Page, name: str) -> None:
    assert_axe(page)
    assert_fits(page)
    keep_screen(page, name)


def test_somebody_else_in_a_second_window(people: Any) -> None:
    context = people.context()
    first = context.new_page()
    sign_in(first, CAMILLE, PASSWORD)
    first.goto("/scripts")
    second = context.new_page()
    second.goto("/sign-in")
    expect(second.get_by_text("Camille Aubert est connecté dans ce navigateur.")).to_be_visible()
    look(second, "sign-in-second-window")
    sign_in(second, NADIA, PASSWORD)
    bar = first.locator("#session-over")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("cette page n’agit plus pour vous")
    look(first, "session-taken")


def test_a_second_step_from_my_account_to_the_next_sign_in(people: Any) -> None:
    page = people.context().new_page()
    sign_in(page, BRUNO, PASSWORD)
    page.goto("/account")
    look(page, "my-account")
    page.fill("#f-second-step-password", PASSWORD)
    page.get_by_role("button", name="Mettre en place").click()
    key = page.locator("code").inner_text().replace(" ", "")
    look(page, "second-step-setup")
    page.fill("[name=code]", pyotp.TOTP(key).now())
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    assert page.locator(".recovery-codes li").count() == 10
    look(page, "recovery-codes")
    other = people.context().new_page()
    sign_in_half(other, BRUNO)
    look(other, "second-step")
    other.fill("[name=code]", next_code(key))
    other.get_by_role("button", name="Continuer").click()
    other.wait_for_url(re.compile(r"/desk"))


def sign_in_half(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile("second-step"))


def next_code(key: str) -> str:
    """The code after this one: this one was used. The server takes one that is early."""
    return pyotp.TOTP(key).generate_otp(int(time.time()) // 30 + 1)
