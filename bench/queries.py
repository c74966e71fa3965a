"""How many queries a page takes, counted in this process."""

from collections.abc import Mapping

from flask import Flask
from sqlalchemy import event

from cms import create_app
from cms.config import Settings
from cms.web import installation

OWN_AFFAIRS = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK")


def count(environment: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, int]:
    """Queries of each page, once everything that is made only once has been made."""
    app = create_app(Settings.from_environment(environment))
    try:
        return {name: _count_one(app, path) for name, path in paths.items()}
    finally:
        installation.of(app).database.dispose()


def _count_one(app: Flask, path: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(OWN_AFFAIRS):
            seen.append(statement)

    engine = installation.of(app).database.engine
    client = app.test_client()
    client.get(path, base_url="http://127.0.0.1")
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(path, base_url="http://127.0.0.1")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(seen)
