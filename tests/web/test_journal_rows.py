"""Each act on persons, dossiers and contacts leaves its rows in the journal, under the name of who acted.

``ROWS`` says which, by route: a route of these rooms that is not in it fails, and so does one that the story
of ``tests.every_act`` never walks. An act without a row says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.foundation.extensions import db
from app.web.acts.keys import HEADER, new_key
from tests.clients import StaffClient
from tests.every_act import build_story
from tests.switchboard import Caller
from tests.web.test_once import send
from tests.world import World, acts, build

ROOMS = (
    "app.dossiers.",
    "app.tickets.",
    "app.desk.callback_pages",
    "app.desk.consents.",
    "app.desk.dossier_acts.",
    "app.desk.incidents.",
    "app.desk.places.",
    "app.desk.summaries.",
)
# Asked by POST so that no name is in an address; nothing is changed.
ONLY_READS = {
    "contact_persons.find", "dossiers.correct_mail", "dossiers.judge_mail", "dossiers.search", "duplicates.find",
    "pane.find", "places.near",
}  # fmt: skip
WITHOUT = {
    "callbacks.call": "the call that it begins has events of its own",
    "tickets.draft": "chosen and not confirmed: the journal has the qualification",
}
# « act@subject », in the order in which they are written.
ROWS = {
    "callbacks.cancel": "callback_cancelled@callback",
    "callbacks.delete": "voicemail_deleted@voicemail",
    "callbacks.promise": "callback_promised@callback",
    "dossier_acts.resend": "act.resend_link@contact link.resent@dossier",
    "dossier_acts.write": "letter_sent@contact",
    "feed_refusals.send": "feed_line_corrected@feed",
    "feed_refusals.send_all": "feed_sent@feed feed_started@feed",
    "mandates.note": "mandate_noted@person",
    "mandates.revoke": "mandate_revoked@person",
    "incidents.called": "incident_called@incident",
    "incidents.link": "incident_linked@incident",
    "incidents.move": "incident_repaired@incident",
    "incidents.open_proposed": "incident_opened@incident incident_linked@incident",
    "incidents.report": "incident_opened@incident incident_linked@incident",
    "incidents.tell": "incident_told@incident",
    "incidents.unlink": "incident_unlinked@incident",
    "incidents.word": "incident_worded@incident",
    "places.say_prints": "place_prints@place",
    "places.take_in": "places_taken_in@places",
    "places.take_in_communes": "communes_taken_in@communes",
    "summaries.send": "summary_sent@contact",
    "duplicates.apart": "persons_apart@person",
    "duplicates.merge": "persons_merged@person",
    "duplicates.undo": "persons_parted@person",
    "editing.add_piece": "add_piece@dossier",
    "editing.correct": "correct_dossier@dossier",
    "feeds.choose": "feed_columns@feed",
    "feeds.make_key": "feed_key_made@feed_key",
    "feeds.revoke_key": "feed_key_revoked@feed_key",
    "feeds.send": "feed_sent@feed",
    "feeds.start": "feed_started@feed",
    "feeds.stop": "feed_stopped@feed",
    "payments.add_day_off": "payment_day_off_added@payments",
    "payments.add_wave": "payment_wave_added@payments",
    "payments.ask_urgency": "urgency_asked@dossier",
    "payments.decide_urgency": "urgency_decided@dossier",
    "payments.keep_proposed": "payment_day_off_added@payments",
    "payments.note_processing": "payment_processing@payments",
    "payments.remove_day_off": "payment_day_off_removed@payments",
    "payments.remove_wave": "payment_wave_removed@payments",
    "dossiers.annotate": "annotate@dossier",
    "dossiers.finish_flag": "finish_flag@dossier",
    "dossiers.flag_priority": "flag_priority@dossier",
    "dossiers.reveal": "reveal_nir@dossier",
    "bulletin.change": "bulletin_changed@bulletin",
    "bulletin.read": "bulletin_read@bulletin",
    "bulletin.withdraw": "bulletin_withdrawn@bulletin",
    "bulletin.write": "bulletin_written@bulletin",
    "colleague_groups.change": "group_named@group",
    "colleague_groups.make": "group_named@group",
    "colleague_groups.remove": "group_removed@group",
    "consultations.answer": "consultation_answered@consultation",
    "consultations.ask": "consultation_asked@consultation",
    "consultations.object_to": "consultation_disputed@consultation",
    "consultations.read": "consultation_read@consultation",
    "consultations.remark": "consultation_remark@consultation",
    "consultations.rule": "consultation_ruled@consultation",
    "consultations.withdraw": "consultation_withdrawn@consultation",
    "correction.correct": "correct_person@person",
    "exceptions.decide": "exception_accepted@exception",
    "exceptions.propose": "exception_proposed@exception",
    "exceptions.show_in": "exception_shown@exception",
    "pane.attach": "attach@contact",
    "pane.create_person": "create_person@person attach@contact",
    "pane.detach": "detach@contact",
    "pane.identity": "identity_confirmed@contact",
    "pane.speaker": "mandate_noted@person who_speaks@contact",
    "consents.ask": "consent_asked@contact",
    "contact_persons.turn_to": "attach@contact person_added@contact",
    "owed.change_rules": "promise_rules@promise",
    "owed.drop": "promise_dropped@promise",
    "owed.hand": "promise_handed@promise",
    "owed.keep": "promise_kept@promise",
    "owed.move": "promise_moved@promise",
    "owed.promise": "promise_made@promise",
    "owed.undo": "promise_undone@promise",
    "owed.wait": "promise_waits@promise",
    "tickets.qualify": "qualify@contact",
}


def last() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.max(JournalEntry.id))) or 0


def in_these_rooms(app: Flask) -> set[str]:
    return {
        endpoint
        for endpoint, *_rest in acts(app)
        if app.view_functions[endpoint].__module__.startswith(ROOMS)
    }


def test_every_act_of_these_rooms_says_what_it_leaves(app: Flask) -> None:
    silent = ONLY_READS | set(WITHOUT)
    assert not silent & set(ROWS)
    assert in_these_rooms(app) == silent | set(ROWS)


def test_each_act_leaves_its_rows(
    app: Flask, login: Callable[..., StaffClient], telephony: Any
) -> None:
    def dial(number: str) -> Caller:
        return Caller(app.test_client(), telephony, number).dial()  # type: ignore[arg-type]

    world: World = build(app, login, telephony)
    left: dict[str, list[str]] = {}
    for step in build_story(world, login, dial).steps():
        before = last()
        answer = send(app, step, {**world.values(), **step.values}, **{HEADER: new_key()})
        assert answer.status_code < 400, (step.endpoint, answer.text)
        db.session.rollback()
        rows = db.session.scalars(
            select(JournalEntry).where(JournalEntry.id > before).order_by(JournalEntry.id)
        ).all()
        assert {row.agent_id for row in rows} <= {step.client.agent.id}, step.endpoint
        names = left.setdefault(step.endpoint, [])
        names += [f"{row.act}@{row.subject.partition(':')[0]}" for row in rows]
    for endpoint in sorted(in_these_rooms(app)):
        wanted = ROWS.get(endpoint, "").split()
        assert endpoint in left, f"{endpoint} is in no story: add a step to tests/every_act.py"
        assert list(dict.fromkeys(left[endpoint])) == wanted, endpoint
