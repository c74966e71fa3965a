"""Menus: finding what to add, ordering, saving; nothing of a menu is ever lost."""

import pytest

from cms import clock, ids
from cms.accounts.permissions import Person
from cms.content import editing, profiles, terms, trash
from cms.site import menus, settings
from cms.site.menus import Line
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def about(room: Room, eli: Person) -> str:
    page = room.write(eli, "About", "page")
    room.publish(page, eli)
    return page


def kept(room: Room, place: str = "main") -> list[tuple[int, str, str]]:
    """The lines of a menu: depth, label, what it leads to."""
    with room.open():
        menu = menus.find_menu(place)
        items = menus.list_items(menu) if menu else ()
        depths = menus.depths(items)
        return [
            (depths[item.id], item.label, item.url or item.target_id or item.target_kind)
            for item in items
        ]


def save(room: Room, by: Person, *lines: Line, place: str = "main", name: str = "Main") -> None:
    with room.open(write=True):
        menus.save_menu(place, name, lines, by=by, now=clock.now())


def link(label: str, depth: int = 0) -> Line:
    return Line(label=label, target_kind="url", url=f"/{label.lower()}/", depth=depth)


def add(browser: Browser, target: str, **typed: str) -> int:
    """Press the button that adds a target, as the form's own buttons do."""
    assert browser.page
    form = browser.page.form_with("Save")
    data = {**dict(browser.page.fields(form)), **typed, "add": target}
    return browser.post("/admin/menus/main", data).status_code


# --- writing one -----------------------------------------------------------------------------


def test_a_menu_is_put_together_and_saved_at_once(
    browser: Browser, room: Room, eli: Person, about: str
) -> None:
    browser.sign_in(eli).get("/admin/menus/")
    assert "Not made yet" in browser.text
    browser.get("/admin/menus/main")
    assert add(browser, "home") == 200
    assert add(browser, f"entry:{about}") == 200
    typed = {"new_label": "Elsewhere", "new_url": "https://example.org/"}
    assert add(browser, "url", **typed) == 200
    assert kept(room) == [], "nothing is kept before it is saved"
    browser.submit(
        "Save", **{"lines-1-depth": "1", "lines-2-position": "1", "lines-0-position": "2",
                   "lines-1-position": "3"},
    )  # fmt: skip
    assert kept(room) == [(0, "Elsewhere", "https://example.org/"), (0, "", "home"), (1, "", about)]
    browser.follow()
    assert "Saved." in browser.text
    browser.get("/")
    assert "Elsewhere" in browser.text


def test_anything_of_the_site_is_found_by_its_title(
    browser: Browser, room: Room, eli: Person, about: str
) -> None:
    now = clock.now()
    with room.open(write=True):
        tag = terms.ensure_terms("tag", ["Abundance"], by=eli, now=now)[0]
        terms.create_term("tag", "Abroad", internal=True, by=eli, now=now)
        profile = profiles.create_profile("Abel", by=eli, now=now).id
    post = room.write(eli, "Above the clouds")
    browser.sign_in(eli).get("/admin/menus/main")
    browser.submit("Find", words="ab")
    assert browser.page
    offered = {
        each.get("value") for each in browser.page.all("button") if each.get("name") == "add"
    }
    assert offered == {
        f"entry:{about}",
        f"entry:{post}",
        f"term:{tag}",
        f"profile:{profile}",
        "url",
    }
    browser.submit("Find", words="zzzz")
    assert "Nothing of that name is here." in browser.text


def test_enter_in_the_search_field_searches_and_elsewhere_saves(
    browser: Browser, room: Room, eli: Person
) -> None:
    browser.sign_in(eli).get("/admin/menus/main")
    assert browser.submit("Save", name="Kept words", words="tea").status_code == 200
    assert "Kept words" in str(browser.page and browser.page.text)
    assert browser.submit("Save").status_code == 303


