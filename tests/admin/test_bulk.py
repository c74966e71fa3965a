"""Acts on many entries: by hand or all that a filter finds, each refusal named, with one undo."""

from datetime import timedelta
from typing import Any

import pytest

from cms import clock, db
from cms.accounts.permissions import Person
from cms.admin import entry_bulk, entry_bulk_job
from cms.content import bulk, editing, intervals, listing, profiles, revisions, terms
from cms.history.models import ChangeSet
from tests.admin.conftest import Room
from tests.browsing import Browser

BULK = "/admin/entries/bulk"


def do(browser: Browser, act: str, *entry_ids: str, **more: Any) -> int:
    return browser.send(BULK, {"act": act, "id": list(entry_ids), **more}).status_code


def ask(browser: Browser, act: str, *entry_ids: str, **more: Any) -> None:
    """Go on to the page that asks for what an act needs."""
    assert do(browser, act, *entry_ids, **more) == 303
    assert browser.follow().status_code == 200


def count_acts(room: Room) -> int:
    with room.open():
        return db.session().query(ChangeSet).count()


def test_the_selected_are_published_as_one_act_with_one_undo(
    browser: Browser, room: Room, eli: Person
) -> None:
    made = [room.write(eli, f"Cup {number}") for number in range(3)]
    browser.sign_in(eli)
    before = count_acts(room)
    assert do(browser, "publish", *made[:2], list="kind=post&q=Cup") == 303
    assert count_acts(room) == before + 1
    assert browser.response is not None
    assert browser.response.headers["Location"] == "/admin/entries/?kind=post&q=Cup"
    assert [room.state(each) for each in made] == ["published", "published", "draft"]
    browser.follow()
    assert "Published 2 entries." in browser.text
    browser.submit("Undo")
    assert [room.state(each) for each in made] == ["draft"] * 3


def test_what_is_refused_is_named_and_the_others_are_done(
    browser: Browser, room: Room, eli: Person
) -> None:
    good, bad = room.write(eli, "Good"), room.write(eli, None)
    browser.sign_in(eli)
    assert do(browser, "publish", bad, good) == 200
    assert "Published 1 entry." in browser.text
    assert "Give this a title before it is published." in browser.text
    assert (room.state(good), room.state(bad)) == ("published", "draft")
    browser.submit("Undo")
    assert room.state(good) == "draft"


def test_a_refused_first_one_does_not_take_the_act_with_it(
    browser: Browser, room: Room, eli: Person
) -> None:
    bad, good = room.write(eli, None), room.write(eli, "Good")
    browser.sign_in(eli)
    do(browser, "publish", bad, good, bad)
    assert room.state(good) == "published"


def test_where_all_is_refused_nothing_stands_in_the_log(
    browser: Browser, room: Room, eli: Person
) -> None:
    bad = room.write(eli, None)
    browser.sign_in(eli)
    before = count_acts(room)
    assert do(browser, "publish", bad) == 200
    assert count_acts(room) == before


def test_tags_are_added_and_removed_for_visitors_too(
    browser: Browser, room: Room, eli: Person
) -> None:
    draft, live = room.write(eli, "Draft"), room.write(eli, "Live")
    room.publish(live, eli)
    browser.sign_in(eli)
    ask(browser, "tag", draft, live)
    assert browser.submit("Add tags", tags="Tea, Green tea").status_code == 303
    with room.open():
        names = [term.name for term in terms.list_terms("tag")]
        entry = editing.get_entry(live)
        shown = intervals.find_live(entry, now=clock.now())
        assert shown is not None
        assert shown.revision_id == entry.head_id
    assert sorted(names) == ["Green tea", "Tea"]
    assert room.state(live) == "published"
    assert len(room.head(draft).term_ids) == 2
    ask(browser, "untag", draft, live)
    browser.submit("Remove tags", tags="tea")
    assert len(room.head(draft).term_ids) == len(room.head(live).term_ids) == 1


