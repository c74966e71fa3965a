"""`manage.py user`: accounts, from the machine itself."""

import sys
from collections.abc import Callable

import click

from cms import clock, db
from cms.accounts import closing, forgotten, password_change, people
from cms.accounts.models import Account
from cms.accounts.permissions import Role
from cms.cli import terminal
from cms.errors import NotFound
from cms.mail import account_letters

ROLES = [role.value for role in Role]
from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)


@click.group
def command() -> None:
    """Create, list, disable accounts; reset a password."""


@command.command("create")
@click.argument("email")
@click.option("--name", help="The name shown in the admin; the part before @ without it.")
@click.option("--role", type=click.Choice(ROLES), default="author", show_default=True)
@from_stdin
def create(email: str, name: str | None, role: str, password_stdin: bool) -> None:
    """Create an account; without a password, print a link with which its owner chooses one."""
    password = _read_password() if password_stdin else None
    now = clock.now()
    with terminal.opened() as settings:
        account = people.create_account(
            email, name or email.split("@")[0], roles=[Role(role)], password=password, now=now
        )
        lifetime = forgotten.INVITATION_LIFETIME
        link = None
        if password is None:
            link = forgotten.invite(account, settings=settings, now=now)
        db.commit()
        terminal.say(f"Created {account.email}, {role}.")
        if link:
            _say_link(link, f"{lifetime.days} days")


@command.command("list")
def list_() -> None:
    """List all accounts with their roles and state."""
    with terminal.opened(write=False):
        rows = [_row(account) for account in people.list_accounts()]
    if rows:
        terminal.table(["email", "name", "roles", "state"], rows)
    else:
        terminal.say("There are no accounts yet. manage.py serve prints a link that makes one.")


@command.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Suspend an account and end its sessions at once."""
    _act(email, closing.disable, "Disabled {email}; its sessions have ended.")


@command.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Open a suspended account again."""
    _act(email, closing.enable, "Enabled {email}.")


@command.command("reset-password")
@click.argument("email")
@from_stdin
def reset_password(email: str, password_stdin: bool) -> None:
    """Print a link with which a new password is chosen, or set the one on standard input."""
    password = _read_password() if password_stdin else None
    now = clock.now()
    with terminal.opened() as settings:
        account = _get_by_email(email)
        if password is not None:
            password_change.reset(account, password, now=now)
            account_letters.post_password_changed(account, now=now)
            db.commit()
            terminal.say(f"Set a new password for {account.email}; its sessions have ended.")
            return
        link = forgotten.issue_link(account, settings=settings, now=now)
        db.commit()
        _say_link(link, f"{forgotten.LIFETIME.seconds // 60} minutes")


def _act(email: str, act: Callable[..., None], done: str) -> None:
    with terminal.opened():
        account = _get_by_email(email)
        act(account, now=clock.now())
        db.commit()
        terminal.say(done.format(email=account.email))


def _get_by_email(email: str) -> Account:
    account = people.find_by_email(email)
    if account is None:
        raise NotFound(f"There is no account {email}. manage.py user list shows all.")
    return account


def _read_password() -> str:
    # Never an argument: those stand in the shell's history and in the list of processes.
    if sys.stdin.isatty():
        prompted: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\n")


def _row(account: Account) -> list[str]:
    roles = ", ".join(sorted(role.value for role in people.roles_of(account)))
    return [account.email, account.display_name, roles or "-", account.state]


def _say_link(link: forgotten.ResetLink, lasting: str) -> None:
    terminal.say(f"To choose a password (works once, within {lasting}):")
    terminal.say(f"  {link.url}")
