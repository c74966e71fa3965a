"""A small theme made on the spot, a site with entries, and a way to render one template."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from markupsafe import Markup

from cms.themes import environment, manifest, views
from cms.themes.catalog import Theme
from cms.themes.context import PageContext
from cms.themes.environment import RenderedPage

BUNDLED = Path(__file__).parents[2] / "themes"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MANIFEST = 'api = 1\nid = "aurora"\nname = "Aurora"\nversion = "1.4.0"\n'


def make_card(number: int = 1, **changes: Any) -> views.PostCard:
    values: dict[str, Any] = {
        "id": f"P{number}",
        "kind": "post",
        "url": f"/post-{number}/",
        "title": f"Post {number}",
        "excerpt": "A few words.",
        "published": NOW - timedelta(days=40 * number),
        "words": 700,
        "tags": (views.TermRef(id="T1", name="News", url="/tag/news/", slug="news"),),
        "authors": (views.AuthorRef(id="A1", name="Ana", url="/author/ana/"),),
        **changes,
    }
    return views.PostCard(**values)


def make_post(number: int = 1, **changes: Any) -> views.PostView:
    card = make_card(number)
    values = {name: getattr(card, name) for name in views.attributes(views.PostCard)}
    values |= {
        "content": Markup("<p>Body & soul</p>"),
        "toc": (views.Heading(id="one", level=2, text="One"),),
        "fields": MappingProxyType({"mood": "calm"}),
        **changes,
    }
    return views.PostView(**values)


def make_page(kind: str = "post", **changes: Any) -> PageContext:
    site = changes.pop("site", None) or views.SiteView(
        title="Tea & Co", url="https://example.org/", timezone="Europe/Berlin"
    )
    posts = views.PageOf(items=tuple(make_card(number) for number in (1, 2, 3)), total=3)
    extra = {
        "post": make_post(),
        "posts": posts,
        "breadcrumbs": (
            views.Crumb(label="Home", url="/"),
            views.Crumb(label="Post 1", url="/post-1/", current=True),
        ),
        **changes.pop("extra", {}),
    }
    meta = changes.pop("meta", None) or views.MetaView(
        title="Post 1", canonical="https://example.org/post-1/", type="article"
    )
    return PageContext(kind=kind, site=site, meta=meta, now=NOW, extra=extra, **changes)


@pytest.fixture
def page() -> Callable[..., PageContext]:
    return make_page


@pytest.fixture
def card() -> Callable[..., views.PostCard]:
    return make_card


@pytest.fixture
def post() -> Callable[..., views.PostView]:
    return make_post


@pytest.fixture
def bundled() -> Path:
    return BUNDLED


@pytest.fixture
def make_theme(tmp_path: Path) -> Callable[..., Theme]:
    """Write files below a folder named like the theme and load it, without a catalog."""

    def make(
        files: dict[str, str], *, settings: str = "", id: str = "aurora", parents: tuple = ()
    ) -> Theme:
        folder = tmp_path / id
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        text = MANIFEST.replace("aurora", id) + settings
        return Theme(
            manifest=manifest.read_manifest(text, folder=id),
            folder=folder,
            library=BUNDLED / "core",
            parents=parents,
        )

    return make


@pytest.fixture
def render(make_theme: Callable[..., Theme]) -> Callable[..., RenderedPage]:
    """Render the text of one template."""

    def run(source: str, *, strict: bool = False, page: PageContext | None = None) -> RenderedPage:
        theme = make_theme({"templates/index.html": source})
        return environment.render(theme, ("index.html",), page or make_page(), strict=strict)

    return run


@pytest.fixture
def html(render: Callable[..., RenderedPage]) -> Callable[..., str]:
    """The HTML of one template's text, without white space around it."""

    def run(source: str, **options: Any) -> str:
        return render(source, **options).html.strip()

    return run
