"""The tables of the bare page, filled with the very posts of a Carafe site."""

import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table(
    "post",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", sa.String, unique=True),
    sa.Column("title", sa.String),
    sa.Column("excerpt", sa.String),
    sa.Column("html", sa.Text),
    sa.Column("dated_at", sa.DateTime, index=True),
    sa.Column("lang", sa.String),
    sa.Column("minutes", sa.Integer),
    sa.Column("author", sa.String),
    sa.Column("author_path", sa.String),
    sa.Column("tag", sa.String),
    sa.Column("tag_path", sa.String),
    sa.Column("terms", sa.JSON),
)
filed = sa.Table(
    "filed",
    metadata,
    sa.Column("slug", sa.String, primary_key=True),
    sa.Column("post_id", sa.ForeignKey("post.id"), primary_key=True),
    sa.Column("dated_at", sa.DateTime),
    sa.Index("filed_by_date", "slug", "dated_at"),
)
_SOURCE = """
    SELECT p.id, p.path, p.title, p.excerpt, p.html, p.dated_at, p.locale, p.words,
           who.name AS author, who.handle
    FROM publication p
    LEFT JOIN publication_byline b ON b.publication_id = p.id AND b.position = 0
    LEFT JOIN profile who ON who.id = b.profile_id
    WHERE p.type = 'post' AND p.until_at IS NULL AND p.listed = 1
"""
_TERMS = """
    SELECT f.publication_id, t.taxonomy, t.name, t.slug, t.path
    FROM publication_term f JOIN term t ON t.id = f.term_id ORDER BY f.position
"""
_TAGS = re.compile(r"<[^>]+>")


def fill(path: str, site: Path) -> None:
    """Copy every post of a Carafe site (its SQLite file) to a blog of its own."""
    rows, links = _read(site)
    engine = sa.create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE post_words USING fts5(title, body)")
        connection.execute(sa.insert(posts), rows)
        connection.execute(sa.insert(filed), links)
        words = [(row["id"], row["title"], _TAGS.sub(" ", row["html"])) for row in rows]
        connection.exec_driver_sql(
            "INSERT INTO post_words (rowid, title, body) VALUES (?, ?, ?)", words
        )
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _read(site: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    source = sa.create_engine(f"sqlite:///{site}")
    dated = {"dated_at": sa.DateTime()}
    with source.connect() as connection:
        terms: dict[str, list[Any]] = {}
        for term in connection.execute(sa.text(_TERMS)):
            terms.setdefault(term.publication_id, []).append(term)
        found = connection.execute(sa.text(_SOURCE).columns(**dated)).all()
    source.dispose()
    rows, links = [], []
    for number, row in enumerate(found, 1):
        own = terms.get(row.id, [])
        tags = [term for term in own if term.taxonomy == "tag"]
        rows.append(
            {
                "id": number,
                "path": row.path,
                "title": row.title or "",
                "excerpt": row.excerpt,
                "html": row.html,
                "dated_at": row.dated_at,
                "lang": row.locale,
                "minutes": max(1, round(row.words / 230)),
                "author": row.author or "",
                "author_path": f"/author/{row.handle}/",
                "tag": tags[0].name if tags else "",
                "tag_path": tags[0].path if tags else "",
                "terms": [{"name": term.name, "path": term.path} for term in own],
            }
        )
        links += [{"slug": tag.slug, "post_id": number, "dated_at": row.dated_at} for tag in tags]
    return rows, links
