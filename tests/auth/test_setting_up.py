"""The first owner, by a link that works once."""

from urllib.parse import urlsplit

import pytest

from cms import clock, db
from cms.accounts import people, setup
from cms.accounts.permissions import OPERATOR, Person
from cms.config import Settings
from cms.content import editing
from cms.content.snapshot import Snapshot
from cms.errors import BadConfiguration
from cms.samples import pieces, presence, writing
from cms.site import settings as site_settings
from tests.browsing import Browser
from tests.conftest import PASSWORD

ANSWERS = {"site_name": "Tea & Light", "name": "Olga", "email": "olga@example.org"}


@pytest.fixture
def link(settings: Settings, database: db.Database) -> str:
    with db.unit_of_work(database):
        url = setup.ensure_setup_link(settings, now=clock.now())
        db.commit()
    assert url is not None
    assert url.startswith(settings.site_url + "/auth/setup/")
    return urlsplit(url).path


def test_the_first_owner_is_made_and_signed_in(
    browser: Browser, database: db.Database, link: str
) -> None:
    browser.get(link)
    answer = browser.submit("Create the site", **ANSWERS, password=PASSWORD)
    assert answer.headers["Location"] == "/admin/"
    assert "sid" in browser.cookies()
    with db.unit_of_work(database, write=False):
        assert people.has_owner()
        assert site_settings.load().title == "Tea & Light"


def test_language_and_zone_are_the_sites_own(
    browser: Browser, database: db.Database, link: str
) -> None:
    browser.get(link)
    zone = {"language": "pt-BR", "timezone": "Asia/Tokyo"}
    browser.submit("Create the site", **ANSWERS, **zone, password=PASSWORD)
    with db.unit_of_work(database, write=False):
        present = site_settings.load()
        assert (present.locale, present.timezone) == ("pt-BR", "Asia/Tokyo")


@pytest.mark.parametrize(("begin", "left"), [("samples", len(pieces.guids())), ("empty", 0)])
@pytest.mark.parametrize("seeded", [True, False])
def test_the_site_begins_as_chosen(
    browser: Browser, database: db.Database, link: str, begin: str, left: int, seeded: bool
) -> None:
    if seeded:
        with db.unit_of_work(database):
            writing.fill(now=clock.now())
            db.commit()
    browser.get(link)
    browser.submit("Create the site", **ANSWERS, content=begin, password=PASSWORD)
    with db.unit_of_work(database, write=False):
        assert presence.count_there() == left
        assert site_settings.load().title == "Tea & Light"
        assert bool(site_settings.load().tagline) == (begin == "samples")


def test_what_is_there_already_is_kept_unasked(
    browser: Browser, database: db.Database, link: str
) -> None:
    with db.unit_of_work(database):
        editing.create_entry("post", Snapshot(title="Mine"), by=OPERATOR, now=clock.now())
        db.commit()
    browser.get(link)
    assert "Begin with" not in browser.text
    answer = browser.submit("Create the site", **ANSWERS, password=PASSWORD)
    assert answer.status_code == 303
    with db.unit_of_work(database, write=False):
        assert presence.count_there() == 0
        assert presence.has_others()


def test_all_that_is_wrong_is_said_at_once(browser: Browser, link: str) -> None:
    browser.get(link)
    wrong = {**ANSWERS, "site_name": "", "email": "tea", "password": "short"}
    assert browser.submit("Create the site", **wrong).status_code == 422
    assert "Give the site a name." in browser.text
    assert "This is not an email address." in browser.text
    assert "Use at least 12 characters" in browser.text


def test_the_link_works_once(browser: Browser, link: str) -> None:
    browser.get(link)
    browser.submit("Create the site", **ANSWERS, password=PASSWORD)
    assert browser.get(link).status_code == 404
    assert browser.send(link, {**ANSWERS, "password": PASSWORD}).status_code == 404


def test_a_new_link_ends_the_earlier_one(
    browser: Browser, settings: Settings, database: db.Database, link: str
) -> None:
    with db.unit_of_work(database):
        setup.ensure_setup_link(settings, now=clock.now())
        db.commit()
    assert browser.get(link).status_code == 404


def test_an_unknown_link_is_not_found(browser: Browser) -> None:
    assert browser.get("/auth/setup/guessed").status_code == 404
    assert browser.send("/auth/setup/guessed", ANSWERS).status_code == 404


def test_a_site_with_an_owner_has_no_link(
    settings: Settings, database: db.Database, olga: Person
) -> None:
    with db.unit_of_work(database):
        assert setup.ensure_setup_link(settings, now=clock.now()) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "password1234"}, "too easy to guess"),
        ({"email": "no address"}, "not an email address"),
        ({"name": ""}, "Enter a name."),
        ({"site_name": "  "}, "Give the site a name."),
        ({"language": "klingon!"}, "Not a valid choice."),
        ({"timezone": "Mars/Olympus"}, "Not a valid choice."),
        ({"content": "everything"}, "Not a valid choice."),
    ],
)
def test_bad_answers_are_explained_and_kept(
    browser: Browser, link: str, changes: dict[str, str], words: str
) -> None:
    browser.get(link)
    given = {"language": "de", "timezone": "Asia/Tokyo", "content": "empty", **ANSWERS}
    answer = browser.submit("Create the site", **{**given, "password": PASSWORD, **changes})
    assert answer.status_code == 422
    assert words in browser.text
    assert browser.page is not None
    fields = dict(browser.page.fields(browser.page.form_with("Create the site")))
    assert fields["email"] == changes.get("email", ANSWERS["email"])
    kept = {name: given[name] for name in ("language", "timezone", "content", "name")}
    kept = {name: value for name, value in kept.items() if name not in changes}
    assert {name: fields[name] for name in kept} == kept
    assert browser.get(link).status_code == 200, "the link is still good"


def test_the_environment_makes_an_owner(settings: Settings, database: db.Database) -> None:
    named = Settings.from_environment(
        {"ADMIN_EMAIL": "olga@example.org", "ADMIN_PASSWORD": PASSWORD}
    )
    with db.unit_of_work(database):
        made = setup.ensure_first_owner(named, now=clock.now())
        assert made is not None
        assert people.has_owner()
        assert setup.ensure_first_owner(named, now=clock.now()) is None


@pytest.mark.parametrize(
    ("name", "email", "password"),
    [("ADMIN_EMAIL", "nobody", PASSWORD), ("ADMIN_PASSWORD", "olga@example.org", "short")],
)
def test_a_bad_environment_is_refused_by_name(
    unit: db.UnitOfWork, name: str, email: str, password: str
) -> None:
    named = Settings.from_environment({"ADMIN_EMAIL": email, "ADMIN_PASSWORD": password})
    with pytest.raises(BadConfiguration, match=name) as refusal:
        setup.ensure_first_owner(named, now=clock.now())
    assert password not in refusal.value.message
