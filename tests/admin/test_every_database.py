"""What could differ between the databases: the editors' door on each of them."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from cms import clock, ids
from cms.accounts.permissions import Person
from cms.content import editing, listing, revisions
from tests import databases
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture(params=databases.params())
def dialect(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    databases.ensure_server(request.param)
    return str(request.param)


def test_an_entry_lives_its_whole_life(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/entries/new")
    words = "Tea 🍵 كأس"
    browser.submit("Publish…", title=words, source="One.\n\nTwo.", tags="water", bylines="Ida")
    browser.follow()
    browser.submit("Publish")
    browser.follow()
    entry_id = browser.address.rsplit("/", 1)[1]
    assert room.state(entry_id) == "published"
    page = browser.page
    browser.submit("Save", source="One more.\n\nTwo.")
    browser.page = page
    browser.submit("Save", source="One.\n\nTwo more.")
    browser.follow()
    assert "joined" in browser.text
    assert room.head(entry_id).source == "One more.\n\nTwo more."
    history = f"/admin/entries/{entry_id}/revisions/"
    for path in ("/admin/", "/admin/entries/?q=TEA", history, "/admin/terms/", "/admin/authors/"):
        assert browser.get(path).status_code == 200, path
    browser.get(f"/admin/entries/{entry_id}")
    browser.submit("Move to trash")
    browser.get(f"/admin/trash/{entry_id}/purge")
    assert browser.submit("Delete for good", count="1").status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/admin/entries/?q=%00", "/admin/entries/?tag=%00&author=%00", "/admin/entries/?tag=%ed%a0%80",
     "/admin/entries/?q=%ed%a0%80", "/admin/terms/?q=%00", "/admin/entries/?q=" + "%F0%9F%8D%B5"],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_accident(browser: Browser, eli: Person, path: str) -> None:
    browser.sign_in(eli)
    assert browser.get(path).status_code == 200


def test_a_form_that_comes_twice_at_once_makes_one_entry(
    app: Flask, room: Room, ana: Person
) -> None:
    first = Browser(app).sign_in(ana)
    first.get("/admin/entries/new")
    address = f"/admin/entries/new?kind=post&id={ids.new_id()}"
    token, start, statuses = first.token(), Barrier(2), []
    form = {"csrf_token": token, "title": "Once", "source": "Text", "tags": "new", "listed": "y",
            "access": "inherit", "direction": "", "bylines": "Ana"}  # fmt: skip

    def send(browser: Browser) -> None:
        start.wait()
        statuses.append(browser.post(address, form).status_code)

    second = Browser(app)
    second.client._cookies.update(first.client._cookies)
    threads = [Thread(target=send, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303, 303]
    with room.open():
        lines = listing.list_entries(listing.Filter(type="post"), now=clock.now(), limit=9)
        assert [line.title for line in lines] == ["Once"]
        assert len(revisions.list_revisions(editing.get_entry(lines[0].id))) == 1
