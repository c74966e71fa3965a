"""Writing: a new entry, saving it, and everything that a form may be wrong about."""

from typing import Any

import pytest
import sqlalchemy as sa

from cms import clock, db, ids
from cms.accounts import sessions
from cms.accounts.permissions import Person
from cms.content import editing, listing, profiles, revisions, terms
from cms.content.models import Entry
from cms.history import activity, undoing
from cms.history.models import ChangeSet
from tests.admin.conftest import Room
from tests.browsing import Browser
from tests.conftest import PASSWORD

EVIL = "<script>alert(1)</script><b onclick=x>\"'"


def _new(browser: Browser, kind: str = "post", button: str = "Save", **fields: Any) -> int:
    browser.get(f"/admin/entries/new?kind={kind}")
    return browser.submit(button, **fields).status_code


def _made(browser: Browser) -> str:
    assert browser.response is not None
    return browser.response.headers["Location"].split("/")[3].split("?")[0]


def _field(browser: Browser, name: str) -> str:
    assert browser.page is not None
    form = next(form for form in browser.page.all("form") if form.get("id") == "entry")
    return dict(browser.page.fields(form))[name]


def test_a_post_is_written(browser: Browser, room: Room, ana: Person) -> None:
    browser.sign_in(ana)
    status = _new(browser, title="Tea", source="Hot *water*.\r\n", tags="Water, #secret",
                  excerpt="Short.", path="tea/hot", dated_at="2026-01-31T18:30",
                  seo_title="All about tea", listed="y")  # fmt: skip
    assert status == 303
    head = room.head(_made(browser))
    assert (head.title, head.source, head.path) == ("Tea", "Hot *water*.\n", "/tea/hot")
    assert len(head.term_ids) == 2
    assert len(head.byline_ids) == 1, "Ana writes under her own name without asking"
    browser.follow()
    assert browser.heading == "Edit: Tea"
    assert _field(browser, "dated_at") == "2026-01-31T18:30"
    assert _field(browser, "tags") == "Water, #secret"


def test_opening_and_saving_changes_no_byte(browser: Browser, room: Room, ana: Person) -> None:
    source = "\n\n  Two lines\n\n\tand a tab  \n\n# A heading ##\n\n\n\nThe end without a line end"
    entry_id = room.write(ana, "Bytes", source=source)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Save").status_code == 303
    assert room.head(entry_id).source == source
    assert room.count_revisions(entry_id) == 1


def test_a_new_form_that_is_sent_twice_makes_one_entry(
    browser: Browser, room: Room, ana: Person
) -> None:
    browser.sign_in(ana)
    browser.get("/admin/entries/new")
    page = browser.page
    for _time in range(2):
        browser.page = page
        assert browser.submit("Save", title="Once", source="Text").status_code == 303
    assert room.count_revisions(_made(browser)) == 1


