"""Furniture of the flows: a real server over the sample site, and windows of a real browser.

A window notes every fault that Chromium reports (console errors, violations of the content
security policy, exceptions, files that are missing), and the test fails when one is left.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    sync_playwright,
)
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from cms import clock, create_app, db
from cms.accounts import passwords, people
from cms.accounts.permissions import Person, Role
from cms.config import Settings
from cms.samples import writing
from cms.web import installation
from tests import databases
from tests.conftest import PASSWORD, stop_counting

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PATIENCE = 10_000  # milliseconds; the machine may be busy


class _Quiet(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log_request(self, *args: object, **kwargs: object) -> None:
        """Say nothing."""


@dataclass
class LiveSite:
    """A site that answers at `url`, and its insides for what a browser cannot do."""

    url: str
    app: Flask
    database: db.Database

    def add_person(self, name: str, *roles: Role) -> Person:
        """An account named `name`, with the password that everyone has."""
        with db.unit_of_work(self.database):
            account = people.create_account(
                f"{name.lower()}@example.org",
                name,
                roles=roles,
                password_hash=passwords.hash_password(PASSWORD),
                now=clock.now(),
            )
            db.commit()
            return people.person_of(account)


@dataclass
class Window:
    """One person's browser: a context with cookies of its own, and what went wrong in it."""

    site: LiveSite
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Response | None:
        """Open a path of the site."""
        return self.page.goto(self.site.url + path)

    def sign_in(self, person: Person, password: str = PASSWORD) -> None:
        """Sign in by the form, as anyone does."""
        self.goto("/auth/login")
        self.page.get_by_label("Email").fill(person.email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url("**/admin/**")


@pytest.fixture(scope="session")
def sample_files(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, quick_hashes: None
) -> Path:
    """The sample site as files, written once."""
    folder = tmp_path_factory.mktemp("sample")
    database = db.Database(databases.copy_sqlite(sqlite_template, folder))
    with db.unit_of_work(database):
        writing.fill(now=clock.now())
        db.commit()
    database.dispose()
    return folder


@pytest.fixture
def environment() -> dict[str, str]:
    """What a flow wants in the environment of its site; a module may have one of its own."""
    return {}


@pytest.fixture
def live_site(
    sample_files: Path, tmp_path: Path, environment: dict[str, str]
) -> Iterator[LiveSite]:
    """A copy of the sample site behind a real server."""
    shutil.copytree(sample_files, tmp_path / "instance")
    server = make_server("127.0.0.1", 0, _nothing_yet, threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings.from_environment(
        {
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'instance' / 'carafe.sqlite3'}",
            "SECRET_KEY": "a key for tests, and for tests only",
            "SITE_URL": url,
            **environment,
        }
    )
    app = create_app(settings)
    server.app = app
    database = installation.of(app).database
    with _serving(server):
        yield LiveSite(url, app, database)
    stop_counting(app)
    database.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, started once."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"there is no browser at {CHROMIUM}")
        pytest.skip(f"there is no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser, live_site: LiveSite) -> Iterator[Callable[..., Window]]:
    """Opens windows: `open_window(width=390, scheme="dark", scripts=False, touch=True)`."""
    opened: list[Window] = []

    def open_one(
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        scripts: bool = True,
        touch: bool = False,
    ) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            has_touch=touch,
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        window = Window(live_site, context, page)
        _watch(window, page)
        context.on("page", lambda other: _watch(window, other))
        opened.append(window)
        return window

    yield open_one
    faults = [fault for window in opened for fault in window.faults]
    for window in opened:
        window.context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """One window of a desk's size, with nobody signed in."""
    return open_window()


def _watch(window: Window, page: Page) -> None:
    documents: set[str] = set()

    def heard(message: ConsoleMessage) -> None:
        # A page that is itself a refusal (422, 409, 404 …) is no fault of the page.
        is_refusal = message.text.startswith("Failed to load resource")
        if message.type == "error" and not (is_refusal and message.location["url"] in documents):
            window.faults.append(f"{page.url}: {message.text} ({message.location['url']})")

    def answered(response: Response) -> None:
        if response.request.resource_type == "document":
            documents.add(response.url)

    page.on("console", heard)
    page.on("response", answered)
    page.on("pageerror", lambda error: window.faults.append(f"{page.url}: {error}"))


class _serving:
    """Serves in a thread for the time of a block."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def _nothing_yet(environ: object, start_response: object) -> list[bytes]:
    raise RuntimeError("the site is not there yet")
