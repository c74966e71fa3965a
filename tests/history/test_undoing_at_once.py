"""Undoing while others undo, edit or publish: one comes first, and nothing is half undone."""

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import editing, revisions, trash
from cms.errors import Conflict, Rejected
from cms.history import activity, recording, undoing
from cms.site import settings
from tests.content.stories import at, publish, rewrite, write
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


def test_200_pages_in_the_trash_come_back_whole(database):
    made = []

    def build():
        above = write("Above", kind="page")
        publish(above)
        made.append(above.id)
        for number in range(199):
            publish(write(f"Page {number}", kind="page", parent=above))

    act_of(database, build)
    with db.unit_of_work(database):
        before = dump(at(9))
    act = act_of(database, lambda: trash.trash(editing.get_entry(made[0]), by=OPERATOR, now=at(2)))
    with db.unit_of_work(database):
        assert differences(before, dump(at(9)))
        undoing.undo(act, by=OPERATOR, now=at(3))
        db.commit()
        assert differences(before, dump(at(9))) == []
