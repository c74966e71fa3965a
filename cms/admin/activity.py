"""Activity: every act on the site, found by who, what, when and by which door it came."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from cms.accounts.permissions import Permission, Person, may
from cms.admin import activity_words, choosing, csv_export, presenting
from cms.admin.door import blueprint
from cms.history import activity
from cms.history.activity import Filter, Line
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import display, gate, pagination
from cms.web.forms import ListForm, choices, tidied

SIZE = 40
MOST_EXPORTED = 1_000_000  # acts in one file
PROGRAMS = "programs"  # whoever is nobody
NOBODY = "0" * 26  # an id that nobody has: what was typed is not there
STATES = (("", __("Done or undone")), ("applied", __("In force")), ("undone", __("Undone")),
          ("undoing", __("Took something back")))  # fmt: skip


class FilterForm(ListForm):
    """What the list is narrowed to."""

    who = StringField(__("Who"), filters=[tidied])
    kind = SelectField(__("What"), validate_choice=False)
    via = SelectField(__("Where"), validate_choice=False)
    state = SelectField(__("State"), validate_choice=False)
    since = DateField(__("From"), [Optional()])
    until = DateField(__("Until"), [Optional()])
    # One thing alone, as a link from that thing says it.
    thing = HiddenField()


@blueprint.get("/activity/", endpoint="activity")
@gate.requires(Permission.SIGN_IN)
def index() -> str:
    """Everything that was done; people who may not see all see what they did."""
    person = gate.signed_in_person()
    form = _form(person)
    wanted = _filter(form, person)
    page = activity.list_acts(
        wanted,
        limit=SIZE,
        before=request.args.get("before", ""),
        after=request.args.get("after", ""),
    )
    sees_all = bool(may(person, Permission.VIEW_ACTIVITY))
    return render_template(
        "admin/activity/index.html",
        heading=_("Activity") if sees_all else _("What you did"),
        form=form,
        people=[_programs(), *choosing.person_names()] if sees_all else None,
        rows=rows(page.lines),
        about=activity_words.thing(wanted.kind, wanted.subject_id) if wanted.subject_id else None,
        filtered=any(form.data.values()),
        clear_href=url_for("admin.activity"),
        older_href=_behind(before=page.older) if page.older else None,
        newer_href=_behind(after=page.newer) if page.newer else None,
        further_href=_behind(before=page.further) if page.further else None,
        csv_href=pagination.with_query(url_for("admin.activity_csv"), before=None, after=None),
    )


@blueprint.get("/activity/list.csv", endpoint="activity_csv")
@gate.requires(Permission.SIGN_IN)
def export() -> Response:
    """The same list for a spreadsheet."""
    person = gate.signed_in_person()
    wanted = _filter(_form(person), person)
    columns = (_("When"), _("Who"), _("What"), _("Where"), _("State"))
    return csv_export.answer("activity", columns, _cells(wanted))


def list_latest(person: Person, limit: int) -> list[dict[str, Any]]:
    """The latest acts that this person may see, as rows with label, href, who, at and undone."""
    everyones = may(person, Permission.VIEW_ACTIVITY)
    return rows(activity.list_latest(account_id=None if everyones else person.id, limit=limit))


def rows(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """Acts as a list shows them."""
    names = presenting.person_names(line.account_id for line in lines)
    return [
        {
            "id": line.id,
            "label": line.label,
            "href": url_for("admin.activity_show", change_set_id=line.id),
            "who": activity_words.who(line.account_id, line.via, names),
            "at": line.created_at,
            "via": activity_words.via(line.via),
            "icon": activity_words.icon([kind for kind, _id in line.subjects]),
            "undone": line.state == "undone",
        }
        for line in lines
    ]


def _cells(wanted: Filter) -> Iterator[tuple[object, ...]]:
    names: dict[str, str] = {}
    for line in activity.walk(wanted, most=MOST_EXPORTED):
        who = line.account_id or ""
        if who not in names:
            names[who] = presenting.person_name(who)
        state = _("Undone") if line.state == "undone" else ""
        by = activity_words.who(line.account_id, line.via, names)
        yield line.created_at, by, line.label, activity_words.via(line.via), state


def _form(person: Person) -> FilterForm:
    form = FilterForm(request.args)
    form.validate()
    offered = {
        "kind": [("", _("Everything")), *activity_words.kinds()],
        "via": [("", _("Everywhere")), *activity_words.doors()],
        "state": [(value, str(label)) for value, label in STATES],
    }
    for name, pairs in offered.items():
        form[name].choices = choices(pairs)
        if form[name].data not in dict(pairs):
            form[name].data = ""
    if not may(person, Permission.VIEW_ACTIVITY):
        form.who.data = ""
    return form


def _read_who(form: FilterForm) -> str:
    """An account's id, PROGRAMS, or nothing; the field shows a name, also where an id came."""
    typed = form.who.data or ""
    if typed.lower() in (PROGRAMS, _programs().lower()):
        form.who.data = _programs()
        return PROGRAMS
    if not typed:
        return ""
    found = choosing.find_person(typed)
    form.who.data = found.display_name if found else typed
    return found.id if found else NOBODY


def _programs() -> str:
    return _("The terminal and programs")


def _filter(form: FilterForm, person: Person) -> Filter:
    who = _read_who(form)
    if not may(person, Permission.VIEW_ACTIVITY):
        who = person.id
    kind, _colon, thing = (form.thing.data or "").partition(":")
    return Filter(
        account_id="" if who == PROGRAMS else who,
        by_programs=who == PROGRAMS,
        kind=kind if thing else form.kind.data or "",
        subject_id=thing,
        words=form.words,
        since=_midnight(form.since.data, 0),
        until=_midnight(form.until.data, 1),
        via=form.via.data or "",
        state=form.state.data or "",
    )


def _midnight(day: date | None, later: int) -> datetime | None:
    """When a day begins for whoever looks, or one that is so many days later."""
    if day is None or not 1900 < day.year < 9000:
        return None
    return datetime.combine(day + timedelta(days=later), time(), tzinfo=display.zone())


def _behind(*, before: str | None = None, after: str | None = None) -> str:
    return pagination.with_query(before=before, after=after)
