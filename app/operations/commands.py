"""Commands of who runs the installation: keys, backups, a check of everything."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from app.foundation import clock
from app.foundation.wiring import ports, settings
from app.operations import doctor, keys
from app.operations.backups import commands as backup_commands
from app.operations.person_commands import persons

keys_group = AppGroup("keys", help="Keys of what is encrypted in the database.")


def register(app: Flask) -> None:
    """Attach the commands to the app."""
    app.cli.add_command(keys_group)
    app.cli.add_command(doctor_command)
    app.cli.add_command(persons)
    backup_commands.register(app)


@keys_group.command("new")
def keys_new() -> None:
    """Print a new key, to be put before the others in ENCRYPTION_KEYS."""
    click.echo(keys.new())


@keys_group.command("rotate")
@click.option("--dry-run", is_flag=True, help="Say what would be sealed again, change nothing.")
def keys_rotate(dry_run: bool) -> None:
    """Seal with the newest key (the first of ENCRYPTION_KEYS) what older ones had sealed."""
    found = keys.rotate(now=clock.now(), dry_run=dry_run)
    for each in found:
        click.echo(
            f"{each.column} : {each.current} déjà sous la nouvelle clé, "
            f"{each.turned} {'à rechiffrer' if dry_run else 'rechiffrées'}, "
            f"{each.closed} qu'aucune clé n'ouvre"
        )
    if any(each.closed for each in found):
        raise click.ClickException(
            "Des valeurs sont chiffrées avec une clé absente d'ENCRYPTION_KEYS : elles sont intactes. "
            "Remettez cette clé à la suite des autres, puis recommencez."
        )
    if not dry_run:
        click.echo(
            "Les anciennes clés peuvent quitter ENCRYPTION_KEYS dès que toutes les machines ont redémarré "
            "avec la nouvelle. Gardez-les avec les sauvegardes d'avant."
        )


@click.command("doctor")
def doctor_command() -> None:
    """Check settings, database, keys, Redis, disk, provider, mail, certificate, files and clock."""
    findings = []
    for finding in doctor.examine(settings(), ports(), clock.now()):
        click.echo(finding)
        findings.append(finding)
    if wrong := [finding for finding in findings if finding.wrong]:
        raise click.ClickException(f"Points à corriger : {len(wrong)}.")
