"""``flask account …``: accounts of the staff, from the machine itself."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts import staff
from app.accounts.signing_in import emergency, second_step
from app.foundation import clock
from app.foundation.roles import STAFF
from app.operations.telling import or_exit

people = AppGroup("account", help="Accounts of the staff.")

_password = click.password_option(
    prompt="Mot de passe", confirmation_prompt="Encore une fois, pour vérifier"
)


@people.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in STAFF]), required=True)
@_password
def account_add(email: str, name: str, role: str, password: str) -> None:
    """Make an account, the first of an installation for instance: EMAIL, NAME as shown.

    The password is asked for: it stands in no history and no list of processes.
    """
    or_exit(lambda: staff.add(email, name, role, password, now=clock.now()))
    click.echo(f"Compte ajouté : {name}.")


@people.command("password")
@click.argument("email")
@_password
def account_password(email: str, password: str) -> None:
    """Give EMAIL a new password."""
    or_exit(lambda: staff.change_password(email, password, now=clock.now()))
    click.echo("Mot de passe changé.")


@people.command("second-step-off")
@click.argument("email")
def account_second_step_off(email: str) -> None:
    """Take the second step off EMAIL, whose telephone is lost. Journaled; every session ends.

    Where the role must have one, it is set up anew at the next sign-in.
    """
    or_exit(lambda: second_step.reset(email, now=clock.now()))
    click.echo("Vérification en deux étapes retirée.")


@people.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([str(role) for role in STAFF]))
def account_role(email: str, role: str) -> None:
    """Give EMAIL another ROLE; whoever is signed in there signs in again."""
    or_exit(lambda: staff.change_role(email, role, now=clock.now()))
    click.echo("Rôle changé.")


@people.command("reopen")
@click.argument("email")
def account_reopen(email: str) -> None:
    """Let EMAIL, which was closed, sign in again with its password."""
    or_exit(lambda: staff.reopen(email, now=clock.now()))
    click.echo("Compte ouvert de nouveau.")


@people.command("emergency")
@click.argument("email")
@click.argument("state", type=click.Choice(["on", "off"]))
def account_emergency(email: str, state: str) -> None:
    """Let EMAIL's password open it also where everybody comes from the identity provider.

    For the day when that one does not answer. Each use is journaled, and mailed to administrators.
    """
    or_exit(lambda: emergency.switch(email, on=state == "on", now=clock.now()))
    click.echo("Compte de secours." if state == "on" else "Compte ordinaire.")


@people.command("close")
@click.argument("email")
def account_close(email: str) -> None:
    """Nobody signs in as EMAIL any more; her calls and dossiers keep her name."""
    or_exit(lambda: staff.close(email, now=clock.now()))
    click.echo("Compte fermé.")
