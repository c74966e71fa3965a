"""One id per request, on every line it writes to the log and on its answer."""

import structlog
from flask import Flask, Response, g

from cms import ids
from cms.web import negotiation

HEADER = "X-Request-Id"


def install(app: Flask) -> None:
    """Name each request before anything else happens to it."""
    app.before_request(_begin)
    app.after_request(_answer)
    app.teardown_request(_end)


def _begin() -> None:
    # Never taken from the client: a made-up id would hide one request behind another.
    g.request_id = ids.new_id()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _answer(response: Response) -> Response:
    response.headers[HEADER] = negotiation.request_id()
    return response


def _end(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
