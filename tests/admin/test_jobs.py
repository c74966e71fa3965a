"""Jobs in the admin: seen by whoever may, waited for, stopped, tried again."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask

from cms import clock, db, jobs, mail
from cms.accounts.permissions import Person
from cms.admin import jobs as door
from cms.errors import Rejected
from cms.jobs import kinds, running, steering
from cms.jobs.models import Job, JobWorker
from cms.outbox import delivery, posting
from cms.web import installation
from tests.browsing import Browser

KIND = "tally"
Enqueue = Callable[..., str]


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of this kind do as their payload says."""
    monkeypatch.setitem(kinds._kinds, KIND, _work)


def _work(payload: jobs.Payload, progress: jobs.Progress) -> None:
    if payload.get("refuses"):
        raise Rejected("The tea is cold.")
    progress.each(list(range(payload.get("steps", 3))), lambda _batch: None, size=1)
    progress.finish("Counted them.")


@pytest.fixture
def enqueue(database: db.Database) -> Enqueue:
    """Starts a job in someone's name."""

    def start(by: Person, *, label: str = "Count the cups", **payload: object) -> str:
        with db.unit_of_work(database):
            job_id = jobs.enqueue(KIND, payload, label=label, by=by, now=clock.now())
            db.commit()
        return job_id

    return start


def _run(app: Flask, job_id: str) -> None:
    site = installation.of(app)
    steering.run_here(site.database, site.settings, job_id)


