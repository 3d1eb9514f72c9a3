"""Commands about persons."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.accounts import journal
from app.administration.privacy import erasing, held
from app.dossiers.duplicates import comparing
from app.dossiers.feeds import exporting
from app.dossiers.feeds import service as feeds
from app.dossiers.feeds import words as feed_words
from app.dossiers.feeds.kinds import KINDS
from app.dossiers.feeds.plan import Told, read_mapping
from app.dossiers.feeds.refused import lines as feed_refusals
from app.dossiers.finding import index
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.operations.telling import or_exit

persons = AppGroup("persons", help="Persons and what finds them.")


@persons.command("index")
@click.option("--check", is_flag=True, help="Say how many are out of date; change nothing.")
def persons_index(check: bool) -> None:
    """Make what the search looks in anew, for everybody (it follows each write by itself)."""
    if not check:
        with unit_of_work() as work:
            count = index.rebuild(work.session.connection())
        click.echo(f"Index de recherche refait. Personnes : {count}.")
        return
    stale = index.stale(db.session.connection())
    if stale:
        raise click.ClickException(
            f"Personnes introuvables par une partie de leur fiche : {len(stale)}. "
            "Lancez « persons index »."
        )
    click.echo("Tout est à jour.")


@persons.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", default="persons", type=click.Choice(list(KINDS)), help="What the file has."
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file that names the columns; without it they are recognised by their titles.",
)
@click.option(
    "--source", default="", help="Who sends it: its own numbers are known apart from others'."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused lines to this file, with why, to correct and import them.",
)
def persons_import(
    file: Path, kind: str, mapping: Path | None, source: str, dry_run: bool, rejected: Path | None
) -> None:
    """Import persons (or dossiers, pièces, events, organismes) from FILE (CSV, .xlsx, .ods).

    The same file again changes nothing; an import that was cut off goes on.
    """
    if rejected is not None and rejected.exists() and rejected.samefile(file):
        raise click.ClickException("Le fichier des refus ne peut pas être celui que l'on importe.")

    def go() -> int:
        told = read_mapping(mapping.read_bytes(), KINDS[kind]) if mapping else Told()
        return feeds.import_path(file, kind, told, source=source[:40], trial=dry_run)

    run = feeds.run_of(or_exit(go))
    if others := feeds.plan_of(run).others:
        click.echo(f"Une seule feuille du classeur est lue. Pas lues : {', '.join(others)}.")
    click.echo("\n".join(feed_words.summary(run, feed_refusals.by_kind(run.id))))
    for each in feed_refusals.first(run.id, 20):
        click.echo(f"ligne {each.line} : {each.why}")
    if rejected is not None:
        feed_refusals.write(run, rejected)


@persons.command("export")
@click.option(
    "--kind", default="persons", type=click.Choice(["persons", "organisations", "dossiers"])
)
@click.option("--format", "form", default="csv", type=click.Choice(["csv", "xlsx"]))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def persons_export(kind: str, form: str, out: Path) -> None:
    """Write all persons (or organismes, dossiers) to a file that « persons import » reads."""
    try:
        count = or_exit(lambda: exporting.export(kind, out, form, agent_id=None, now=clock.now()))
    except OSError as error:
        raise click.ClickException(
            f"{out} n'a pas pu être écrit ({error.strerror}). Choisissez un autre dossier."
        ) from error
    click.echo(f"Lignes écrites dans {out} : {count}.")


@persons.command("duplicates")
def persons_duplicates() -> None:
    """Compare everybody with everybody who may be alike, anew (each write is compared by itself)."""
    count = comparing.note_everybody()
    done = 0
    while part := comparing.work(clock.now()):
        done += part
    click.echo(f"Personnes : {count}. Comparées : {done}.")


@persons.command("held")
@click.argument("person_id", type=int)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def persons_held(person_id: int, out: Path) -> None:
    """Write all that is held on person PERSON_ID to a JSON file."""
    rows = or_exit(lambda: held.of(person_id))
    out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    out.chmod(0o600)
    with unit_of_work():
        journal.record("person_exported", f"person:{person_id}", agent_id=None, now=clock.now())
    click.echo(f"Lignes écrites dans {out} : {sum(map(len, rows.values()))}.")


@persons.command("erase")
@click.argument("person_id", type=int)
@click.option("--dry-run", is_flag=True, help="Say what would be erased, erase nothing.")
def persons_erase(person_id: int, dry_run: bool) -> None:
    """Erase person PERSON_ID for good; figures stay. Prints the number of the certificate."""
    if dry_run:
        for name, count in or_exit(lambda: erasing.preview(person_id)).items():
            click.echo(f"{name}: {count}")
        return
    made = or_exit(lambda: erasing.erase(person_id, by_id=None, now=clock.now()))
    click.echo(f"Effacée. Certificat : {made.number}")
