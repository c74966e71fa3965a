"""One string: the least that Flask, one SELECT and Jinja can do, a finished page from a single row.

No site can be built so; it says what the frame around every page costs.
"""

import os
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask, Response, abort, render_template
from jinja2 import DictLoader
from markupsafe import Markup

pages = sa.Table(
    "page",
    sa.MetaData(),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("title", sa.String),
    sa.Column("type", sa.String),
    sa.Column("html", sa.Text),
)

TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><header><nav>
{% for label, path in menu %}<a href="{{ path }}">{{ label }}</a>{% endfor %}
</nav></header>
<main>{{ html }}</main></body></html>
"""
MENU = [("Home", "/"), ("About", "/about/"), ("Archive", "/archive/")]


def fill(path: str, answers: Mapping[str, tuple[str, str]]) -> None:
    """Store a page for each name, as large as the real answer (type, text) that it stands for."""
    engine = sa.create_engine(f"sqlite:///{path}")
    pages.metadata.create_all(engine)
    room = len(TEMPLATE) - 60
    rows = [
        {"name": name, "title": name.title(), "type": kind, "html": text[room:]}
        for name, (kind, text) in answers.items()
    ]
    with engine.begin() as connection:
        connection.execute(sa.delete(pages))
        connection.execute(sa.insert(pages), rows)
    engine.dispose()


def make_app(path: str) -> Flask:
    """The bare application over the filled file."""
    engine = sa.create_engine(f"sqlite:///{path}")
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": TEMPLATE})

    @app.get("/<name>/")
    def show(name: str) -> Response:
        query = sa.select(pages).where(pages.c.name == name)
        with engine.connect() as connection:
            row = connection.execute(query).one_or_none() or abort(404)
        body = render_template("page.html", title=row.title, html=Markup(row.html), menu=MENU)
        return Response(body, mimetype=row.type)

    return app


app = make_app(os.environ.get("BENCH_FLOOR", ":memory:"))
