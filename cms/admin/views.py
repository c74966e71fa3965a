"""Saved views of lists: keeping one, renaming it, sharing it, letting it go."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.admin import entry_selection, notes
from cms.admin.door import blueprint
from cms.content import saved_views
from cms.content.models import SavedView
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import CarafeForm

# Lists that can be kept as they are narrowed, by the name under which their views are kept.
LISTS = {"entries": "admin.entries_index"}


class ViewForm(CarafeForm):
    """A view's name, and whom it is for."""

    name = StringField(__("Name"), [InputRequired(__("Give it a name.")), Length(max=120)])
    shared = BooleanField(__("For everyone who works here"))
    list = HiddenField()
    query = HiddenField()


def menu(list_name: str, person: Person) -> dict[str, Any]:
    """The views of a list for its menu, and where the present one is kept."""
    query = present_query()
    address = url_for(LISTS[list_name])
    views = saved_views.list_views(list_name, by=person)
    return {
        "views": [
            {
                "name": view.name,
                "href": f"{address}?{view.query}",
                "current": view.query == query,
                "shared": view.shared,
                "edit_href": url_for("admin.views_edit", view_id=view.id)
                if saved_views.may_change(view, person)
                else None,
            }
            for view in views
        ],
        "save_href": url_for("admin.views_new", list=list_name, query=query),
    }


def present_query() -> str:
    """The query of this list without its page, in a form that can be compared."""
    address = pagination.with_query("/", page=None)
    return entry_selection.tidy_query(address.partition("?")[2])


@blueprint.get("/views/new", endpoint="views_new")
@gate.requires(Permission.WRITE)
def new() -> str:
    """Ask for a name."""
    data = {"list": request.args.get("list", ""), "query": request.args.get("query", "")}
    _ensure_known(data["list"])
    data["query"] = entry_selection.tidy_query(data["query"])
    return _page(ViewForm(formdata=None, data=data), None)


@blueprint.post("/views/new", endpoint="views_create")
@gate.requires(Permission.WRITE)
def create() -> ResponseReturnValue:
    """Keep a list as it is narrowed now."""
    form = ViewForm.from_request()
    _ensure_known(form.list.data or "")
    form.query.data = entry_selection.tidy_query(form.query.data or "")
    if form.ok:
        try:
            view = saved_views.save_view(
                form.list.data or "",
                form.name.data or "",
                form.query.data,
                shared=bool(form.shared.data),
                by=gate.signed_in_person(),
                now=gate.now(),
            )
        except Rejected as refusal:
            form.show(refusal)
        else:
            return _done(view, _("“{name}” stands among the views.", name=view.name))
    return _page(form, None), 422


@blueprint.get("/views/<view_id>", endpoint="views_edit")
@gate.requires(Permission.WRITE)
def edit(view_id: str) -> str:
    """A view as it is called."""
    view = saved_views.get_view(view_id, by=gate.signed_in_person())
    data = {"name": view.name, "shared": view.shared, "list": view.list_name, "query": view.query}
    return _page(ViewForm(formdata=None, data=data), view)


@blueprint.post("/views/<view_id>", endpoint="views_update")
@gate.requires(Permission.WRITE)
def update(view_id: str) -> ResponseReturnValue:
    """Rename a view, or say for whom it is."""
    view = saved_views.get_view(view_id, by=gate.signed_in_person())
    form = ViewForm.from_request()
    if form.ok:
        try:
            saved_views.update_view(
                view,
                name=form.name.data or "",
                shared=bool(form.shared.data),
                by=gate.signed_in_person(),
                now=gate.now(),
            )
        except Rejected as refusal:
            form.show(refusal)
        else:
            return _done(view, _("Saved."))
    return _page(form, view), 422


@blueprint.post("/views/<view_id>/removal", endpoint="views_destroy")
@gate.requires(Permission.WRITE)
def destroy(view_id: str) -> Response:
    """Let a view go; what it showed stays."""
    view = saved_views.get_view(view_id, by=gate.signed_in_person())
    saved_views.delete_view(view, by=gate.signed_in_person(), now=gate.now())
    return _done(view, _("The view “{name}” is gone.", name=view.name))


def _done(view: SavedView, words: str) -> Response:
    address = f"{url_for(LISTS[view.list_name])}?{view.query}"
    db.commit()
    notes.leave(words, recording.latest())
    return urls.go_to(address)


def _ensure_known(list_name: str) -> None:
    if list_name not in LISTS:
        raise NotFound


def _page(form: ViewForm, view: SavedView | None) -> str:
    query = view.query if view else form.query.data or ""
    list_name = view.list_name if view else form.list.data or ""
    return render_template(
        "admin/views/form.html",
        heading=_("Change this view") if view else _("Save this view"),
        form=form,
        back_href=f"{url_for(LISTS[list_name])}?{query}",
        remove_action=url_for("admin.views_destroy", view_id=view.id) if view else None,
        may_change=view is None or saved_views.may_change(view, gate.signed_in_person()),
    )
