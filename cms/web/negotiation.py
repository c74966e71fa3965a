"""What kind of answer the other side can read: a page, a piece of a page, or JSON."""

from http import HTTPStatus

from flask import Response, g, jsonify, request


def wants_json() -> bool:
    """Whether a program asks: it names JSON and does not prefer HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def is_partial() -> bool:
    """Whether htmx asks for a piece of a page."""
    return "HX-Request" in request.headers


def request_id() -> str:
    """The id under which this request stands in the log."""
    return str(g.get("request_id", ""))


def problem(status: int, message: str) -> Response:
    """A refusal for programs (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "request_id": request_id(),
    }
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer
