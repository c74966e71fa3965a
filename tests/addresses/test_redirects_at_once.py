"""Two who lead the same paths elsewhere at once: one after the other, and never round."""

from collections.abc import Callable, Iterator

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, patterns, redirects, tangles, targets
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.errors import Rejected
from cms.history import recording, undoing
from tests.content.stories import NOW, at, publish, write
from tests.content.test_at_once import at_once

LISTS = ("/posts/",)


def lead(path: str, typed: str) -> Callable[[], str]:
    def act() -> str:
        target = redirects.read_target(typed, source=path, lists=LISTS)
        redirects.create(path, target, by=OPERATOR, now=NOW, lists=LISTS)
        return "led"

    return act


def lead_on(row_id: str, path: str, typed: str) -> Callable[[], str]:
    def act() -> str:
        target = redirects.read_target(typed, source=path, lists=LISTS)
        redirects.change(redirects.get(row_id), path, target, by=OPERATOR, now=NOW, lists=LISTS)
        return "led"

    return act


def kinds(came: list[object]) -> list[str]:
    return sorted(each if isinstance(each, str) else type(each).__name__ for each in came)


def circles(database: db.Database) -> Iterator[object]:
    with db.unit_of_work(database, write=False):
        rows = book.list_patterns()
        yield from (each for each in tangles.find(LISTS) if each.fault == "circle")
        yield from (row.source for row in rows if patterns.has_circle(rows, row))


def test_two_patterns_that_lead_to_each_other_are_never_both_kept(database):
    came = at_once(database, lead("/a/*", "/b/*"), lead("/b/*", "/a/*"))
    assert kinds(came) == ["Rejected", "led"]
    assert list(circles(database)) == []


def test_two_redirects_that_are_turned_to_each_other_never_make_a_circle(database):
    with db.unit_of_work(database):
        rows = [
            redirects.create(path, targets.Target(location=f"https://example.org{path}"),
                             by=OPERATOR, now=NOW)
            for path in ("/a/", "/b/")
        ]  # fmt: skip
        db.commit()
    one, other = rows
    came = at_once(database, lead_on(one.id, "/a/", "/b/"), lead_on(other.id, "/b/", "/a/"))
    assert set(kinds(came)) <= {"led", "Rejected"}, came
    assert list(circles(database)) == []
    with db.unit_of_work(database, write=False):
        assert {str(book.find(each).location)[:20] for each in ("/a/", "/b/")} == {
            "https://example.org/"
        }
    came = at_once(database, lead("/c/", "/d/"), lead("/d/", "/c/"))
    assert kinds(came) == ["Rejected", "Rejected"], "neither leads to what stands nowhere"


def test_both_forms_of_a_path_are_one_for_those_who_come_at_once(database):
    wanted = enumerate(["/a", "/a/", "/a", "/a/"])
    came = at_once(database, *(lead(path, f"https://example.org/{n}") for n, path in wanted))
    assert kinds(came) == ["Rejected"] * 3 + ["led"]


def test_a_page_and_a_redirect_that_want_the_same_path_never_fail_otherwise(database):
    def place() -> str:
        content = write("Other", kind="page", path="/a/")
        publish(content, now=at(1))
        return "published"

    came = at_once(database, place, lead("/a/", "https://example.org/"))
    assert set(kinds(came)) <= {"published", "led", "Rejected"}, came
    assert "Rejected" in kinds(came)


def test_undoing_and_leading_at_once_never_makes_a_circle(database):
    with db.unit_of_work(database):
        target = targets.Target(location="/b/*")
        row = redirects.create("/a/*", target, by=OPERATOR, now=NOW)
        db.commit()
        redirects.remove(row, by=OPERATOR, now=NOW)
        removed = recording.latest()
        db.commit()

    def undo() -> str:
        undoing.undo(removed, by=OPERATOR, now=clock.now())
        return "undone"

    came = at_once(database, undo, lead("/b/*", "/a/*"))
    assert kinds(came) in (["Rejected", "undone"], ["Blocked", "led"]), came
    assert any(isinstance(each, Rejected) for each in came)
    assert list(circles(database)) == []
