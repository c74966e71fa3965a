"""Two questions of whoever watches the site: is the process alive, and can it serve?"""

import logging

import sqlalchemy as sa
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from cms import db
from cms.web import gate, installation

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@gate.public
def alive() -> Response:
    """The process answers; no database is asked."""
    return _words("ok", 200)


@blueprint.get("/readyz")
@gate.public
def ready() -> Response:
    """The database answers and is as new as the code."""
    try:
        is_ready = _is_ready(installation.current().database)
    except SQLAlchemyError:
        log.warning("the database does not answer", exc_info=True)
        is_ready = False
    return _words("ready", 200) if is_ready else _words("not ready", 503)


def _is_ready(database: db.Database) -> bool:
    with db.unit_of_work(database, write=False):
        db.session().execute(sa.select(1))
    site = installation.current()
    if not site.is_migrated:
        # Alembic is slow to load, and only this question needs it; once true it stays true.
        from cms import migrating

        site.is_migrated = migrating.is_current(database)
    return site.is_migrated


def _words(text: str, status: int) -> Response:
    answer = Response(text + "\n", status=status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer
