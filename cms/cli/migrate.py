"""`manage.py migrate`: brings the database to the shape that this release needs."""

import click

from cms import db, migrating
from cms.cli import terminal
from cms.config import Settings
from cms.errors import CmsError


@click.command
@click.option("--plan", is_flag=True, help="Show the steps that are missing; change nothing.")
@click.option("--check", is_flag=True, help="Fail when a step is missing; change nothing.")
@click.option("--to", default="heads", metavar="STEP", help="Go up or down to this step.")
@click.option("--yes", is_flag=True, help="Go down without asking; that can lose data.")
@click.option("--quiet", is_flag=True, help="Say nothing when there is nothing to do.")
def command(plan: bool, check: bool, to: str, yes: bool, quiet: bool) -> None:
    """Bring the database up to date. Safe when several start at once: one works, others wait."""
    database = db.Database(Settings.from_environment().database_url)
    try:
        if plan or check:
            steps = migrating.plan(database, to)
            _show(steps, "would run")
            if check and steps:
                raise CmsError("The database is behind. Run: manage.py migrate")
        else:
            before = migrating.plan(database, to)
            if any(step.direction == "down" for step in before) and not yes:
                _show(before, "will run")
                click.confirm("Going down can lose data. Go on?", abort=True)
            steps = migrating.upgrade(database, to=to)
            _show(steps, "ran")
    finally:
        database.dispose()
    if not steps and not quiet:
        terminal.say("The database is up to date.")


def _show(steps: list[migrating.Step], verb: str) -> None:
    for step in steps:
        terminal.say(f"{verb} {step.direction} {step.branch} {step.revision}: {step.message}")