def test_a_waiting_job_is_shown_and_cancelled(
    browser: Browser, ana: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    browser.sign_in(ana).get(f"/admin/jobs/{job_id}")
    assert browser.heading == "Count the cups"
    assert "Waiting" in browser.text
    browser.submit("Cancel “Count the cups”")
    browser.follow()
    assert "Cancelled" in browser.text
    browser.submit("Try “Count the cups” again")
    browser.follow()
    assert "Waiting" in browser.text


def test_one_that_failed_says_why_and_is_counted(
    app: Flask, browser: Browser, ana: Person, ada: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana, refuses=True)
    _run(app, job_id)
    browser.sign_in(ana).get("/admin/")
    assert _count(browser) == "1"
    browser.get("/admin/jobs/?state=failed")
    assert "The tea is cold." in browser.text
    other = Browser(app).sign_in(ada)
    other.get("/admin/")
    assert _count(other) == "1"
    browser.submit("Remove “Count the cups” from the list")
    browser.get("/admin/")
    assert _count(browser) is None


def _count(browser: Browser) -> str | None:
    for link in browser.page.all("a"):
        if link.get("href") == "/admin/jobs/" and "bar-link" in link.get("class", ""):
            counts = [each for each in link.iter() if each.get("class") == "count"]
            return browser.page.words(counts[0]) if counts else ""
    return None


def test_administrators_see_everyones_and_others_their_own(
    app: Flask, browser: Browser, ana: Person, eli: Person, ada: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    _run(app, job_id)
    enqueue(eli, label="Count the spoons")
    browser.sign_in(ana).get("/admin/jobs/")
    assert "Count the cups" in browser.text
    assert "spoons" not in browser.text
    other = Browser(app).sign_in(ada)
    other.get("/admin/jobs/")
    assert "Count the cups" in other.text
    assert "Count the spoons" in other.text


def test_someone_elses_job_is_not_there(
    app: Flask, browser: Browser, ana: Person, eli: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    browser.sign_in(eli)
    assert browser.get(f"/admin/jobs/{job_id}").status_code == 404
    for act in ("cancellation", "retry", "run", "removal"):
        assert browser.send(f"/admin/jobs/{job_id}/{act}").status_code == 404
        assert browser.send(f"/admin/jobs/nothing/{act}").status_code == 404


def test_what_is_over_cannot_be_cancelled_or_tried_again(
    app: Flask, browser: Browser, ana: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    _run(app, job_id)
    browser.sign_in(ana)
    assert browser.send(f"/admin/jobs/{job_id}/cancellation").status_code == 422
    assert browser.send(f"/admin/jobs/{job_id}/retry").status_code == 422
    waiting = enqueue(ana)
    assert browser.send(f"/admin/jobs/{waiting}/removal").status_code == 422


def test_without_a_worker_it_says_so_and_goes_on_here(
    browser: Browser, ana: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    browser.sign_in(ana).get(f"/admin/jobs/{job_id}?back=/admin/entries/")
    assert "No worker runs" in browser.text
    answer = browser.submit("Go on here")
    assert answer.headers["Location"] == "/admin/entries/"
    browser.follow()
    assert "Counted them." in browser.text


def test_with_a_worker_one_waits_on_the_page(
    app: Flask, browser: Browser, ana: Person, enqueue: Enqueue, database: db.Database
) -> None:
    _seen(database)
    job_id = enqueue(ana)
    browser.sign_in(ana)
    answer = browser.send(f"/admin/jobs/{job_id}/run")
    assert urlsplit(answer.headers["Location"]).path == f"/admin/jobs/{job_id}"
    browser.get(f"/admin/jobs/{job_id}")
    assert "No worker runs" not in browser.text
    assert 'hx-trigger="every 1s"' in browser.page.text


def test_a_large_job_leads_to_its_page_without_a_worker(
    browser: Browser, ana: Person, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steering, "PATIENCE", steering.PATIENCE * 0)
    job_id = enqueue(ana)
    browser.sign_in(ana).get(f"/admin/jobs/{job_id}")
    answer = browser.submit("Go on here")
    assert urlsplit(answer.headers["Location"]).path == f"/admin/jobs/{job_id}"


def test_a_finished_page_asks_no_more(
    app: Flask, browser: Browser, ana: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    _run(app, job_id)
    browser.sign_in(ana).get(f"/admin/jobs/{job_id}")
    assert "Counted them." in browser.text
    assert "hx-trigger" not in browser.page.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_way_back_stays_here(
    browser: Browser, ana: Person, enqueue: Enqueue, back: str
) -> None:
    job_id = enqueue(ana)
    browser.sign_in(ana)
    browser.get(f"/admin/jobs/{job_id}?back={back}")
    hrefs = [link.get("href") for link in browser.page.all("a")]
    assert back not in hrefs


def test_strange_filters_and_pages(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    assert browser.get("/admin/jobs/?state=nonsense").status_code == 200
    assert browser.get("/admin/jobs/?page=99").status_code == 404


def test_a_running_job_shows_how_far_it_is(
    app: Flask, browser: Browser, ana: Person, enqueue: Enqueue, database: db.Database
) -> None:
    job_id = enqueue(ana, steps=4)
    site = installation.of(app)
    browser.sign_in(ana)
    seen = []

    def look_at_third() -> bool:
        with database.ticking(write=False) as ticks:
            job = ticks.get(Job, job_id)
        if job and job.done == 2 and not seen:
            browser.get(f"/admin/jobs/{job_id}")
            seen.append(browser.text)
        return False

    delivery.drain(site.database, site.settings, worker="one")
    running.run(site.database, job_id, worker="one", stopping=look_at_third)
    assert "2 of 4" in seen[0]
    assert "Under way" in seen[0]


def test_following_ends_with_the_result_of_a_small_job(
    app: Flask, ana: Person, enqueue: Enqueue
) -> None:
    job_id = enqueue(ana)
    with app.test_request_context("/admin/x", method="POST"):
        app.preprocess_request()
        answer = door.follow(job_id, back="/admin/entries/")
    assert answer.headers["Location"] == "/admin/entries/"


def _seen(database: db.Database) -> None:
    now = clock.now()
    with database.ticking() as ticks:
        ticks.add(JobWorker(id="w", host="h", started_at=now, seen_at=now))


@pytest.fixture
def failed_letter(database: db.Database) -> str:
    """A letter that was given up."""
    now = clock.now()
    with db.unit_of_work(database):
        errand_id = mail.post("reset", to="gone@example.org", values={"minutes": 30}, now=now)
        assert errand_id is not None
        errand = posting.find(errand_id)
        assert errand is not None
        errand.state, errand.error, errand.finished_at = "failed", "550 No such person", now
        db.commit()
    return errand_id


def test_letters_that_failed_are_told_to_administrators(
    app: Flask, browser: Browser, ada: Person, eli: Person, failed_letter: str
) -> None:
    browser.sign_in(ada).get("/admin/jobs/")
    assert "550 No such person" in browser.text
    assert _count(browser) == "1"
    browser.submit("Send the letter to gone@example.org again")
    browser.follow()
    assert "550" not in browser.text
    other = Browser(app).sign_in(eli)
    other.get("/admin/jobs/")
    assert "gone@example.org" not in other.text
    assert other.send(f"/admin/jobs/letters/{failed_letter}/retry").status_code == 403


def test_a_failed_letter_can_be_forgotten(
    browser: Browser, ada: Person, failed_letter: str
) -> None:
    browser.sign_in(ada).get("/admin/jobs/")
    browser.submit("Remove the letter to gone@example.org")
    browser.follow()
    assert "gone@example.org" not in browser.text
    assert browser.send(f"/admin/jobs/letters/{failed_letter}/removal").status_code == 404
