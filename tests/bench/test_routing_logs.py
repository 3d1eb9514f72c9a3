"""Real logs to replay: our columns, an export of our database, any switchboard's file."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from app.demo import reference_load, seed
from app.demo.reference_day import REFERENCE_DAY, plan
from bench.routing import export, logs

MAPPING = """
[columns]
received_at = "Date et heure"
wait_s = "Attente"
talk_s = "Conversation"
[formats]
received_at = "%d/%m/%Y %H:%M:%S"
"""


def drawn(seed_: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed_)


@pytest.mark.unit
def test_our_columns_are_read_in_order_and_what_is_missing_is_drawn(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "queued_at,talk_s,wait_s,patience_s,owner\n"
        "2021-06-22T09:10:00,60,20,,3\n"
        "2021-06-22T09:00:30,,45,,\n"
        "2021-06-22T09:30:00,80,,7,\n"
    )
    left, answered, patient = logs.read(log).day(drawn())
    assert [c.at for c in (left, answered)] == [9 * 3600 + 30, 9 * 3600 + 600]
    assert (left.patience_s, left.owner) == (45, None)  # she hung up then; her talk is drawn
    assert left.talk_s > 0
    assert (answered.talk_s, answered.owner) == (60, 3)
    assert answered.patience_s > 20  # she was answered: she would have waited longer
    assert patient.patience_s == 7
    again = logs.read(log).day(drawn(2))
    assert again[0].talk_s != left.talk_s
    assert again[1].talk_s == answered.talk_s


@pytest.mark.unit
@pytest.mark.parametrize("line", ["hier,60", "2021-06-22T09:00:00,-5", "2021-06-22T09:00:00,x"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"queued_at,talk_s\n2021-06-22T08:59:00,10\n{line}\n")
    with pytest.raises(ValueError, match="line 3"):
        logs.read(log)


@pytest.mark.unit
def test_a_log_without_calls_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("queued_at,talk_s\n")
    with pytest.raises(ValueError, match="no call"):
        logs.read(log)


@pytest.mark.unit
def test_a_switchboards_file_is_read_with_the_mapping_of_imports(tmp_path: Path) -> None:
    log, mapping = tmp_path / "appels.csv", tmp_path / "appels.toml"
    mapping.write_text(MAPPING)
    log.write_text(
        "Date et heure;Attente;Conversation\n22/06/2021 09:05:00;0:12;5:36\n"
        "22/06/2021 09:01:00;1:30;\n"
    )
    left, answered = logs.read(log, mapping).day(drawn())
    assert (left.patience_s, answered.talk_s) == (90, 336)
    assert answered.at - left.at == 240
    log.write_text("Date et heure;Attente;Conversation\n22/06/2021;0:12;5:36\n")
    with pytest.raises(ValueError, match="line 2"):
        logs.read(log, mapping)


def test_the_demo_day_exported_from_the_database_is_the_demo_day(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    seed.seed(datetime(2021, 6, 21, 8, tzinfo=UTC))
    reference_load.load(REFERENCE_DAY)
    file = io.StringIO()
    assert export.write(database_url, date(2021, 6, 22), date(2021, 6, 22), file) == 67
    assert "+33" not in file.getvalue()
    log = tmp_path / "log.csv"
    log.write_text(file.getvalue())
    read = logs.read(log)
    planned = sorted(plan(), key=lambda call: call.queued_at)
    assert [k.queued_at for k in read] == [call.queued_at for call in planned]
    for known, call in zip(read, planned, strict=True):
        assert known.talk_s == (call.talk_s if call.answered else None)
        assert timedelta(seconds=known.wait_s or 0) == timedelta(seconds=call.wait_s)
    assert export.write(database_url, date(2021, 6, 23), date(2021, 6, 23), io.StringIO()) == 0
