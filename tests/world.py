"""One agent in conversation with a person, and everything that belongs to it: what a test tries to touch.

``build`` makes it; ``World.values`` are what a form or an address may name of it; ``ask`` sends them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from app.accounts import service as accounts
from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.assist import service as scripts
from app.assist import store as assist
from app.calls.call.models import Call, Voicemail
from app.calls.callbacks import service as callbacks
from app.dossiers.models import Dossier, Person, PriorityFlag
from app.dossiers.vocabulary import PortalEventKind
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue import works
from app.tickets.consultations import service as consultations
from app.tickets.consultations.whom import Whom
from app.tickets.models import CallBack, Channel, Contact
from app.tickets.promises import service as promises
from app.web import access, whose
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_event, create_person
from tests.switchboard import LINE_NUMBER, Caller

NUMBER, WRITER = "+33639980101", "+33639980188"
NAME, MAIL = "Quatremère", "zoe.quatremere@courriel.example"
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass
class World:
    """What one agent is doing."""

    holder: StaffClient
    caller: Caller
    contact: Contact
    call: Call
    run_id: int
    callback: CallBack
    dossier: Dossier
    other: Person
    flag: PriorityFlag
    voicemail_id: int
    alert_id: int
    work_id: int
    promise_id: int
    consultation_id: int

    def values(self) -> dict[str, Any]:
        """What a form or an address may name: the holder's objects."""
        run = assist.run(self.run_id)
        step = scripts.state_of(run).step
        return {
            "contact": self.contact.id,
            "contact_id": self.contact.id,
            "person": self.other.id,
            "person_id": self.other.id,
            "dossier_id": self.dossier.id,
            "callback_id": self.callback.id,
            "flag_id": self.flag.id,
            "voicemail_id": self.voicemail_id,
            "alert_id": self.alert_id,
            "work_id": self.work_id,
            "promise_id": self.promise_id,
            "subject": f"promise:{self.promise_id}",
            "consultation_id": self.consultation_id,
            "promised": "answer",
            "owner": self.holder.agent.id,
            "why": "plus utile",
            "text": "ma lecture du dossier",
            "place": "ailleurs",
            "run_id": self.run_id,
            "ref": self.call.ref,
            "agent_id": self.holder.agent.id,
            "agent": self.holder.agent.id,
            "script": "S02",
            "moves": run.moves,
            "step": step.id,
            "choice": 0,
            "action": step.action or "",
            "outcome": "follow_up",
            "reason": "Suivi du dossier",
            "caller_role": "stagiaire",
            "digital_kind": "none",
            "note": "écrite par quelqu'un d'autre",
            "first_name": "Eve",
            "last_name": "Intruse",
            "day": (clock.now() + timedelta(days=1)).date().isoformat(),
            "time": "10:00",
            "entry_id": 1,
            "language": "fr",
            "key": "greeting",
        }


def build(app: Flask, login: Callable[..., StaffClient], telephony: Any) -> World:
    """An agent in conversation, with everything that belongs to it."""
    line = Line(name="Portail des aides", number=LINE_NUMBER, mode="open")
    db.session.add(line)
    db.session.commit()
    person = create_person(NUMBER, first_name="Zoé", last_name=NAME, email=MAIL)
    dossier = create_dossier(person, reference="PF-SECRET-1", owner_id=None)
    create_event(dossier, PortalEventKind.LINK_SENT, clock.now() - timedelta(days=9))
    holder = login("front", state="available", display_name="Nadia Holder")
    accounts.connected("tab-holder", holder.agent.id, "tests", now=clock.now())
    written = create_contact(WRITER, channel=Channel.SMS).id
    with unit_of_work():
        work_id = works.arrive(written, line.queue_id, now=clock.now()).work_id
        works.take(work_id, holder.agent.id, now=clock.now())
    one = Caller(app.test_client(), telephony, NUMBER).dial()  # type: ignore[arg-type]
    assert holder.post(f"/desk/calls/{one.call.ref}/accept", json={}).status_code == 200
    one.agent_picks_up()
    one.is_connected()
    call = one.call
    contact = db.session.get_one(Contact, call.contact_id)
    run_id = scripts.start_run(
        "S02", contact_id=contact.id, dossier_id=None, agent_id=holder.agent.id, now=clock.now()
    )
    asked = callbacks.rows.ask
    with unit_of_work():
        promised = asked(
            callbacks.Wish(
                number=NUMBER,
                line_id=line.id,
                source=callbacks.CallBackSource.AGENT,
                arrived_at=clock.now() + timedelta(days=1),
                due_at=clock.now() + timedelta(days=1),
                contact_id=contact.id,
                agent_id=holder.agent.id,
                chosen=True,
            )
        ).callback
        flag = PriorityFlag(
            dossier_id=dossier.id,
            author_id=holder.agent.id,
            reason="urgent",
            due_on=clock.local_day(clock.now()),
            created_at=clock.now(),
        )
        message = Voicemail(
            call_id=call.id,
            contact_id=contact.id,
            recording_sid="RE1",
            duration_s=9,
            received_at=clock.now(),
        )
        db.session.add_all([flag, message])
        db.session.flush()
        voicemail_id = message.id
    alert_id = alerts.raise_alert(
        AlertKind.DISTRESS, agent_id=holder.agent.id, now=clock.now(), contact_id=contact.id
    )
    promise_id = promises.promise(
        "answer", agent_id=holder.agent.id, owner_id=holder.agent.id, reason="vérifier, puis le dire",
        due_at=clock.now() + timedelta(hours=3), now=clock.now(), contact_id=contact.id,
    ).id  # fmt: skip
    me = holder.agent.id
    consultation_id = consultations.ask(
        dossier.id, "Ce parcours est-il dispensé ?", agent_id=me, now=clock.now()
    ).id
    consultations.hand_over(consultation_id, Whom(me), agent_id=me, now=clock.now())
    other = create_person("+33639980199", last_name="Autre")
    return World(
        holder, one, contact, call, run_id, promised, dossier, other, flag, voicemail_id, alert_id,
        work_id, promise_id, consultation_id,
    )  # fmt: skip


def acts(app: Flask) -> Iterator[tuple[str, str, whose.About, access.Access]]:
    """(endpoint, method, what it acts on, who may use it) of each route of the staff that acts."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        declared = access.access_of(view)
        methods = sorted(set(rule.methods or ()) - SAFE)
        if methods and declared and not declared.public and not declared.signed:
            found = whose.about_of(view)
            assert found is not None, rule.endpoint
            yield rule.endpoint, methods[0], found, declared


def ask(
    app: Flask,
    client: StaffClient,
    endpoint: str,
    method: str,
    values: dict[str, Any],
    **headers: str,
) -> Any:
    """Send that request with everything it may want, as JSON where the desk speaks JSON."""
    rule = next(r for r in app.url_map.iter_rules() if r.endpoint == endpoint)
    named = {name: values.get(name, "1") for name in rule.arguments}
    address = app.url_map.bind("localhost").build(endpoint, named)
    sent = {"Accept": "application/json", **headers}
    if (
        address.startswith("/desk/")
        or address.startswith(("/messages/", "/tickets/draft"))
        or "/coach" in address
    ):
        body = {"number": "+33139980111", **values}
        body.pop("agent_id", None)
        body.pop("contact_id", None)
        return client.open(address, method=method, json=body, headers=sent)
    return client.open(address, method=method, data=values, headers=sent)
