"""Paths that nothing answers: led elsewhere, dismissed, or no longer kept."""

from typing import Any

from flask import Response, render_template, request, url_for

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import book, missing
from cms.addresses.models import MissingPath
from cms.admin import notes
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.site import settings
from cms.web import display, gate, pagination, urls
from cms.web.forms import ListForm

SIZE = 50


@blueprint.get("/redirects/missing/", endpoint="redirects_missing")
@gate.requires(Permission.MANAGE_REDIRECTS)
def index() -> str:
    """The paths that visitors asked for in vain."""
    form = ListForm(request.args)
    dismissed, newest = "dismissed" in request.args, request.args.get("sort") == "newest"
    total = missing.count_missing(words=form.words, dismissed=dismissed)
    pages = pagination.of_request(total, SIZE)
    rows = missing.list_missing(
        words=form.words, dismissed=dismissed, newest=newest, limit=SIZE, offset=pages.offset
    )
    return render_template(
        "admin/redirects/missing.html",
        heading=_("Missing pages"),
        crumbs=[{"label": _("Redirects"), "href": url_for("admin.redirects_index")},
                {"label": _("Missing pages"), "href": ""}],
        tabs=_tabs(dismissed=dismissed, newest=newest),
        form=form,
        paths=[_row(row) for row in rows],
        dismissed=dismissed,
        filtered=bool(form.words),
        clear_href=url_for("admin.redirects_missing"),
        pages=pages,
        is_kept=display.site().missing_paths,
        new_href=None,
        new_label="",
        empty_words=_("Nobody asked for anything in vain."),
    )  # fmt: skip


@blueprint.post("/redirects/missing/dismissal", endpoint="redirects_dismiss")
@gate.requires(Permission.MANAGE_REDIRECTS)
def dismiss() -> Response:
    """Hide a path from the list, or show it again."""
    back = request.form.get("act") == "show"
    missing.dismiss(request.form.get("path", "")[: db.MAX_PATH], dismissed=not back)
    notes.leave(_("It is in the list again.") if back else _("Dismissed."))
    return urls.see_other("admin.redirects_missing")


@blueprint.post("/redirects/missing/removal", endpoint="redirects_forget")
@gate.requires(Permission.MANAGE_REDIRECTS)
def forget() -> Response:
    """Begin with an empty list."""
    missing.forget_all()
    notes.leave(_("The list is empty."))
    return urls.see_other("admin.redirects_missing")


@blueprint.post("/redirects/missing/keeping", endpoint="redirects_keeping")
@gate.requires(Permission.MANAGE_SETTINGS)
def keeping() -> Response:
    """Say whether missing paths are noted at all."""
    wanted = request.form.get("act") == "start"
    settings.save({"missing_paths": wanted}, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("Missing pages are noted.") if wanted else _("Missing pages are not noted."))
    return urls.see_other("admin.redirects_missing")


def _row(row: MissingPath) -> dict[str, Any]:
    return {
        "path": row.path,
        "hits": row.hits,
        "first_at": row.first_at,
        "last_at": row.last_at,
        "referrer": row.referrer,
        "is_answered": book.find(row.path) is not None,
        "fix_href": url_for("admin.redirects_new", path=row.path),
    }


def _tabs(*, dismissed: bool, newest: bool) -> list[dict[str, Any]]:
    here = url_for("admin.redirects_missing")
    return [
        {"label": _("Most wanted"), "href": here, "current": not dismissed and not newest},
        {"label": _("Latest"), "href": f"{here}?sort=newest", "current": newest},
        {"label": _("Dismissed"), "href": f"{here}?dismissed=1", "current": dismissed},
    ]
