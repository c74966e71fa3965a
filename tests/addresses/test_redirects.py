"""Redirects made by hand: by identity, to an address, elsewhere; never in a circle."""

import pytest
import sqlalchemy as sa

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, redirects, targets
from cms.addresses.models import Address
from cms.content import terms
from cms.errors import NotFound, Rejected
from cms.history.models import Change, ChangeSet
from tests.content.stories import NOW, at, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")

LISTS = ("/posts/",)


def lead(path, location, code=301):
    target = redirects.read_target(location, source=path, code=code, lists=LISTS)
    return redirects.create(path, target, by=OPERATOR, now=NOW, code=code, lists=LISTS)


def page(path, title="Page"):
    entry = write(title, kind="page", path=path)
    publish(entry)
    return entry


def way_of(path):
    line = book.find(path)
    return line.target_kind, line.target_id, line.location, line.suffix


def test_an_own_path_is_kept_as_the_identity_of_what_stands_there():
    entry, tea = page("/about/"), terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    lead("/old/", "/about")
    lead("/team/", "/about/#team")
    lead("/plain/", "/about.md")
    lead("/news.xml", "/tag/tea/feed.xml")
    lead("/second/", "http://127.0.0.1:8000/tag/tea/page/2/?x=1")
    assert way_of("/old/") == ("entry", entry.id, None, "")
    assert way_of("/team/") == ("entry", entry.id, None, "#team")
    assert way_of("/plain/") == ("entry", entry.id, None, ".md")
    assert way_of("/news.xml") == ("term", tea.id, None, "feed.xml")
    assert way_of("/second/") == ("term", tea.id, None, "page/2/?x=1")


def test_a_path_of_the_core_or_of_elsewhere_is_kept_as_it_is():
    for number, (typed, kept) in enumerate((
        ("/", "/"), ("/archive", "/archive/"), ("/archive/2026/?x#y", "/archive/2026/?x#y"),
        ("/posts/", "/posts/"), ("/posts/feed.xml", "/posts/feed.xml"),
        ("/search?q=tea", "/search?q=tea"),
        ("https://example.org/ü?q#f", "https://example.org/ü?q#f"),
        ("http://127.0.0.1:8001/x", "http://127.0.0.1:8001/x"),
    )):  # fmt: skip
        lead(f"/{number}/", typed)
        assert way_of(f"/{number}/") == ("redirect", None, kept, "")


def test_a_redirect_to_a_redirect_leads_where_that_one_led():
    entry = page("/about/")
    lead("/b/", "/about/#team")
    lead("/a/", "/b")
    assert way_of("/a/") == ("entry", entry.id, None, "#team")
    lead("/c/", "https://example.org/")
    lead("/d/", "/c/")
    assert way_of("/d/") == ("redirect", None, "https://example.org/", "")
    with pytest.raises(Rejected, match="leads elsewhere itself"):
        lead("/e/", "/b/?q=1")


def test_a_former_path_names_what_left_it():
    entry = page("/about/")
    rewrite(entry, path="/us/")
    publish(entry)
    lead("/a/", "/about/")
    assert way_of("/a/") == ("entry", entry.id, None, "")


def test_where_a_pattern_leads_is_where_a_redirect_to_it_leads():
    entry = page("/about/")
    lead("/old/*", "/*")
    lead("/gone/*", "", 410)
    lead("/away/*", "https://example.org/*")
    lead("/shop/*", "/about/")
    lead("/a/", "/old/about/")
    lead("/b/", "/away/x y".replace(" ", "%20"))
    lead("/c/", "/shop/1/")
    assert way_of("/a/") == ("entry", entry.id, None, "")
    assert way_of("/b/") == ("redirect", None, "https://example.org/x%20y", "")
    assert way_of("/c/") == ("entry", entry.id, None, "")
    for typed in ("/gone/x/", "/old/nothing/"):
        with pytest.raises(Rejected, match="Nothing stands"):
            lead("/d/", typed)


@pytest.mark.parametrize("typed", ["/nothing/", "/tag/unknown/", "/a/feed.xml", "/nothing.md"])
def test_nobody_is_led_to_nothing(typed):
    with pytest.raises(Rejected, match="Nothing stands") as refusal:
        lead("/x/", typed)
    assert refusal.value.field == "location"
    lead("/gone/", "", 410)
    with pytest.raises(Rejected, match="gone for good"):
        lead("/x/", "/gone/")


