"""Undoing while others undo, edit or publish: one comes first, and nothing is half undone."""

import pytest

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import redirects, targets
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import bulk, editing, listing, removal, revisions
from cms.errors import Conflict, Rejected
from cms.history import activity, recording, undoing
from cms.site import menus, settings
from tests.content.stories import at, on_sqlite, publish, rewrite, write
from tests.content.test_at_once import at_once
from tests.history.sameness import differences, dump


def act_of(database, do) -> str:
    with db.unit_of_work(database):
        do()
        db.session().flush()
        change_set_id = recording.latest()
        db.commit()
    assert change_set_id is not None
    return change_set_id


def undo(change_set_id):
    def run():
        undoing.undo(change_set_id, by=OPERATOR, now=at(3))
        return "done"

    return run


def test_of_two_who_undo_the_same_act_one_does(database):
    act = act_of(database, lambda: settings.save({"title": "x"}, by=OPERATOR, now=at(1)))
    came = at_once(database, *([undo(act)] * 4))
    assert came.count("done") == 1
    assert all(each == "done" or isinstance(each, Rejected) for each in came), came
    with db.unit_of_work(database, write=False):
        assert settings.load().title == "Carafe"
        assert activity.get_act(act).state == "undone"


def test_an_undo_and_an_edit_at_once_leave_what_one_of_them_saw(database):
    entry_ids = []
    act_of(database, lambda: entry_ids.append(write("First").id))
    act = act_of(database, lambda: rewrite(editing.get_entry(entry_ids[0]), title="Second"))

    def edit():
        rewrite(editing.get_entry(entry_ids[0]), title="Third")
        return "done"

    came = at_once(database, undo(act), edit)
    assert "done" in came
    assert all(each == "done" or isinstance(each, Rejected | Conflict) for each in came), came
    with db.unit_of_work(database, write=False):
        title = revisions.get_head(editing.get_entry(entry_ids[0])).title
    # An edit that came first stands in the way; one that came later began from what was undone.
    assert title == ("First" if isinstance(came[1], Conflict) else "Third")


def many_pages(made: list[str], count: int) -> None:
    """Public pages, which texts link to, a menu names and redirects lead to."""
    above = write("Above", kind="page")
    publish(above)
    made.append(above.id)
    for number in range(count - 1):
        page = write(f"Page {number}", kind="page", parent=above)
        publish(page)
        made.append(page.id)
    lines = [menus.Line(f"Line {each}", "entry", target_id=each) for each in made[::20]]
    menus.save_menu("main", "Main", [*lines, menus.Line("Out", "url", url="/out/")], **BY)
    for number, each in enumerate(made[::25]):
        redirects.create(f"/short-{number}/", targets.to("entry", each), **BY)
    publish(write("Elsewhere", f"To [one](entry:{made[3]}) and [another](entry:{made[-1]})."))


BY = {"by": OPERATOR, "now": at(1)}


def trash_one_by_one(made: list[str]) -> None:
    """As the bulk act does with a selection, of which the page above comes first."""
    with recording.act("Moved 200 entries to the trash", by=OPERATOR, now=at(2)):
        bulk.carry_out("trash", bulk.parents_first(made), {}, by=OPERATOR, now=at(2))


def trash_from_below(made: list[str]) -> None:
    with recording.act("Moved 200 entries to the trash", by=OPERATOR, now=at(2)):
        bulk.carry_out("trash", made[::-1], {}, by=OPERATOR, now=at(2))


def take_out_and_lead_elsewhere(made: list[str]) -> None:
    """Links lead to another page, addresses are redirected, and the pages go."""
    (other,) = listing.find_by_title("Elsewhere")
    above = editing.get_entry(made[0])
    removal.carry_out(above, removal.Choice.REDIRECT, with_=other, by=OPERATOR, now=at(2))


def test_200_pages_that_go_come_back_whole_with_menus_and_redirects(database):
    take_away_and_bring_back(database, trash_one_by_one, 200)


@on_sqlite
@pytest.mark.parametrize("act", [trash_from_below, take_out_and_lead_elsewhere])
def test_however_pages_went_they_come_back_whole(database, act):
    take_away_and_bring_back(database, act, 30)


def take_away_and_bring_back(database, act, count):
    made: list[str] = []
    act_of(database, lambda: many_pages(made, count))
    with db.unit_of_work(database):
        before = dump(at(9))
    gone = act_of(database, lambda: act(made))
    told = []
    with db.unit_of_work(database):
        assert differences(before, dump(at(9)))
        undone = undoing.undo(
            gone, by=OPERATOR, now=at(3), tell=lambda done, total: told.append((done, total))
        ).id
        db.commit()
        assert differences(before, dump(at(9))) == []
    assert told[0][0] == 0 < told[-1][0] < told[-1][1]
    with db.unit_of_work(database):
        undoing.undo(undone, by=OPERATOR, now=at(4))
        undoing.undo(gone, by=OPERATOR, now=at(5))
        assert differences(before, dump(at(9))) == []
