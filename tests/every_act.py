"""How each act of the staff is asked so that it really acts: in an order in which each finds its state.

One world (``tests.world``), one story: what is done on the dossier, in the script, on the call, with a
colleague, on the line and its settings, on one's own account. A step says who asks, and what the form
holds beside ``World.values``; where a page's form carries what it showed, the page is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyotp
from sqlalchemy import func, select

from app.accounts import passwords, sessions
from app.accounts import service as accounts
from app.accounts.models import Agent, SavedView, StaffSession, TotpSecret
from app.alerts.models import Alert
from app.assist import acting
from app.assist import service as scripts
from app.assist import store as assist
from app.assist.acts import actions
from app.assist.models import ScriptAct
from app.calls.call import dispatch
from app.calls.directory.models import DirectoryEntry
from app.dossiers import details
from app.dossiers.duplicates.models import DuplicatePair
from app.dossiers.editing import service as editing
from app.dossiers.feeds.models import FeedRefusal, FeedRun, FeedToken
from app.dossiers.mandates.models import Mandate
from app.dossiers.merged.models import Merge
from app.dossiers.models import Person, PersonNir, PersonPhone, PriorityFlag
from app.foundation import clock, edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.wiring import ports
from app.lines.models import Line
from app.tickets.bulletin.models import BulletinNote
from app.tickets.consultations.groups.models import ColleagueGroup
from app.tickets.consultations.models import Consultation
from app.tickets.exceptions.models import TrainingException
from app.tickets.incidents.models import Incident, IncidentNotice, NoticeState
from app.tickets.models import CallBack, CallBackState, Contact
from app.tickets.places.models import Place
from app.tickets.promises.models import OwedStep, Promise
from app.tickets.reasons import CallerRole
from tests.calls.call.test_transfers import party_hangs_up, party_leg, party_picks_up
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_person
from tests.holding import be, nobody_free
from tests.switchboard import Caller
from tests.world import World

WAV = b"RIFF" + b"\0" * 4 + b"WAVEfmt " + b"\0" * 64
_numbers = itertools.count(200)
PASSWORD = "une phrase assez longue"
Values = dict[str, Any]


@dataclass
class Step:
    """One act: its endpoint, who asks, what is asked beside the world's values (``alone``: nothing else).

    ``file``: the content of a file that is sent with it.
    """

    endpoint: str
    client: StaffClient
    values: Values = field(default_factory=dict)
    alone: bool = False
    file: bytes = b""


class _Forms(HTMLParser):
    """The fields of each form of a page, as a browser would send them, by the form's action."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, Values] = {}
        self._form: Values | None = None
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """Note what a browser would send of it."""
        attrs = {name: value or "" for name, value in given}
        name, value = attrs.get("name", ""), attrs.get("value", "")
        if tag == "form":
            self._form = self.found.setdefault(_where(attrs), {})
        elif self._form is None:
            return
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self._form[name] = ""
        elif tag == "option" and ("selected" in attrs or self._select not in self._form):
            self._form[self._select] = value
        elif tag == "input" and name:
            ticked = attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs
            if ticked:
                self._form[name] = value

    def handle_data(self, text: str) -> None:
        """What is written in a long field."""
        if self._area and self._form is not None:
            self._form[self._area] += text

    def handle_endtag(self, tag: str) -> None:
        """A form or a long field ends."""
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = ""


def _where(attrs: dict[str, str]) -> str:
    return (attrs.get("action") or attrs.get("hx-post", "")).partition("#")[0]


def form_of(client: StaffClient, page: str, action: str) -> Values:
    """The form of a page that goes to ``action``, filled as it was drawn."""
    return _Forms(client.get(page).text).found[action]