@pytest.mark.parametrize(
    "typed",
    ["javascript:alert(1)", "//evil.example/", "/\\evil.example", "https:evil", "https:///x",
     "https://a@evil.example/", "ftp://example.org/", "about", "/a b", "/a\x01", "/" + "x" * 2000,
     "https://[::1", "https://example.org:99999/", "data:text/html,x", "/%00", "https://x\u202e/",
     "\\\\evil", "mailto:x@example.org"],
)  # fmt: skip
@on_sqlite
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(Rejected) as refusal:
        lead("/x/", typed)
    assert refusal.value.field == "location"
    assert refusal.value.message


@pytest.mark.parametrize(
    "path",
    ["/", "/admin/x", "/ADMIN", "/static/*", "/-/x", "/search", "/archive/2020/", "/feed.xml",
     "/sitemap.xml", "/robots.txt", "/posts/", "/posts", "/posts/page/2/", "/posts/feed.xml",
     "/page/2/", "/tag/", "/tag", "/author", "about", "", "/a?b=1", "/a#b", "/a/../b", "/a\\b",
     "/a\x00", "/" + "x" * 700, "/a//b", "/**", "/*/*/*/*/*/*", "/.well-known/x", "/a\u202eb"],
)  # fmt: skip
@on_sqlite
def test_where_the_site_itself_answers_nothing_is_led_elsewhere(path):
    with pytest.raises(Rejected) as refusal:
        lead(path, "https://example.org/")
    assert refusal.value.field == "path"
    assert refusal.value.message


@pytest.mark.parametrize("path", ["/tag/old/", "/author/nobody", "/a.html", "/index.php", "/feed/",
                                  "/blog/feed.xml", "/old/page/2/", "/x.md", "/東京/"])  # fmt: skip
@on_sqlite
def test_where_nothing_answers_something_may_be_led_elsewhere(path):
    assert lead(path, "https://example.org/").path == path


def test_what_is_live_drafted_or_led_by_hand_is_never_replaced():
    page("/live/")
    write("Draft", path="/draft/")
    tea = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    lead("/led/", "https://example.org/")
    for path in ("/live", "/live/", "/draft/", "/led", tea.path, "/tag/tea/feed.xml",
                 "/tag/tea/page/2/", "/live.md"):  # fmt: skip
        with pytest.raises(Rejected, match="already") as refusal:
            lead(path, "https://example.org/")
        assert refusal.value.field == "path"


def test_an_entry_does_not_take_what_was_led_by_hand_but_says_why():
    lead("/a/", "https://example.org/")
    for act in (lambda: write("Other", path="/a/"), lambda: book.claim("/a", "term", "x", now=NOW)):
        with pytest.raises(Rejected, match="Remove it first"):
            act()
    assert book.is_taken("/a/", "entry", ids.new_id())


def test_an_entry_may_move_to_a_path_that_was_led_to_it_by_hand():
    entry = page("/about/")
    line = lead("/us/", "/about/#top", 302)
    rewrite(entry, path="/us/")
    assert (line.by_hand, line.state) == (True, "former"), "a draft changes nothing for visitors"
    publish(entry, now=at(1))
    assert (line.by_hand, line.state, line.suffix, line.code) == (False, "current", "", 301)
    assert book.find("/about/").state == "former"


def test_the_path_of_what_moved_away_may_be_led_elsewhere_and_back():
    entry = page("/about/")
    rewrite(entry, path="/us/")
    publish(entry, now=at(1))
    line = lead("/about/", "https://example.org/")
    assert line.by_hand
    assert {each.path for each in book.list_for("entry", entry.id)} == {"/us/"}
    back = redirects.read_target("/us/", source="/about/", lists=LISTS)
    redirects.change(line, "/about/", back, by=OPERATOR, now=at(2), code=308)
    assert way_of("/about/") == ("entry", entry.id, None, "")


@pytest.mark.parametrize(
    ("path", "typed"),
    [("/x/", "/x"), ("/x", "/x/"), ("/x/", "/x/?y#z"), ("/x/", "http://127.0.0.1:8000/x/"),
     ("/x/", "https://127.0.0.1:8000/x/"), ("/x/", "/%78/"), ("/x/*", "/x/*"), ("/x/*", "/x/y/*"),
     ("/x/*", "http://127.0.0.1:8000/x/*")],
)  # fmt: skip
def test_a_redirect_never_leads_to_itself(path, typed):
    with pytest.raises(Rejected, match="back to itself"):
        lead(path, typed)


