"""The command line: ``flask --app app.factory …``."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate.cli import db as migrations
from gevent import monkey
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import journal_check
from app.assist import loader
from app.calls.call import service
from app.calls.provider import fallback, probe, twiml
from app.demo import accounts as demo_accounts
from app.demo import reference_load
from app.demo import seed as demo_seed
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.ports import Provisioning
from app.foundation.wiring import ports, settings
from app.lines import service as line_service
from app.lines import store as line_store
from app.operations import account_commands, background, jobs, retention
from app.operations.telling import in_sentences, or_exit
from app.queue import works
from app.queue.work_record import WorkRecord
from app.reporting import service as reporting
from app.reporting.imports import service as importing

demo = AppGroup("demo", help="Demo data.")
calls = AppGroup("calls", help="Calls.")
messages = AppGroup("messages", help="What people write to us.")
scripts = AppGroup("scripts", help="Guided scripts.")
telephony = AppGroup("telephony", help="The telephone provider.")
lines = AppGroup("line", help="The services' telephone lines.")

FIRST_LINE = "Ligne téléphonique"


def register(app: Flask) -> None:
    """Attach the commands to the app."""
    for command in (
        demo,
        calls,
        messages,
        scripts,
        telephony,
        lines,
        account_commands.people,
        report,
        worker,
        retention_command,
        journal_command,
    ):
        app.cli.add_command(command)
    in_sentences(migrations)


@demo.command("seed")
def seed() -> None:
    """Load the demo accounts, dossiers and line (again: changes nothing)."""
    _demonstration_only()
    click.echo(or_exit(lambda: demo_seed.seed(clock.now())))


@demo.command("accounts")
def print_demo_accounts() -> None:
    """Print the demo accounts."""
    click.echo(demo_accounts.table())


@demo.command("day")
@click.option("--date", "day", default="2021-06-22", help="The day to fill, AAAA-MM-JJ.")
def demo_day(day: str) -> None:
    """Load the reference day through the same tables and states as live calls.

    On an installation where nobody works yet, the demo team and line are made first.
    """
    _demonstration_only()
    if reference_load.nobody_works_here():
        demo_seed.seed(clock.now())
    click.echo(or_exit(lambda: reference_load.load(_day(day))))


@click.command("report")
@click.argument("day")
@click.option(
    "--format", "kind", default="table", type=click.Choice(["table", "json", "csv", "xlsx", "pdf"])
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None)
def report(day: str, kind: str, out: Path | None) -> None:
    """Print or write the report of DAY (AAAA-MM-JJ)."""
    content = or_exit(lambda: reporting.export(_day(day), kind))
    raw = content.encode() if isinstance(content, str) else content
    if out is None:
        sys.stdout.buffer.write(raw)
        return
    try:
        out.write_bytes(raw)
    except OSError as error:
        raise click.ClickException(
            f"{out} n'a pas pu être écrit ({error.strerror}). Choisissez un autre dossier."
        ) from error


@calls.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused lines to this file, with why, to correct and import them.",
)
def calls_import(file: Path, mapping: Path, dry_run: bool, rejected: Path | None) -> None:
    """Import calls from FILE (CSV, .xlsx, .ods), its columns named in a TOML mapping."""
    imported = or_exit(
        lambda: importing.import_file(
            file, mapping, now=clock.now(), dry=dry_run, rejected=rejected
        )
    )
    click.echo(imported)


@calls.command("rebuild")
@click.argument("ref")
def calls_rebuild(ref: str) -> None:
    """Make the row of call REF again from its events."""
    record = or_exit(lambda: service.rebuild(ref))
    click.echo(f"{ref}: {record.state}, {record.outcome or '—'}")


@messages.command("rebuild")
@click.argument("work_id", type=int)
def messages_rebuild(work_id: int) -> None:
    """Make message WORK_ID (the number in its address), and who holds it, again from its events."""

    def again() -> WorkRecord:
        with unit_of_work():
            return works.rebuild(work_id)

    record = or_exit(again)
    click.echo(f"{work_id}: {record.life.stage}, {record.outcome or '—'}")


@scripts.command("check")
def scripts_check() -> None:
    """Check every guided script; exit 1 when one has a problem."""
    problems = loader.check_all()
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.ClickException(f"Problèmes dans les scripts : {len(problems)}.")
    click.echo("Scripts : rien à corriger.")


@telephony.command("check")
def telephony_check() -> None:
    """Verify credentials, number, webhooks, fallback and clock; print what to fix.

    It ends with a trial from outside: the provider is asked to ring a softphone that does not
    exist, and must tell the running installation so.
    """
    provisioning = _provisioning()
    findings = provisioning.check(_further_numbers())
    for finding in findings:
        click.echo(finding)
    if findings[0].wrong:
        raise SystemExit(1)  # nobody to ask for the trial
    trial = or_exit(lambda: probe.from_outside(provisioning))
    click.echo(trial)
    if trial.wrong or any(f.wrong for f in findings):
        raise SystemExit(1)


@telephony.command("provision")
def telephony_provision() -> None:
    """Set the lines' numbers and the TwiML app to this installation; take calls on LINE_NUMBER."""
    further = _further_numbers()
    for line in or_exit(lambda: _provisioning().provision(further)):
        click.echo(line)
    if not any(line.number == settings().line_number for line in or_exit(line_store.every)):
        _add_line(settings().line_number, FIRST_LINE)


