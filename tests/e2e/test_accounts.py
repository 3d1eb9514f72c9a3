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
    expect(
        second.get_by_text("Camille Aubert a une session ouverte dans ce navigateur.")
    ).to_be_visible()
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


def test_a_passkey_from_my_account_to_the_next_sign_in(people: Any) -> None:
    """A device of the browser's own (a virtual authenticator), as a telephone or a laptop has one."""
    page = people.context().new_page()
    sign_in(page, NADIA, PASSWORD)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/account")
    page.fill("#passkey-name", "Téléphone de Nadia")
    page.fill("#passkey-password", "pas le bon mot de passe")
    add = page.get_by_role("button", name="Ajouter une clé d’accès")
    add.click()
    error = page.locator("form[data-passkey=add] [data-passkey-error]")
    expect(error).to_contain_text("mot de passe")
    page.fill("#passkey-password", PASSWORD)
    add.click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    page.get_by_role("link", name="Je les ai gardés").click()
    expect(page.get_by_text("Téléphone de Nadia")).to_be_visible()
    look(page, "my-passkeys")
    add_again(page)
    expect(error).to_contain_text("a déjà une clé d’accès")
    sign_out(page)
    look(page, "sign-in-with-a-passkey")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url(re.compile(r"/desk"))
    sign_out(page)
    sign_in_half(page, NADIA)
    look(page, "second-step-with-a-passkey")
    page.get_by_role("button", name="Continuer avec ma clé d’accès").click()
    page.wait_for_url(re.compile(r"/desk"))
    sign_out(page)
    verified = {"authenticatorId": device["authenticatorId"], "isUserVerified": False}
    devices.send("WebAuthn.setUserVerified", verified)
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.locator("[data-passkey-error]")).to_contain_text("Recommencez quand vous voulez")
    devices.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url(re.compile(r"/desk"))
    page.goto("/account")
    page.get_by_text("Modifier").click()
    page.locator("[id^=passkey-password-]").fill(PASSWORD)
    page.get_by_role("button", name="Retirer la clé « Téléphone de Nadia »").click()
    expect(page.get_by_text("Clé d’accès retirée.")).to_be_visible()


def add_again(page: Page) -> None:
    page.fill("#passkey-name", "Le même")
    page.fill("#passkey-password", PASSWORD)
    page.get_by_role("button", name="Ajouter une clé d’accès").click()


def sign_out(page: Page) -> None:
    page.goto("/sign-in")  # a desk may be open in this tab: the page is shown all the same
    expect(page.get_by_text("a une session ouverte dans ce navigateur")).to_be_visible()
    page.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
    page.wait_for_url(re.compile(r"/sign-in"))
    expect(page.get_by_text("a une session ouverte dans ce navigateur")).to_have_count(0)


def test_an_administrator_makes_an_account_and_its_owner_opens_it(people: Any, served: Any) -> None:
    admin = people.agent("admin@demo.permanence", PASSWORD, path="/admin")
    look(admin, "administration")
    admin.get_by_role("link", name="Créer un compte").click()
    admin.fill("[name=name]", "Léa Fontaine")
    admin.fill("[name=email]", "lea@demo.permanence")
    admin.select_option("[name=role]", "back")
    look(admin, "account-new")
    admin.get_by_role("button", name="Créer le compte et envoyer le lien").click()
    expect(
        admin.get_by_text("Le lien pour choisir un mot de passe est parti par mail.")
    ).to_be_visible()
    expect(admin.get_by_role("heading", name="Léa Fontaine")).to_be_visible()
    look(admin, "account")
    admin.goto("/outbox")
    admin.locator(".list a").first.click()
    link = admin.locator("a[href*='/invitation/']").first.get_attribute("href")
    lea = people.context().new_page()
    lea.goto(re.sub(r"^https?://[^/]+", "", str(link)))
    look(lea, "invitation")
    lea.fill("[name=wanted]", "la phrase de Léa, longue")
    lea.fill("[name=again]", "la phrase de Léa, longue")
    lea.get_by_role("button", name="Garder ce mot de passe").click()
    expect(lea.get_by_text("Votre mot de passe est choisi.")).to_be_visible()
    sign_in(lea, "lea@demo.permanence", "la phrase de Léa, longue")
    lea.goto("/account")
    expect(lea.get_by_text("lea@demo.permanence")).to_be_visible()
    admin.goto("/admin/journal")
    expect(admin.get_by_text("Léa Fontaine a choisi son mot de passe")).to_be_visible()
    look(admin, "journal")
    admin.goto("/admin")
    admin.get_by_role("link", name="Règles de connexion").click()
    look(admin, "sign-in-rules")
    admin.goto("/admin")
    admin.get_by_role("link", name="Léa Fontaine").click()
    admin.get_by_role("button", name="Fermer le compte").click()
    expect(admin.get_by_text("Compte fermé : Léa Fontaine.")).to_be_visible()
    lea.reload()
    expect(lea.get_by_text("Ce compte a été fermé.")).to_be_visible()
