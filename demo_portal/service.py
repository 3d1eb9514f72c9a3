"""What the Portal does: accounts, links, slots, demandes. Each act tells its event in the same transaction."""

from __future__ import annotations

import json
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from demo_portal import rules
from demo_portal.settings import DemoPortalSettings
from demo_portal.state import Demande, State, account, demandes, hashed, rows

LINK_LIFE = timedelta(hours=72)
RESET_LIFE = timedelta(hours=2)


class Refused(Exception):
    """The Portal says no. ``code`` is one of the contract's, ``status`` its HTTP status."""

    def __init__(self, code: str, status: int = 409) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Service:
    """The Portal's acts upon its state."""

    def __init__(self, settings: DemoPortalSettings) -> None:
        self.settings = settings
        self.state = State(settings.folder)

    # What the service asks, by the contract

    def issue_link(
        self, db: sqlite3.Connection, reference: str, mail: str, link: str | None, until: datetime
    ) -> dict[str, str]:
        """Open the way in. A demo Portal takes every reference that is asked for as enrolled."""
        row = account(db, reference)
        if row is not None and not row["enrolled"]:
            raise Refused("not_enrolled")
        if row is None:
            self._new(db, reference, mail)
        db.execute(
            "UPDATE accounts SET mail = ?, last_link = ? WHERE reference = ?",
            (mail, link, reference),
        )
        db.execute(
            "UPDATE links SET dead = 1 WHERE reference = ? AND purpose = 'step1'", (reference,)
        )
        token = self._link(db, reference, link, "step1", until)
        base = self.settings.url
        return {
            "step1_url": f"{base}/etape-1/{token}",
            "step2_url": f"{base}/connexion/{token}",
            "expires_at": until.isoformat(),
        }

    def send_reset(self, db: sqlite3.Connection, reference: str) -> str:
        """A link to choose another password; its address, for the mail."""
        row = self._known(db, reference)
        if not row["password"]:
            raise Refused("no_account")
        until = self.settings.now() + RESET_LIFE
        token = self._link(db, reference, row["last_link"], "reset", until)
        return f"{self.settings.url}/mot-de-passe/{token}"

    def hand_back(self, db: sqlite3.Connection, reference: str, kind: str) -> None:
        """The person may put a pièce in this slot again."""
        self._known(db, reference)
        slot = db.execute(
            "SELECT state FROM slots WHERE reference = ? AND kind = ?", (reference, kind)
        ).fetchone()
        if slot is None:
            raise Refused("slot_not_found", 404)
        if slot["state"] == "grey":
            raise Refused("slot_empty")
        db.execute(
            "UPDATE slots SET state = 'red', name = '' WHERE reference = ? AND kind = ?",
            (reference, kind),
        )

    def unlock(self, db: sqlite3.Connection, reference: str) -> None:
        """Open an account that wrong passwords have locked."""
        row = self._known(db, reference)
        if not row["password"]:
            raise Refused("no_account")
        if row["failures"] < rules.TRIES:
            raise Refused("not_locked")
        db.execute("UPDATE accounts SET failures = 0 WHERE reference = ?", (reference,))

    def stands(self, db: sqlite3.Connection, reference: str) -> dict[str, Any]:
        """How the account and the dossier stand."""
        row = self._known(db, reference)
        slots = rows(db, "SELECT kind, state FROM slots WHERE reference = ?", reference)
        return {
            "enrolled": bool(row["enrolled"]),
            "account": _account_word(row),
            "deposited_at": row["deposited_at"],
            "slots": [{"kind": each["kind"], "state": each["state"]} for each in slots],
        }

    # What the training organisation does

    def enrol(self, db: sqlite3.Connection, reference: str, mail: str) -> str:
        """Declare the enrolment; the address of step 1, for the automatic mail."""
        if account(db, reference) is None:
            self._new(db, reference, mail)
        db.execute(
            "UPDATE accounts SET enrolled = 1, mail = ? WHERE reference = ?", (mail, reference)
        )
        until = self.settings.now() + LINK_LIFE
        self.tell(db, "enrolled", reference)
        urls = self.issue_link(db, reference, mail, None, until)
        self.tell(db, "link_sent", reference, data={"expires_at": until.isoformat()})
        return urls["step1_url"]

    # What the person does

    def choose_password(
        self, db: sqlite3.Connection, token: str, purpose: str, first: str, again: str
    ) -> tuple[str, ...]:
        """Step 1, or a reset: what is wrong, or nothing once the password is kept."""
        link = self.live_link(db, token, purpose)
        if link is None:
            return ("link",)
        wrong = rules.password_problems(first) or (("differ",) if first != again else ())
        if wrong:
            self.tell(db, "password_refused", link["reference"], link["link"])
            return wrong
        db.execute(
            "UPDATE accounts SET password = ?, failures = 0 WHERE reference = ?",
            (generate_password_hash(first), link["reference"]),
        )
        if purpose == "step1":
            self.tell(db, "step1_done", link["reference"], link["link"])
        else:
            db.execute("UPDATE links SET dead = 1 WHERE token = ?", (hashed(token),))
        return ()

    def sign_in(
        self, db: sqlite3.Connection, identifier: str, password: str, token: str = ""
    ) -> tuple[str, str]:
        """A session's token, or why not: « identifier », « password », « locked », « step1 »."""
        typed = identifier.strip().lower()
        row = db.execute(
            "SELECT * FROM accounts WHERE lower(mail) = ? OR (identifier <> '' AND lower(identifier) = ?) "
            "ORDER BY password = ''",
            (typed, typed),
        ).fetchone()
        led = self.link_of(db, token)
        if row is None:
            if led is not None:
                self._failed(db, led["reference"], led["link"], "identifier")
            return "", "identifier"
        if not row["password"]:
            return "", "step1"
        if row["failures"] >= rules.TRIES:
            return "", "locked"
        if not check_password_hash(row["password"], password):
            db.execute(
                "UPDATE accounts SET failures = failures + 1 WHERE reference = ?",
                (row["reference"],),
            )
            self._failed(db, row["reference"], row["last_link"], "password")
            return "", "password"
        return self._signed_in(db, row), ""

    def open_beside(self, db: sqlite3.Connection, mine: sqlite3.Row) -> str:
        """« Déposer » : one more demande, empty, with a number of its own; the one that exists stays as it is.

        That there is a draft is told, not what is put in it. Returns the number; that of the last draft when
        there are too many.
        """
        there = [each for each in demandes(db, mine) if each.beside]
        if len(there) >= rules.MOST_BESIDE:
            return there[-1].number
        number = rules.number(secrets.token_hex(4))
        db.execute(
            "INSERT INTO demandes (number, reference) VALUES (?, ?)", (number, mine["reference"])
        )
        for kind in rules.SLOTS:
            db.execute("INSERT INTO slots (reference, kind) VALUES (?, ?)", (number, kind))
        self.tell(db, "draft_opened", mine["reference"], mine["last_link"], {"demande": number})
        return number

    def put_piece(self, db: sqlite3.Connection, about: Demande, kind: str, name: str) -> None:
        """« Transmise », whatever was in it, even nothing: the slot closes and is orange."""
        changed = db.execute(
            "UPDATE slots SET state = 'orange', name = ? WHERE reference = ? AND kind = ? "
            "AND state IN ('grey', 'red')",
            (name, about.number, kind),
        ).rowcount
        if changed and (about.deposited_at or not about.beside):
            self._tell_piece(db, about, kind)

    def _tell_piece(self, db: sqlite3.Connection, about: Demande, kind: str) -> None:
        link = None if about.beside else self._known(db, about.reference)["last_link"]
        self.tell(db, "piece_sent", about.number, link, {"slot": kind})

    def keep_fields(self, db: sqlite3.Connection, about: Demande, typed: dict[str, str]) -> None:
        """Keep the figures."""
        change = (
            "UPDATE demandes SET fields = ? WHERE number = ?"
            if about.beside
            else "UPDATE accounts SET fields = ? WHERE reference = ?"
        )
        db.execute(change, (json.dumps(typed), about.number))

    def lose_fields(self, db: sqlite3.Connection, about: Demande) -> None:
        """The bug that people meet: all figures vanish on validation."""
        self.keep_fields(db, about, {})
        self.tell(db, "fields_lost", about.reference, self._known(db, about.reference)["last_link"])

    def transmit(self, db: sqlite3.Connection, about: Demande) -> None:
        """Deposit a demande, once. One opened by « déposer » is told beside the dossier that exists, by its
        own number; its pièces follow under that number, since nobody knew it before."""
        if about.deposited_at:
            return
        change = (
            "UPDATE demandes SET deposited_at = ? WHERE number = ?"
            if about.beside
            else "UPDATE accounts SET deposited_at = ? WHERE reference = ?"
        )
        db.execute(change, (self.settings.now().isoformat(), about.number))
        row = self._known(db, about.reference)
        beside = {"demande": about.number} if about.beside else None
        self.tell(db, "deposited", about.reference, row["last_link"], beside)
        if about.beside:
            sent = rows(
                db, "SELECT kind FROM slots WHERE reference = ? AND state <> 'grey'", about.number
            )
            for each in sent:
                self._tell_piece(db, about, each["kind"])

    # Links, sessions, events

    def link_of(self, db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
        """The link of a token, dead or alive."""
        row: sqlite3.Row | None = db.execute(
            "SELECT * FROM links WHERE token = ?", (hashed(token),)
        ).fetchone()
        return row

    def live_link(self, db: sqlite3.Connection, token: str, purpose: str) -> sqlite3.Row | None:
        """The link of a token, if it still serves."""
        row = self.link_of(db, token)
        if row is None or row["dead"] or row["purpose"] != purpose:
            return None
        return row if datetime.fromisoformat(row["expires_at"]) > self.settings.now() else None

    def session(self, db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
        """The account of a session."""
        row = db.execute(
            "SELECT reference FROM sessions WHERE token = ?", (hashed(token),)
        ).fetchone()
        return account(db, row["reference"]) if row else None

    def tell(
        self,
        db: sqlite3.Connection,
        kind: str,
        reference: str,
        link: str | None = None,
        data: dict[str, str] | None = None,
    ) -> None:
        """Keep an event, to be told after the commit."""
        event_id = secrets.token_hex(16)
        said: dict[str, Any] = {
            "id": event_id,
            "type": kind,
            "dossier": reference,
            "at": self.settings.now().isoformat(),
        }
        if link:
            said["link"] = link
        if data:
            said["data"] = data
        db.execute("INSERT INTO events (id, body) VALUES (?, ?)", (event_id, json.dumps(said)))

    def _new(self, db: sqlite3.Connection, reference: str, mail: str) -> None:
        db.execute("INSERT INTO accounts (reference, mail) VALUES (?, ?)", (reference, mail))
        for kind in rules.SLOTS:
            db.execute("INSERT INTO slots (reference, kind) VALUES (?, ?)", (reference, kind))

    def _known(self, db: sqlite3.Connection, reference: str) -> sqlite3.Row:
        row = account(db, reference)
        if row is None:
            raise Refused("unknown_dossier", 404)
        return row

    def _link(
        self,
        db: sqlite3.Connection,
        reference: str,
        link: str | None,
        purpose: str,
        until: datetime,
    ) -> str:
        token = secrets.token_urlsafe(32)
        db.execute(
            "INSERT INTO links (token, reference, link, purpose, expires_at) VALUES (?, ?, ?, ?, ?)",
            (hashed(token), reference, link, purpose, until.isoformat()),
        )
        return token

    def _signed_in(self, db: sqlite3.Connection, row: sqlite3.Row) -> str:
        if not row["identifier"]:
            db.execute(
                "UPDATE accounts SET identifier = ? WHERE reference = ?",
                (rules.identifier(row["reference"]), row["reference"]),
            )
            self.tell(db, "step2_done", row["reference"], row["last_link"])
        db.execute("UPDATE accounts SET failures = 0 WHERE reference = ?", (row["reference"],))
        token = secrets.token_urlsafe(32)
        db.execute(
            "INSERT INTO sessions (token, reference) VALUES (?, ?)",
            (hashed(token), row["reference"]),
        )
        return token

    def _failed(self, db: sqlite3.Connection, reference: str, link: str | None, cause: str) -> None:
        self.tell(db, "login_failed", reference, link, {"cause": cause})


def _account_word(row: sqlite3.Row) -> str:
    if not row["password"]:
        return "none"
    if row["failures"] >= rules.TRIES:
        return "locked"
    return "open" if row["identifier"] else "created"
