"""Furniture of all tests: a site of its own for each, the fixed cast, and a browser.

`database` and `app` come once per kind of database; `-k "not postgresql and not mariadb"` leaves
the servers out.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from cms import clock, create_app, db, ids
from cms.accounts import passwords, people
from cms.accounts.permissions import Person, Role
from cms.config import Settings
from cms.public import counting
from cms.web import installation
from tests import databases
from tests.browsing import BASE, Browser

PASSWORD = "a quiet desk with good light"


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed as cheaply as argon2 can."""
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def ids_of_today() -> Iterator[None]:
    """Whoever travelled to the future leaves no later ids to the tests that follow."""
    yield
    ids._last = 0


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of an empty site."""
    with databases.sqlite_template(tmp_path_factory.mktemp("template")) as folder:
        yield folder


@pytest.fixture(scope="session")
def server_urls() -> Iterator[Callable[[str], str]]:
    """The URL of this process's database on a server, made when first asked for."""
    opened: dict[str, str] = {}
    closing = []

    def url_of(dialect: str) -> str:
        if dialect not in opened:
            context = databases.server_database(dialect)
            opened[dialect] = context.__enter__()
            closing.append(context)
        return opened[dialect]

    yield url_of
    for context in closing:
        context.__exit__(None, None, None)


@pytest.fixture(params=databases.params())
def dialect(request: pytest.FixtureRequest) -> str:
    """The kind of database that this test runs on."""
    databases.ensure_server(request.param)
    return str(request.param)


@pytest.fixture
def database_url(
    dialect: str,
    tmp_path: Path,
    sqlite_template: Path,
    server_urls: Callable[[str], str],
) -> Iterator[str]:
    """An empty database with all tables."""
    if dialect == "sqlite":
        yield databases.copy_sqlite(sqlite_template, tmp_path / "instance")
        return
    url = server_urls(dialect)
    yield url
    databases.empty_tables(url)


@pytest.fixture
def environment() -> dict[str, str]:
    """What a test wants in the environment; a module may have a fixture of this name."""
    return {}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, environment: dict[str, str]) -> Settings:
    """The configuration of this test's site."""
    return Settings.from_environment(
        {
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a key for tests, and for tests only",
            **environment,
        }
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[db.Database]:
    """The database of this test's site."""
    made = db.Database(settings.database_url)
    yield made
    made.dispose()


@pytest.fixture
def unit(database: db.Database) -> Iterator[db.UnitOfWork]:
    """An open unit of work that may write; what is not committed is dropped."""
    with db.unit_of_work(database) as current:
        yield current


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once, not once for the app of each test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """This test's site as an app."""
    made = create_app(settings)
    made.testing = True
    made.jinja_env.bytecode_cache = compiled_templates
    yield made
    stop_counting(made)
    installation.of(made).database.dispose()


def stop_counting(app: Flask) -> None:
    """Let what a site counts be written while its database is still there."""
    counted = counting.of(app)
    for tally in (counted.redirects, counted.missing.tally):
        tally.close()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser with nobody signed in, which looks at every page it gets."""
    base = installation.of(app).settings.site_url
    return Browser(app, base if base.startswith("https") else BASE)


@pytest.fixture
def make_person(database: db.Database) -> Callable[..., Person]:
    """Makes an account with a name and roles; the password is the same for everyone."""
    hashed = passwords.hash_password(PASSWORD)

    def make(name: str, *roles: Role) -> Person:
        with db.unit_of_work(database):
            account = people.create_account(
                f"{name.lower()}@example.org",
                name,
                roles=roles,
                password_hash=hashed,
                now=clock.now(),
            )
            db.commit()
            return people.person_of(account)

    return make


@pytest.fixture
def ada(make_person: Callable[..., Person]) -> Person:
    """Ada administers."""
    return make_person("Ada", Role.ADMINISTRATOR)


@pytest.fixture
def eli(make_person: Callable[..., Person]) -> Person:
    """Eli edits."""
    return make_person("Eli", Role.EDITOR)


@pytest.fixture
def ana(make_person: Callable[..., Person]) -> Person:
    """Ana writes."""
    return make_person("Ana", Role.AUTHOR)


@pytest.fixture
def rob(make_person: Callable[..., Person]) -> Person:
    """Rob contributes drafts."""
    return make_person("Rob", Role.CONTRIBUTOR)


@pytest.fixture
def zoe(make_person: Callable[..., Person]) -> Person:
    """Zoe is a stranger: an account without any role."""
    return make_person("Zoe")


@pytest.fixture
def olga(make_person: Callable[..., Person]) -> Person:
    """Olga owns the site."""
    return make_person("Olga", Role.OWNER)
