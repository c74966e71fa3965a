"""`manage.py serve`: the site behind Granian, with bounded threads and a stop that is sure."""

import errno
import os
import socket
from contextlib import nullcontext

import click
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import orm

from cms import create_app, logs
from cms.cli import beside, loading, welcome
from cms.config import Settings
from cms.errors import BadConfiguration
from cms.web import installation

TIME_TO_FINISH = 10  # seconds that running requests get when the server is told to stop
built: list[Flask] = []  # the site, for the processes that are forked from this one
LONGEST_QUEUE = 1024  # connections that wait to be accepted


@click.command
@click.option("--host", metavar="ADDRESS", help="Where to listen; HOST in the environment.")
@click.option("--port", metavar="NUMBER", help="Which port; PORT in the environment.")
@click.option("--workers", metavar="NUMBER", help="How many processes; WORKERS.")
@click.option("--threads", metavar="NUMBER", help="Threads of each process; THREADS.")
@click.option("--no-worker", is_flag=True, help="Send letters and run jobs elsewhere.")
def command(no_worker: bool, **given: str | None) -> None:
    """Serve the site until told to stop (Ctrl-C, SIGTERM); SIGHUP renews the processes."""
    settings = settings_with(**given)
    ensure_port_is_free(settings)
    logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
    load_once(settings)
    server = Server(
        "cms.cli.serving:app",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=settings.THREADS,
        backlog=LONGEST_QUEUE,
        websockets=False,
        workers_kill_timeout=TIME_TO_FINISH,
        respawn_failed_workers=True,
        process_name=None,
        log_level=LogLevels.warning,
        log_dictconfig=logs.dict_config(settings.LOG_LEVEL, settings.LOG_FORMAT),
        log_access=settings.LOG_LEVEL in ("DEBUG", "INFO"),
    )
    welcome.greet(settings)
    os.environ["CARAFE_PARENT"] = str(os.getpid())
    with nullcontext() if no_worker else beside.worker(settings):
        server.serve()
    click.echo("Stopped.")


def load_once(settings: Settings) -> None:
    """Build the site here: what cannot be built says so once, before serving.

    The processes that serve are forked from this one, so they share the site and all it loaded.
    """
    with loading():
        app = create_app(settings)
        orm.configure_mappers()
        installation.of(app).database.dispose()
    built.append(app)


def settings_with(**given: str | None) -> Settings:
    """The settings, with what the command line says above the environment."""
    # The processes that serve are started anew and read the environment, so it is written there.
    os.environ.update({name.upper(): value for name, value in given.items() if value is not None})
    return Settings.from_environment()


def ensure_port_is_free(settings: Settings) -> None:
    """Refuse a port that another server listens on: the kernel would deal out visitors to both."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
            probe.listen()
        except OSError as error:
            raise BadConfiguration(_why_not(error, settings)) from None


def _why_not(error: OSError, settings: Settings) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.PORT} is taken by another program. "
            f"Choose another: PORT={settings.PORT + 1} make serve"
        )
    if error.errno == errno.EACCES:
        return f"Port {settings.PORT} needs more rights than this account has; try PORT=8000."
    return f"{settings.HOST} is not an address of this machine; HOST=127.0.0.1 always is."
