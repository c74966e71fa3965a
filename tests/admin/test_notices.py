"""Notices in the admin: a bell with a count, a list, and what each person chose."""

import pytest
from flask import Flask

from cms import clock, db, ids, notices
from cms.accounts.permissions import Person
from cms.notices import choices, reading
from cms.notices.kinds import KINDS, PAGES
from tests.browsing import Browser


def _tell(database: db.Database, to: Person, title: str = "Tea") -> str:
    entry_id = ids.new_id()
    with db.unit_of_work(database):
        notices.tell(
            to.id,
            "entry-changed",
            values={"who": "Eli", "title": title},
            subject=("entry", entry_id),
            by=None,
            now=clock.now(),
        )
        db.commit()
    return entry_id


def _count(browser: Browser) -> str:
    for link in browser.page.all("a"):
        if link.get("href") == "/admin/notices/" and link.get("class") == "bar-link":
            return browser.page.words(link).removeprefix("Notices").strip()
    raise AssertionError("no bell")


def test_the_bell_counts_until_one_has_read(
    browser: Browser, database: db.Database, ana: Person
) -> None:
    entry_id = _tell(database, ana)
    _tell(database, ana, "Cake")
    browser.sign_in(ana).get("/admin/")
    assert _count(browser) == "2 not read"
    browser.get("/admin/notices/")
    answer = browser.submit("\u2068Eli\u2069 changed “\u2068Tea\u2069”.")
    assert answer.headers["Location"] == f"/admin/entries/{entry_id}"
    browser.get("/admin/notices/")
    assert _count(browser) == "1 not read"
    browser.submit("Mark all as read")
    browser.follow()
    assert _count(browser) == ""


def test_titles_are_shown_as_they_are(browser: Browser, database: db.Database, ana: Person) -> None:
    _tell(database, ana, "<b>{who}</b> & {0} كأس")
    browser.sign_in(ana).get("/admin/notices/")
    shown = browser.text.replace("\u2068", "").replace("\u2069", "")
    assert "Eli changed “<b>{who}</b> & {0} كأس”." in shown


def test_nobody_sees_or_reads_the_notices_of_others(
    app: Flask, browser: Browser, database: db.Database, ana: Person, eli: Person
) -> None:
    _tell(database, ana)
    with db.unit_of_work(database, write=False):
        (notice,) = reading.list_notices(ana.id, limit=9)
    browser.sign_in(eli).get("/admin/notices/")
    assert "Tea" not in browser.text
    assert browser.send(f"/admin/notices/{notice.id}").status_code == 404
    assert browser.send("/admin/notices/nothing").status_code == 404
    browser.send("/admin/notices/")
    other = Browser(app).sign_in(ana)
    other.get("/admin/")
    assert _count(other) == "1 not read"


def test_an_empty_list_says_what_will_stand_there(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/notices/")
    assert "Nothing here" in browser.text
    assert browser.get("/admin/notices/?page=7").status_code == 404


def test_one_chooses_for_oneself(browser: Browser, database: db.Database, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/me/notices/")
    answer = browser.submit("Save", entry_changed="off", went_live="mail", digest="daily")
    assert answer.status_code == 303
    with db.unit_of_work(database, write=False):
        chosen = choices.of(ana.id)
    assert (chosen.digest, chosen.channel("entry-changed"), chosen.channel("went-live")) == (
        "daily",
        "off",
        "mail",
    )
    assert chosen.channel("job-failed") is KINDS["job-failed"].default


@pytest.mark.parametrize("wrong", [{"digest": "weekly"}, {"entry_changed": "pigeon"}])
def test_what_cannot_be_chosen_is_refused(
    browser: Browser, ana: Person, wrong: dict[str, str]
) -> None:
    browser.sign_in(ana).get("/admin/me/notices/")
    assert browser.submit("Save", **wrong).status_code == 422


def test_every_notice_leads_to_a_page_of_the_admin(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for pattern in PAGES.values():
        endpoint, _values = adapter.match(pattern.format(id=ids.new_id()), method="GET")
        assert endpoint.startswith("admin.")


def test_one_hears_of_it_in_ones_own_account(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/me/")
    assert "/admin/me/notices/" in [link.get("href") for link in browser.page.all("a")]
