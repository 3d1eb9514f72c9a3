"""``backup``, ``backup verify``, ``backup key`` and ``restore``: the commands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask

from app.accounts import journal
from app.foundation import clock, config
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, PermanenceError
from app.foundation.wiring import settings
from app.operations.backups import backup, backup_file, restore
from app.operations.backups.restore import Found

SUFFIX = ".backup"
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
identity_option = click.option(
    "--identity", type=FILE, default=None, help="File of the key that opens an encrypted backup."
)


def register(app: Flask) -> None:
    """Attach the commands to the app."""
    app.cli.add_command(backup_group)
    app.cli.add_command(restore_command)


@click.group("backup", invoke_without_command=True)
@click.option("--out", type=FILE, default=None, help="File to write.")
@click.option("--folder", type=FOLDER, default=None, help="Folder to write into, by date.")
@click.option(
    "--keep", type=click.IntRange(min=1), default=None, help="With --folder: how many to keep."
)
@click.option("--recipient", default=None, help="Public key (age1…); default: BACKUP_RECIPIENT.")
@click.option(
    "--verify",
    "then_verify",
    is_flag=True,
    help="Then restore it into an empty place, and compare.",
)
@click.pass_context
def backup_group(
    context: click.Context,
    out: Path | None,
    folder: Path | None,
    keep: int | None,
    recipient: str | None,
    then_verify: bool,
) -> None:
    """Write everything that must be kept into one file: database, files, keys."""
    if context.invoked_subcommand:
        return
    if (out is None) == (folder is None):
        raise click.UsageError("Donnez --out FICHIER, ou --folder DOSSIER.")
    try:
        path = out or _dated(folder)  # type: ignore[arg-type]
        _make(path, recipient or settings().backup_recipient, then_verify)
        if folder is not None and keep is not None:
            _forget(folder, keep)
    except PermanenceError as error:
        raise _told(error) from error


@backup_group.command("verify")
@click.argument("file", type=FILE)
@identity_option
def backup_verify(file: Path, identity: Path | None) -> None:
    """Restore FILE into an empty place, compare every table, leave nothing behind."""
    try:
        found = restore.verify(settings(), file, _identities(identity), say=click.echo)
    except PermanenceError as error:
        raise _told(error) from error
    _say_keys(found, settings().encryption_keys)
    click.echo(
        f"{file} : sauvegarde du {found.header['made_at']}, complète. Lignes : {found.rows}."
    )


@backup_group.command("key")
@click.option("--out", type=FILE, required=True, help="File for the key; keep it off this machine.")
def backup_key(out: Path) -> None:
    """Make a key for encrypted backups; print its public half, for BACKUP_RECIPIENT."""
    secret, public = backup_file.new_identity()
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# public key: {public}\n{secret}\n")
    except OSError as error:
        raise click.ClickException(f"{out} n'a pas pu être écrit ({error.strerror}).") from error
    click.echo(public)
    click.echo(
        f"Gardez {out} ailleurs qu'ici : sans lui, une sauvegarde chiffrée ne s'ouvre pas.",
        err=True,
    )


@click.command("restore")
@click.argument("file", type=FILE)
@identity_option
@click.option("--overwrite", is_flag=True, help="Put aside what is here, and take its place.")
@click.option("--dry-run", is_flag=True, help="Try it in an empty place; change nothing.")
def restore_command(file: Path, identity: Path | None, overwrite: bool, dry_run: bool) -> None:
    """Bring back what FILE holds: database, files, keys. Stop Permanence first."""
    say, keys = click.echo, _identities(identity)
    try:
        if dry_run:
            found = restore.verify(settings(), file, keys, say=say)
            click.echo(
                f"À restaurer : lignes, {found.rows} ; fichiers, {len(found.files)}. Rien n'a été changé."
            )
            return
        now = clock.now()
        found = restore.restore(settings(), file, keys, overwrite=overwrite, now=now, say=say)
        with unit_of_work():
            detail = {"made_at": found.header["made_at"]}
            journal.record("restore", "backup:file", agent_id=None, now=now, detail=detail)
    except PermanenceError as error:
        raise _told(error) from error
    _say_keys(found, config.load().encryption_keys)
    click.echo(
        f"Sauvegarde du {found.header['made_at']} restaurée. Lignes : {found.rows}. Fichiers : {len(found.files)}."
    )


def _make(path: Path, recipient: str, then_verify: bool) -> None:
    recipients, identities = ([recipient] if recipient else []), []
    if recipient and then_verify:
        # This machine cannot open its own backups. To try this one, it is also encrypted for a key
        # that is known to this process alone and forgotten when it ends.
        secret, public = backup_file.new_identity()
        recipients, identities = [recipient, public], [secret]
    now = clock.now()
    backup.make(settings(), path, recipients, now=now, say=click.echo)
    with unit_of_work():
        journal.record("backup", "backup:file", agent_id=None, now=now)
    if then_verify:
        restore.verify(settings(), path, identities, say=lambda _line: None)
        click.echo("Vérifiée : restaurée dans un endroit vide, identique.")
    click.echo(f"{path} : {path.stat().st_size} octets{', chiffrée' if recipient else ''}.")
    if not recipient and not settings().embedded_carrier:
        click.echo(
            "Non chiffrée : ENCRYPTION_KEYS n'y est pas, gardez-en une copie ailleurs.", err=True
        )


def _dated(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            "%(path)s n'a pas pu être écrit (%(why)s).", path=folder, why=error.strerror
        ) from error
    return folder / f"permanence-{clock.now():%Y%m%dT%H%M%SZ}{SUFFIX}"


def _forget(folder: Path, keep: int) -> None:
    """Erase the oldest of the folder's own backups beyond ``keep``."""
    for path in sorted(folder.glob(f"permanence-*{SUFFIX}"))[:-keep]:
        path.unlink()
        click.echo(f"{path.name} effacée : {keep} plus récentes sont là.")


def _identities(file: Path | None) -> Sequence[str]:
    if file is None:
        return []
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} n'a pas pu être lu : est-ce la clé ?") from error
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise click.ClickException(f"{file} ne contient pas de clé.")
    return found


def _say_keys(found: Found, here: Sequence[str]) -> None:
    """Say which keys are wanting, and where they are."""
    missing = found.missing_keys(here)
    if not missing:
        return
    click.echo(
        f"Clés qui manquent à ENCRYPTION_KEYS (empreintes : {', '.join(missing)}). Sans elles, NIR et "
        "IBAN restent chiffrés.",
        err=True,
    )
    if found.keys:
        click.echo(
            "Elles sont dans la sauvegarde, dans encryption-keys.json : "
            "age --decrypt -i CLÉ FICHIER | tar xzO encryption-keys.json",
            err=True,
        )


def _told(error: PermanenceError) -> click.ClickException:
    return click.ClickException(" ".join(part for part in error.told() if part))