def test_a_new_entry_with_an_id_of_anothers_is_refused(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    entry_id = room.write(eli, "Eli’s")
    browser.sign_in(ana)
    answer = browser.send(f"/admin/entries/new?kind=post&id={entry_id}", {"title": "Mine now"})
    assert answer.status_code == 403
    assert browser.send("/admin/entries/new?id=../../x", {"title": "x"}).status_code == 404
    assert room.head(entry_id).title == "Eli’s"


def test_a_new_entry_never_takes_over_the_history_of_one_that_was_taken_back(
    browser: Browser, room: Room, eli: Person, rob: Person
) -> None:
    former = room.write(eli, "Merger with Initech")
    with room.open():
        act = activity.list_latest(account_id=eli.id, limit=1)[0].id
    with room.open(write=True):
        undoing.undo(act, by=eli, now=clock.now())
    browser.sign_in(rob).get("/admin/entries/new?kind=post")
    form = browser.page.form_with("Save")
    typed = {**dict(browser.page.fields(form)), "title": "Mine", "source": "Kept."}
    assert browser.post(f"/admin/entries/new?kind=post&id={former}", typed).status_code == 422
    assert "Send it once more to begin anew." in browser.text
    assert "Kept." in browser.response.text
    assert browser.submit("Save").status_code == 303
    with room.open():
        assert editing.find_entry(former) is None
        (made,) = db.session().scalars(sa.select(Entry)).all()
        assert [each.title for each in revisions.list_revisions(made)] == ["Mine"]


def test_a_page_stands_below_another(browser: Browser, room: Room, eli: Person) -> None:
    above = room.write(eli, "Above", "page")
    browser.sign_in(eli)
    assert _new(browser, "page", title="Below", parent=above) == 303
    assert room.entry(_made(browser)).parent_id == above


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"dated_at": "2026-02-30T10:00"}, "There is no such date"),
    ({"dated_at": "tomorrow"}, "There is no such date"),
    ({"dated_at": "0001-01-01T00:00"}, "too far away"),
    ({"dated_at": "9999-12-31T23:59"}, "too far away"),
    ({"path": "/a/../b"}, "cannot hold empty parts"),
    ({"path": "/%2e%2e/etc"}, "cannot hold empty parts"),
    ({"path": "/admin/here"}, "is used by the site itself"),
    ({"path": "/feed.xml"}, "is used by the site itself"),
    ({"path": "/taken/"}, "taken"),
    ({"path": "/a?b"}, "cannot hold"),
    ({"path": "/" + "a" * 800}, "at most 700 characters"),
    ({"title": "x" * 501}, "At most 500 characters"),
    ({"title": "bell \x07 in it"}, "control characters"),
    ({"source": "nul \x00 in it"}, "control characters"),
    ({"excerpt": "x" * 5001}, "At most 5,000"),
    ({"access": "nobody"}, "Not a valid choice"),
    ({"access": "password"}, "Choose the password"),
    ({"direction": "up"}, "Not a valid choice"),
    ({"locale": "klingon!"}, "Such as en"),
    ({"locale": "x" * 40}, "longer than 20 characters"),
    ({"seo_canonical": "javascript:alert(1)"}, "starts with https://"),
    ({"seo_title": "x" * 301}, "At most 300"),
    ({"bylines": "Nobody Known"}, "There is no profile"),
    ({"tags": ", ".join(f"t{n}" for n in range(60))}, "At most 50"),
    ({"based_on": "\x01"}, "control characters"),
]


@pytest.mark.parametrize(("fields", "words"), WRONG)
def test_what_is_wrong_is_said_and_everything_typed_is_kept(
    browser: Browser, room: Room, ana: Person, fields: dict[str, Any], words: str
) -> None:
    room.write(ana, "First", path="/taken/")
    browser.sign_in(ana)
    typed = {"title": "A title", "source": "My words.", "excerpt": "In short.", "tags": "a, b"}
    status = _new(browser, **{**typed, **fields})
    assert status == 422
    assert words.replace("5,000", "5000") in browser.text.replace("5,000", "5000")
    # A select cannot show what it does not offer.
    for name, value in {**typed, **fields}.items() - {
        "access": "nobody",
        "direction": "up",
    }.items():
        kept = _field(browser, name)
        assert kept == value or "\ufffd" in kept, name
    with room.open():
        assert listing.count_entries(listing.Filter(type="post"), now=clock.now()) == 1


def test_what_can_be_taken_is_taken_in_a_tidier_form(
    browser: Browser, room: Room, ana: Person
) -> None:
    browser.sign_in(ana)
    assert _new(browser, title="A title", path="//evil.example", tags="!!!") == 303
    made = room.head(_made(browser))
    assert made.path == "/evil.example"
    with room.open():
        assert [term.name for term in terms.find_terms(made.term_ids).values()] == ["!!!"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("parent", "01J00000000000000000000000", "The page above is not there any more."),
        ("parent", "nonsense", "There is nothing with this title."),
        ("parent", "/²/", "Nothing stands at /²/."),
        ("position", "nonsense", "Not a valid integer"),
        ("position", "²", "Not a valid integer"),
    ],
)
def test_unknown_places_are_refused(
    browser: Browser, room: Room, eli: Person, field: str, value: str, words: str
) -> None:
    page = room.write(eli, "Page", "page")
    browser.sign_in(eli).get(f"/admin/entries/{page}")
    assert browser.submit("Save", title="Typed", **{field: value}).status_code == 422
    assert words in browser.text
    assert _field(browser, "title") == "Typed"
    assert room.head(page).title == "Page"