@dataclass
class Story:
    """The people of the walk."""

    world: World
    colleague: StaffClient
    manager: StaffClient
    admin: StaffClient
    dial: Callable[[str], Caller]

    def steps(self) -> Iterator[Step]:
        """Every act, each when its state is there."""
        yield from self._on_the_dossier()
        yield from self._in_the_script()
        yield from self._owed()
        yield from self._danger()
        yield from self._incident()
        yield from self._on_the_call()
        yield from self._settings()
        yield from self._say_rule()
        yield from self._mandates()
        yield from self._from_the_wall()
        yield from self._accounts()
        yield from self._files_and_duplicates()
        yield from self._own_account()

    def _on_the_dossier(self) -> Iterator[Step]:
        world, me = self.world, self.world.holder
        person = world.dossier.person_id
        with unit_of_work():
            db.session.add(PersonNir(person_id=person, nir="284017512345678"))
        tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
        yield Step("dossiers.annotate", me, {"text": "Rappeler l'organisme"})
        yield Step("dossiers.flag_priority", me, {"kind": "priority", "due_on": tomorrow})
        flag = db.session.scalars(select(PriorityFlag.id).order_by(PriorityFlag.id.desc())).first()
        yield Step("dossiers.finish_flag", me, {"flag_id": flag})
        yield Step("dossiers.reveal", me, {"field": "nir"})
        yield Step("dossier_acts.resend", me, {"basis": "spoken"})
        yield Step("assist.outbox.send_back", me, {"key": "0", "reason": "full"})
        yield Step("dossier_acts.write", me, {"way": "mail", "text": "Votre dossier avance."})
        yield from self._payments(tomorrow)
        yield Step("editing.add_piece", me, {"kind": "rib"})
        at = f"/dossiers/{world.dossier.id}/sheets/training"
        form = form_of(me, f"{at}/edit", at) | {"theme": "Numérique"}
        of = editing.target(world.dossier.id, "training")
        form |= {"read": edits.seal(editing.sent(of, form, {})), "sheet": "training", "piece": ""}
        yield Step("editing.correct", me, form)
        yield Step("dossiers.search", me, {"q": "Quatremère"})
        yield Step("dossiers.judge_mail", me, {"email": "zoe@gmial.com"})
        yield Step("dossiers.correct_mail", me, {"email": "zoe@gmail.com"})
        yield Step("pane.find", me, {"q": "Quatremère"})
        yield Step("search.find", me, {"q": "Quatremère"})
        yield Step("pane.detach", me)
        yield Step("pane.create_person", me, {"email": ""})
        yield Step("pane.attach", me, {"person": person, "dossier": world.dossier.id})
        page = f"/dossiers/persons/{person}/correction"
        beside = create_person(last_name="Autrement")
        yield Step("contact_persons.find", me, {"q": "Autrement"})
        yield Step("contact_persons.turn_to", me, {"person": beside.id, "dossier": "", "about": ""})
        back = {"person": person, "dossier": world.dossier.id, "about": ""}
        yield Step("contact_persons.turn_to", me, back)
        yield Step("pane.identity", me, {"confirmed": "1", "about": ""})
        yield Step("pane.speaker", me, {"role": "formateur", "basis": "spoken", "about": ""})
        form = form_of(me, page, page) | {"email": "zoe@courriel.example"}
        form |= {"read": edits.seal(details.sent(form))}
        yield Step("correction.correct", me, {**form, "person_id": person})
        yield Step("tickets.draft", me, {"note": "à suivre", "chosen": {}})
        yield Step("callbacks.cancel", me)
        yield Step("callbacks.promise", me, {"seen": ""})
        yield Step("tickets.qualify", me, {"seen": self._bar()})

    def _payments(self, tomorrow: str) -> Iterator[Step]:
        me, boss, today = self.world.holder, self.manager, clock.local_day(clock.now()).isoformat()
        yield Step("payments.add_wave", boss, {"on": tomorrow}, alone=True)
        yield Step("payments.remove_wave", boss, {"on": tomorrow}, alone=True)
        yield Step("payments.add_day_off", boss, {"on": tomorrow, "name": "Pont"}, alone=True)
        yield Step("payments.remove_day_off", boss, {"on": tomorrow}, alone=True)
        yield Step("payments.keep_proposed", boss, alone=True)
        yield Step("payments.note_processing", boss, {"on": today}, alone=True)
        asked = {"proof": "training_centre", "proof_on": today, "reason": "Loyer en retard"}
        yield Step("payments.ask_urgency", me, asked)
        yield Step("payments.decide_urgency", boss, {"granted": "1", "wave": ""})

    def _mandates(self) -> Iterator[Step]:
        me, person = self.world.holder, self.world.dossier.person_id
        until = (clock.now() + timedelta(days=30)).date().isoformat()
        paper = {"holder": "Marc Colin", "relation": "organisation", "paper": "formulaire signé",
                 "ends_on": until, "person_id": person}  # fmt: skip
        yield Step("mandates.note", me, paper)
        last = db.session.scalar(select(func.max(Mandate.id)))
        yield Step("mandates.revoke", me, {"mandate_id": last, "why": "fin de la formation"})
        contact = db.session.get_one(Contact, self.world.contact.id)
        contact.person_id, contact.dossier_id = person, self.world.dossier.id
        contact.caller_role, contact.caller_role_by_id = CallerRole.FORMATEUR, me.agent.id
        contact.person.phones.append(PersonPhone(e164="+33639980155"))
        db.session.commit()
        asked = {"number": "+33639980155", "holder": "Marc Colin", "days": "0"}
        yield Step("consents.ask", me, asked)

    def _say_rule(self) -> Iterator[Step]:
        boss = self.manager
        rule = form_of(boss, "/admin/say-rule", "/admin/say-rule")
        yield Step("say_rule.preview", boss, rule, alone=True)
        changed = {**rule, "third.money": "mandated", "reason": "Note de service"}
        yield Step("say_rule.change", boss, changed, alone=True)

    def _bar(self) -> str:
        page = f"/tickets/qualification?contact={self.world.contact.id}&edit=1"
        return str(form_of(self.world.holder, page, "/tickets/qualification")["seen"])

    def _files_and_duplicates(self) -> Iterator[Step]:
        manager = self.manager
        file = b"Nom;Pr\xc3\xa9nom;N\xc3\xa9 le\r\nHadad;Zo\xc3\xa9;1985-12-24\r\n"
        yield Step("feeds.send", manager, {"kind": "persons"}, file=file)
        run = db.session.scalars(select(FeedRun.id).order_by(FeedRun.id.desc())).first()
        columns = {"column-last_name": "1", "column-first_name": "2", "column-born_on": "3"}
        yield Step("feeds.choose", manager, {"run_id": run, **columns})
        yield Step("feeds.start", manager, {"run_id": run})
        yield Step("feeds.stop", manager, {"run_id": run})
        with unit_of_work():
            db.session.add(FeedRefusal(run_id=run, line=2, kind="", why="x", raw="Hadad;Zoé;x"))
        cells = {"cell-last_name": "Hédard", "cell-first_name": "Zoé", "cell-born_on": "24/12/1985"}
        yield Step("feed_refusals.send", manager, {"run_id": run, "line": 2, **cells})
        with unit_of_work():
            db.session.add(FeedRefusal(run_id=run, line=3, kind="", why="x", raw="Hadad;Zoé;x"))
        yield Step("feed_refusals.send_all", manager, {"run_id": run})
        yield Step("feeds.make_key", manager, {"name": "Portail"})
        key = db.session.scalars(select(FeedToken.id)).first()
        yield Step("feeds.revoke_key", manager, {"token_id": key})
        ids = []
        with unit_of_work():
            for name in ("Hadad", "Haddad", "Haddade"):
                person = Person(last_name=name, first_name="Zoé", created_at=clock.now())
                db.session.add(person)
                db.session.flush()
                ids.append(person.id)
            first, second, third = ids
            pair = {"percent": 80, "reasons": [], "found_at": clock.now()}
            db.session.add(DuplicatePair(one_id=second, other_id=third, **pair))
        both = {"kind": "person", "first": first, "second": second, "sure": "1"}
        yield Step("duplicates.find", manager, {"person_id": first, "q": "Quatremère"})
        yield Step("duplicates.apart", manager, {"first": second, "second": third})
        yield Step("duplicates.merge", manager, both)
        merged = db.session.scalars(select(Merge.id)).first()
        yield Step("duplicates.undo", manager, {"merge_id": merged})
        yield Step("admin.privacy.find", manager, {"q": "Hadad"})
        yield Step("admin.privacy.erase", manager, {"person_id": first, "sure": "1"})

    def _in_the_script(self) -> Iterator[Step]:
        world, me = self.world, self.world.holder
        yield Step("assist.start_run", me, {"script": "S02"})
        run = assist.running(world.contact.id, None)
        assert run is not None
        world.run_id = run.id
        while not world.values()["action"]:
            yield Step("assist.answer", me)
        yield Step("assist.act", me, {"basis": "spoken"})
        yield Step("assist.undo_act", me, self._flagged_by_script(run.id))
        yield Step("assist.correct_address", me, self._address(), alone=True)
        yield Step("assist.back", me)
        yield Step("assist.finish", me)

    def _flagged_by_script(self, run_id: int) -> Values:
        """A priority promised by a step of this run, to be taken back."""
        actor = acting.Actor(run_id, self.world.holder.agent.id, "x", None, clock.now())
        typed = {"reason": "sans ressources", "due_on": clock.local_day(clock.now()).isoformat()}
        actions.perform("flag_priority", actor, ports(), "", typed)
        return {"act": db.session.scalar(select(func.max(ScriptAct.id)))}

    def _address(self) -> Values:
        page = f"/assist/runs/{self.world.run_id}/address"
        form = form_of(self.world.holder, page, page)
        return form | {"read": edits.seal(details.sent(form))}

    def _owed(self) -> Iterator[Step]:
        me, subject = self.world.holder, {"subject": f"promise:{self.world.promise_id}"}
        day = (clock.now() + timedelta(days=2)).date().isoformat()
        yield Step("owed.move", me, {**subject, "day": day, "time": "10:00"}, alone=True)
        yield Step("owed.hand", me, {**subject, "colleague": self.colleague.agent.id}, alone=True)
        last = db.session.scalar(select(func.max(OwedStep.id)))
        yield Step("owed.undo", me, {"steps": str(last)}, alone=True)
        yield Step("owed.wait", me, {**subject, "why": "l'employeur"}, alone=True)
        yield Step("owed.drop", me, {**subject, "why": "plus utile"}, alone=True)
        yield Step("owed.promise", me, {"owner": me.agent.id, "day": day})
        newest = db.session.scalar(select(func.max(Promise.id)))
        yield Step("owed.keep", me, {"subject": f"promise:{newest}"}, alone=True)
        yield from self._asked_in_writing()
        rules = form_of(self.manager, "/tickets/owed/rules", "/tickets/owed/rules")
        yield Step("owed.change_rules", self.manager, rules | {"mail_at": "08:30"}, alone=True)

    def _asked_in_writing(self) -> Iterator[Step]:
        me, other, boss = self.world.holder, self.colleague, self.manager
        about = {"dossier": self.world.dossier.id, "question": "Laquelle des deux causes tient ?"}
        yield Step("consultations.ask", me, about, alone=True)
        one = {"consultation_id": db.session.scalar(select(func.max(Consultation.id)))}
        words = {**one, "text": "Une seule cause tient."}
        yield Step("consultations.remark", me, words)
        yield Step("consultations.answer", other, words)
        yield Step("consultations.read", me, one)
        yield Step("consultations.object_to", me, words)
        yield Step("consultations.rule", boss, words)
        yield Step("consultations.ask", me, {**about, "question": "Et celle-ci ?"}, alone=True)
        last = db.session.scalar(select(func.max(Consultation.id)))
        yield Step("consultations.withdraw", me, {"consultation_id": last})
        pair = {"name": "Bourses", "colleague": [me.agent.id, other.agent.id]}
        yield Step("colleague_groups.make", boss, pair)
        group = {"group_id": db.session.scalar(select(func.max(ColleagueGroup.id)))}
        yield Step("colleague_groups.change", boss, {**pair, **group, "name": "Bourses sociales"})
        yield Step("colleague_groups.remove", boss, group)
        proposal = {"training": "Prépa", "required": "l'attestation", "handling": "à la main",
                    "valid_from": clock.local_day(clock.now()).isoformat()}  # fmt: skip
        yield Step("exceptions.propose", me, proposal, alone=True)
        version = db.session.scalar(select(func.max(TrainingException.id)))
        yield Step("exceptions.decide", boss, {"exception_id": version, "accept": "1"})
        yield Step("exceptions.show_in", boss, {"exception_id": version, "scripts": "S25"})
        news = {"title": "Le Portail change", "text": "Une nouvelle page d'accueil."}
        yield Step("bulletin.write", boss, news, alone=True)
        note = {"note_id": db.session.scalar(select(func.max(BulletinNote.id)))}
        yield Step("bulletin.read", me, note)
        yield Step("bulletin.change", boss, {**note, **news, "again": "1", "seen": ""})
        yield Step("bulletin.withdraw", boss, note)

    def _danger(self) -> Iterator[Step]:
        me, boss = self.world.holder, self.manager
        yield Step("alerts.raise_alert", me)
        yield Step("alerts.place", me)
        yield Step("alerts.take", boss)
        yield Step("alerts.protect", me)
        attack = {"alert_id": db.session.scalar(select(func.max(Alert.id)))}
        yield Step("alerts.wish", me, {**attack, "wish": "pause"})
        yield Step("alerts.close", boss, {"outcome": "better"})
        yield Step("alerts.raise_alert", me)
        yield Step(
            "alerts.mistaken", me, {"alert_id": db.session.scalar(select(func.max(Alert.id)))}
        )

    def _incident(self) -> Iterator[Step]:
        me, boss, contact = self.world.holder, self.manager, self.world.contact.id
        csv = (Path(__file__).parents[1] / "app" / "demo" / "places.csv").read_bytes()
        yield Step("places.take_in", boss, {}, file=csv)
        towns = (Path(__file__).parents[1] / "app" / "demo" / "communes.csv").read_bytes()
        yield Step("places.take_in_communes", boss, {}, file=towns)
        place = {"place_id": db.session.scalar(select(func.max(Place.id))), "prints": "yes"}
        yield Step("places.say_prints", me, place)
        yield Step("places.near", me, {"where": "99130 Valclair"})
        letter = {"way": "sms", "text": "Voilà ce que nous avons fait.", "basis": "spoken"}
        yield Step("summaries.send", me, letter)
        yield Step("incidents.report", me, {"kind": "error_shown"})
        newest = db.session.scalar(select(func.max(Incident.id)))
        one = {"incident_id": newest}
        yield Step("incidents.word", me, {**one, "title": "Panne", "revision": 0})
        yield Step("incidents.unlink", self.manager, one)
        yield Step("incidents.link", me, one)
        yield Step("incidents.move", boss, {**one, "act": "repair"})
        with unit_of_work():
            notice = IncidentNotice(
                incident_id=newest, whom="contact:0", contact_id=contact, way="call",
                state=NoticeState.TO_CALL, at=clock.now(), by_id=boss.agent.id,
            )  # fmt: skip
            db.session.add(notice)
            db.session.flush()
            notice_id = notice.id
        yield Step(
            "incidents.tell", boss, {**one, "text": "C'est réparé.", "text_en": "It is fixed."}
        )
        yield Step("incidents.called", me, {"notice_id": notice_id})
        for number in range(3):
            further = create_contact(f"+3363998030{number}", now=clock.now())
            scripts.start_run(
                "S24", contact_id=further.id, dossier_id=None, agent_id=me.agent.id,
                now=clock.now(),
            )  # fmt: skip
        yield Step("incidents.open_proposed", me, {"kind": "account_not_found"})

    def _on_the_call(self) -> Iterator[Step]:
        me, other, talk = self.world.holder, self.colleague, self.world.caller
        asked = {"agent_id": other.agent.id}
        yield Step("desk.hold", me)
        yield Step("desk.resume", me)
        with unit_of_work():
            line = db.session.get_one(Line, talk.call.line_id)
            line.rules = {**(line.rules or {}), "coaching": True}
        yield Step("supervision.coach", self.manager)
        party_picks_up(talk, f"client:agent_{self.manager.agent.id}")
        yield Step("supervision.stop_coaching", self.manager)
        party_hangs_up(talk, party_leg(talk))
        for act, client in (("leave", other), ("end", me)):
            self._free(other)
            yield Step("desk_transfers.consult", me, asked, alone=True)
            yield Step(f"desk_transfers.{act}_consultation", client)
        self._free(other)
        yield Step("desk_transfers.consult", me, asked, alone=True)
        yield Step("desk_transfers.accept_consultation", other)
        party_picks_up(talk, f"client:agent_{other.agent.id}")
        yield Step("desk_transfers.hand_over", me)
        yield Step("desk_transfers.transfer", other, {"queue": True}, alone=True)
        ringing = self._rings(me)
        yield Step("desk.decline", me, {"ref": ringing.call.ref})
        ringing = self._rings(me)
        yield Step("desk.accept", me, {"ref": ringing.call.ref})
        ringing.agent_picks_up()
        ringing.is_connected()
        yield Step("desk.rejoin", me, {"ref": ringing.call.ref})
        yield Step("desk.hang_up", me, {"ref": ringing.call.ref})
        yield Step("desk.wrap_up_done", me, {"ref": ringing.call.ref})
        self._noted(
            me, ringing
        )  # the next call may ring already: the reason alone is taken back then
        yield Step("desk.undo", me, {"ref": ringing.call.ref})
        self._free(me)
        yield Step("desk_transfers.call_again", me, {"ref": ringing.call.ref})
        self._free(me)
        yield Step("desk_transfers.dial", me, {"number": "+33139980111"}, alone=True)
        self._free(me)
        yield Step("callbacks.call", me, {"callback_id": self._open_callback()})
        self._free(me)
        yield Step("desk.presence", me, {"state": "away", "reason": "pause"}, alone=True)

    def _free(self, client: StaffClient) -> None:
        with unit_of_work():
            be(client.agent.id, "available")

    def _noted(self, client: StaffClient, one: Caller) -> None:
        """Their contact was qualified an instant ago."""
        with unit_of_work():
            contact = db.session.get_one(Contact, one.call.contact_id)
            contact.qualified_at, contact.qualified_by_id = clock.now(), client.agent.id

    def _rings(self, client: StaffClient) -> Caller:
        """A new call rings there, and nowhere else."""
        with unit_of_work():
            nobody_free()
        self._free(client)
        one = self.dial(f"+3363998{next(_numbers):04d}")
        dispatch.run()
        assert one.call.offered_to == client.agent.id
        return one

    def _open_callback(self) -> int | None:
        return db.session.scalar(select(CallBack.id).where(CallBack.state == CallBackState.OPEN))

    def _settings(self) -> Iterator[Step]:
        boss, base = self.manager, "/admin/line"
        entry = {
            "label": "Interprète",
            "kind": "interpreter",
            "number": "06 39 98 01 60",
            "note": "",
        }
        yield Step("directory.add", boss, entry)
        entry_id = db.session.scalar(select(DirectoryEntry.id))
        at = f"/admin/directory/{entry_id}"
        changed = form_of(boss, at, at) | {"label": "Interprète arabe", "entry_id": entry_id}
        yield Step("directory.change", boss, changed)
        yield Step("directory.switch", boss, {"entry_id": entry_id, "active": ""})
        hours = form_of(boss, base, f"{base}/hours") | {"day-5": "9h-12h"}
        yield Step("line.change_hours", boss, hours)
        holidays = form_of(boss, base, f"{base}/territory") | {"territory": "974"}
        yield Step("line.change_territory", boss, holidays)
        day = (clock.now() + timedelta(days=40)).date().isoformat()
        yield Step("line.add_closure", boss, {"first": day, "last": ""})
        yield Step("line.remove_closure", boss, {"day": day})
        rules = form_of(boss, f"{base}/rules", f"{base}/rules") | {"callback_attempts": "5"}
        yield Step("line.change_rules", boss, rules, alone=True)
        at = f"{base}/queue"
        mine = str(db.session.get_one(Line, self.world.call.line_id).queue_id)
        with unit_of_work():
            beside = Line(name="Logement", number="+33199000177", mode="open")
            db.session.add(beside)
            db.session.flush()
            shared = {"queue": str(beside.queue_id), "seen": edits.seal({"queue": mine})}
        yield Step("line_queue.change_queue", boss, shared, alone=True)
        team = form_of(boss, at, f"{at}/team") | {"role-back": "first"}
        yield Step("line_queue.change_team", boss, team, alone=True)
        yield from self._announcements(f"{base}/announcements/fr/greeting")

    def _announcements(self, card: str) -> Iterator[Step]:
        boss, pages = self.manager, "/admin/line/announcements"
        words = form_of(boss, pages, card) | {"text": "Bonjour, vous êtes à la permanence."}
        yield Step("line.change_text", boss, words)
        yield Step("line.reset_text", boss, form_of(boss, pages, f"{card}/reset"))
        sound = form_of(boss, pages, f"{card}/sound")
        yield Step("line.upload_sound", boss, sound, file=WAV)
        yield Step("line.delete_sound", boss, form_of(boss, pages, f"{card}/sound/delete"))

    def _from_the_wall(self) -> Iterator[Step]:
        boss, other = self.manager, self.colleague
        with unit_of_work():
            nobody_free()
        waiting = self.dial("+33639980188").call.ref
        yield Step("supervision.first", boss, {"ref": waiting})
        self._free(other)
        yield Step("supervision.offer", boss, {"ref": waiting, "agent": other.agent.id})
        me = self.world.holder.agent.id
        yield Step("supervision.presence", boss, {"agent_id": me, "state": "available"})
        yield Step("supervision.mode", boss, {"mode": "closed"})
        yield Step("supervision.incident", boss, {"on": "1"})
        page = "/reports/targets"
        aims = form_of(boss, page, page) | {"mean_wait_s": "50"}
        yield Step("targets.change", boss, aims, alone=True)
        page = "/supervision/thresholds"
        thresholds = form_of(boss, page, page) | {"overflow_after": "7"}
        yield Step("supervision.change_thresholds", boss, thresholds, alone=True)
        yield Step("callbacks.delete", boss)

    def _accounts(self) -> Iterator[Step]:
        boss, base = self.admin, "/admin/accounts"
        typed = {"name": "Inès Haddad", "email": "ines@permanence.example", "role": "front",
                 "languages": "fr", "locale": "fr"}  # fmt: skip
        yield Step("admin_accounts.add", boss, typed, alone=True)
        made = {"agent_id": db.session.scalar(select(func.max(Agent.id)))}
        at = f"{base}/{made['agent_id']}"
        with unit_of_work():
            sessions.begin(made["agent_id"], now=clock.now())
        changed = form_of(boss, at, at) | {"name": "Inès Haddad-Roy"}
        yield Step("admin_accounts.change", boss, changed | made)
        for act in ("sign_out", "close", "reopen", "send_link"):
            path = "link" if act == "send_link" else act.replace("_", "-")
            yield Step(f"admin_accounts.{act}", boss, form_of(boss, at, f"{at}/{path}") | made)

    def _own_account(self) -> Iterator[Step]:
        me, now = self.colleague, clock.now()
        stored = passwords.hashed(PASSWORD)
        with unit_of_work():
            db.session.get_one(Agent, me.agent.id).password_hash = stored
            sessions.begin(me.agent.id, now=now)
        newest = select(func.max(StaffSession.id)).where(StaffSession.agent_id == me.agent.id)
        yield Step("account.end_session", me, {"session_id": db.session.scalar(newest)})
        yield Step("second_step.begin", me, {"password": PASSWORD})
        secret = db.session.get_one(TotpSecret, me.agent.id).secret
        code = pyotp.TOTP(secret).at(int(clock.now().timestamp()))
        yield Step("second_step.confirm", me, {"code": code})
        yield Step("second_step.codes", me, {"password": PASSWORD})
        yield Step("second_step.off", me, {"password": PASSWORD})
        view = {"place": "contacts", "name": "Les miens", "query": "scope=mine"}
        yield Step("saved_views.keep", me, view)
        newest = select(func.max(SavedView.id)).where(SavedView.agent_id == me.agent.id)
        yield Step("saved_views.remove", me, {"view_id": db.session.scalar(newest)})
        yield Step("account.change_password", me, {"current": PASSWORD, "wanted": f"{PASSWORD} !"})
        yield Step("accounts.sign_out", self.world.holder)
        yield Step("account.sign_out_everywhere", self.manager)


def build_story(
    world: World, login: Callable[..., StaffClient], dial: Callable[[str], Caller]
) -> Story:
    """The others of the world: a colleague at a desk, a manager."""
    colleague = login("back", state="available", display_name="Bruno")
    accounts.connected("tab-colleague", colleague.agent.id, "tests", now=clock.now())
    manager = login("manager", display_name="Isabelle")
    return Story(world, colleague, manager, login("admin"), dial)
