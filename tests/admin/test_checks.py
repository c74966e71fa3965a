"""Checks over the site, beside the text and before it goes out."""

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts.permissions import Person
from cms.admin import check_job
from cms.config import Settings
from cms.content.models import EntryFinding
from cms.jobs import listing, running
from cms.outbox import delivery
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def boat(room: Room, ada: Person) -> str:
    """A post with a picture that is not described."""
    return room.write(ada, "Boat", source="![](boat.png)")


def test_what_was_found_is_listed_narrowed_and_leads_to_its_entry(
    browser: Browser, room: Room, ada: Person, boat: str
) -> None:
    room.write(ada, "Page", kind="page", source="[here](https://example.org)")
    browser.sign_in(ada).get("/admin/checks/")
    assert "A picture without a description" in browser.text
    assert "A link says “here”" in browser.text
    assert "The site says nothing about itself" in browser.text
    browser.get("/admin/checks/?code=image-alt")
    assert "boat.png" in browser.text
    assert "A link says “here” " not in browser.text.split("What was found")[-1]
    browser.get("/admin/checks/?kind=page&code=image-alt")
    assert "Nothing fits this search." in browser.text
    browser.get("/admin/checks/?code=nonsense&kind=nonsense")
    assert "boat.png" in browser.text
    assert browser.get("/admin/checks/?page=9").status_code == 404


def test_a_finding_is_ignored_and_the_message_undoes_it(
    browser: Browser, ada: Person, boat: str
) -> None:
    browser.sign_in(ada).get("/admin/checks/?code=image-alt")
    browser.submit("Ignore: A picture without a description")
    browser.follow()
    assert "Ignored here from now on." in browser.text
    browser.get("/admin/checks/?ignored=1")
    assert "boat.png" in browser.text
    browser.submit("Heed again: A picture without a description")
    browser.follow()
    browser.submit("Undo")
    browser.get("/admin/checks/?ignored=1")
    assert "boat.png" in browser.text


def test_they_stand_beside_the_text_and_on_the_publish_page(
    browser: Browser, ada: Person, boat: str
) -> None:
    browser.sign_in(ada).get(f"/admin/entries/{boat}")
    assert "A picture without a description" in browser.text
    browser.get(f"/admin/entries/{boat}/publication")
    assert "A picture without a description" in browser.text
    browser.get(f"/admin/entries/{boat}")
    browser.send("/admin/checks/ignoring", {"entry": boat, "code": "image-alt", "back": "entry"})
    assert browser.follow().status_code == 200
    assert "Heed again" in browser.text
    browser.get(f"/admin/entries/{boat}/publication")
    assert "A picture without a description" not in browser.text


def test_writers_heed_or_ignore_only_what_is_theirs(
    browser: Browser, room: Room, ada: Person, rob: Person, boat: str
) -> None:
    own = room.write(rob, "Mine", source="![](mine.png)")
    browser.sign_in(rob)
    ask = {"code": "image-alt"}
    assert browser.send("/admin/checks/ignoring", {**ask, "entry": own}).status_code == 303
    assert browser.send("/admin/checks/ignoring", {**ask, "entry": boat}).status_code == 403
    assert browser.send("/admin/checks/ignoring", {**ask, "entry": "nobody"}).status_code == 404
    assert browser.get("/admin/checks/").status_code == 403


def test_what_is_no_check_is_refused(browser: Browser, ada: Person, boat: str) -> None:
    answer = browser.sign_in(ada).send("/admin/checks/ignoring", {"entry": boat, "code": "x" * 99})
    assert answer.status_code in (409, 422)


def test_everything_is_looked_at_anew_beside_the_request(
    browser: Browser, room: Room, ada: Person, boat: str, settings: Settings
) -> None:
    with room.open(write=True):
        db.session().execute(sa.delete(EntryFinding))
    browser.sign_in(ada).get("/admin/checks/")
    assert "boat.png" not in browser.text
    assert browser.submit("Check everything").status_code == 303
    delivery.drain(room.database, settings, worker="one", kinds=["job"], now=clock.now)
    with room.open():
        job = listing.list_jobs(limit=1)[0]
    assert job.kind == check_job.KIND
    running.run(room.database, job.id, worker="one", now=clock.now, stopping=lambda: False)
    with room.open():
        assert listing.get_job(job.id).words == "Looked at 1 entry."
    browser.get("/admin/checks/")
    assert "boat.png" in browser.text
