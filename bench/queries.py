"""What a page takes, counted in this process: queries, and calls of Python functions.

The calls are the same whatever else the machine is doing, so they tell a slow page from a busy
machine.
"""

import cProfile
import pstats
from collections.abc import Mapping

from flask import Flask
from sqlalchemy import event

from cms import create_app
from cms.config import Settings
from cms.web import installation

OWN_AFFAIRS = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK")
WARM_UP = 3  # requests until everything that is made only once has been made
BASE = "http://127.0.0.1"


def count(environment: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Queries and calls of each page."""
    app = create_app(Settings.from_environment(environment))
    try:
        return {
            name: (_count_queries(app, path), count_calls(app, path))
            for name, path in paths.items()
        }
    finally:
        installation.of(app).database.dispose()


def count_calls(app: Flask, path: str) -> int:
    """Calls of Python functions for one request."""
    client = app.test_client()
    for _ in range(WARM_UP):
        client.get(path, base_url=BASE)
    profile = cProfile.Profile()
    profile.enable()
    client.get(path, base_url=BASE)
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def _count_queries(app: Flask, path: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(OWN_AFFAIRS):
            seen.append(statement)

    engine = installation.of(app).database.reading_engine
    client = app.test_client()
    for _ in range(WARM_UP):
        client.get(path, base_url=BASE)
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(path, base_url=BASE)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(seen)
