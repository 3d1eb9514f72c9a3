"""What goes with a call that is passed on: the dossier, the script's step, the note; and whose
wrap-up is whose once the call has left the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.extensions import db
from app.tickets.models import Contact
from app.tickets.qualifying import bar_form
from app.tickets.qualifying.qualification import judge_draft
from app.tickets.reasons import Reason
from tests.calls.call.test_transfers import (
    ask,
    consult,
    desk_call,
    interpreter,
    party_hangs_up,
    party_leg,
    party_picks_up,
    talk,
)
from tests.calls.test_journey import act, connect, later, presence
from tests.clients import StaffClient, without_keys
from tests.dossiers.build import create_dossier, create_person
from tests.switchboard import Caller

__all__ = ["interpreter", "talk"]  # fixtures

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]
Talk = tuple[Caller, StaffClient]
NOTE = "Demande si son absence compte."


def keep(client: StaffClient, contact_id: int, note: str) -> Any:
    answer = client.post("/tickets/draft", json={"contact": contact_id, "note": note})
    assert answer.status_code == 200, answer.text
    return answer.json


def bar(client: StaffClient, contact_id: int) -> str:
    return client.get(f"/tickets/qualification?contact={contact_id}").text


def contact_of(one: Caller) -> Contact:
    db.session.expire_all()
    return db.session.get_one(Contact, one.call.contact_id)


def test_the_band_says_who_speaks_and_for_whom(talk: Talk) -> None:
    """Under the name, as soon as it is said: the role, for whom, and the language that is not French."""
    one, agent = talk
    held = contact_of(one)
    held.person_id = create_person(language="ar").id
    db.session.commit()

    def speaker() -> Any:
        return agent.get("/desk/state").json["desk"]["call"]["speaker"]

    assert speaker() == {"role": "", "tongue": "arabe"}
    for role, said in (
        ("stagiaire", "Stagiaire, pour soi"),
        ("duo", "Duo"),
        ("formateur", "Formateur ou formatrice, pour cette personne"),
    ):
        agent.post("/dossiers/caller/speaker", data={"contact": held.id, "role": role})
        assert speaker()["role"] == said


def test_the_note_begun_is_read_by_the_colleague_and_is_hers_once_handed_over(
    talk: Talk, at_desk: Desk
) -> None:
    one, agent = talk
    contact_id = one.call.contact_id
    assert contact_id is not None
    assert keep(agent, contact_id, NOTE) == {"note": NOTE, "said": "", "kept": True}
    assert contact_of(one).qualified_at is None
    assert contact_of(one).reason is Reason.UNQUALIFIED
    other = at_desk("back")
    consult(talk, other)
    page = bar(other, contact_id)
    assert NOTE in page
    assert "<form" not in page  # the one who is consulted reads
    assert keep(other, contact_id, "à sa place")["kept"] is False
    ask(agent, one, "hand-over")
    page = bar(other, contact_id)
    assert "<form" in page
    assert NOTE in page
    assert "<form" not in bar(agent, contact_id)
    assert keep(agent, contact_id, "trop tard")["kept"] is False
    assert contact_of(one).note == NOTE


def test_the_step_of_the_script_goes_on_where_it_was(
    caller: Phone, at_desk: Desk, login: Any
) -> None:
    dossier = create_dossier(create_person("+33639980142"))
    db.session.commit()
    agent, one = at_desk(), caller("+33639980142").dial()
    connect(agent, one)
    contact_id = one.call.contact_id
    data = {"script": "S02", "contact": contact_id, "dossier": dossier.id}
    begun = agent.post("/assist/runs", data=data).text
    other = at_desk("back")
    consult((one, agent), other)
    ask(agent, one, "hand-over")
    shown = other.get(f"/assist/pane?contact={contact_id}").text
    assert without_keys(shown) == without_keys(begun)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  deux   lignes\r\nici ", "deux   lignes\nici"),
        ("mdp: Soleil#12, à rappeler", "mdp: [retiré] à rappeler"),
        ("x" * 900, "x" * 500),
        ("", ""),
    ],
)
def test_a_draft_is_kept_without_secrets_and_never_refused(typed: str, kept: str) -> None:
    draft = judge_draft(typed, "fr")
    assert "Soleil" not in draft.note
    assert len(draft.note) <= 500
    if "mdp" not in typed:
        assert draft.note == kept
    assert bool(draft.said) == ("mdp" in typed or len(typed) > 500)


def test_a_draft_does_not_change_what_was_qualified(talk: Talk) -> None:
    one, agent = talk
    contact_id = one.call.contact_id or 0
    data = {"contact": contact_id, "reason": "Suivi du dossier", "note": "Dit et noté."}
    assert agent.post("/tickets/qualification", data=data).status_code == 200
    assert keep(agent, contact_id, "en retard")["kept"] is False
    assert contact_of(one).note == "Dit et noté."


@pytest.mark.parametrize("body", [None, [], {}, {"contact": "7"}, {"contact": None, "note": "x"}])
def test_a_draft_of_nothing_is_refused(login: Any, body: Any) -> None:
    assert login("front").post("/tickets/draft", json=body).status_code == 422


def test_sent_outside_the_reason_is_suggested(talk: Talk, interpreter: int) -> None:
    one, agent = talk
    ask(agent, one, "transfer", entry_id=interpreter)
    shown = desk_call(agent)
    assert (shown["state"], shown["sent"]) == ("wrap_up", "outside")
    found = bar_form.suggestion_for(contact_of(one), clock.now())
    assert found.reason is Reason.TRANSFER
    # Nobody answers: it comes back to her, and is no transfer any more.
    party_hangs_up(one, party_leg(one))
    assert desk_call(agent)["sent"] in ("waiting", "offered")
    assert act(agent, one, "wrap-up-done").status_code == 200
    shown = desk_call(agent)
    assert (shown["ref"], shown["state"], shown["transferred_by"]) == (one.call.ref, "offered", "")
    connect(agent, one)
    assert bar_form.suggestion_for(contact_of(one), clock.now()).reason is not Reason.TRANSFER


def test_her_wrap_up_is_hers_whoever_talks_with_the_person_now(
    talk: Talk, at_desk: Desk, interpreter: int
) -> None:
    one, agent = talk
    ask(agent, one, "transfer", entry_id=interpreter)
    party_hangs_up(one, party_leg(one))
    other = at_desk()
    later(40)
    if one.call.state == "waiting":
        later(80)
    assert one.call.offered_to == other.agent.id
    connect(other, one)
    shown = desk_call(agent)
    assert (shown["state"], shown["sent"]) == ("wrap_up", "talking")
    assert "<form" not in bar(agent, one.call.contact_id or 0)
    assert act(agent, one, "hang-up").status_code == 404  # not her conversation
    assert act(agent, one, "hold").status_code == 404
    assert act(agent, one, "wrap-up-done").status_code == 200
    assert (one.call.state, presence(agent), presence(other)) == (
        "talking", "available", "in_call",
    )  # fmt: skip
    assert act(other, one, "hang-up").status_code == 200
    assert one.call.state == "wrap_up"


def test_handed_over_to_an_outside_number_she_wraps_up(talk: Talk, interpreter: int) -> None:
    one, agent = talk
    ask(agent, one, "consult", entry_id=interpreter)
    party_picks_up(one, "+33639980190")
    ask(agent, one, "hand-over")
    assert desk_call(agent)["sent"] == "outside"
    one.end()
    assert desk_call(agent)["sent"] == "ended"
    assert act(agent, one, "wrap-up-done").status_code == 200
    assert desk_call(agent) is None


def test_a_colleague_reads_who_transfers(talk: Talk, at_desk: Desk) -> None:
    one, agent = talk
    other = at_desk("back")
    ask(agent, one, "transfer", agent_id=other.agent.id)
    assert desk_call(other)["transferred_by"] == agent.agent.display_name


def test_to_call_out_ends_the_wrap_up_before(talk: Talk, interpreter: int) -> None:
    one, agent = talk
    one.end()
    assert presence(agent) == "wrap_up"
    answer = agent.post("/desk/dial", json={"entry_id": interpreter})
    assert answer.status_code == 200, answer.text
    shown = answer.json["desk"]["call"]
    assert (shown["outbound"], shown["state"]) == (True, "connecting")
    assert shown["caller"]["display"] == "Interprète"
    assert one.call.state == "ended"
    act_on = f"/desk/calls/{shown['ref']}/hang-up"
    assert agent.post(act_on, json={}).status_code == 200
    assert desk_call(agent) is None


def test_a_contact_of_the_list_is_called_by_its_row(talk: Talk) -> None:
    one, agent = talk
    number, contact_id = one.number, one.call.contact_id
    act(agent, one, "hang-up")
    answer = agent.post("/desk/dial", json={"contact_id": contact_id})
    assert answer.status_code == 200
    called = db.session.query(Call).filter_by(ref=answer.json["desk"]["call"]["ref"]).one()
    assert (called.number, called.direction) == (number, "out")
    assert agent.post("/desk/dial", json={"contact_id": 999_999}).status_code == 404
