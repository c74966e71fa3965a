"""`manage.py dev`: for working on Carafe itself; the debugger runs code, so loopback only."""

from contextlib import nullcontext

import click
from werkzeug.serving import run_simple

from cms import create_app, logs
from cms.cli import beside, welcome
from cms.cli.serve import ensure_port_is_free, settings_with
from cms.config import shipped


@click.command
@click.option("--port", metavar="NUMBER", help="Which port; PORT in the environment.")
def command(port: str | None) -> None:
    """Serve with reload and debugger, on this machine only."""
    settings = settings_with(host="127.0.0.1", port=port)
    logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
    app = create_app(settings)
    app.debug = True
    if not _is_reloaded():
        ensure_port_is_free(settings)
        welcome.greet(settings)
    # The process that is started anew after each change has the worker, so it is renewed too.
    with beside.worker(settings) if _is_reloaded() else nullcontext():
        run_simple(
            settings.HOST,
            settings.PORT,
            app,
            use_reloader=True,
            use_debugger=True,
            threaded=True,
            extra_files=[str(path) for path in shipped("themes").rglob("*.toml")],
        )


def _is_reloaded() -> bool:
    from werkzeug.serving import is_running_from_reloader

    return is_running_from_reloader()
