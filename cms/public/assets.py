"""The files of themes; their addresses change with their content, so they may be kept for ever."""

from flask import Blueprint, Response, send_file

from cms.errors import NotFound
from cms.public import site
from cms.themes import assets
from cms.web import gate, theming

FOR_EVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@blueprint.get("/-/theme/<theme_id>/<digest>/<path:path>")
@gate.public
def show(theme_id: str, digest: str, path: str) -> Response:
    """A file of a theme, or the stylesheet made of its settings; raises NotFound."""
    theme = theming.find_theme(theme_id)
    if theme is None:
        raise NotFound
    if path == assets.SETTINGS_FILE:
        chosen = site.theme_choices()
        sheet = assets.settings_sheet(theme, chosen.settings, chosen.style)
        if sheet.hash != digest:
            raise NotFound
        return _immutable(Response(sheet.css, content_type="text/css; charset=utf-8"))
    file = assets.resolve(theme, digest, path)
    if file is None:
        raise NotFound
    response = send_file(file.path, mimetype=None, conditional=True, download_name=file.path.name)
    response.content_type = file.content_type
    return _immutable(response)


def _immutable(response: Response) -> Response:
    response.headers["Cache-Control"] = FOR_EVER
    if response.mimetype == "image/svg+xml":
        # Opened by itself, a drawing is a document; it must not become an active one.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
