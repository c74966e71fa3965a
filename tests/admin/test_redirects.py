"""Redirects in the admin: listed, made, changed, removed, put in order."""

from typing import Any

import pytest
import sqlalchemy as sa

from cms import clock, db, ids
from cms.accounts.permissions import OPERATOR, Person
from cms.addresses import book, hits, leads, redirects
from cms.history.models import ChangeSet
from tests.admin.conftest import Room
from tests.browsing import Browser


def _lead(room: Room, path: str, location: str, code: int = 301) -> str:
    with room.open(write=True):
        target = redirects.read_target(location, source=path, code=code)
        return redirects.create(path, target, by=OPERATOR, now=clock.now(), code=code).id


def _page(room: Room, by: Person, title: str, path: str) -> str:
    entry_id = room.write(by, title, "page", path=path)
    room.publish(entry_id, by)
    return entry_id


def _line(room: Room, path: str) -> Any:
    with room.open():
        return book.find(path)


def test_a_redirect_is_made_by_the_title_of_its_target(
    browser: Browser, room: Room, ada: Person
) -> None:
    about = _page(room, ada, "About us", "/about/")
    browser.sign_in(ada).get("/admin/redirects/new?path=/old/")
    assert browser.submit("Save", location="about us").status_code == 303
    browser.follow()
    assert "/old/ is led elsewhere." in browser.text
    assert "About us /about/" in browser.text
    assert _line(room, "/old/").target_id == about


def test_when_several_have_the_title_one_is_chosen(
    browser: Browser, room: Room, ada: Person
) -> None:
    _page(room, ada, "About tea", "/tea/")
    coffee = _page(room, ada, "About coffee", "/coffee/")
    browser.sign_in(ada).get("/admin/redirects/new")
    assert browser.submit("Save", path="/old/", location="about").status_code == 422
    assert "Choose one of them." in browser.text
    assert browser.submit("Save", entry=coffee).status_code == 303
    assert _line(room, "/old/").target_id == coffee


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"path": ""}, "Say which path"),
        ({"path": "old"}, "begins with a slash"),
        ({"path": "/admin/x"}, "used by the site itself"),
        ({"path": "/live/"}, "already stands"),
        ({"path": "/old/", "location": ""}, "Say where it leads."),
        ({"path": "/old/", "location": "/nothing/"}, "Nothing stands"),
        ({"path": "/old/", "location": "No such title"}, "Nothing has this title"),
        ({"path": "/old/", "location": "javascript://x"}, "begins with https://"),
        ({"path": "/old/", "location": "/old"}, "back to itself"),
        ({"path": "/old/*", "location": "/old/x/*"}, "back to itself"),
        ({"path": "/old/", "location": "/live/", "code": "410"}, "Leave this empty"),
        ({"path": "/old/", "location": "/live/", "code": "999"}, "Not a valid choice"),
        ({"path": "/old\x00", "location": "/live/"}, "control characters"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    browser: Browser, room: Room, ada: Person, fields: dict[str, str], words: str
) -> None:
    _page(room, ada, "Live", "/live/")
    browser.sign_in(ada).get("/admin/redirects/new")
    typed = {"location": "https://kept.example/", **fields}
    assert browser.submit("Save", **typed).status_code == 422
    assert words in browser.text
    assert browser.page is not None
    assert str(fields.get("location", "https://kept.example/")) in browser.page.text


def test_a_redirect_is_changed_and_removed(browser: Browser, room: Room, ada: Person) -> None:
    redirect_id = _lead(room, "/old/", "https://example.org/")
    browser.sign_in(ada).get(f"/admin/redirects/{redirect_id}")
    assert browser.submit("Save", path="/older/", code="302").status_code == 303
    assert _line(room, "/old/") is None
    assert _line(room, "/older/").code == 302
    browser.get(f"/admin/redirects/{redirect_id}")
    assert browser.submit("Remove").status_code == 303
    assert _line(room, "/older/") is None
    assert browser.get(f"/admin/redirects/{redirect_id}").status_code == 404


def test_each_act_is_taken_back_from_the_message_and_from_its_page(
    browser: Browser, room: Room, ada: Person
) -> None:
    def undo() -> None:
        browser.follow()
        assert browser.submit("Undo").status_code == 303

    browser.sign_in(ada).get("/admin/redirects/new")
    browser.submit("Save", path="/old/", location="https://example.org/")
    undo()
    assert _line(room, "/old/") is None
    redirect_id = _lead(room, "/old/", "https://example.org/")
    browser.get(f"/admin/redirects/{redirect_id}")
    browser.submit("Save", path="/older/", code="302")
    undo()
    assert (_line(room, "/old/").code, _line(room, "/older/")) == (301, None)
    browser.get(f"/admin/redirects/{redirect_id}")
    browser.submit("Remove")
    undo()
    assert _line(room, "/old/").id == redirect_id, "it is the same row"
    with room.open():
        act = db.session().scalar(
            sa.select(ChangeSet.id).where(ChangeSet.label.startswith("Led /old/")).limit(1)
            .order_by(ChangeSet.id.desc())
        )  # fmt: skip
    browser.get(f"/admin/activity/{act}")
    assert browser.submit("Undo").status_code == 303
    assert _line(room, "/old/") is None


