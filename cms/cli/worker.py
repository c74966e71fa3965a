"""`manage.py worker`: work beside the request, on this machine or another one."""

import click

from cms import logs
from cms.cli import terminal
from cms.config import Settings


@click.command
@click.option("--threads", metavar="NUMBER", type=click.IntRange(2, 64), help="4 without it.")
def command(threads: int | None) -> None:
    """Send letters and run jobs until told to stop; `serve` does this by itself."""
    settings = Settings.from_environment()
    logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
    # What doors and rooms declare is known when the site is loaded.
    from cms import application  # noqa: F401
    from cms.jobs import worker

    terminal.say("Carafe works beside the site (Ctrl-C stops it).")
    worker.Worker(settings, threads=threads or worker.THREADS).run()
    terminal.say("Stopped.")
