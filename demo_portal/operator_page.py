"""Behind the demonstration: the training centre's enrolments, and the failures, on demand.

Open to whoever reaches the demo Portal: it holds nothing real, and is never mounted beside a real one.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template, request

from demo_portal.service import Service
from demo_portal.state import SWITCHES, account

LONGEST = 24


def install(app: Flask, service: Service) -> None:
    """Add the operator's page."""

    def page(said: str = "", address: str = "") -> str:
        on = {name: service.state.is_on(name) for name in SWITCHES}
        return render_template("operator.html", switches=on, said=said, address=address)

    @app.get("/coulisses")
    def behind() -> str:
        return page()

    @app.post("/coulisses/pannes")
    def switch() -> str:
        with service.state.open() as db:
            for name in SWITCHES:
                db.execute(
                    "INSERT OR REPLACE INTO switches (name, is_on) VALUES (?, ?)",
                    (name, int(bool(request.form.get(name)))),
                )
        return page("applied")

    @app.post("/coulisses/inscrire")
    def enrol() -> Any:
        reference = request.form.get("reference", "").strip()[:LONGEST]
        mail = request.form.get("mail", "").strip()[:254]
        if not reference or "@" not in mail:
            return page(), 422
        with service.state.open() as db:
            address = service.enrol(db, reference, mail)
        app.extensions["demo_portal.mail"]("access", mail, address)
        if service.settings.send_mail is None:
            return page("enrolled-no-mail", address)
        return page("enrolled")

    @app.post("/coulisses/retirer")
    def withdraw() -> Any:
        reference = request.form.get("reference", "").strip()[:LONGEST]
        if not reference:
            return page(), 422
        with service.state.open() as db:
            if account(db, reference) is None:
                db.execute("INSERT INTO accounts (reference) VALUES (?)", (reference,))
            db.execute("UPDATE accounts SET enrolled = 0 WHERE reference = ?", (reference,))
        return page("withdrawn")
