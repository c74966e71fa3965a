"""Settings: declared once, checked by name."""

from dataclasses import fields

import pytest

from cms import db, text
from cms.accounts.permissions import OPERATOR
from cms.content import queries, types
from cms.errors import Rejected
from cms.site import settings
from tests.content.stories import NOW, on_sqlite, publish, write

pytestmark = pytest.mark.usefixtures("unit")


def save(**changes):
    return settings.save(changes, by=OPERATOR, now=NOW)


def test_a_new_site_has_the_defaults():
    assert settings.load() == settings.DEFAULTS
    settings.ensure_valid(settings.DEFAULTS)
    assert not settings.is_set("title")


def test_what_is_saved_is_there():
    changes = {
        "title": "Grüße 😀",
        "social": ("https://example.org/ä",),
        "posts_per_page": 5,
        "front_page": write(kind="page").id,
        "search_engines": False,
        "timezone": "Asia/Tokyo",
    }
    made = save(**changes)
    db.session().flush()
    db.session().expunge_all()
    assert settings.load() == made
    assert all(getattr(made, name) == value for name, value in changes.items())
    assert settings.is_set("title")
    assert not settings.is_set("tagline")
    assert str(made.zone) == "Asia/Tokyo"


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "  "),
        ("title", "x" * 301),
        ("title", "a\x00"),
        ("title", 5),
        ("tagline", "\ud800"),
        ("description", "x" * 5001),
        ("locale", "EN US"),
        ("locale", ""),
        ("timezone", "Mars/Olympus"),
        ("post_path", "/{year}/"),
        ("post_path", "{slug}"),
        ("post_path", "/{slug}/{author}/"),
        ("post_path", "/{slug!r}/"),
        ("post_path", "/{slug"),
        ("post_path", "/a b/{slug}/"),
        ("post_path", "//{slug}/"),
        ("post_path", "/../{slug}/"),
        ("post_path", "/{slug}/.."),
        ("post_path", "/admin/{slug}/"),
        ("post_path", "/tag/{slug}/"),
        ("post_path", "/{slug}.md"),
        ("post_path", "/{slug}/page/2"),
        ("post_path", "/" + "x" * 300 + "/{slug}/"),
        ("posts_path", "posts"),
        ("posts_path", "/posts"),
        ("posts_path", "/"),
        ("posts_path", "/admin/"),
        ("posts_path", "/a/../b/"),
        ("front", "news"),
        ("front", "page"),
        ("front_page", "about"),
        ("posts_per_page", 0),
        ("posts_per_page", 101),
        ("posts_per_page", "10"),
        ("posts_per_page", True),
        ("feed_size", -1),
        ("feed_text", "none"),
        ("access", "secret"),
        ("search_engines", "yes"),
        ("social", ("javascript:x",)),
        ("social", ("https://x y",)),
        ("social", ("https://example.org/",) * 21),
        ("social", "https://example.org/"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_field(name, value):
    with pytest.raises(Rejected) as refusal:
        save(**{name: value})
    assert refusal.value.field in (name, "front_page")
    assert refusal.value.message
    assert settings.load() == settings.DEFAULTS


@on_sqlite
def test_every_setting_is_of_a_kind_that_can_be_kept():
    for field in fields(settings.SiteSettings):
        default = getattr(settings.DEFAULTS, field.name)
        assert default is None or isinstance(default, str | int | bool | tuple)


def test_the_pattern_for_new_posts_makes_their_paths():
    save(post_path="/{year}/{month}/{day}/{slug}", timezone="Asia/Tokyo")
    late = NOW.replace(day=30, hour=23)
    assert publish(write("A walk", dated_at=late)).path == "/2026/12/01/a-walk"
    assert publish(write("A walk", dated_at=late)).path == "/2026/12/01/a-walk-2"
    assert publish(write("x" * 400)).path == "/2026/11/20/" + "x" * text.MAX_SLUG
    assert publish(write("!!!", dated_at=late)).path.startswith("/2026/12/01/01")


def test_the_name_of_a_page_never_takes_an_address_of_the_site():
    for title in ("Admin", "Search", "Tag", "Page", "API"):
        entry = write(title, kind="page")
        assert publish(entry).path == f"/{title.lower()}-2/"
    assert queries.find_by_path("/admin-2/", now=NOW).title == "Admin"
    assert types.get_type("page").hierarchical


def test_the_list_of_posts_and_a_page_never_share_an_address():
    home, taken = write("Home", kind="page"), write("Journal", kind="page")
    publish(home)
    assert publish(taken).path == "/journal/"
    with pytest.raises(Rejected) as refusal:
        save(front="page", front_page=home.id, posts_path="/journal/")
    assert refusal.value.field == "posts_path"
    save(front="page", front_page=home.id, posts_path="/letters/")
    save(tagline="Other things can still be changed.")
    assert publish(write("Letters", kind="page")).path == "/letters-2/"
    post = write("Post", path="/letters")
    with pytest.raises(Rejected) as refusal:
        publish(post)
    assert refusal.value.field == "path"
    save(front="posts")
    assert publish(post).path == "/letters"
