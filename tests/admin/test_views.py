"""Saved views: a list as it is narrowed, under a name, for oneself or for everyone."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.content import saved_views
from cms.errors import NotFound
from tests.admin.conftest import Room
from tests.browsing import Browser

LIST = "/admin/entries/?kind=post&q=tea&sort=title&cols=address"


def keep(browser: Browser, name: str, query: str = "kind=post&q=tea", **more: str) -> int:
    sent = {"name": name, "list": "entries", "query": query, **more}
    return browser.send("/admin/views/new", sent).status_code


def offered(browser: Browser) -> list[str]:
    browser.get("/admin/entries/")
    assert browser.page is not None
    lines = [each for each in browser.page.all("div") if each.get("class") == "view-line"]
    return [browser.page.words(next(line.iter("a"))) for line in lines]


def test_a_list_is_kept_as_it_is_and_comes_back(browser: Browser, room: Room, ana: Person) -> None:
    room.write(ana, "Tea", path="/tea/")
    browser.sign_in(ana).get(LIST)
    assert "/tea/" in browser.text
    link = next(each for each in browser.page.all("a") if "views/new" in (each.get("href") or ""))
    browser.get(link.get("href") or "")
    assert browser.submit("Save", name="My teas").status_code == 303
    assert browser.response is not None
    assert browser.response.headers["Location"] == LIST
    browser.follow()
    assert "“My teas” stands among the views." in browser.text
    assert offered(browser) == ["My teas"]


def test_others_see_only_what_is_for_everyone(
    browser: Browser, ana: Person, eli: Person, olga: Person
) -> None:
    browser.sign_in(ana)
    assert keep(browser, "Mine") == keep(browser, "Ours", shared="y") == 303
    browser.sign_in(eli)
    assert offered(browser) == ["Ours"]
    assert "Change the view" not in browser.page.text
    browser.sign_in(olga)
    assert offered(browser) == ["Ours"]
    assert "Change the view “Ours”" in browser.page.text


def test_a_view_is_renamed_shared_removed_and_brought_back(
    browser: Browser, ana: Person, eli: Person
) -> None:
    browser.sign_in(ana)
    keep(browser, "Mine")
    browser.get("/admin/entries/")
    link = next(
        each for each in browser.page.all("a") if each.get("aria-label") == "Change the view “Mine”"
    )
    view = link.get("href") or ""
    browser.get(view)
    assert browser.submit("Save", name="Teas", shared="y").status_code == 303
    assert offered(browser) == ["Teas"]
    browser.get(view)
    assert browser.submit("Remove").status_code == 303
    assert offered(browser) == []
    browser.get("/admin/entries/")
    assert browser.get(view).status_code == 404


def test_taking_back_a_removal_brings_the_view_back(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    keep(browser, "Mine")
    browser.get("/admin/entries/")
    link = next(
        each for each in browser.page.all("a") if each.get("aria-label") == "Change the view “Mine”"
    )
    browser.get(link.get("href") or "")
    browser.submit("Remove")
    browser.follow()
    browser.submit("Undo")
    assert offered(browser) == ["Mine"]


def test_what_is_anothers_is_neither_seen_nor_changed(
    browser: Browser, ana: Person, eli: Person
) -> None:
    browser.sign_in(ana)
    keep(browser, "Mine")
    keep(browser, "Ours", shared="y")
    browser.get("/admin/entries/")
    links = {
        each.get("aria-label"): each.get("href") or ""
        for each in browser.page.all("a")
        if "/views/" in (each.get("href") or "")
    }
    browser.sign_in(eli)
    assert browser.get(links["Change the view “Mine”"]).status_code == 404
    ours = links["Change the view “Ours”"]
    assert browser.send(ours, {"name": "Taken"}).status_code == 403
    assert browser.send(f"{ours}/removal").status_code == 403
    assert offered(browser) == ["Ours"]


def test_what_someone_keeps_for_themselves_no_administrator_changes(
    room: Room, ana: Person, ada: Person
) -> None:
    now = clock.now()
    with room.open(write=True):
        view = saved_views.save_view("entries", "Mine", "q=tea", shared=False, by=ana, now=now)
        with pytest.raises(NotFound):
            saved_views.update_view(view, name="Hers", shared=True, by=ada, now=now)
        with pytest.raises(NotFound):
            saved_views.delete_view(view, by=ada, now=now)


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Give it a name."), ("  ", "Give"), ("mine", "You have a view of this name."),
     ("x" * 121, "120"), ("bell\x07", "control characters")],
)  # fmt: skip
def test_a_name_is_needed_and_kept_when_it_is_refused(
    browser: Browser, ana: Person, name: str, words: str
) -> None:
    browser.sign_in(ana)
    keep(browser, "Mine")
    assert keep(browser, name) == 422
    assert words in browser.text
    assert "q=tea" in (browser.page.text)


@pytest.mark.parametrize("query", ["", "%00", "kind=post&page=7", "a" * 5_000, "x=" + "%ff" * 900])
def test_any_query_makes_a_view_that_opens(browser: Browser, ana: Person, query: str) -> None:
    browser.sign_in(ana)
    assert keep(browser, "Odd", query) == 303
    assert browser.follow().status_code == 200
    assert keep(browser, "None", list="nonsense") == 404
