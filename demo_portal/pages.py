"""What a visitor meets: step 1, step 2, « suivre ma demande » or « déposer », figures, pièces, transmit.

Reading a page changes nothing. Passwords are read from the form, hashed, and forgotten: they are in no
log and no event.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, render_template, request, send_file
from fpdf import FPDF
from werkzeug.wrappers import Response as Answer

from demo_portal import courier, rules
from demo_portal.service import Service
from demo_portal.state import Demande, demande, demandes, rows
from demo_portal.texts import text

COOKIE = "demo_portal"


def install(app: Flask, service: Service) -> None:
    """Add the visitors' pages."""
    settings, state = service.settings, service.state

    @app.before_request
    def troubles() -> Any:
        """The operator's switches, and forms that come from another site."""
        path = request.path
        if path.startswith(("/static", "/api", "/coulisses")):
            return None
        if state.is_on("outage"):
            return render_template("said.html", heading="outage", words="error-next"), 503
        if request.method == "POST":
            origin = request.headers.get("Origin", "")
            if origin and origin != "null" and urlsplit(origin).netloc != request.host:
                return render_template("said.html", heading="error", words="error-next"), 403
            if state.is_on("error"):
                _tell_error()
                return render_template("said.html", heading="error", words="error-next"), 500
        return None

    @app.after_request
    def told(response: Response) -> Response:
        if request.method == "POST":
            settings.spawn(lambda: courier.deliver(settings, state))
        return response

    def _tell_error() -> None:
        token = (request.view_args or {}).get("token", "")
        with state.open() as db:
            link = service.link_of(db, token) if token else None
            row = service.session(db, request.cookies.get(COOKIE, ""))
            if link is not None:
                service.tell(db, "error_shown", link["reference"], link["link"])
            elif row is not None:
                service.tell(db, "error_shown", row["reference"], row["last_link"])

    @app.get("/")
    def home() -> Answer:
        return redirect(f"{request.script_root}/espace")

    @app.route("/etape-1/<token>", methods=["GET", "POST"])
    def step1(token: str) -> Any:
        return _password(token, "step1")

    @app.route("/mot-de-passe/<token>", methods=["GET", "POST"])
    def reset(token: str) -> Any:
        return _password(token, "reset")

    def _password(token: str, purpose: str) -> Any:
        with state.open() as db:
            link = service.live_link(db, token, purpose)
            if link is None:
                return render_template("said.html", heading="link", words="link-why"), 410
            wrong: tuple[str, ...] = ()
            if request.method == "POST":
                first, again = request.form.get("password", ""), request.form.get("again", "")
                wrong = service.choose_password(db, token, purpose, first, again)
                if not wrong and purpose == "step1":
                    return render_template("said.html", heading="made", words="made-next")
                if not wrong:
                    return render_template("sign_in.html", problem="", note="reset-done", typed="")
        return render_template("password.html", wrong=wrong), 422 if wrong else 200

    @app.route("/connexion", methods=["GET", "POST"], defaults={"token": ""})
    @app.route("/connexion/<token>", methods=["GET", "POST"])
    def sign_in(token: str) -> Any:
        problem, typed = "", ""
        if request.method == "POST":
            typed = request.form.get("identifier", "")[:254]
            with state.open() as db:
                session, problem = service.sign_in(
                    db, typed, request.form.get("password", "")[:500], token
                )
            if session:
                answer = redirect(f"{request.script_root}/espace", 303)
                answer.set_cookie(
                    COOKIE,
                    session,
                    path=request.script_root or "/",
                    httponly=True,
                    samesite="Lax",
                    secure=settings.url.startswith("https://"),
                )
                return answer
        said = {"": "", "locked": "locked", "step1": "step1-first"}.get(problem, "wrong")
        page = render_template("sign_in.html", problem=said, note="", typed=typed)
        return page, 422 if problem else 200

    @app.post("/deconnexion")
    def sign_out() -> Answer:
        answer = redirect(f"{request.script_root}/connexion", 303)
        answer.delete_cookie(COOKIE, path=request.script_root or "/")
        return answer

    def _mine(db: sqlite3.Connection) -> sqlite3.Row | None:
        return service.session(db, request.cookies.get(COOKIE, ""))

    def _away() -> Answer:
        return redirect(f"{request.script_root}/connexion", 303)

    def _about(db: sqlite3.Connection, row: sqlite3.Row) -> Demande:
        """The demande that a page or a form names; one that is not theirs is no demande."""
        found = demande(db, row, request.values.get("demande", ""))
        if found is None:
            abort(404)
        return found

    @app.get("/espace")
    def space() -> Any:
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            all_of_them = demandes(db, row)
        return render_template("space.html", mine=row, demandes=all_of_them)

    @app.get("/demande")
    def follow() -> Any:
        return _request_page()

    @app.post("/deposer")
    def deposit() -> Any:
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            number = service.open_beside(db, row)
        return redirect(f"{request.script_root}/demande?demande={number}", 303)

    def _request_page(*, said: str = "", wrong: dict[str, str] | None = None) -> Any:
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            about = _about(db, row)
            slots = rows(db, "SELECT * FROM slots WHERE reference = ? ORDER BY rowid", about.number)
        page = render_template(
            "request.html",
            about=about,
            slots=slots,
            said=said,
            wrong=wrong or {},
            required=rules.REQUIRED,
            names=rules.FIELDS,
        )
        return page, 422 if wrong else 200

    @app.post("/demande/champs")
    def fields() -> Any:
        typed = {name: request.form.get(name, "")[:20] for name in rules.FIELDS}
        wrong = {name: "figure" for name, value in typed.items() if rules.figure(value) is None}
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            about = _about(db, row)
            vanish = db.execute(
                "SELECT is_on FROM switches WHERE name = 'fields_vanish'"
            ).fetchone()
            if vanish and vanish["is_on"]:
                service.lose_fields(db, about)
                said, wrong = "vanished", {}
            else:
                service.keep_fields(db, about, typed)
                said = "" if wrong else "kept"
        return _request_page(said=said, wrong=wrong)

    @app.post("/demande/pieces/<kind>")
    def piece(kind: str) -> Any:
        sent = request.files.get("file")
        content = sent.read(rules.LARGEST + 1) if sent else b""
        name = (sent.filename or "")[:80] if sent else ""
        # Nothing chosen, and still « transmise »: it is what the real one does (DOMAIN, S27).
        problem = rules.file_problem(name, len(content)) if name else ""
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            if not problem:
                service.put_piece(db, _about(db, row), kind, name)
        return _request_page(wrong={kind: problem} if problem else None)

    @app.get("/demande/recapitulatif")
    def summary() -> Any:
        return _summary()

    def _summary(problem: str = "") -> Any:
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            about = _about(db, row)
            missing = _missing(db, about)
        page = render_template(
            "summary.html", about=about, names=rules.FIELDS, missing=missing, problem=problem
        )
        return page, 422 if problem else 200

    def _missing(db: sqlite3.Connection, about: Demande) -> list[str]:
        lacking = [
            name for name in rules.FIELDS if rules.figure(about.fields.get(name, "")) is None
        ]
        open_slots = rows(
            db,
            "SELECT kind FROM slots WHERE reference = ? AND state IN ('grey', 'red')",
            about.number,
        )
        return lacking + [each["kind"] for each in open_slots if each["kind"] in rules.REQUIRED]

    @app.post("/demande/transmettre")
    def transmit() -> Any:
        if not request.form.get("agree"):
            return _summary("agree")
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            about = _about(db, row)
            if not _missing(db, about):
                service.transmit(db, about)
                return render_template(
                    "done.html", at=_said_at(settings.now()), number=about.number
                )
        return _summary("missing")

    @app.get("/demande/recapitulatif.pdf")
    def as_pdf() -> Any:
        with state.open() as db:
            row = _mine(db)
            if row is None:
                return _away()
            about = _about(db, row)
        return send_file(
            BytesIO(_pdf(about)), "application/pdf", as_attachment=True, download_name="demande.pdf"
        )


def _said_at(at: datetime) -> str:
    return f"{at:%d/%m/%Y}"


def _pdf(about: Demande) -> bytes:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=14)
    page.cell(0, 12, text("summary", g.language), new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=11)
    lines = [f"{text('reference', g.language)} : {about.number}"]
    lines += [f"{text(name, g.language)} : {about.fields.get(name, '')}" for name in rules.FIELDS]
    for line in (each.replace("’", "'") for each in lines):
        page.cell(
            0, 9, line.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT"
        )
    return bytes(page.output())