def test_an_order_that_would_lead_round_is_refused_in_words(
    browser: Browser, room: Room, ada: Person
) -> None:
    _lead(room, "/a*", "https://example.org/*")
    _lead(room, "/b/*", "/a/*")
    _lead(room, "/a/*", "/b/*")
    browser.sign_in(ada).get("/admin/redirects/?kind=pattern")
    browser.submit("Try /a/* earlier")
    browser.get("/admin/redirects/?kind=pattern")
    browser.submit("Try /a/* earlier")
    browser.follow()
    assert "Then /a/* would lead back to itself." in browser.text
    assert browser.text.index("/a* ") < browser.text.index("/a/* ")


def test_someone_elses_change_is_not_replaced_unseen(
    browser: Browser, room: Room, ada: Person
) -> None:
    redirect_id = _lead(room, "/old/", "https://example.org/")
    browser.sign_in(ada).get(f"/admin/redirects/{redirect_id}")
    page = browser.page
    browser.submit("Save", location="https://example.org/theirs")
    browser.page = page
    assert browser.submit("Save", location="https://example.org/mine").status_code == 409
    assert "meanwhile" in browser.text
    assert browser.submit("Save").status_code == 303
    assert _line(room, "/old/").location == "https://example.org/mine"


def test_what_was_left_by_a_rename_stands_in_the_list_and_may_be_led_elsewhere(
    browser: Browser, room: Room, ada: Person
) -> None:
    entry_id = _page(room, ada, "About", "/about/")
    browser.sign_in(ada).get(f"/admin/entries/{entry_id}")
    browser.submit("Save", path="/us/")
    room.publish(entry_id, ada)
    browser.get("/admin/redirects/?kind=left")
    assert "/about/ About /us/ Left by a rename" in browser.text
    browser.get("/admin/redirects/?kind=hand")
    assert "/about/" not in browser.text
    browser.get(f"/admin/redirects/{_line(room, '/about/').id}")
    assert browser.submit("Save", location="https://example.org/").status_code == 303
    browser.get("/admin/redirects/?kind=hand")
    assert "/about/ https://example.org/" in browser.text


def test_patterns_are_put_in_order(browser: Browser, room: Room, ada: Person) -> None:
    for name in "ab":
        _lead(room, f"/{name}/*", "https://example.org/*")
    browser.sign_in(ada).get("/admin/redirects/?kind=pattern")
    assert browser.submit("Try /b/* earlier").status_code == 303
    browser.follow()
    assert browser.text.index("/b/*") < browser.text.index("/a/*")


def test_the_list_is_searched_sorted_and_paged(
    browser: Browser, room: Room, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.admin.redirects.SIZE", 2)
    for name in "dacb":
        _lead(room, f"/{name}%/", f"https://example.org/{name}")
    browser.sign_in(ada)
    assert browser.page is None
    browser.get("/admin/redirects/")
    assert [each in browser.text for each in ("/a%/", "/b%/", "/c%/")] == [True, True, False]
    following = next(a for a in browser.page.all("a") if a.get("rel") == "next")  # type: ignore[union-attr]
    browser.get(str(following.get("href")))
    assert [each in browser.text for each in ("/b%/", "/c%/", "/d%/")] == [False, True, True]
    browser.get("/admin/redirects/?sort=newest")
    assert [each in browser.text for each in ("/b%/", "/c%/", "/a%/")] == [True, True, False]
    browser.get("/admin/redirects/?q=%25/&kind=hand")
    assert "/a%/" in browser.text
    browser.get("/admin/redirects/?q=nothing")
    assert "Nothing fits this search." in browser.text
    assert browser.get("/admin/redirects/?sort=used&after=%00x.y").status_code == 200
    assert browser.get("/admin/redirects/?sort=x&kind=x&after=%F0%9F%8D%B5").status_code == 200


def test_nobody_without_the_permission_comes_near(
    browser: Browser, room: Room, ana: Person
) -> None:
    redirect_id = _lead(room, "/old/", "https://example.org/")
    address = f"/admin/redirects/{redirect_id}"
    assert browser.get(address).status_code == 302
    browser.sign_in(ana)
    for path in (address, "/admin/redirects/", "/admin/redirects/new"):
        assert browser.get(path).status_code == 403
    for path in (address, f"{address}/removal", f"{address}/place", "/admin/redirects/new"):
        assert browser.send(path).status_code == 403
    assert _line(room, "/old/") is not None


def test_what_is_unknown_is_not_found(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada)
    for redirect_id in (ids.new_id(), "x", "%00"):
        assert browser.get(f"/admin/redirects/{redirect_id}").status_code == 404
        assert browser.send(f"/admin/redirects/{redirect_id}/removal").status_code == 404
    assert browser.send(f"/admin/redirects/{_lead(room, '/a/', '/')}/place").status_code == 404


def test_the_most_used_are_found_whether_few_or_many_fit(
    browser: Browser, room: Room, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids_of = {n: _lead(room, f"/old-{n}/", "https://example.org/") for n in range(6)}
    tally = hits.make_tally(room.database)
    tally.in_background = False
    for number, redirect_id in ids_of.items():
        for _time in range(1 + number % 4):
            tally.add(redirect_id, now=clock.now())
    tally.flush()
    wanted = leads.Filter(kind="hand", words="old", sort="used")
    for few in (100, 2):
        monkeypatch.setattr(leads, "FEW", few)
        with room.open():
            found, after = [], ""
            while rows := leads.list_lines(wanted, limit=2, after=after):
                found += [row.path for row in rows]
                after = leads.cursor(wanted, rows[-1], hits.of([rows[-1].id]))
        assert found == ["/old-3/", "/old-2/", "/old-5/", "/old-1/", "/old-4/", "/old-0/"]
