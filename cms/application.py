"""The factory: config → database → hardware → doors; reads as a table of contents."""

from flask import Flask

from cms import admin, auth, db, public
from cms.config import Settings, shipped
from cms.web import (
    bodies,
    cookies,
    csrf,
    errors,
    gate,
    headers,
    health,
    installation,
    login_shell,
    outgoing,
    proxies,
    static_files,
    templating,
    theming,
    tracing,
)
from cms.web.plain_app import PlainApp

# Each door has `register(app)`; what they may share lies in cms.web and below.
DOORS = (auth, admin, public)

MAX_BODY = 4 * 1024 * 1024  # bytes of a form; uploads have a limit of their own
MAX_PARTS = 2_000  # fields of a form


def create_app(settings: Settings | None = None) -> Flask:
    """A site as a WSGI app; call it as often as there are sites in the process."""
    settings = settings or Settings.from_environment()
    app = _bare_app(settings)
    database = db.Database(settings.database_url, site_url=settings.site_url)
    installation.install(app, settings, database)
    templating.install(app)
    theming.install(app)
    tracing.install(app)
    csrf.install(app)
    outgoing.install(app)
    gate.install(app)
    login_shell.install(app)
    headers.install(app)
    static_files.install(app)
    errors.install(app)
    app.register_blueprint(health.blueprint)
    for door in DOORS:
        door.register(app)
    proxies.install(app, settings)
    gate.ensure_declared(app)
    return app


def _bare_app(settings: Settings) -> Flask:
    app = PlainApp(
        "cms",
        template_folder="web/templates",
        static_folder=str(shipped("static")),
        static_url_path="/static",
        instance_path=str(settings.INSTANCE_PATH.absolute()),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_PARTS,
    )
    app.request_class = bodies.BoundedRequest
    app.session_interface = cookies.BrowserSessions()
    return app
