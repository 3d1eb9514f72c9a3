"""The report's page, its files and the wall, on both databases, from the tables."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.calls.call import store as calls_store
from app.calls.call.models import Call, CallEvent
from app.demo import reference_load
from app.demo.reference_day import REFERENCE_DAY
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.reporting import service, targets
from app.reporting.sheet import tables
from app.tickets import service as tickets
from app.tickets.models import Contact
from app.tickets.reasons import DigitalKind, Reason, Suggestion
from tests.fixtures.application import CreateAgent, Login

ADDRESS = "/reports/2021-06-22"


@pytest.fixture
def line(app: Flask) -> Line:
    line = Line(name="Aide à la formation", number="+33199001122")
    db.session.add(line)
    db.session.commit()
    return line


@pytest.fixture
def team(line: Line, create_agent: CreateAgent) -> None:
    for role in ("front", "front", "back"):
        create_agent(role)


@pytest.fixture
def loaded(team: None) -> str:
    return reference_load.load(REFERENCE_DAY)


def test_the_reference_day_read_back_from_the_tables(loaded: str) -> None:
    report = service.report_of(REFERENCE_DAY).as_json()
    assert loaded == "2021-06-22 : 67 appels chargés, 0 déjà connus."
    assert (report["presented"], report["answered"]) == (67, 59)
    assert (report["abandoned"], report["short_abandoned"]) == (3, 5)
    assert (report["mean_wait_s"], report["mean_talk_s"]) == (32, 336)
    assert report["digital"] == {"observed": 7, "declared": 5}
    roles = report["caller_roles"]
    assert (roles["stagiaire"], roles["formateur"], roles["duo"]) == (21, 6, 2)
    assert sum(roles.values()) == 29
    assert len(report["reasons"]) == 7
    assert sum(report["reasons"].values()) == 59


def test_the_demo_day_holds_statements_that_somebody_made(loaded: str) -> None:
    """The 22 that the study names a role or a trouble of have an author; the others said nothing."""
    contacts = db.session.scalars(select(Contact)).all()
    for contact in contacts:
        assert (contact.caller_role is None) == (contact.caller_role_by_id is None)
        assert contact.digital_declared in (None, True)
        assert contact.digital_by_id == (contact.agent_id if contact.digital_declared else None)
    assert sum(contact.digital_declared is True for contact in contacts) == 5
    assert sum(contact.caller_role is not None for contact in contacts) == 29


def test_a_suggestion_that_nobody_confirms_is_observed_and_not_declared(
    loaded: str, login: Login
) -> None:
    contact = db.session.scalar(
        select(Contact)
        .join(Call, Call.contact_id == Contact.id)
        .where(Contact.qualified_at.is_(None), Call.outcome == "answered")
        .limit(1)
    )
    assert contact is not None
    tickets.note_scripts(contact.id, [Suggestion(Reason.ACCOUNTS, DigitalKind.LINK_EXPIRED)])
    db.session.commit()
    client = login("manager")

    def figures() -> tuple[dict[str, int], int, int]:
        report = service.report_of(REFERENCE_DAY)
        return (
            report.as_json()["digital"],
            sum(report.caller_roles.values()),
            len(report.digital_gap),
        )

    data = {"contact": contact.id, "reason": Reason.ACCOUNTS.value}
    assert client.post("/tickets/qualification", data=data).status_code == 200
    assert figures() == ({"observed": 8, "declared": 5}, 29, 3)
    said = {**data, "digital_kind": "link_expired", "caller_role": "duo"}
    assert client.post("/tickets/qualification", data=said).status_code == 200
    assert figures() == ({"observed": 8, "declared": 6}, 30, 2)


def test_tomorrow_is_made_from_the_same_weekdays_before(loaded: str, login: Login) -> None:
    client = login("manager")
    page = client.get("/reports/2021-06-22").text
    assert 'hx-get="/reports/2021-06-22/tomorrow"' in page
    assert "Trop peu de jours" in client.get("/reports/2021-06-28/tomorrow").text
    for call in db.session.scalars(select(Call).where(Call.direction == "in")).all()[::2]:
        for name in ("received_at", "queued_at", "answered_at", "ended_at", "wrap_up_ended_at"):
            if getattr(call, name) is not None:
                setattr(call, name, getattr(call, name) - timedelta(weeks=1))
    db.session.commit()
    told = client.get("/reports/2021-06-28/tomorrow").text
    assert "Mardi 29 juin 2021" in told
    assert "34 appels à prévoir" in told
    assert "Erlang C" in told
    assert "Ce que cela ne voit pas" in told
    assert client.get("/reports/2999-01-01/tomorrow").status_code == 404


def test_the_thirteenth_call_in_the_tables(loaded: str) -> None:
    call = db.session.scalars(select(Call).order_by(Call.received_at)).all()[12]
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert call.answered_at.astimezone(UTC).strftime("%H:%M") == "08:35"  # 10:35 in Paris
    assert call.ended_at - call.answered_at == timedelta(minutes=15, seconds=16)


def test_loading_twice_changes_nothing(loaded: str) -> None:
    assert reference_load.load(REFERENCE_DAY) == "2021-06-22 : 0 appels chargés, 67 déjà connus."
    assert db.session.scalar(select(func.count(Call.id))) == 67
    assert db.session.scalar(select(func.count(Contact.id))) == 67


def test_rows_of_the_demo_day_are_what_their_events_say(loaded: str) -> None:
    for call in db.session.scalars(select(Call)).all():
        before = calls_store.record_of(call)
        assert calls_store.rebuild(call) == before
    assert db.session.scalar(select(func.count(CallEvent.id))) > 400


def test_the_same_day_can_be_put_on_another_date(team: None) -> None:
    winter = date(2026, 1, 13)
    reference_load.load(winter)
    report = service.report_of(winter)
    assert (report.presented, report.mean_wait_s, report.mean_talk_s) == (67, 32, 336)
    assert service.report_of(REFERENCE_DAY).presented == 0


def test_nothing_is_loaded_without_the_three_agents(line: Line, create_agent: CreateAgent) -> None:
    create_agent("front")
    with pytest.raises(Unavailable):
        reference_load.load(REFERENCE_DAY)
    assert db.session.scalar(select(func.count(Call.id))) == 0


def test_half_hours_follow_the_hours_of_the_line(loaded: str) -> None:
    shown = [each.label for each in service.report_of(REFERENCE_DAY).shown_half_hours]
    assert shown[0] == "09:00"
    assert shown[-1] == "16:30"
    assert "13:00" not in shown


@pytest.mark.parametrize("role", ["front", "back", "manager", "admin"])
def test_the_page_has_every_table_and_no_name_of_an_agent(
    loaded: str, login: Login, role: str
) -> None:
    response = login(role, display_name="Somebody Else").get(ADDRESS)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "Rapport du mardi 22 juin 2021" in page
    assert "59 appels sur 67 ont eu une réponse" in page
    for table in tables.all_tables(service.report_of(REFERENCE_DAY)):
        assert f">{table.caption}</caption>" in page.replace("&#39;", "'"), table.key
    assert "Front " not in page
    assert 'id="chart-data-half_hours"' in page
    assert (f"{ADDRESS}/contacts?of=abandoned" in page) == (role != "admin")


def test_the_drawings_of_the_page_are_json(loaded: str, login: Login) -> None:
    page = login("manager").get(ADDRESS).get_data(as_text=True)
    blocks = re.findall(r'id="chart-data-\w+">(.*?)</script>', page, re.DOTALL)
    assert len(blocks) == 1
    for block in blocks:
        assert json.loads(block)["data"]


def test_the_page_in_english(loaded: str, login: Login) -> None:
    page = login("manager", locale="en").get(ADDRESS).get_data(as_text=True)
    assert "Calls presented" in page
    assert "Appels présentés" not in page


def test_an_empty_day_says_so_and_keeps_its_tables(line: Line, login: Login) -> None:
    page = login("manager").get("/reports/2021-06-20").get_data(as_text=True)
    assert "Aucun appel ce jour-là" in page
    assert "chart-data-" not in page
    assert "Motifs des appels répondus</caption>" in page


@pytest.mark.parametrize(
    "day", ["2021-02-30", "20210622", "hier", "2021-06-22.docx", "0001-01-01", "2021-W25-2"]
)
def test_a_day_that_does_not_exist_is_a_clear_404(line: Line, login: Login, day: str) -> None:
    response = login("manager").get(f"/reports/{day}")
    assert response.status_code == 404
    assert "Ce jour n’existe pas" in response.get_data(as_text=True)


def test_reports_leads_to_a_day(line: Line, login: Login) -> None:
    client = login("front")
    for address in ("/reports", "/reports/today"):
        assert re.search(r"/reports/\d{4}-\d\d-\d\d$", client.get(address).location)
    assert client.get("/reports?day=2021-06-22").location.endswith(ADDRESS)


def test_each_figure_opens_as_many_contacts_as_it_counts(loaded: str, login: Login) -> None:
    client = login("front")
    page = client.get(ADDRESS).get_data(as_text=True)
    keys = set(re.findall(rf"{ADDRESS}/contacts\?of=([\w-]+)", page))
    assert {"answered", "waited", "abandoned", "in_time", "digital_gap", "half-1130"} <= keys
    for key, count in (("abandoned", 3), ("digital_gap", 2), ("half-1130", 11)):
        rows = client.get(f"{ADDRESS}/contacts?of={key}").get_data(as_text=True)
        assert f"{count} appels" in rows
        assert rows.count("<tr>") == count + 1
    assert client.get(f"{ADDRESS}/contacts?of=answered&page=2").text.count("<tr>") == 10
    assert client.get(f"{ADDRESS}/contacts?of=nothing").status_code == 404
    assert login("admin").get(f"{ADDRESS}/contacts?of=abandoned").status_code == 403


def test_targets_are_set_journaled_and_a_past_day_keeps_its_own(loaded: str, login: Login) -> None:
    client = login("manager")
    form = client.get("/reports/targets").get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]*)"', form)
    assert seen is not None
    wanted = targets.shown(targets.Targets())
    wanted["answered_percent"] = "80"
    refused = client.post("/reports/targets", data={**wanted, "mean_wait_s": "x"})
    assert refused.status_code == 422
    assert 'value="x"' in refused.text
    assert client.post("/reports/targets", data={**wanted, "seen": seen[1]}).status_code == 302
    entry = db.session.scalar(select(JournalEntry).where(JournalEntry.act == "report_targets"))
    assert entry is not None
    assert entry.detail == {"answered_percent": {"from": "90", "to": "80"}}
    assert service.targets_at(datetime.now(UTC) + timedelta(days=1)).answered_percent == 80
    assert "sous la cible de 90" in client.get(ADDRESS).text  # of 2021: what was aimed at then
    again = {**wanted, "seen": seen[1], "answered_percent": "70"}
    assert client.post("/reports/targets", data=again).status_code == 409
    assert login("front").get("/reports/targets").status_code == 403


def test_files_are_the_report_and_are_journaled(loaded: str, login: Login) -> None:
    client = login("manager")
    figures = client.get(f"{ADDRESS}.json").get_json()
    assert figures == service.report_of(REFERENCE_DAY).as_json()
    rows = list(csv.reader(io.StringIO(client.get(f"{ADDRESS}.csv").text[1:]), delimiter=";"))
    assert ["2021-06-22", "Chiffres du jour", "Répondus", "Valeur", "59", "appels"] in rows
    assert client.get(f"{ADDRESS}.xlsx").data.startswith(b"PK")
    assert client.get(f"{ADDRESS}.pdf").data.startswith(b"%PDF-")
    entries = db.session.scalars(
        select(JournalEntry).where(JournalEntry.act == "export_report").order_by(JournalEntry.id)
    ).all()
    assert [entry.detail["format"] for entry in entries] == ["json", "csv", "xlsx", "pdf"]
    assert {entry.subject for entry in entries} == {"report:2021-06-22"}


def test_files_are_named_after_their_day(loaded: str, login: Login) -> None:
    response = login("manager").get(f"{ADDRESS}.csv")
    assert "rapport-2021-06-22.csv" in response.headers["Content-Disposition"]
    assert response.mimetype == "text/csv"
    assert login("manager").get("/reports/2021-02-30.csv").status_code == 404


def test_a_call_in_progress_is_open(line: Line, login: Login) -> None:
    now = datetime(2026, 1, 13, 9, 0, tzinfo=UTC)
    db.session.add(Call(ref="a" * 16, provider_sid="CA1", line_id=line.id, received_at=now))
    db.session.commit()
    report = service.report_of(date(2026, 1, 13))
    assert (report.presented, report.open, report.answered) == (1, 1, 0)


def test_reports_and_wall_want_somebody_signed_in(line: Line, client: object) -> None:
    for address in (ADDRESS, f"{ADDRESS}.csv", "/reports", "/wall", "/wall/board"):
        assert client.get(address).status_code in (302, 401)  # type: ignore[attr-defined]


def test_the_wall_shows_agents_and_who_waits_without_naming_callers(
    line: Line, login: Login, create_agent: CreateAgent
) -> None:
    create_agent("front", state="in_call", display_name="Inès Aubry")
    waiting = Call(
        ref="b" * 16, provider_sid="CA2", line_id=line.id, number="+33639988001",
        received_at=datetime(2026, 1, 13, 9, tzinfo=UTC), state="waiting",
        queued_at=datetime(2026, 1, 13, 9, 0, 8, tzinfo=UTC),
    )  # fmt: skip
    db.session.add(waiting)
    db.session.commit()
    client = login("manager")
    for address in ("/wall", "/wall/board"):
        page = client.get(address).get_data(as_text=True)
        assert "Inès Aubry" in page
        assert 'data-since="2026-01-13T09:00:08+00:00"' in page
        assert "39988001" not in page


def test_the_command_makes_the_team_first_where_nobody_works_yet(app: Flask) -> None:
    run = app.test_cli_runner()
    first = run.invoke(args=["demo", "day"])
    assert first.exit_code == 0, first.output
    assert "67 appels chargés" in first.output
    again = run.invoke(args=["demo", "day"])
    assert "0 appels chargés, 67 déjà connus" in again.output
    printed = run.invoke(args=["report", "2021-06-22", "--format", "json"])
    assert json.loads(printed.output)["presented"] == 67
