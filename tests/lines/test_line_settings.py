"""The settings of a line: what is typed is understood or refused in words, and kept."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.foundation.clock import PARIS
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.lines import opening_hours
from app.lines import settings as line_settings
from app.lines.announcements import said as announcements
from app.lines.announcements.settings import SOUND_LIMIT, TEXT_LIMIT, read_text, sound_type
from app.lines.models import AnnouncementSound, Line
from app.lines.settings import day_text, read_closure, read_day, read_policy, read_rules
from tests.fixtures.application import Login

TODAY = date(2026, 11, 22)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 64
MP3 = b"\xff\xfb\x90\x64" + b"\0" * 64


# --- hours, as typed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "9h-12h30, 13h30-17h",
        "9:00-12:30 13:30-17:00",
        "09 h 00 - 12 h 30 et 13 h 30 à 17 h",
        "13h30-17h; 9h-12h30",
        "de 9h à 12h30, de 13h30 à 17h",
        "9.00–12.30 / 13.30–17.00",
        "9 heures à 12 heures 30 puis 13 heures 30 à 17 heures",
    ],
)
def test_the_same_day_typed_in_many_ways(typed: str) -> None:
    assert read_day(typed) == [("09:00", "12:30"), ("13:30", "17:00")]


@pytest.mark.parametrize("typed", ["", "  ", "fermé", "Fermée", "-"])
def test_a_closed_day(typed: str) -> None:
    assert read_day(typed) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9h", "n'est pas compris"),
        ("le matin", "n'est pas compris"),
        ("900-1200", "n'est pas compris"),
        ("9h-12h-14h", "n'est pas compris"),
        ("9h-12h30, " * 40, "n'est pas compris"),
        ("17h-9h", "« 17h-9h » finit avant d'avoir commencé"),
        ("9h-9h", "finit avant d'avoir commencé"),
        ("9h-12h, 11h-14h", "« 9h-12h » et « 11h-14h » se chevauchent"),
        ("9h-25h", "« 25h » n'est pas une heure"),
        ("9h-24h30", "« 24h30 » n'est pas une heure"),
        ("24h-25h", "n'est pas une heure"),
        ("9h75-12h", "« 9h75 » n'est pas une heure"),
        ("1h-2h 3h-4h 5h-6h 7h-8h 9h-10h 11h-12h 13h-14h", "Au plus 6 plages"),
    ],
)
def test_a_day_that_cannot_be(typed: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_day(typed)
    assert said in str(refused.value)


minutes = st.integers(0, 24 * 60 - 1)
spans = (
    st.lists(minutes, min_size=2, max_size=12, unique=True)
    .map(sorted)
    .map(lambda each: list(zip(each[::2], each[1::2], strict=False)))
)


@given(spans)
def test_what_is_stored_is_read_back(pairs: list[tuple[int, int]]) -> None:
    stored = [tuple(f"{m // 60:02d}:{m % 60:02d}" for m in pair) for pair in pairs]
    assert read_day(day_text(stored)) == stored


@given(st.text(alphabet="0123456789h:-–., etàdmi;/", max_size=60))
@example("0à0")
@example("9h-24h")
def test_anything_typed_is_a_legal_day_or_refused(typed: str) -> None:
    try:
        read = read_day(typed)
    except InvalidInput:
        return
    flat = [clock for span in read for clock in span]
    assert flat == sorted(flat)
    assert all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", begins) for begins, _ends in read)
    assert all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", ends) for _begins, ends in read)
    assert all(start < end for start, end in read)
    hours = {"week": {"0": [list(span) for span in read]}}
    assert len(opening_hours.spans(hours, date(2026, 11, 23), PARIS)) == len(read)


# --- closures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-12-24", "", ["2026-12-24"]),
        ("24/12/2026", "", ["2026-12-24"]),
        ("24.12.2026", "26 12 2026", ["2026-12-24", "2026-12-26"]),  # the 25th is a holiday
        ("2026-11-22", "2026-11-22", ["2026-11-22"]),
    ],
)
def test_days_to_close(first: str, last: str, days: list[str]) -> None:
    read = read_closure(first, last, today=TODAY, closed=(), holidays={date(2026, 12, 25)})
    assert (read.values.get("days"), read.errors) == (days, {})


@pytest.mark.parametrize(
    ("first", "last", "where", "said"),
    [
        ("", "", "first", "n'est pas une date"),
        ("31/02/2027", "", "first", "n'est pas une date"),
        ("demain", "", "first", "n'est pas une date"),
        ("2026-11-21", "", "first", "est passé"),
        ("2026-12-24", "2026-12-23", "last", "avant le début"),
        ("2026-12-24", "2027-02-24", "last", "31 jours"),
        ("2206-12-24", "", "first", "deux ans"),
        ("2026-12-25", "", "first", "férié"),
        ("2026-12-01", "", "first", "déjà fermée"),
    ],
)
def test_days_that_cannot_be_closed(first: str, last: str, where: str, said: str) -> None:
    read = read_closure(
        first, last, today=TODAY, closed=("2026-12-01",), holidays={date(2026, 12, 25)}
    )
    assert said in str(read.errors[where])
    assert "days" not in read.values


# --- rules ---------------------------------------------------------------------------------------

RULES = {
    "closing": "serve",
    "callbacks": "1",
    "callback_attempts": "3",
    "callback_pause_minutes": "15",
    "sticky_minutes": "30",
    "languages": "en",
    "ring_seconds": "20",
    "overflow_after": "0",
    "overflow_length": "3",
}


def test_rules_as_typed() -> None:
    read = read_rules({**RULES, "callback_attempts": " 1 0 ", "languages": "en, AR;fr en"})
    assert read.errors == {}
    assert read.values["callback_attempts"] == 10
    assert read.values["languages"] == ["fr", "en", "ar"]
    assert (read.values["callbacks"], read.values["voicemail"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("callback_attempts", "0"),
        ("callback_attempts", "trois"),
        ("callback_pause_minutes", "-5"),
        ("sticky_minutes", "241"),
        ("sticky_minutes", ""),
        ("closing", "raccrocher"),
        ("languages", "anglais"),
        ("languages", "zz"),
        ("languages", "en ar es de it pt ro uk"),
    ],
)
def test_rules_out_of_bounds(name: str, typed: str) -> None:
    assert list(read_rules({**RULES, name: typed}).errors) == [name]


@given(st.text(max_size=12), st.text(max_size=12))
def test_thresholds_are_in_their_bounds_or_refused(after: str, length: str) -> None:
    read = read_policy({**RULES, "overflow_after": after, "overflow_length": length})
    for name, (least, most) in line_settings.POLICY_BOUNDS.items():
        assert name in read.errors or least <= read.values[name] <= most


# --- announcements, as typed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "default", "kept"),
    [
        ("  Bonjour,\n à tous. ", "Bonjour.", "Bonjour, à tous."),
        ("Bonjour.", "Bonjour.", None),
        ("", "Bonjour.", None),
        ("Vous avez le {position}.", "Place {position}.", "Vous avez le {position}."),
    ],
)
def test_words_of_an_announcement(typed: str, default: str, kept: str | None) -> None:
    assert read_text(typed, default) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "Place {rang}.",
        "Votre place.",
        "Place {position} {",
        "Place {position.__class__}.",
        "Place {position!r}.",
        "Place {position:>9}.",
        "Place {0}.",
        "Place {{position}}.",
        "Place {position}. " + "a" * TEXT_LIMIT,
    ],
)
def test_words_that_cannot_be_spoken(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_text(typed, "Place {position}.")


@given(st.text(max_size=80))
def test_what_is_accepted_can_be_filled_in(typed: str) -> None:
    try:
        words = read_text(typed, "Place {position}.")
    except InvalidInput:
        return
    assert words is None or words.format(position=3)


def test_each_of_our_own_texts_would_be_accepted() -> None:
    for language, texts in announcements.TEXTS.items():
        for key, words in texts.items():
            default = announcements.text(key, "fr")
            assert read_text(words, default + " ") in (None, " ".join(words.split())), (
                language,
                key,
            )


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(WAV, "audio/wav"), (MP3, "audio/mpeg"), (b"ID3\x04" + b"\0" * 20, "audio/mpeg")],
)
def test_sounds_by_their_content(content: bytes, media_type: str) -> None:
    assert sound_type(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"MZ\x90\x00",
        b"RIFF\x24\x00\x00\x00AVI ",
        b"\xff\xff\xff\xff",
        b"\xff\xd8\xff\xe0",  # a picture
        WAV + b"\0" * SOUND_LIMIT,
    ],
)
def test_what_is_no_sound(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        sound_type(content)


# --- pages, on both databases --------------------------------------------------------------------


def fresh(line: Line) -> Line:
    db.session.expire_all()
    return db.session.get_one(Line, line.id)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def acts() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def week(**days: str) -> dict[str, str]:
    typed = {f"day-{n}": "9h-12h30, 13h30-17h" for n in range(5)}
    return {**typed, "day-5": "", "day-6": "", **{f"day-{k[1:]}": v for k, v in days.items()}}


def test_hours_are_stored_and_journaled(line: Line, login: Login) -> None:
    manager = login("manager")
    token = seen(manager.get("/admin/line").text)
    answer = manager.post("/admin/line/hours", data={**week(d5="9h-12h"), "seen": token})
    assert answer.status_code == 302
    assert fresh(line).hours["week"]["5"] == [["09:00", "12:00"]]
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.act == "line_hours")).one()
    assert (entry.agent_id, entry.detail) == (manager.agent.id, {"days": ["5"]})


def test_what_is_refused_is_kept_as_typed(line: Line, login: Login) -> None:
    manager = login("manager")
    token = seen(manager.get("/admin/line").text)
    typed = week(d0="17h-9h", d1="<b>8h</b>")
    answer = manager.post("/admin/line/hours", data={**typed, "seen": token})
    assert answer.status_code == 422
    assert 'value="17h-9h"' in answer.text
    assert "&lt;b&gt;8h&lt;/b&gt;" in answer.text
    assert "<b>8h" not in answer.text
    assert fresh(line).hours == {}


def test_of_two_managers_the_second_is_told(line: Line, login: Login) -> None:
    first, second = login("manager"), login("manager")
    token = seen(first.get("/admin/line").text)
    assert (
        first.post("/admin/line/hours", data={**week(d0="8h-12h"), "seen": token}).status_code
        == 302
    )
    answer = second.post("/admin/line/hours", data={**week(d0="10h-12h"), "seen": token})
    assert answer.status_code == 409
    assert 'value="10h-12h"' in answer.text  # hers is kept
    assert "Enregistré en ce moment : 8h-12h" in answer.text.replace("\u00a0", " ")
    assert fresh(line).hours["week"]["0"] == [["08:00", "12:00"]]
    again = second.post("/admin/line/hours", data={**week(d0="10h-12h"), "seen": seen(answer.text)})
    assert again.status_code == 302
    assert fresh(line).hours["week"]["0"] == [["10:00", "12:00"]]


def test_a_closure_says_what_will_be_heard(line: Line, login: Login) -> None:
    manager = login("manager")
    day = date.today() + timedelta(days=40)  # noqa: DTZ011 (any day that is not past)
    answer = manager.post("/admin/line/closures", data={"first": day.isoformat()})
    if answer.status_code == 422:  # that day is a holiday
        day += timedelta(days=1)
        manager.post("/admin/line/closures", data={"first": day.isoformat()})
    assert fresh(line).hours["closures"] == [day.isoformat()]
    page = manager.get("/admin/line").text
    assert "On entendra" in page
    assert (
        manager.post("/admin/line/closures/remove", data={"day": day.isoformat()}).status_code
        == 302
    )
    assert fresh(line).hours["closures"] == []
    assert (
        manager.post("/admin/line/closures/remove", data={"day": day.isoformat()}).status_code
        == 404
    )
    assert acts() == ["line_closed_days", "line_closed_days"]


def test_rules_are_stored_with_the_names_that_changed(line: Line, login: Login) -> None:
    manager = login("manager")
    token = seen(manager.get("/admin/line/rules").text)
    typed = {**RULES, "coaching": "1", "overflow_after": "45", "languages": "en, ar"}
    assert manager.post("/admin/line/rules", data={**typed, "seen": token}).status_code == 302
    stored = fresh(line)
    assert (stored.rules["coaching"], stored.queue.policy["overflow_after"]) == (True, 45)
    detail = db.session.scalars(select(JournalEntry.detail)).one()
    assert detail == {"fields": ["coaching", "languages", "overflow_after"]}
    stale = manager.post("/admin/line/rules", data={**RULES, "seen": token})
    assert stale.status_code == 409
    assert manager.get("/admin/line/announcements?language=ar").status_code == 200


def test_of_two_who_change_rules_the_second_sees_what_changed_and_loses_nothing(
    line: Line, login: Login
) -> None:
    first, second = login("manager", display_name="Odile"), login("manager")
    mine, theirs = (seen(each.get("/admin/line/rules").text) for each in (second, first))
    changed = {**RULES, "sticky_minutes": "7", "coaching": "1", "seen": theirs}
    assert first.post("/admin/line/rules", data=changed).status_code == 302
    late = second.post("/admin/line/rules", data={**RULES, "callback_attempts": "9", "seen": mine})
    assert late.status_code == 409
    assert "Odile" in late.text
    assert re.search(r'name="callback_attempts" value="9"', late.text)  # typed: kept
    assert re.search(r'name="sticky_minutes" value="7"', late.text)  # left alone: as it is now
    assert re.search(r'name="coaching" value="1" checked', late.text)
    assert fresh(line).rules["callback_attempts"] != 9
    again = {**RULES, "callback_attempts": "9", "sticky_minutes": "7", "coaching": "1"}
    answer = second.post("/admin/line/rules", data={**again, "seen": seen(late.text)})
    assert answer.status_code == 302
    rules = fresh(line).rules
    assert (rules["callback_attempts"], rules["sticky_minutes"], rules["coaching"]) == (9, 7, True)


def test_holidays_of_another_territory_chosen_meanwhile(line: Line, login: Login) -> None:
    first, second = login("manager"), login("manager")
    page = first.get("/admin/line").text
    token = re.findall(r'name="seen" value="([^"]+)"', page)[1]
    data = {"territory": "57", "seen": token}
    assert first.post("/admin/line/territory", data=data).status_code == 302
    late = second.post("/admin/line/territory", data={"territory": "974", "seen": token})
    assert late.status_code == 409
    assert "Réunion" in late.text
    assert fresh(line).hours["territory"] == "57"


def test_a_sound_put_by_another_is_not_replaced_unseen(line: Line, login: Login) -> None:
    first, second = login("manager"), login("manager")
    here = "/admin/line/announcements/fr/greeting"
    page = second.get("/admin/line/announcements").text
    card = page[page.index('id="text-greeting"') : page.index('id="text-greeting"') + 9000]
    token = re.findall(r'name="seen" value="([^"]+)"', card)[-1]
    assert upload(first, MP3).status_code == 302
    late = second.post(
        f"{here}/sound", data={"sound": (io.BytesIO(MP3), "b.mp3"), "seen": token},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert late.status_code == 409
    assert "un son déposé" in late.text


def test_rules_refused_keep_what_was_typed(line: Line, login: Login) -> None:
    manager = login("manager")
    token = seen(manager.get("/admin/line/rules").text)
    answer = manager.post(
        "/admin/line/rules", data={**RULES, "sticky_minutes": "mille", "seen": token}
    )
    assert answer.status_code == 422
    assert 'value="mille"' in answer.text
    assert fresh(line).rules == {}


def text_seen(client, key: str = "position", language: str = "fr") -> str:  # type: ignore[no-untyped-def]
    page = client.get(f"/admin/line/announcements?language={language}").text
    return seen(page[page.index(f'id="text-{key}"') :])


def test_a_text_is_changed_then_put_back(line: Line, login: Login) -> None:
    manager = login("manager")
    here = "/admin/line/announcements/fr/position"
    token = text_seen(manager)
    card = manager.post(
        here, data={"text": "Le {position} !", "seen": token}, headers={"HX-Request": "true"}
    )
    assert card.status_code == 200
    assert card.text.lstrip().startswith("<section")
    assert fresh(line).announcements == {"fr": {"position": "Le {position} !"}}
    stale = manager.post(here, data={"text": "Autre {position}", "seen": token})
    assert stale.status_code == 409
    assert "Autre {position}" in stale.text
    assert manager.post(f"{here}/reset").status_code == 302
    assert fresh(line).announcements == {"fr": {}}


def test_words_never_reach_the_journal(line: Line, login: Login) -> None:
    manager = login("manager")
    manager.post(
        "/admin/line/announcements/fr/greeting",
        data={"text": "Bonjour de Mireille.", "seen": text_seen(manager, "greeting")},
    )
    assert fresh(line).announcements["fr"]["greeting"] == "Bonjour de Mireille."
    assert "Mireille" not in str(list(db.session.scalars(select(JournalEntry.detail))))


@pytest.mark.parametrize(
    ("text", "said"), [("Place {rang}.", "{rang}"), ("Place.", "Il manque {position}")]
)
def test_a_text_refused_is_kept(line: Line, login: Login, text: str, said: str) -> None:
    manager = login("manager")
    card = manager.post(
        "/admin/line/announcements/fr/position",
        data={"text": text, "seen": text_seen(manager)},
        headers={"HX-Request": "true"},
    )
    assert (card.status_code, card.headers["X-Form-Returned"]) == (422, "1")
    assert said in card.text
    assert f">{text}</textarea>" in card.text


@pytest.mark.parametrize(
    "path", ["/admin/line/announcements/fr/nothing", "/admin/line/announcements/de/greeting"]
)
def test_an_announcement_that_does_not_exist(line: Line, login: Login, path: str) -> None:
    assert login("manager").post(path, data={"text": "x", "seen": ""}).status_code == 404


def upload(client, content: bytes, key: str = "greeting", name: str = "a.mp3"):  # type: ignore[no-untyped-def]
    return client.post(
        f"/admin/line/announcements/fr/{key}/sound",
        data={"sound": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def test_a_sound_is_stored_heard_replaced_and_deleted(line: Line, login: Login) -> None:
    manager = login("manager")
    assert upload(manager, WAV, name="anything.exe").status_code == 302
    first = db.session.scalars(select(AnnouncementSound.token)).one()
    heard = manager.get(f"/admin/line/sounds/{first}")
    assert (heard.data, heard.mimetype) == (WAV, "audio/wav")
    assert upload(manager, MP3).status_code == 302
    db.session.expire_all()
    second = db.session.scalars(select(AnnouncementSound)).one()
    assert (second.media_type, second.token != first) == ("audio/mpeg", True)
    assert manager.get(f"/admin/line/sounds/{first}").status_code == 404
    assert manager.post("/admin/line/announcements/fr/greeting/sound/delete").status_code == 302
    assert db.session.scalars(select(AnnouncementSound)).all() == []


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        (b"not a sound", "greeting", "ni un WAV ni un MP3"),
        (b"", "greeting", "vide"),
        (WAV + b"\0" * SOUND_LIMIT, "greeting", "2 Mo"),
        (WAV, "position", "ne peut pas être un fichier"),
    ],
)
def test_a_sound_refused(line: Line, login: Login, content: bytes, key: str, said: str) -> None:
    answer = upload(login("manager"), content, key)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(select(AnnouncementSound)).all() == []


@pytest.mark.parametrize(
    "path",
    ["/admin/line", "/admin/line/rules", "/admin/line/announcements", "/admin/line/sounds/x"],
)
@pytest.mark.parametrize("role", ["front", "back"])
def test_agents_do_not_set_the_line(line: Line, login: Login, path: str, role: str) -> None:
    assert login(role).get(path).status_code == 403


def test_no_line_is_said_plainly(app: Flask, login: Login) -> None:
    assert login("admin").get("/admin/line").status_code == 404


def test_the_pages_are_in_english_too(line: Line, login: Login) -> None:
    manager = login("manager", locale="en")
    assert "Opening hours of the week" in manager.get("/admin/line").text
    assert "The back office is called in after" in manager.get("/admin/line/rules").text


# --- a second service ------------------------------------------------------------------------------


@pytest.fixture
def housing(line: Line) -> Line:
    """Another service of the same installation, with a number of its own."""
    other = Line(name="Logement", number="+33199000101", mode="hours")
    db.session.add(other)
    db.session.commit()
    return other


def test_each_service_has_its_own_settings(line: Line, housing: Line, login: Login) -> None:
    manager = login("manager")
    page = manager.get(f"/admin/line?line={housing.id}").text
    assert "Logement" in page
    assert f'href="/admin/line?line={line.id}"' in page  # the way to the other one
    action = f"/admin/line/hours?line={housing.id}"
    assert f'action="{action}#week"' in page  # what is typed here stays here
    answer = manager.post(action, data={**week(d5="9h-12h"), "seen": seen(page)})
    assert answer.headers["Location"] == f"/admin/line?line={housing.id}"
    assert fresh(housing).hours["week"]["5"] == [["09:00", "12:00"]]
    assert fresh(line).hours == {}
    manager.post(f"/supervision/line/incident?line={housing.id}", data={"on": "1"})
    manager.post(f"/supervision/line/mode?line={housing.id}", data={"mode": "closed"})
    assert (fresh(housing).mode, fresh(line).mode) == ("closed", "open")
    assert fresh(housing).incident_since
    assert fresh(line).incident_since is None


@pytest.mark.parametrize("page", ["", "/rules", "/announcements"])
def test_every_link_of_a_page_stays_on_its_line(
    line: Line, housing: Line, login: Login, page: str
) -> None:
    text = login("manager").get(f"/admin/line{page}?line={housing.id}").text
    ours = re.findall(r'(?:href|action|hx-post)="(/(?:admin/line|supervision)[^"]*)"', text)
    strayed = [at for at in ours if f"line={housing.id}" not in at and "sounds/" not in at]
    assert {at.partition("#")[0].rpartition("=")[2] for at in strayed} <= {str(line.id)}
    assert len(ours) > len(strayed)


def test_the_wall_shows_each_line(line: Line, housing: Line, login: Login) -> None:
    board = login("manager").get("/wall/board").text
    assert "Logement" in board
    assert f'data-open="/supervision/line?line={housing.id}"' in board
    assert f'data-open="/supervision/thresholds?line={housing.id}"' in board
    assert board.count("/supervision/thresholds") == 2  # each queue has its own


def test_lines_that_share_a_queue_share_its_thresholds(
    line: Line, housing: Line, login: Login
) -> None:
    housing.queue = line.queue
    db.session.commit()
    manager = login("manager")
    assert manager.get("/wall/board").text.count("/supervision/thresholds") == 1
    assert "Portail des aides, dont les appels attendent" in manager.get(
        f"/admin/line/rules?line={housing.id}"
    ).text.replace("\u202f", " ").replace("\xa0", " ")
    page = manager.get(f"/supervision/thresholds?line={housing.id}").text
    assert "Logement, Portail des aides" in page
    changed = {"overflow_after": "45", "overflow_length": "2", "seen": seen(page)}
    manager.post(f"/supervision/thresholds?line={housing.id}", data=changed)
    assert fresh(line).queue.policy == {"overflow_after": 45, "overflow_length": 2}


def test_one_service_alone_is_not_asked_to_choose(line: Line, login: Login) -> None:
    manager = login("manager")
    assert "?line=" not in manager.get("/admin/line").text
    assert "?line=" not in manager.get("/wall/board").text


def test_thresholds_are_those_of_the_queue_of_the_line(
    line: Line, housing: Line, login: Login
) -> None:
    manager = login("manager")
    page = manager.get(f"/admin/line/rules?line={housing.id}").text
    typed = {
        "closing": "callback", "callbacks": "1", "callback_attempts": "2", "languages": "en",
        "callback_pause_minutes": "10", "sticky_minutes": "5", "seen": seen(page),
        "ring_seconds": "35", "overflow_after": "60", "overflow_length": "3",
    }  # fmt: skip
    assert manager.post(f"/admin/line/rules?line={housing.id}", data=typed).status_code == 302
    assert fresh(housing).rules["closing"] == "callback"
    assert fresh(housing).queue.policy["ring_seconds"] == 35
    assert fresh(line).queue.policy == {}


def test_a_line_that_does_not_exist(line: Line, login: Login) -> None:
    manager = login("manager")
    assert manager.get("/admin/line?line=999").status_code == 404
    assert (
        manager.post("/supervision/line/mode?line=999", data={"mode": "closed"}).status_code == 404
    )
    assert fresh(line).mode == "open"
