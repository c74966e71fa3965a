"""The first page: what waits for each person, and nothing that is not theirs."""

from datetime import timedelta

from cms import clock, ids
from cms.accounts.permissions import Person
from cms.content import editing, reviewing
from cms.jobs.models import Job
from cms.samples import writing
from cms.site import menus, settings
from tests.admin.conftest import Room
from tests.browsing import Browser


def test_with_nothing_to_do_it_says_so_calmly(browser: Browser, eli: Person) -> None:
    browser.sign_in(eli).get("/admin/")
    assert "Nothing waits for you." in browser.text
    for words in ("Needs a look", "First steps", "Go on writing", "Going out soon"):
        assert words not in browser.text


def test_each_sees_what_waits_and_nothing_of_others(
    browser: Browser, room: Room, ada: Person, ana: Person, rob: Person
) -> None:
    draft = room.write(rob, "From Rob")
    with room.open(write=True):
        reviewing.ask(editing.get_entry(draft), by=rob, now=clock.now(), note="Please")
    room.write(ana, "From Ana")
    later = room.write(ada, "Goes out later")
    room.publish(later, ada, at=clock.now() + timedelta(days=2))
    sooner = room.write(ada, "Goes out sooner")
    room.publish(sooner, ada, at=clock.now() + timedelta(days=1))
    browser.sign_in(ada).get("/admin/")
    assert "Waiting for your review" in browser.text
    assert "From Rob" in browser.text
    assert browser.text.index("Goes out sooner") < browser.text.index("Goes out later")
    browser.sign_in(rob).get("/admin/")
    assert "You asked for a review" in browser.text
    for title in ("From Ana", "Goes out later"):
        assert title not in browser.text
    assert "What you did last" in browser.text


def test_links_that_lead_nowhere_are_told_to_those_who_may_mend_them(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    target = room.write(ada, "Hidden")
    room.write(ana, "Link", source=f"[there](entry:{target})")
    browser.sign_in(ada).get("/admin/")
    assert "1 entry links to a draft, or into the trash." in browser.text
    browser.sign_in(ana).get("/admin/")
    assert "Needs a look" not in browser.text


def test_failed_jobs_lead_to_their_list(browser: Browser, room: Room, ada: Person) -> None:
    now = clock.now()
    with room.database.ticking() as ticks:
        ticks.add(Job(id=ids.new_id(), kind="x", label="Work", payload={}, state="failed",
                      created_at=now, due_at=now, claimed_until=now))  # fmt: skip
    browser.sign_in(ada).get("/admin/")
    assert "1 job failed." in browser.text
    assert "/admin/jobs/?state=failed" in browser.page.text  # type: ignore[union-attr]


def test_the_first_steps_go_away_when_they_are_done(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    with room.open(write=True):
        writing.fill(now=clock.now())
    browser.sign_in(ada).get("/admin/")
    assert "1 of 4" in browser.text, "samples are nobody's steps, Ana is somebody"
    assert "Remove the sample content" in browser.text
    room.publish(room.write(ada, "Mine"), ada)
    with room.open(write=True):
        settings.save({"title": "Mine", "tagline": "All mine"}, by=ada, now=clock.now())
        line = menus.Line(label="Here", target_kind="home")
        menus.save_menu("main", "Mine", [line], by=ada, now=clock.now())
    browser.get("/admin/")
    assert "First steps" not in browser.text
