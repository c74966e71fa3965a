"""`manage.py dev`: for working on Carafe itself; the debugger runs code, so loopback only."""

import click
from werkzeug.serving import run_simple

from cms import create_app, logs
from cms.cli import welcome
from cms.cli.serve import ensure_port_is_free, settings_with
from cms.config import ROOT


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
    run_simple(
        settings.HOST,
        settings.PORT,
        app,
        use_reloader=True,
        use_debugger=True,
        threaded=True,
        extra_files=[str(path) for path in (ROOT / "themes").rglob("*.toml")],
    )


def _is_reloaded() -> bool:
    from werkzeug.serving import is_running_from_reloader

    return is_running_from_reloader()
