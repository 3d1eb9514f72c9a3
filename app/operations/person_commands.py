"""Commands about persons."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.dossiers.finding import index
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

persons = AppGroup("persons", help="Persons and what finds them.")


@persons.command("index")
@click.option("--check", is_flag=True, help="Say how many are out of date; change nothing.")
def persons_index(check: bool) -> None:
    """Make what the search looks in anew, for everybody (it follows each write by itself)."""
    if not check:
        with unit_of_work() as work:
            count = index.rebuild(work.session.connection())
        click.echo(f"{count} personne(s) : index de recherche refait.")
        return
    stale = index.stale(db.session.connection())
    if stale:
        raise click.ClickException(
            f"{len(stale)} personne(s) ne se trouvent pas par tout ce qui est écrit d'elles. "
            "Lancez « persons index »."
        )
    click.echo("Tout est à jour.")