def test_the_page_above_is_named_by_its_address_or_title(
    browser: Browser, room: Room, eli: Person
) -> None:
    above, other = (room.write(eli, title, "page") for title in ("Above", "Other"))
    room.publish(other, eli)
    page = room.write(eli, "Below", "page", parent_id=above)
    browser.sign_in(eli).get(f"/admin/entries/{page}")
    assert _field(browser, "parent") == "Above"
    assert browser.submit("Save", excerpt="Untouched").status_code == 303
    assert room.entry(page).parent_id == above
    for typed, found in (("/other/", other), ("above", above), (" Other ", other), ("", None)):
        browser.get(f"/admin/entries/{page}")
        assert browser.submit("Save", parent=typed).status_code == 303
        assert room.entry(page).parent_id == found


def test_pages_to_stand_below_are_offered_while_one_types(
    browser: Browser, room: Room, eli: Person, rob: Person
) -> None:
    room.write(eli, "Tea house", "page")
    room.write(eli, "House rules", "page")
    public = room.write(eli, "Open house", "page")
    room.publish(public, eli)
    browser.sign_in(eli).get("/admin/choices/entries?kind=page&q=HOUSE")
    assert browser.response is not None
    assert browser.response.json == ["House rules", "Open house", "Tea house"]
    browser.sign_in(rob).get("/admin/choices/entries?kind=page&q=house")
    assert browser.response.json == ["Open house"]


def test_no_page_stands_below_itself_or_before_the_first(
    browser: Browser, room: Room, eli: Person
) -> None:
    page = room.write(eli, "Page", "page")
    browser.sign_in(eli).get(f"/admin/entries/{page}")
    assert browser.submit("Save", parent=page, position="-7").status_code == 422
    assert "Number must be between 1 and 100000" in browser.text
    assert browser.submit("Save", parent=page, position="1").status_code == 422
    assert "A page cannot stand below itself." in browser.text
    assert room.entry(page).parent_id is None


def test_a_template_is_no_field_where_the_type_has_none(
    browser: Browser, room: Room, eli: Person
) -> None:
    page = room.write(eli, "Page", "page")
    browser.sign_in(eli).get(f"/admin/entries/{page}")
    assert browser.submit("Save", template="../../etc/passwd").status_code == 303
    assert room.head(page).template == ""


def test_bytes_that_are_no_text_are_kept_as_they_were_sent(
    browser: Browser, room: Room, ana: Person
) -> None:
    browser.sign_in(ana)
    token = browser.token()
    entry_id = ids.new_id()
    body = f"csrf_token={token}&title=x%ED%A0%80y&source=a%FF%FEb&access=inherit&direction="
    answer = browser.post(
        f"/admin/entries/new?id={entry_id}",
        body.encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 303
    # Neither a half character nor an unknown byte reaches the database.
    head = room.head(entry_id)
    assert (head.title, head.source) == ("x%ED%A0%80y", "a%FF%FEb")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/xml", "multipart/form-data", ""]
)
def test_other_kinds_of_content_are_refused(
    browser: Browser, ana: Person, content_type: str
) -> None:
    browser.sign_in(ana).token()
    body = b'{"title": "x"}'
    answer = browser.post(f"/admin/entries/new?id={ids.new_id()}", body, content_type=content_type)
    assert answer.status_code == 400


def test_a_text_beyond_a_megabyte_is_kept_in_the_form(
    browser: Browser, room: Room, ana: Person
) -> None:
    browser.sign_in(ana)
    text = "word " * 210_000
    assert _new(browser, title="Long", source=text) == 422
    assert "longer than one megabyte" in browser.text
    assert _field(browser, "source") == text