def test_a_line_follows_the_title_and_shows_what_became_of_it(
    browser: Browser, room: Room, eli: Person, about: str
) -> None:
    draft = room.write(eli, "Not yet")
    save(room, eli, *(Line("", "entry", target_id=each) for each in (about, draft)), link("Tea", 1))
    browser.sign_in(eli).get("/admin/menus/main")
    assert "Not yet" in browser.text
    assert "Draft" in browser.text
    browser.get("/")
    assert ("About" in browser.text, "Not yet" in browser.text) == (True, False)
    with room.open(write=True):
        trash.trash(editing.get_entry(about), by=eli, now=clock.now())
    browser.get("/admin/menus/main")
    assert "Trashed" in browser.text
    browser.get("/")
    assert "About" not in browser.text
    assert len(kept(room)) == 3, "the line stays, should the page come back"


def test_what_stands_under_a_removed_line_moves_up(
    browser: Browser, room: Room, eli: Person
) -> None:
    save(room, eli, link("A"), link("B", 1), link("C", 2), link("D", 1), link("E"))
    browser.sign_in(eli).get("/admin/menus/main")
    browser.submit("Save", **{"lines-0-remove": "y"})
    assert [(depth, label) for depth, label, _to in kept(room)] == [
        (0, "B"), (1, "C"), (0, "D"), (0, "E"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [{"new_url": "/no-label/"}, {"new_label": "No address"},
     {"new_label": "Evil", "new_url": "javascript:alert(1)"},
     {"new_label": "Evil", "new_url": "//evil.example"}, {"new_label": "a\x00b", "new_url": "/"},
     {"new_label": "x" * 201, "new_url": "/"}, {"new_label": "x", "new_url": "/" + "x" * 2000}],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_not_added(
    browser: Browser, room: Room, eli: Person, typed: dict[str, str]
) -> None:
    browser.sign_in(eli).get("/admin/menus/main")
    assert add(browser, "url", name="Kept name", **typed) == 422
    assert "Kept name" in str(browser.page and browser.page.text)
    assert browser.page
    assert not [each for each in browser.page.all("li") if each.get("data-id")]


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 121}, {"place": "nowhere"}, {"lines-0-depth": "1"},
     {"lines-0-depth": "99"}, {"lines-0-label": ""}, {"lines-0-url": "javascript:x"},
     {"lines-0-target": "entry:01J00000000000000000000000"}, {"lines-0-target": "nonsense:1"},
     {"lines-0-target": "entry:"}, {"lines-0-label": "a\x00b"}, {"lines-0-label": "x" * 201}],
)  # fmt: skip
def test_a_menu_that_cannot_be_is_refused_and_kept_as_typed(
    browser: Browser, room: Room, eli: Person, fields: dict[str, str]
) -> None:
    save(room, eli, link("Tea"))
    browser.sign_in(eli).get("/admin/menus/main")
    given = {"lines-0-new_window": "y", **fields}
    assert browser.submit("Save", **given).status_code == 422
    assert "Please look at this again" in browser.text
    assert kept(room) == [(0, "Tea", "/tea/")]


def test_more_lines_than_fit_are_refused(browser: Browser, room: Room, eli: Person) -> None:
    save(room, eli, *(link(f"L{number}") for number in range(menus.MAX_ITEMS)))
    browser.sign_in(eli).get("/admin/menus/main")
    assert add(browser, "home") == 422
    assert "at most 200 lines" in browser.text


# --- two at once, and other themes -----------------------------------------------------------


def test_a_menu_that_someone_changed_meanwhile_is_not_replaced_unseen(
    browser: Browser, room: Room, eli: Person, ada: Person
) -> None:
    save(room, eli, link("Tea"))
    browser.sign_in(eli).get("/admin/menus/main")
    save(room, ada, link("Ada"))
    assert browser.submit("Save", **{"lines-0-label": "Eli’s"}).status_code == 409
    assert "Someone changed this menu meanwhile." in browser.text
    assert kept(room) == [(0, "Ada", "/ada/")]
    assert browser.submit("Save").status_code == 303
    assert kept(room) == [(0, "Eli’s", "/tea/")]