def test_what_is_being_worked_on_stays_a_draft(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Live")
    room.publish(entry_id, eli)
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Save", title="Half a thought")
    ask(browser, "tag", entry_id)
    browser.submit("Add tags", tags="Tea")
    assert room.state(entry_id) == "changed"
    with room.open():
        shown = intervals.find_live(editing.get_entry(entry_id), now=clock.now())
        assert shown is not None
        assert shown.title == "Live"


def test_category_author_and_visibility_are_set(browser: Browser, room: Room, eli: Person) -> None:
    made = [room.write(eli, "One"), room.write(eli, "Two")]
    with room.open(write=True):
        old = terms.create_term("category", "Old", by=eli, now=clock.now()).id
        new = terms.create_term("category", "New", by=eli, now=clock.now()).id
        jo = profiles.create_profile("Jo", by=eli, now=clock.now()).id
    browser.sign_in(eli)
    for category in (old, new):
        ask(browser, "category", *made)
        assert browser.submit("Category", category=category).status_code == 303
    ask(browser, "byline", *made)
    assert browser.submit("Author", bylines="jo").status_code == 303
    ask(browser, "access", *made)
    assert browser.submit("Visibility").status_code == 422
    assert "Choose what changes." in browser.text
    assert browser.submit("Visibility", access="staff", listed="no").status_code == 303
    for each in made:
        head = room.head(each)
        assert (head.term_ids, head.byline_ids) == ([new], [jo])
        assert (head.access, head.listed) == ("staff", False)


def test_a_schedule_needs_a_moment_to_come(browser: Browser, room: Room, eli: Person) -> None:
    made = [room.write(eli, "One"), room.write(eli, "Two")]
    browser.sign_in(eli)
    ask(browser, "schedule", *made)
    assert browser.submit("Schedule", at="2001-01-01T10:00").status_code == 422
    assert "still to come" in browser.text
    later = clock.now() + timedelta(days=2)
    assert browser.submit("Schedule", at=later.strftime("%Y-%m-%dT%H:%M")).status_code == 303
    assert {room.state(each) for each in made} == {"scheduled"}


def test_pages_go_to_the_trash_with_those_below_and_come_back(
    browser: Browser, room: Room, eli: Person
) -> None:
    above = room.write(eli, "Above", "page")
    below = room.write(eli, "Below", "page", parent_id=above)
    browser.sign_in(eli)
    assert do(browser, "trash", below, above, list="kind=page") == 303
    assert {room.state(above), room.state(below)} == {"trashed"}
    browser.get("/admin/entries/?kind=page&state=trashed")
    assert "Above" in browser.text
    assert do(browser, "restore", below, above, list="kind=page") == 303
    assert {room.state(above), room.state(below)} == {"draft"}


def test_many_are_done_only_when_their_count_is_typed(
    browser: Browser, room: Room, eli: Person
) -> None:
    made = [room.write(eli, f"Cup {number}") for number in range(21)]
    browser.sign_in(eli)
    ask(browser, "trash", *made)
    assert "21 entries" in browser.text
    assert browser.submit("Move to trash", count="12").status_code == 422
    assert "Type 21 to go on." in browser.text
    assert room.state(made[0]) == "draft"
    assert browser.submit("Move to trash", count="21").status_code == 303
    assert {room.state(each) for each in made} == {"trashed"}


def test_all_that_the_filter_finds_are_meant_and_no_others(
    browser: Browser, room: Room, eli: Person
) -> None:
    teas = [room.write(eli, f"Tea {number}") for number in range(3)]
    coffee = room.write(eli, "Coffee")
    browser.sign_in(eli)
    assert do(browser, "publish", coffee, all="1", list="kind=post&q=tea") == 303
    assert [room.state(each) for each in (*teas, coffee)] == ["published"] * 3 + ["draft"]


def test_very_many_are_done_beside_the_request(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_bulk, "AT_ONCE", 3)
    made = [room.write(eli, f"Tea {number}") for number in range(5)]
    bad = room.write(eli, None, source="Tea without a title")
    browser.sign_in(eli)
    do(browser, "publish", all="1", list="kind=post&q=tea")
    browser.follow()
    assert {room.state(each) for each in made} == {"published"}
    assert room.state(bad) == "draft"
    assert "Published 5 entries. 1 was left as it is." in browser.text
    assert "Give this a title before it is published." in browser.text
    browser.submit("Undo")
    assert {room.state(each) for each in made} == {"draft"}


def test_a_job_that_breaks_off_goes_on_where_it_stopped(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_bulk, "AT_ONCE", 1)
    monkeypatch.setattr(entry_bulk_job, "BATCH", 2)
    made = [room.write(eli, f"Tea {number}") for number in range(5)]
    carry_out, calls = bulk.carry_out, []

    def break_off(*args: Any, **named: Any) -> bulk.Outcome:
        calls.append(args[1])
        outcome = carry_out(*args, **named)
        if len(calls) == 2:
            raise RuntimeError("the lights went out")
        return outcome

    monkeypatch.setattr(bulk, "carry_out", break_off)
    browser.sign_in(eli)
    do(browser, "publish", all="1", list="kind=post&sort=title")
    browser.follow()
    assert [room.state(each) for each in made] == ["published"] * 2 + ["draft"] * 3
    browser.submit("Try again")
    browser.follow()
    browser.submit("Go on here")
    assert {room.state(each) for each in made} == {"published"}
    assert [len(each) for each in calls] == [2, 2, 2, 1]


def test_a_list_that_changed_meanwhile_is_left_alone(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_bulk, "AT_ONCE", 1)
    made = [room.write(eli, f"Tea {number}") for number in range(3)]
    browser.sign_in(eli)
    monkeypatch.setattr(listing, "list_ids", _shrinking(listing.list_ids))
    do(browser, "publish", all="1", list="kind=post")
    browser.follow()
    assert "The list changed meanwhile: it holds 2 entries now. Nothing was done." in browser.text
    assert {room.state(each) for each in made} == {"draft"}


def _shrinking(find: Any) -> Any:
    asked = []

    def shrink(*args: Any, **named: Any) -> list[str]:
        asked.append(args)
        found: list[str] = find(*args, **named)
        return found if len(asked) == 1 else found[:2]

    return shrink


def test_nobody_does_to_many_what_they_may_not_do_to_one(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    own, others = room.write(ana, "Own"), room.write(eli, "A secret draft")
    browser.sign_in(ana)
    assert do(browser, "trash", own, others) == 200
    assert "This entry is not there." in browser.text
    assert "secret" not in browser.text
    assert (room.state(own), room.state(others)) == ("trashed", "draft")
    ask(browser, "tag", others)
    assert "secret" not in browser.text


def test_a_contributor_publishes_nothing(browser: Browser, room: Room, rob: Person) -> None:
    own = room.write(rob, "Own")
    browser.sign_in(rob).get("/admin/entries/")
    assert browser.page is not None
    offered = {each.get("value") for each in browser.page.all("button")}
    assert "tag" in offered or "byline" in offered
    assert not offered & {"publish", "schedule", "unpublish", "trash", "restore"}
    assert do(browser, "publish", own) == 200
    assert "may not publish" in browser.text
    assert "Nothing was changed." in browser.text
    assert room.state(own) == "draft"


@pytest.mark.parametrize(
    "sent",
    [{}, {"act": "nonsense"}, {"act": "publish", "id": "x"}, {"act": "tag", "list": "kind=none"},
     {"act": "publish", "all": "1", "list": "kind=post&state=x&since=tomorrow&q=" + "a" * 3000},
     {"act": "publish", "id": "\x00" * 26}, {"act": "trash", "list": "%00=%ff&kind=post;x"}],
)  # fmt: skip
def test_nonsense_is_no_accident(browser: Browser, eli: Person, sent: dict[str, str]) -> None:
    browser.sign_in(eli)
    assert browser.send(BULK, sent).status_code in (303, 404)


def test_unknown_values_are_refused_and_what_was_typed_is_kept(
    browser: Browser, room: Room, ana: Person
) -> None:
    own = room.write(ana)
    browser.sign_in(ana)
    ask(browser, "untag", own)
    assert browser.submit("Remove tags", tags="never made").status_code == 422
    assert "There is no tag “never made”." in browser.text
    ask(browser, "byline", own)
    assert browser.submit("Author", bylines="Nobody Known").status_code == 422
    assert "There is no profile of “Nobody Known” yet." in browser.text
    assert browser.page is not None
    assert "Nobody Known" in browser.page.text
    assert room.count_revisions(own) == 1


def test_a_saved_title_is_not_lost_when_someone_tags_meanwhile(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Before")
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    form = browser.page
    ask(browser, "tag", entry_id)
    browser.submit("Add tags", tags="Tea")
    browser.page, browser.address = form, f"{browser.base}/admin/entries/{entry_id}"
    assert browser.submit("Save", title="After").status_code == 303
    head = room.head(entry_id)
    assert head.title == "After"
    assert len(head.term_ids) == 1
    with room.open():
        assert revisions.get_head(editing.get_entry(entry_id)).id == head.id
