"""Redirects as tables: tried before they are kept, and given to spreadsheets."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, TextAreaField

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import missing, redirect_files
from cms.addresses.redirect_files import Outcome
from cms.admin import csv_export, notes
from cms.admin.door import blueprint, retried
from cms.admin.redirects import wanted_of
from cms.content import aiming
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import display, gate, urls
from cms.web.forms import CarafeForm, ListForm, with_marks

MOST_LINES = 2_000  # of one table, so that a request ends in time
LARGEST = 1_000_000  # bytes


class TableForm(CarafeForm):
    """A table of redirects, from a file or pasted."""

    file = FileField(__("File"), description=__("CSV with the columns from, to and code."))
    lines = TextAreaField(__("Or paste it here"))


@blueprint.get("/redirects/import", endpoint="redirect_tables_new")
@gate.requires(Permission.MANAGE_REDIRECTS)
def new() -> str:
    """An empty form."""
    return _page(TableForm(formdata=None), [])


@blueprint.post("/redirects/import", endpoint="redirect_tables_create")
@gate.requires(Permission.MANAGE_REDIRECTS)
@retried
def create() -> ResponseReturnValue:
    """Try a table and show what each line would do; or do it, all or nothing."""
    form = TableForm.from_request()
    outcomes: list[Outcome] = []
    if form.ok:
        try:
            written = _written(form)
            form.lines.data = with_marks(written)
            lines = redirect_files.read(written, most=MOST_LINES)
            outcomes = redirect_files.run(
                lines,
                by=gate.signed_in_person(),
                now=gate.now(),
                lists=(display.site().posts_path,),
            )
        except Rejected as refusal:
            form.show(refusal)
    is_whole = form.ok and not any(each.problem for each in outcomes)
    if is_whole and request.form.get("act") == "import":
        db.commit()
        kept = [each.line.path for each in outcomes if each.does != redirect_files.SAME]
        missing.forget(*kept)
        words = ngettext("{n} redirect is kept.", "{n} redirects are kept.", len(kept))
        notes.leave(words, recording.latest() if kept else None)
        answer: Response = urls.see_other("admin.redirects_index")
        return answer
    redirect_files.forget()
    return _page(form, outcomes), 200 if is_whole else 422


@blueprint.get("/redirects/list.csv", endpoint="redirects_csv")
@gate.requires(Permission.MANAGE_REDIRECTS)
def table() -> Response:
    """The list with its filters, as a table that can be imported again."""
    columns = ("from", "to", "code", _("Used"), _("Last used"))
    return csv_export.answer(
        "redirects", columns, aiming.list_rows(wanted_of(ListForm(request.args)))
    )


def _written(form: TableForm) -> str:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return str(form.lines.data or "")
    with sent.stream as stream:
        body = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Rejected(_("This file is larger than one megabyte. Part it into several."),
                       field="file")  # fmt: skip
    return redirect_files.decode(body)


def _page(form: TableForm, outcomes: list[Outcome]) -> str:
    heading, back = _("Import redirects"), url_for("admin.redirects_index")
    problems = [each for each in outcomes if each.problem]
    return render_template(
        "admin/redirects/import.html",
        heading=heading,
        form=form,
        crumbs=[{"label": _("Redirects"), "href": back}, {"label": heading, "href": ""}],
        back_href=back,
        outcomes=problems or outcomes,
        problems=len(problems),
        words={
            redirect_files.NEW: _("New"),
            redirect_files.CHANGED: _("Changed"),
            redirect_files.SAME: _("Stands there already"),
        },
    )