def test_patterns_never_lead_in_a_circle():
    lead("/a/*", "/b/*")
    lead("/b/*", "/c/*")
    for path, typed in (("/c/*", "/a/*"), ("/c/*", "/b/x-*"), ("/*", "/a/*")):
        with pytest.raises(Rejected, match="back to itself"):
            lead(path, typed)
    third = lead("/c/*", "https://example.org/*")
    assert [each.source for each in book.list_patterns()] == ["/a/*", "/b/*", "/c/*"]
    target = redirects.read_target("/a/*", source="/c/*")
    with pytest.raises(Rejected, match="back to itself"):
        redirects.change(third, "/c/*", target, by=OPERATOR, now=NOW)
    with pytest.raises(Rejected, match="already"):
        lead("/a/*", "/d/*")


def test_patterns_are_put_in_order_and_their_number_has_an_end(monkeypatch):
    made = [lead(f"/{name}/*", "/") for name in "abc"]
    redirects.move(made[2], step=-2, by=OPERATOR, now=NOW)
    assert [each.source for each in book.list_patterns()] == ["/c/*", "/a/*", "/b/*"]
    redirects.move(made[2], step=-1, by=OPERATOR, now=NOW)
    redirects.move(made[2], step=1, by=OPERATOR, now=NOW)
    assert [each.source for each in book.list_patterns()] == ["/a/*", "/c/*", "/b/*"]
    monkeypatch.setattr(redirects, "MOST_PATTERNS", 3)
    with pytest.raises(Rejected, match="3 patterns"):
        lead("/d/*", "/")


def test_a_redirect_becomes_a_pattern_and_a_pattern_a_redirect():
    row = lead("/a/", "https://example.org/")
    target = redirects.read_target("https://example.org/*", source="/a/*")
    row = redirects.change(row, "/a/*", target, by=OPERATOR, now=NOW)
    assert book.find("/a/") is None
    assert redirects.get(row.id).source == "/a/*"
    row = redirects.change(row, "/a", target, by=OPERATOR, now=NOW)
    assert book.list_patterns() == []
    redirects.remove(row, by=OPERATOR, now=NOW)
    with pytest.raises(NotFound):
        redirects.get(row.id)


def test_a_redirect_moves_to_a_path_that_another_thing_has_left():
    entry = page("/about/")
    rewrite(entry, path="/us/")
    publish(entry, now=at(1))
    row = lead("/a/", "https://example.org/")
    moved = redirects.change(row, "/about/", targets.of(row), by=OPERATOR, now=NOW)
    assert moved.id == row.id
    assert [line.path for line in db.session().scalars(sa.select(Address)) if line.by_hand] == [
        "/about/"
    ]
    for path in ("/us/", "/us"):
        with pytest.raises(Rejected, match="already"):
            redirects.change(row, path, targets.of(row), by=OPERATOR, now=NOW)


@on_sqlite
@pytest.mark.parametrize(("typed", "code"), [("", 301), ("/", 410), ("/", 200)])
def test_a_kind_and_a_target_belong_together(typed, code):
    with pytest.raises(Rejected) as refusal:
        lead("/x/", typed, code)
    assert refusal.value.field in ("location", "code")


def test_each_act_stands_in_the_history_as_one():
    row = lead("/a/", "https://example.org/")
    redirects.change(row, "/b/", targets.of(row), by=OPERATOR, now=NOW, code=302)
    redirects.remove(row, by=OPERATOR, now=NOW)
    labels = db.session().scalars(sa.select(ChangeSet.label).order_by(ChangeSet.id)).all()
    assert labels == ["Led /a/ elsewhere", "Changed the redirect from /a/",
                      "Removed the redirect from /b/"]  # fmt: skip
    kinds = db.session().scalars(sa.select(Change.operation).order_by(Change.id)).all()
    assert kinds == ["insert", "update", "delete"]


def test_a_list_that_moved_takes_along_what_was_led_to_it():
    lead("/journal/", "/posts/")
    target = redirects.read_target("/archive/", source="/posts/")
    redirects.create("/posts/", target, by=OPERATOR, now=NOW)
    assert way_of("/journal/") == ("redirect", None, "/archive/", "")


def test_the_longest_path_can_be_led_elsewhere():
    path = "/" + "數" * 698 + "/"
    lead(path, "https://example.org/" + "x" * 1900)
    db.session().expunge_all()
    assert book.find(path).by_hand
