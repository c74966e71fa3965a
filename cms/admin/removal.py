"""Removing an entry that others use: where it is used, and what becomes of that."""

from collections.abc import Collection
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from cms import db
from cms.accounts.permissions import Permission, may
from cms.admin import entry_naming, notes
from cms.admin.door import blueprint
from cms.content import editing, knowing, listing, ownership, removal, revisions
from cms.content.models import Entry
from cms.content.removal import Choice, Plan
from cms.content.uses import Place
from cms.errors import NotAllowed, Rejected
from cms.history import recording
from cms.i18n import LazyText, ngettext
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, urls
from cms.web.forms import CarafeForm

MAX_SHOWN = 100  # uses on one page
LED = (Choice.REPLACE, Choice.REDIRECT)
CHOICES: dict[Choice, LazyText] = {
    Choice.REPLACE: __("Lead the links to something else"),
    Choice.REDIRECT: __("Lead the links and the old address to something else"),
    Choice.UNLINK: __("Keep the words, take the links out"),
    Choice.LEAVE: __("Leave them: visitors read plain words until this is restored"),
}
PLACES: dict[Place, LazyText] = {
    "text": __("In the text"),
    "field": __("In a field"),
    "menu": __("In a menu"),
    "front": __("Shown first on the site"),
    "redirect": __("A redirect leads here"),
}


class RemovalForm(CarafeForm):
    """What becomes of the links to an entry that goes."""

    choice = RadioField(
        __("What becomes of the links"),
        [InputRequired(__("Decide what becomes of the links."))],
        validate_choice=True,
    )
    with_ = StringField(
        __("Something else"), description=__("Its address, such as /about/, or its title.")
    )


class PurgeForm(RemovalForm):
    """Deleting for good asks for the count too, so that nobody does it by a slip."""

    count = StringField(__("Type how many entries go"))


@blueprint.get("/entries/<entry_id>/removal", endpoint="removal")
@gate.requires(Permission.TRASH_OWN)
def new(entry_id: str) -> str:
    """Every use of an entry, and what may become of it."""
    entry = _removable(entry_id)
    form = _kind(entry)(formdata=None)
    return _page(form, entry, _plan(entry))


@blueprint.post("/entries/<entry_id>/removal", endpoint="removal_create")
@gate.requires(Permission.TRASH_OWN)
def create(entry_id: str) -> ResponseReturnValue:
    """Trash an entry, or delete it for good when it lies in the trash, with its uses as chosen."""
    entry = _removable(entry_id)
    plan = _plan(entry)
    form = _kind(entry)()
    form.choice.choices = _choices(entry)
    form.validate()
    if form.ok:
        try:
            return _carry_out(entry, form, plan)
        except Rejected as refusal:
            form.show(refusal)
    return _page(form, entry, plan), 422


def _carry_out(entry: Entry, form: RemovalForm, plan: Plan) -> Response:
    for_good = _is_for_good(entry)
    count = str(len(plan.going))
    if isinstance(form, PurgeForm) and (form.count.data or "") != count:
        raise Rejected(_("Type {count} to go on.", count=count), field="count")
    choice = Choice(form.choice.data)
    with_ = entry_naming.find(form.with_.data or "", field="with_") if choice in LED else None
    title, kind = _title(entry), entry.type
    removal.carry_out(
        entry, choice, with_=with_, for_good=for_good, by=gate.signed_in_person(), now=gate.now()
    )
    db.commit()
    if for_good:
        notes.leave(_("Deleted for good."))
        return urls.see_other("admin.trash")
    words = _("“{title}” is in the trash.", title=title)
    # Not a mere restoring: the links come back as well.
    notes.leave(words, recording.latest())
    return urls.see_other("admin.entries_index", kind=kind)


def _removable(entry_id: str) -> Entry:
    entry = editing.get_entry(entry_id)
    person = gate.signed_in_person()
    ownership.ensure_may(person, Permission.TRASH_ANY, entry)
    if _is_for_good(entry) and not may(person, Permission.DELETE_FOREVER):
        raise NotAllowed
    return entry


def _is_for_good(entry: Entry) -> bool:
    return entry.trashed_at is not None


def _kind(entry: Entry) -> type[RemovalForm]:
    return PurgeForm if _is_for_good(entry) else RemovalForm


def _choices(entry: Entry) -> list[tuple[str, str]]:
    left_out = Choice.LEAVE if _is_for_good(entry) else None
    return [(each.value, str(words)) for each, words in CHOICES.items() if each is not left_out]


def _plan(entry: Entry) -> Plan:
    return removal.plan(entry, now=gate.now(), for_good=_is_for_good(entry))


def _title(entry: Entry) -> str:
    return revisions.get_head(entry).title or _("Untitled")


def _hidden(entry_ids: Collection[str]) -> set[str]:
    """Those of these entries that the person may not know of."""
    lines = listing.find_lines(entry_ids, now=gate.now()).values()
    return set(entry_ids) - {line.id for line in knowing.known(gate.signed_in_person(), lines)}


def _page(form: RemovalForm, entry: Entry, plan: Plan) -> str:
    form.choice.choices = _choices(entry)
    for_good = _is_for_good(entry)
    hidden = _hidden([use.entry_id for use in plan.uses[:MAX_SHOWN] if use.entry_id])
    rows: list[dict[str, Any]] = [
        {
            "title": _("Something you may not open") if use.entry_id in hidden else use.title,
            "place": str(PLACES[use.place]),
            "href": url_for("admin.entries_edit", entry_id=use.entry_id)
            if use.entry_id and use.entry_id not in hidden
            else None,
            "is_trashed": use.is_trashed,
            "only_public": use.only_public,
        }
        for use in plan.uses[:MAX_SHOWN]
    ]
    below = len(plan.going) - 1
    return render_template(
        "admin/removal/new.html",
        form=form,
        title=_title(entry),
        below=ngettext("{n} page below it goes too.", "{n} pages below it go too.", below)
        if below
        else "",
        uses=rows,
        more=max(0, len(plan.uses) - MAX_SHOWN),
        offered=entry_naming.offers(entry.type, entry.id),
        for_good=for_good,
        action=url_for("admin.removal_create", entry_id=entry.id),
        back_href=url_for("admin.trash")
        if for_good
        else url_for("admin.entries_edit", entry_id=entry.id),
    )