def test_a_body_beyond_four_megabytes_is_too_large(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    browser.get("/admin/entries/new")
    answer = browser.submit("Save", title="Huge", source="word " * 1_000_000)
    assert answer.status_code == 413
    assert "Your browser still holds" in browser.text or "still holds" in browser.text


def test_evil_in_every_field_is_shown_as_text(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada)
    names = ("title", "source", "tags", "excerpt", "seo_title", "seo_description", "note")
    fields = {**dict.fromkeys(names, EVIL), "bylines": "<i>Bob</i>"}
    assert _new(browser, **fields) == 303
    entry_id = _made(browser)
    head = room.head(entry_id)
    for path in ("/admin/", "/admin/entries/", f"/admin/entries/{entry_id}",
                 f"/admin/entries/{entry_id}/revisions/", "/admin/terms/", "/admin/authors/",
                 f"/admin/entries/{entry_id}/revisions/{head.id}",
                 f"/admin/entries/{entry_id}/publication", f"/admin/entries/{entry_id}/preview",
                 "/admin/menus/main"):  # fmt: skip
        assert browser.get(path).status_code == 200, path
        assert browser.page is not None
        assert not [each for each in browser.page.all("script") if "alert" in (each.text or "")]
        assert not browser.page.all("b"), path


def test_a_copy_is_a_draft_of_its_own(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana, "Tea", path="/tea/")
    room.publish(entry_id, ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit("Duplicate")
    copy = _made(browser)
    assert copy != entry_id
    assert room.head(copy).title == "Tea (copy)"
    assert room.state(copy) == "draft"


def test_the_trash_takes_an_entry_and_gives_it_back(
    browser: Browser, room: Room, ana: Person
) -> None:
    entry_id = room.write(ana, "Tea", path="/tea/")
    room.publish(entry_id, ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Move to trash").status_code == 303
    assert room.state(entry_id) == "trashed"
    browser.follow()
    assert "“Tea” is in the trash." in browser.text
    browser.submit("Undo")
    assert room.state(entry_id) == "published"
    assert room.head(entry_id).path == "/tea/"


def test_what_lies_in_the_trash_cannot_be_saved(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    page = browser.page
    browser.submit("Move to trash")
    browser.page = page
    browser.address = f"http://127.0.0.1:8000/admin/entries/{entry_id}"
    assert browser.submit("Save", source="Typed meanwhile").status_code == 422
    assert "Take this out of the trash first." in browser.text
    assert _field(browser, "source") == "Typed meanwhile"


def test_a_session_that_ended_while_writing_loses_nothing(
    browser: Browser, room: Room, ana: Person
) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    secret = next(
        cookie.value for cookie in browser.client._cookies.values() if cookie.key == "sid"
    )
    with db.unit_of_work(room.database):
        sessions.end(secret, now=clock.now())
        db.commit()
    long_text = "Written for an hour, without saving once.\n\nAnd < “more” & more."
    assert browser.submit("Save", source=long_text, tags="one, two").status_code == 401
    browser.submit("Sign in and go on", email=ana.email, password=PASSWORD)
    assert browser.submit("Send it now").status_code == 303
    assert room.head(entry_id).source == long_text
    assert len(room.head(entry_id).term_ids) == 2


def test_one_press_of_save_is_one_act(browser: Browser, room: Room, eli: Person) -> None:
    above = room.write(eli, "Above", "page")
    entry_id = room.write(eli, "Below", "page")

    def acts() -> int:
        with room.open():
            return db.session().scalar(sa.select(sa.func.count()).select_from(ChangeSet)) or 0

    before = acts()
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    sent = {"title": "Changed", "tags": "New tag", "parent": above, "locale": "de"}
    assert browser.submit("Save", **sent).status_code == 303
    assert room.entry(entry_id).parent_id == above
    assert acts() == before + 1


def test_a_name_with_a_comma_stays_one_name(browser: Browser, room: Room, eli: Person) -> None:
    now = clock.now()
    with room.open(write=True):
        authors = [
            profiles.create_profile(name, by=eli, now=now).id for name in ("Ivo", "King, Ida")
        ]
        tags = [
            terms.create_term("tag", name, by=eli, now=now).id for name in ("rice", "Salt, pepper")
        ]
    entry_id = room.write(eli, term_ids=tuple(tags), byline_ids=tuple(authors))
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Save", title="Another title", tags="rice, salt,  pepper, sugar")
    with room.open():
        head = revisions.get_head(editing.get_entry(entry_id))
        assert list(head.byline_ids) == authors
        named = [term.name for term in terms.find_terms(head.term_ids).values()]
    assert sorted(named) == ["Salt, pepper", "rice", "sugar"]
