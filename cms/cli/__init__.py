"""The operators' door: `manage.py`, one file per command, each loaded only when it is called."""

import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from cms.errors import BadConfiguration, CmsError

# name → (module, one line for the list of commands)
COMMANDS = {
    "check": ("check", "Look for dangling references, missing files and versions with holes."),
    "dev": ("dev", "Serve with reload and debugger, on this machine only."),
    "import": ("importing", "Bring content over from another site."),
    "migrate": ("migrate", "Bring the database to the shape that this release needs."),
    "redirects": ("redirects", "Take redirects in from a table, give them away, look for faults."),
    "rerender": ("rerender", "Renew published HTML that an older renderer made."),
    "routes": ("routes", "List every address with the permission it asks for."),
    "seed": ("seed", "Fill an empty site with a small real one."),
    "serve": ("serve", "Serve the site until told to stop."),
    "worker": ("worker", "Send letters and run jobs, where serve does not do it by itself."),
    "user": ("user", "Create, list, disable accounts; reset a password."),
}

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


@contextmanager
def loading() -> Iterator[None]:
    """What comes into being here stays: looking for waste in it takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class LazyGroup(click.Group):
    """A group that imports a command when it is called, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        with loading():
            module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="Carafe")
def cli() -> None:
    """Carafe's terminal. Settings come from the environment; docs/configuration.md lists them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; a refusal is one line on standard error."""
    name = os.path.basename(sys.argv[0]) or "manage.py"
    try:
        result = cli.main(arguments, prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BadConfiguration as error:
        return _refuse(error.message, MISUSED)
    except CmsError as error:
        return _refuse(error.message or type(error).__name__)
    except Exception as error:
        if words := _database_trouble(error):
            return _refuse(words)
        raise
    return result if isinstance(result, int) else 0


def _refuse(words: str, code: int = FAILED) -> int:
    for line in words.splitlines():
        click.secho(line, fg="red", err=True)
    return code


def _database_trouble(error: Exception) -> str:
    """Words for a database that is gone or behind; empty for anything else."""
    # Imported here so that `--help` need not wait for SQLAlchemy.
    from sqlalchemy import exc

    if isinstance(error, exc.ProgrammingError | exc.OperationalError):
        cause = str(error.orig).splitlines()[0] if error.orig else str(error)
        return f"The database refuses: {cause}\nIf it is behind, run: manage.py migrate"
    return ""
