"""What leads on: redirects made by hand, left by renames, and patterns."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import hits, leads, redirects
from cms.addresses.models import Address, RedirectPattern
from cms.addresses.redirects import Redirect
from cms.admin import notes
from cms.admin.door import blueprint, retried
from cms.content import aiming
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import ListForm

SIZE = 50
TABS = (("", __("All")), (leads.HAND, __("Made by hand")), (leads.LEFT, __("Left by renames")),
        (leads.PATTERN, __("Patterns")))  # fmt: skip
SORTS = (("path", __("By path")), ("newest", __("Newest first")), ("used", __("Most used")))
CODES = {
    301: __("Moved for good"),
    302: __("Moved for now"),
    307: __("Moved for now, forms too"),
    308: __("Moved for good, forms too"),
    410: __("Gone"),
}


@blueprint.get("/redirects/", endpoint="redirects_index")
@gate.requires(Permission.MANAGE_REDIRECTS)
def index() -> str:
    """A page of redirects, narrowed and sorted as the address says."""
    form = ListForm(request.args)
    wanted = wanted_of(form)
    rows: Sequence[Redirect]
    if wanted.kind == leads.PATTERN:
        rows, more = leads.list_patterns(wanted), False
    else:
        after = request.args.get("after", "")
        found = leads.list_lines(wanted, limit=SIZE + 1, after=after)
        rows, more = found[:SIZE], len(found) > SIZE
    counted = hits.of(row.id for row in rows)
    last = rows[-1] if rows else None
    return render_template(
        "admin/redirects/index.html",
        heading=_("Redirects"),
        tabs=_tabs(wanted),
        sorts=_sorts(wanted),
        form=form,
        kind=wanted.kind,
        redirects=_rows(rows, counted),
        filtered=bool(wanted.words),
        clear_href=url_for("admin.redirects_index"),
        pages=pagination.Pages(1, SIZE, 0, str),
        first_href=pagination.with_query(after=None) if request.args.get("after") else None,
        next_href=pagination.with_query(after=leads.cursor(wanted, last, counted))
        if more and isinstance(last, Address)
        else None,
        new_href=url_for("admin.redirects_new"),
        new_label=_("New redirect"),
        missing_href=url_for("admin.redirects_missing"),
        import_href=url_for("admin.redirect_tables_new"),
        csv_href=pagination.with_query(url_for("admin.redirects_csv"), after=None),
        empty_words=_("Nothing leads elsewhere yet. Renames leave redirects by themselves."),
    )


@blueprint.post("/redirects/<redirect_id>/removal", endpoint="redirects_destroy")
@gate.requires(Permission.MANAGE_REDIRECTS)
@retried
def destroy(redirect_id: str) -> Response:
    """Lead nobody on from there any more."""
    row = redirects.get(redirect_id)
    source = redirects.source_of(row)
    try:
        redirects.remove(row, by=gate.signed_in_person(), now=gate.now())
    except Rejected as refusal:
        return _refused(refusal)
    db.commit()
    notes.leave(_("{path} leads nowhere any more.", path=source), recording.latest())
    return urls.see_other("admin.redirects_index")


@blueprint.post("/redirects/<redirect_id>/place", endpoint="redirects_move")
@gate.requires(Permission.MANAGE_REDIRECTS)
@retried
def move(redirect_id: str) -> Response:
    """Try a pattern earlier or later than before."""
    row = redirects.get(redirect_id)
    if not isinstance(row, RedirectPattern):
        raise NotFound
    step = 1 if request.form.get("step") == "later" else -1
    try:
        redirects.move(row, step=step, by=gate.signed_in_person(), now=gate.now())
    except Rejected as refusal:
        return _refused(refusal)
    db.commit()
    notes.leave(_("The order is changed."), recording.latest())
    return urls.see_other("admin.redirects_index", kind=leads.PATTERN)


def _refused(refusal: Rejected) -> Response:
    db.session().rollback()
    notes.leave(refusal.message, category="error")
    return urls.see_other("admin.redirects_index", kind=leads.PATTERN)


def wanted_of(form: ListForm) -> leads.Filter:
    """What the address asks for."""
    kind, sort = request.args.get("kind", ""), request.args.get("sort", "path")
    return leads.Filter(
        kind=kind if kind in leads.KINDS else "",
        words=form.words,
        sort=sort if sort in leads.SORTS else "path",
    )


def _rows(rows: Sequence[Redirect], counted: dict[str, hits.Hits]) -> list[dict[str, Any]]:
    aims = aiming.aims_of(rows)
    return [
        {
            "source": redirects.source_of(row),
            "href": url_for("admin.redirects_edit", redirect_id=row.id),
            "aim": aims[row.id],
            "kind": str(CODES[row.code]),
            "is_left": isinstance(row, Address) and not row.by_hand,
            "hits": counted.get(row.id, hits.NONE),
            "move_action": url_for("admin.redirects_move", redirect_id=row.id)
            if isinstance(row, RedirectPattern)
            else None,
        }
        for row in rows
    ]


def _tabs(wanted: leads.Filter) -> list[dict[str, Any]]:
    return [
        {
            "label": str(label),
            "href": pagination.with_query(kind=kind or None, after=None),
            "current": kind == wanted.kind,
        }
        for kind, label in TABS
    ]


def _sorts(wanted: leads.Filter) -> list[dict[str, Any]]:
    if wanted.kind == leads.PATTERN:
        return []
    return [
        {
            "label": str(label),
            "href": pagination.with_query(sort=sort, after=None),
            "current": sort == wanted.sort,
        }
        for sort, label in SORTS
    ]
