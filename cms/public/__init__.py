"""The visitors' door: pages, lists, feeds and files, through theme templates only."""

from flask import Flask

from cms.public import (
    assets,
    counting,
    failures,
    feeds,
    home,
    machine,
    pages,
    preview,
    search,
    sitemap,
    wall,
)
from cms.web import errors


def register(app: Flask) -> None:
    """Open the visitors' door of an app."""
    app.url_map.merge_slashes = False
    counting.install(app)
    for part in (assets, feeds, home, machine, preview, search, sitemap, wall, pages):
        app.register_blueprint(part.blueprint)
    errors.show_public_errors(app, failures.show)
