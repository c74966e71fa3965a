"""Activity: the list of every act, an act's own page, and undoing it there."""

import csv
import io
import re
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cms import clock, db, ids
from cms.accounts.permissions import OPERATOR, Person
from cms.admin import activity_changes, activity_words, undoing
from cms.config import ROOT
from cms.content import editing, reviewing, terms, trash
from cms.content.snapshot import Snapshot
from cms.history import activity, recording, tracking
from cms.history.models import ChangeSet
from cms.outbox.models import Errand
from cms.site import settings
from tests.admin.conftest import Room
from tests.browsing import Browser


def latest(room: Room) -> str:
    """The id of the last act."""
    with room.open():
        return str(db.session().scalar(sa.select(sa.func.max(ChangeSet.id))))


def go(browser: Browser, words: str) -> None:
    """Follow the link with these words."""
    link = next(each for each in browser.page.all("a") if browser.page.words(each) == words)
    browser.get(str(link.get("href")))


def listed(browser: Browser) -> str:
    """The words between the filters and the foot of the page."""
    return browser.text.partition("Until")[2].partition("Keys")[0]


@pytest.fixture
def renamed(room: Room, ada: Person) -> str:
    """Ada named the site; the act's id."""
    with room.open(write=True):
        settings.save({"title": "Tea house"}, by=ada, now=clock.now())
    return latest(room)


def test_every_act_stands_in_the_list_with_who_and_what(
    browser: Browser, room: Room, renamed: str, ana: Person, eli: Person
) -> None:
    room.write(ana, "Green tea")
    browser.sign_in(eli).get("/admin/activity/")
    assert "Started “Green tea”" in browser.text
    assert "Changed settings" in browser.text
    assert "Ana" in browser.text
    assert browser.heading == "Activity"


def test_who_may_not_see_everything_sees_their_own(
    browser: Browser, room: Room, renamed: str, ana: Person
) -> None:
    room.write(ana, "Green tea")
    browser.sign_in(ana).get("/admin/activity/?who=programs")
    assert browser.heading == "What you did"
    assert "Started “Green tea”" in browser.text
    assert "settings" not in listed(browser)
    assert browser.get(f"/admin/activity/{renamed}").status_code == 403
    assert browser.send(f"/admin/activity/{renamed}/undo").status_code == 403


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("q=green", ["Started “Green tea”", "Added “Green”"], ["settings"]),
        ("q=TEA+started", ["Started “Green tea”"], ["settings"]),
        ("q=100%25", [], ["Green tea"]),
        ("kind=setting", ["settings"], ["Green tea", "Added"]),
        ("kind=term", ["Added “Green”"], ["“Green tea”", "settings"]),
        ("kind=nothing", ["settings", "Green tea"], []),
        ("who=Ana", ["Started “Green tea”"], ["settings", "Added"]),
        ("who=the+terminal+and+programs", ["Added “Green”"], ["settings"]),
        ("who=nobody+here", [], ["Green tea", "settings", "Added"]),
        ("who=programs", ["Added “Green”"], ["“Green tea”", "settings"]),
        ("via=terminal", ["Added “Green”"], ["“Green tea”"]),
        ("state=undone", [], ["Green"]),
        ("since=2100-01-01", [], ["Green"]),
        ("until=2100-01-01", ["settings", "Green tea"], []),
        ("until=nonsense", ["settings", "Green tea"], []),
        ("before=nothing&after=nothing", ["settings", "Green tea"], []),
    ],
)
def test_the_list_is_narrowed(
    browser: Browser, room: Room, renamed: str, ana: Person, ada: Person,
    query: str, found: list[str], not_found: list[str],
) -> None:  # fmt: skip
    room.write(ana, "Green tea")
    with room.open(write=True):
        terms.create_term("tag", "Green", by=OPERATOR, now=clock.now())
    browser.sign_in(ada).get(f"/admin/activity/?{query}")
    assert all(each in listed(browser) for each in found), listed(browser)
    assert not any(each in listed(browser) for each in not_found), listed(browser)


