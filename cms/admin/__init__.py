"""The editors' door: writing, publishing, sorting and setting the site, behind one gate."""

from flask import Flask

from cms.admin import (
    dashboard,
    entries,
    frame,
    menus,
    preview,
    profiles,
    publications,
    revisions,
    settings,
    terms,
    trash,
)
from cms.admin.door import blueprint, retried

__all__ = ["blueprint", "register"]

# Each of these adds its routes to the door when it is imported.
PARTS = (dashboard, entries, menus, preview, profiles, publications, revisions, settings, terms,
         trash)  # fmt: skip

# Once, not for each app: a process may hold several.
blueprint.context_processor(frame.context)


def register(app: Flask) -> None:
    """Open the editors' door of an app."""
    app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ()):
            app.view_functions[rule.endpoint] = retried(app.view_functions[rule.endpoint])
