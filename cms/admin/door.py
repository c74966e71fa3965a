"""The blueprint that all rooms of the admin share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint
from sqlalchemy.exc import OperationalError

from cms import db

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")


def retried(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, run again from its beginning when the database lost a race with another editor.

    Nothing was committed then, so nothing happens twice.
    """

    @wraps(view)
    def run(**values: Any) -> Any:
        def attempt() -> Any:
            try:
                return view(**values)
            except OperationalError:
                db.unit().close()
                raise

        return db.retrying(attempt)

    return run
