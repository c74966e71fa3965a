"""Settings: saved, seen on the site, kept with what they were before."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.site import setting_history, settings
from tests.admin.conftest import Room
from tests.browsing import Browser

PROOF = '<meta name="google-site-verification" content="abc">'


def save(room: Room, by: Person, **changes: object) -> None:
    with room.open(write=True):
        settings.save(changes, by=by, now=clock.now())


def load(room: Room) -> settings.SiteSettings:
    with room.open():
        return settings.load()


def test_a_setting_is_set_back_to_what_it_was(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada)
    for title in ("First", "Second"):
        browser.get("/admin/settings")
        browser.submit("Save", title=title, search_engines="")
    browser.get("/admin/settings/history/?group=general")
    assert "Ada" in browser.text
    assert "Search engines may show it" not in browser.text
    browser.submit("Set back")
    assert load(room).title == "First"
    browser.get("/admin/settings/history/")
    assert "Search engines may show it" in browser.text
    with room.open():
        first = setting_history.list_steps(["title"])[-1]
    assert first.before == settings.DEFAULTS.title
    browser.send(f"/admin/settings/history/{first.id}/restoration")
    assert load(room).title == settings.DEFAULTS.title


def test_what_can_be_no_more_is_not_set_back(browser: Browser, room: Room, ada: Person) -> None:
    page = room.write(ada, "Front", "page")
    save(room, ada, front="page", front_page=page)
    save(room, ada, front="posts")
    save(room, ada, front_page=None)
    with room.open():
        step = setting_history.list_steps(["front"])[0]
    browser.sign_in(ada)
    browser.send(f"/admin/settings/history/{step.id}/restoration")
    assert load(room).front == "posts"
    browser.follow()
    assert "Choose the page to show first." in browser.text


def test_the_same_setting_changed_by_two_is_not_replaced_unseen(
    browser: Browser, room: Room, ada: Person, olga: Person
) -> None:
    browser.sign_in(ada).get("/admin/settings")
    save(room, olga, tagline="Olga’s")
    assert browser.submit("Save", tagline="Ada’s").status_code == 409
    assert "Someone changed this to “Olga’s” meanwhile." in browser.text
    assert load(room).tagline == "Olga’s"
    assert browser.submit("Save").status_code == 303
    assert load(room).tagline == "Ada’s"


def test_a_hidden_site_says_so_on_every_page_to_those_who_can_change_it(
    browser: Browser, room: Room, ada: Person, eli: Person
) -> None:
    save(room, ada, search_engines=False)
    browser.sign_in(ada)
    for path in ("/admin/", "/admin/menus/", "/admin/entries/"):
        browser.get(path)
        assert "Search engines are asked to leave this site out." in browser.text
    browser.sign_in(eli).get("/admin/")
    assert "Search engines are asked" not in browser.text


def test_tags_and_sharing_reach_every_page(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/settings")
    sent = {"head_tags": PROOF, "sharing_image": "/shared.png", "x_card": "summary"}
    assert browser.submit("Save", **sent).status_code == 303
    browser.get("/admin/settings")
    assert browser.submit("Save", title="Tea").status_code == 303
    page = browser.get("/").text
    assert PROOF in page
    assert 'property="og:image" content="http' in page
    assert "/shared.png" in page
    assert 'name="twitter:card" content="summary"' in page
    browser.get("/admin/settings/history/?group=head")
    assert "google-site-verification" in browser.text


@pytest.mark.parametrize(
    "fields",
    [{"head_tags": "<script>1</script>"}, {"head_tags": PROOF + "<iframe>"}, {"x_card": "huge"},
     {"head_tags": "x" * 5_001}, {"sharing_image": "javascript:x"}, {"sharing_image": "//evil"},
     {"sharing_image": "/a\\b"}],
)  # fmt: skip
def test_what_may_not_stand_in_the_head_is_refused(
    browser: Browser, room: Room, ada: Person, fields: dict[str, str]
) -> None:
    browser.sign_in(ada).get("/admin/settings")
    assert browser.submit("Save", tagline="Kept", **fields).status_code == 422
    assert "Kept" in str(browser.page and browser.page.text)
    assert load(room) == settings.DEFAULTS


def test_crawlers_that_collect_texts_can_be_asked_to_leave(
    browser: Browser, room: Room, ada: Person
) -> None:
    assert "GPTBot" not in browser.get("/robots.txt").text
    save(room, ada, ai_crawlers=False)
    assert "User-agent: GPTBot" in browser.get("/robots.txt").text


def test_the_pattern_shows_an_address_that_it_makes(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/settings")
    assert "/a-quiet-desk/" in browser.text
    browser.submit("Save", post_path="/{slug.__class__}/")
    assert "A post of today" not in browser.text


def test_histories_are_for_administrators_and_of_settings_only(
    browser: Browser, room: Room, ada: Person, eli: Person
) -> None:
    assert browser.get("/admin/settings/history/").status_code == 302
    browser.sign_in(eli)
    assert browser.get("/admin/settings/history/").status_code == 403
    assert browser.send("/admin/settings/history/x/restoration").status_code == 403
    browser.sign_in(ada)
    assert browser.send("/admin/settings/history/x/restoration").status_code == 404
    browser.get("/admin/settings/history/?group=nonsense")
    assert "No setting was changed yet." in browser.text


def test_a_language_is_chosen_from_the_list_or_named_by_its_tag(
    browser: Browser, room: Room, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/settings")
    browser.submit("Save", locale="pt-BR")
    assert load(room).locale == "pt-BR"
    browser.get("/admin/settings")
    browser.submit("Save", locale="other", other_locale="EO-latn")
    assert load(room).locale == "eo-Latn"
    browser.get("/admin/settings")
    browser.submit("Save", title="Unchanged otherwise")
    assert load(room).locale == "eo-Latn"


@pytest.mark.parametrize("tag", ["", "english", "en us", "e", "en--us", "x" * 30, "<b>"])
def test_what_is_no_language_tag_is_refused_in_place(
    browser: Browser, room: Room, ada: Person, tag: str
) -> None:
    browser.sign_in(ada).get("/admin/settings")
    answer = browser.submit("Save", locale="other", other_locale=tag)
    assert answer.status_code == 422
    assert "written as a tag" in browser.text
    assert load(room).locale == "en"


def test_the_history_goes_back_page_by_page(browser: Browser, room: Room, ada: Person) -> None:
    changes = setting_history.SHOWN + 3
    for number in range(changes):
        save(room, ada, title=f"Name {number}")
    browser.sign_in(ada).get("/admin/settings/history/")
    assert f"of {changes}" in browser.text
    assert "Name 0" not in browser.text
    browser.get("/admin/settings/history/?page=2")
    assert "Name 0" in browser.text
    assert browser.get("/admin/settings/history/?page=3").status_code == 404


def test_what_was_shown_may_be_any_nonsense(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    for shown in ("[" * 100_000, "{", "9" * 5_000, "[]"):
        browser.get("/admin/settings")
        assert browser.submit("Save", shown=shown).status_code == 303