def test_pages_follow_one_another_and_lead_back(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    for number in range(90):
        room.write(ana, f"Number {number:02}")
    browser.sign_in(ada).get("/admin/activity/?kind=entry")
    seen = [listed(browser)]
    while "Older" in browser.text:
        go(browser, "Older")
        seen.append(listed(browser))
    assert len(seen) == 3
    assert all(sum(f"“Number {number:02}”" in page for page in seen) == 1 for number in range(90))
    go(browser, "Newer")
    assert listed(browser) == seen[1]


def test_the_list_goes_to_a_spreadsheet_with_its_filters(
    browser: Browser, room: Room, renamed: str, ana: Person, ada: Person
) -> None:
    room.write(ana, "=cmd|x")
    answer = browser.sign_in(ada).get("/admin/activity/list.csv?kind=entry")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["When", "Who", "What", "Where", "State"]
    assert [row[2] for row in rows[1:]] == ["Started “=cmd|x”"]


def test_a_very_long_log_goes_out_in_pieces_and_never_lies_in_memory(
    browser: Browser, room: Room, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "BATCH", 100)
    start, many = clock.now() - timedelta(days=9), 3_000
    acts = [
        {"id": ids.new_id(), "label": f"Edited number {number}", "actor": "program",
         "via": "terminal", "state": "applied", "created_at": start + timedelta(seconds=number)}
        for number in range(many)
    ]  # fmt: skip
    with room.open(write=True):
        db.session().execute(sa.insert(ChangeSet.__table__), acts)  # type: ignore[arg-type]
    del acts
    address = f"/admin/activity/list.csv?who=programs&q=number&since={start.date()}"
    answer = browser.sign_in(ada).client.get(address, base_url=browser.base)
    tracemalloc.start()
    length = largest = 0
    for piece in answer.iter_encoded():
        length, largest = length + piece.count(b"\n"), max(largest, len(piece))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    assert length == many + 1
    assert largest < 50_000
    assert peak < 1_500_000  # a batch of acts, and what SQLAlchemy makes of it


def test_an_act_on_very_many_is_taken_back_beside_the_request(
    browser: Browser, room: Room, ada: Person, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 3)
    made = [room.write(ada, f"Cup {number}") for number in range(5)]
    with room.open(write=True), recording.act("Trashed them", by=ada, now=clock.now()):
        for each in made:
            trash.trash(editing.get_entry(each), by=ada, now=clock.now())
    act = latest(room)
    browser.sign_in(ada).get(f"/admin/activity/{act}")
    assert "it is taken back beside the request" in browser.text
    browser.submit("Undo")
    browser.follow()
    assert "Undone: Trashed them." in browser.text
    assert [room.entry(each).trashed_at for each in made] == [None] * 5
    browser.submit("Undo")
    browser.follow()
    assert "Done again: Trashed them." in browser.text
    assert None not in [room.entry(each).trashed_at for each in made]


def test_what_stands_in_the_way_of_a_large_undo_is_told_before_and_when_it_comes_to_it(
    browser: Browser, room: Room, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 0)
    made = room.write(ada, "Cup")
    act = latest(room)

    def edit() -> None:
        with room.open(write=True):
            entry = editing.get_entry(made)
            content = Snapshot(title="Pot", source="Hot")
            editing.save(entry, content, by=ada, now=clock.now(), based_on=entry.head_id)

    def edit_meanwhile(*args: Any, **named: Any) -> Any:
        edit()
        return follow(*args, **named)

    follow = undoing.jobs_door.follow
    monkeypatch.setattr(undoing.jobs_door, "follow", edit_meanwhile)
    browser.sign_in(ada).send(f"/admin/activity/{act}/undo", {})
    browser.follow()
    assert "“Edited “Pot”” came later. Undo that first." in browser.text
    assert room.head(made).title == "Pot"
    assert browser.send(f"/admin/activity/{act}/undo", {}).status_code == 422
    assert "This cannot be undone now" in browser.text


def test_letters_that_went_out_are_told_since_they_stay_sent(
    browser: Browser, room: Room, ada: Person, eli: Person, rob: Person
) -> None:
    made = room.write(rob, "Cup")
    with room.open(write=True):
        reviewing.ask(editing.get_entry(made), "Please", by=rob, now=clock.now())
    act = latest(room)
    browser.sign_in(ada).get(f"/admin/activity/{act}")
    assert "went out because of this" not in browser.text
    with room.open(write=True):
        for number in range(2):
            errand = {"kind": "letter", "payload": {}, "once_key": f"letter-{number}"}
            moments = {"created_at": clock.now(), "due_at": clock.now()}
            db.session().add(Errand(**errand, **moments, state="done", change_set_id=act))
    browser.get(f"/admin/activity/{act}")
    assert "2 letters went out because of this. Undoing does not call them back." in browser.text


def test_the_history_of_an_entry_leads_to_all_that_was_done_to_it(
    browser: Browser, room: Room, ana: Person
) -> None:
    made, _other = room.write(ana, "Cup"), room.write(ana, "Pot")
    browser.sign_in(ana).get(f"/admin/entries/{made}/revisions/")
    go(browser, "All that was done to it")
    assert "Started “Cup”" in browser.text
    assert "Pot" not in listed(browser)


def test_an_act_shows_what_changed_and_is_undone_there(
    browser: Browser, room: Room, renamed: str, ada: Person
) -> None:
    browser.sign_in(ada).get(f"/admin/activity/{renamed}")
    assert "Tea house" in browser.text
    assert browser.submit("Undo").status_code == 303
    with room.open():
        assert settings.load().title == "Carafe"
    browser.get(f"/admin/activity/{renamed}")
    assert "This was undone:" in browser.text
    link = next(each for each in browser.page.all("a")
                if browser.page.words(each).startswith("Undone: Changed settings"))  # fmt: skip
    browser.get(str(link.get("href")))
    assert browser.submit("Do it again").status_code == 303
    with room.open():
        assert settings.load().title == "Tea house"


def test_what_stands_in_the_way_is_told(
    browser: Browser, room: Room, renamed: str, ada: Person, olga: Person
) -> None:
    with room.open(write=True):
        settings.save({"title": "Coffee house"}, by=olga, now=clock.now())
    browser.sign_in(ada).get(f"/admin/activity/{renamed}")
    assert "This cannot be undone now" in browser.text
    assert "Olga" in browser.text
    assert "came later: undo that first." in browser.text
    answer = browser.send(f"/admin/activity/{renamed}/undo")
    assert answer.status_code == 422
    assert "This cannot be undone now" in browser.text
    with room.open():
        assert settings.load().title == "Coffee house"


def test_what_was_deleted_for_good_stays_so(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    entry_id = room.write(ana)
    with room.open(write=True):
        trash.trash(editing.get_entry(entry_id), by=ada, now=clock.now())
    with room.open(write=True):
        trash.purge(editing.get_entry(entry_id), by=ada, now=clock.now())
    browser.sign_in(ada).get(f"/admin/activity/{latest(room)}")
    assert "What was deleted for good cannot come back." in browser.text
    assert browser.send(f"/admin/activity/{latest(room)}/undo").status_code == 422


def test_undoing_needs_what_doing_it_needs(
    browser: Browser, room: Room, renamed: str, eli: Person
) -> None:
    browser.sign_in(eli).get(f"/admin/activity/{renamed}")
    assert "You cannot undo this." in browser.text
    assert browser.send(f"/admin/activity/{renamed}/undo").status_code == 403


def test_undoing_twice_is_told(browser: Browser, renamed: str, ada: Person) -> None:
    browser.sign_in(ada)
    assert browser.send(f"/admin/activity/{renamed}/undo").status_code == 303
    assert browser.send(f"/admin/activity/{renamed}/undo").status_code == 422
    assert "This was undone already." in browser.text


@pytest.mark.parametrize("path", ["/admin/activity/x", "/admin/activity/%00"])
def test_an_unknown_act_is_not_found(browser: Browser, ada: Person, path: str) -> None:
    browser.sign_in(ada)
    assert browser.get(path).status_code == 404
    assert browser.send(f"{path}/undo").status_code == 404


def test_whoever_took_an_invitation_up_is_not_called_the_terminal() -> None:
    names = {"": "The terminal", "a1": "Ada"}
    assert activity_words.who(None, "invitation", names) == "The person invited"
    assert activity_words.who(None, "terminal", names) == "The terminal"
    assert activity_words.who("a1", "admin", names) == "Ada"
    assert activity_words.who("gone", "admin", names) == "Someone"


def test_every_door_by_which_acts_come_has_its_words() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "cms").rglob("*.py"))
    assert set(re.findall(r'via="([\w-]+)"', code)) <= set(activity_words.DOORS)


def test_what_every_recorded_row_is_called_stands_in_words() -> None:
    told = {*activity_changes._TABLES, *activity_changes._SILENT}
    assert set(tracking._tracked) - told == set()


def test_a_change_of_a_publication_or_a_review_names_its_entry(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "The kettle")
    with room.open(write=True):
        reviewing.ask(editing.get_entry(entry_id), "Please.", by=eli, now=clock.now())
        reviewing.withdraw(editing.get_entry(entry_id), by=eli, now=clock.now())
    browser.sign_in(eli).get(f"/admin/activity/{latest(room)}")
    headings = [browser.page.words(each) for each in browser.page.all("h2")]
    assert "The kettle" in headings
    assert "review_request" not in browser.text