@lines.command("add")
@click.argument("number")
@click.argument("name")
def line_add(number: str, name: str) -> None:
    """Take calls on a further NUMBER, for the service NAME; its settings are on its page."""
    _add_line(number, name)


def _add_line(number: str, name: str) -> None:
    added = or_exit(lambda: line_service.add(number, name))
    click.echo(f"Ligne ajoutée : {added.name}, {added.number}.")


@lines.command("list")
def line_list() -> None:
    """Print the lines: id, number, name."""
    for line in line_store.every():
        click.echo(f"{line.id}  {line.number}  {line.name}")


@telephony.command("fallback")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write the files into; made if it is not there.",
)
@click.option("--base-url", default="", help="Address where the folder will be served.")
@click.option(
    "--method",
    default="GET",
    type=click.Choice(["GET", "POST"]),
    help="How the provider asks for the second file; POST keeps numbers out of the host's logs.",
)
def telephony_fallback(out: Path, base_url: str, method: str) -> None:
    """Write what callers hear when nothing answers here: static files, to be hosted apart.

    They take a number by the keypad. Those numbers become call-backs when Permanence is back.
    """
    if base_url and urlsplit(base_url).scheme not in ("http", "https"):
        raise click.ClickException(f"« {base_url} » n'est pas une adresse (https://…).")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in twiml.files(fallback.documents(base_url, method)).items():
            (out / name).write_text(content, encoding="utf-8")
            (out / name).chmod(0o644)  # for a web server, not for us alone as all else
            click.echo(out / name)
    except OSError as error:
        raise click.ClickException(
            f"{out} n'a pas pu être écrit ({error.strerror}). Choisissez un autre dossier."
        ) from error
    address = f"{base_url.rstrip('/') or 'https://…'}/{fallback.FIRST}"
    click.echo(
        "Hébergez ces deux fichiers côte à côte, sur une autre machine que Permanence, "
        f"puis réglez FALLBACK_URL={address} et lancez « telephony provision »."
    )


@click.command("worker")
def worker() -> None:
    """Run the ticker and the jobs (production: one or more of these processes).

    They are greenlets, so it starts itself again with the standard library patched: unpatched, the
    jobs' loop would never let the ticker run.
    """
    if not monkey.is_module_patched("time"):
        command = [sys.executable, "-m", "gevent.monkey", "--module", "flask", *sys.argv[1:]]
        os.execv(sys.executable, command)  # noqa: S606 - ourselves, no shell
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    or_exit(lambda: demo_accounts.refuse_open_ones(app))
    background.start_ticker(app)
    jobs.serve(app)


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would be erased, erase nothing.")
def retention_command(dry_run: bool) -> None:
    """Erase what is past its term."""
    counts = or_exit(lambda: retention.run(now=clock.now(), dry_run=dry_run))
    for name, count in counts.items():
        click.echo(f"{name}: {count}")


@click.command("journal-check")
def journal_command() -> None:
    """Verify now, from the first line on, that no line of the journal was changed or removed."""
    broken = or_exit(lambda: journal_check.check_all(now=clock.now()))
    if broken is not None:
        raise click.ClickException(f"Le journal est rompu à la ligne {broken}.")
    click.echo(f"Journal : intact jusqu'à la ligne {journal_check.verified().line}.")


def _demonstration_only() -> None:
    """The demo accounts' password is public: a production takes none of them."""
    if not settings().embedded_carrier and not settings().allow_demo:
        raise click.ClickException(
            "Ici, de vraies personnes appellent : les comptes de démonstration, dont le mot de passe est "
            "public, n'y sont pas créés. Sur une installation d'essai, réglez ALLOW_DEMO=1."
        )


def _provisioning() -> Provisioning:
    found = ports().provisioning
    if found is None:
        raise click.ClickException("Aucun fournisseur téléphonique n'est réglé.")
    return found


def _further_numbers() -> list[str]:
    """The numbers of the lines besides LINE_NUMBER; none while the database has no lines yet."""
    try:
        return [
            n for n in (line.number for line in line_store.every()) if n != settings().line_number
        ]
    except SQLAlchemyError:
        return []


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"« {text} » n'est pas une date (AAAA-MM-JJ).") from None