def test_a_menu_that_is_sent_twice_is_saved_once(browser: Browser, room: Room, eli: Person) -> None:
    save(room, eli, link("Tea"))
    browser.sign_in(eli).get("/admin/menus/main")
    page = browser.page
    for _time in range(2):
        browser.page = page
        assert browser.submit("Save", **{"lines-0-label": "Cup"}).status_code == 303
    assert kept(room) == [(0, "Cup", "/tea/")]


def test_a_menu_outlives_the_place_it_was_made_for(
    browser: Browser, room: Room, eli: Person
) -> None:
    save(room, eli, link("Tea"), place="sidebar", name="Beside")
    browser.sign_in(eli).get("/admin/menus/")
    assert "Beside" in browser.text
    assert "Not shown by this theme" in browser.text
    browser.get("/admin/menus/sidebar")
    assert "It is kept; choose another place to show it." in browser.text
    browser.submit("Save")
    assert kept(room, "sidebar") == [(0, "Tea", "/tea/")]
    browser.get("/admin/menus/sidebar")
    browser.submit("Save", place="footer", **{"lines-0-label": "Cup"})
    assert (kept(room, "sidebar"), kept(room, "footer")) == ([], [(0, "Cup", "/tea/")])


def test_a_menu_does_not_push_another_one_away(browser: Browser, room: Room, eli: Person) -> None:
    save(room, eli, link("Tea"))
    save(room, eli, link("Foot"), place="footer", name="Foot")
    browser.sign_in(eli).get("/admin/menus/main")
    moved = browser.submit("Save", place="footer", **{"lines-0-label": "Cup"})
    assert moved.status_code == 422
    assert "That place has a menu already." in browser.text
    assert (kept(room), kept(room, "footer")) == ([(0, "Tea", "/tea/")], [(0, "Foot", "/foot/")])


def test_home_and_posts_lead_where_the_settings_put_them(
    browser: Browser, room: Room, eli: Person, ada: Person, about: str
) -> None:
    save(room, eli, Line("", "home"), Line("", "posts"))
    wanted = {"front": "page", "front_page": about, "posts_path": "/journal/"}
    with room.open(write=True):
        settings.save(wanted, by=ada, now=clock.now())
    browser.get("/")
    assert browser.page
    links = {browser.page.words(each): each.get("href") for each in browser.page.all("a")}
    assert (links["Home"], links["Posts"]) == ("/", "/journal/")


def test_a_menu_is_deleted_and_what_it_led_to_stays(
    browser: Browser, room: Room, eli: Person, about: str
) -> None:
    save(room, eli, Line("", "entry", target_id=about), link("Tea", 1))
    browser.sign_in(eli).get("/admin/menus/main")
    assert browser.submit("Delete this menu").status_code == 303
    assert kept(room) == []
    assert browser.get("/about/").status_code == 200


# --- who may ---------------------------------------------------------------------------------


def test_menus_are_for_those_who_may(browser: Browser, room: Room, ana: Person) -> None:
    assert browser.get("/admin/menus/main").status_code == 302
    browser.sign_in(ana)
    assert browser.get("/admin/menus/").status_code == 403
    assert browser.send("/admin/menus/main", {"name": "Mine"}).status_code == 403
    assert browser.send("/admin/menus/main/deletion").status_code == 403
    assert kept(room) == []


def test_a_place_that_is_no_place_is_not_found(browser: Browser, eli: Person) -> None:
    browser.sign_in(eli)
    for place in ("galaxy", "x" * 300, ids.new_id()):
        assert browser.get(f"/admin/menus/{place}").status_code == 404
        assert browser.send(f"/admin/menus/{place}", {"name": "x"}).status_code == 404
        assert browser.send(f"/admin/menus/{place}/deletion").status_code == 404
