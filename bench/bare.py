"""The bare page: what an experienced Flask developer writes who needs a blog and nothing else.

Plain Flask, SQLAlchemy Core and Jinja: one SELECT for all the rows that a page shows, a layout with
blocks, loops and escaping, no drafts, no languages, no rights, no themes, and no cache either.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, abort, render_template, request
from markupsafe import Markup, escape

from bench.bare_content import filed, posts

PAGE, FEED = 10, 20  # posts
SITE = {
    "title": "The Carafe",
    "tagline": "A small journal about keeping a journal",
    "url": "http://127.0.0.1:8000",
    "lang": "en",
    "feeds": [
        {"name": "Atom", "path": "/feed.xml", "mime": "application/atom+xml"},
        {"name": "RSS", "path": "/rss.xml", "mime": "application/rss+xml"},
        {"name": "JSON Feed", "path": "/feed.json", "mime": "application/feed+json"},
    ],
    "menu": [
        {"label": "About", "path": "/about/"},
        {"label": "The guide", "path": "/guide/"},
        {"label": "Archive", "path": "/archive/"},
    ],
    "places": [{"label": "Colophon", "path": "/colophon/"}, {"label": "Feed", "path": "/feed.xml"}],
}
SEARCH = """
    SELECT post.path, post.title, dated_at, lang, tag, tag_path, minutes,
           snippet(post_words, 1, char(1), char(2), '…', 32) AS excerpt
    FROM post_words JOIN post ON post.id = post_words.rowid
    WHERE post_words MATCH :words ORDER BY rank LIMIT :size OFFSET :offset
"""
_CARD = [posts.c[name] for name in ("path", "title", "excerpt", "dated_at", "lang")]
_CARD += [posts.c[name] for name in ("tag", "tag_path", "minutes")]
_NEWEST = sa.select(*_CARD).order_by(posts.c.dated_at.desc())
_FILED = sa.select(*_CARD).join(filed).order_by(filed.c.dated_at.desc())
_OLDER, _NEWER, _OTHER = (posts.alias(name) for name in ("older", "newer", "other"))
_MOMENT = _OTHER.c.dated_at
_BEFORE = sa.select(sa.func.max(_MOMENT)).where(posts.c.dated_at > _MOMENT).correlate(posts)
_AFTER = sa.select(sa.func.min(_MOMENT)).where(posts.c.dated_at < _MOMENT).correlate(posts)
_POST = (
    sa.select(
        posts,
        _OLDER.c.path.label("older_path"),
        _OLDER.c.title.label("older_title"),
        _NEWER.c.path.label("newer_path"),
        _NEWER.c.title.label("newer_title"),
    )
    .select_from(posts)
    .outerjoin(_OLDER, _OLDER.c.dated_at == _BEFORE.scalar_subquery())
    .outerjoin(_NEWER, _NEWER.c.dated_at == _AFTER.scalar_subquery())
    .where(posts.c.path == sa.bindparam("path"))
)
_SEARCH = sa.text(SEARCH).columns(dated_at=sa.DateTime())


def make_app(path: str) -> Flask:
    """The blog over the filled file."""
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _set_up)
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(_date, "date")
    app.add_template_filter(_marked, "marked")
    app.context_processor(lambda: {"site": SITE, "year": datetime.now().year})

    def ask(query: sa.Executable, **values: Any) -> Sequence[Any]:
        with engine.connect() as connection:
            return connection.execute(query, values).all()

    @app.get("/")
    def home() -> str:
        number = _page_number()
        rows = ask(_NEWEST.limit(PAGE + 1).offset((number - 1) * PAGE))
        return _list(rows, "/", number, SITE["title"], "WebSite")

    @app.get("/tag/<slug>/")
    def tag(slug: str) -> str:
        number = _page_number()
        query = _FILED.where(filed.c.slug == slug)
        rows = ask(query.limit(PAGE + 1).offset((number - 1) * PAGE)) or abort(404)
        return _list(rows, f"/tag/{slug}/", number, slug, "CollectionPage")

    @app.get("/search/")
    def search() -> str:
        words = request.args.get("q", "").replace('"', "")[:200]
        number = _page_number()
        values = {"size": PAGE + 1, "offset": (number - 1) * PAGE}
        rows = ask(_SEARCH, words=f'"{words}"', **values)
        return _list(rows, "/search/", number, f"Search: {words}", "SearchResultsPage", found=True)

    @app.get("/feed/")
    def feed() -> Response:
        rows = ask(sa.select(posts).order_by(posts.c.dated_at.desc()).limit(FEED))
        body = render_template("feed.xml", posts=rows)
        return Response(body, mimetype="application/atom+xml")

    @app.get("/post/<path:path>")
    def post(path: str) -> str:
        rows = ask(_POST, path=f"/{path}") or abort(404)
        row = rows[0]
        data = {
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "inLanguage": row.lang,
            "isPartOf": {"@type": "WebSite", "name": SITE["title"], "url": SITE["url"]},
            "headline": row.title,
            "url": f"{SITE['url']}{row.path}",
            "description": row.excerpt,
            "datePublished": row.dated_at.isoformat(),
            "dateModified": row.dated_at.isoformat(),
            "author": {"@type": "Person", "name": row.author},
            "keywords": [term["name"] for term in row.terms],
        }
        return render_template(
            "post.html",
            post=row,
            html=Markup(row.html),
            title=row.title,
            description=row.excerpt,
            path=row.path,
            data=data,
        )

    return app


def _list(
    rows: Sequence[Any], path: str, number: int, title: Any, kind: str, *, found: bool = False
) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": kind,
        "name": title,
        "url": f"{SITE['url']}{path}",
        "description": SITE["tagline"],
    }
    return render_template(
        "list.html",
        posts=rows[:PAGE],
        found=found,
        next_path=f"{path}?page={number + 1}" if len(rows) > PAGE else None,
        title=title,
        description=SITE["tagline"],
        path=path,
        data=data,
    )


def _page_number() -> int:
    return max(1, request.args.get("page", 1, int))


def _date(moment: datetime) -> str:
    return moment.strftime("%B %-d, %Y")


def _marked(snippet: str) -> Markup:
    html = str(escape(snippet)).replace("\x01", "<mark>").replace("\x02", "</mark>")
    return Markup(html)


def _set_up(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")


def addresses(paths: Mapping[str, str]) -> dict[str, str]:
    """Where the same pages stand here as at these paths of Carafe."""
    return {
        "home": "/",
        "post": f"/post{paths['post']}",
        "tag": paths["tag"],
        "feed": "/feed/",
        "search": paths["search"].replace("/search?", "/search/?"),
    }


app = make_app(os.environ.get("BENCH_BARE", ":memory:"))
