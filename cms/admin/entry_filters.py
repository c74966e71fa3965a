"""What the list of entries is narrowed to: the form in its address, and the filter it means."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional

from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.admin import choosing, entry_offers, times
from cms.content import listing
from cms.content.listing import Filter, Only
from cms.content.status import Status
from cms.content.types import ContentType
from cms.history import generation
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination
from cms.web.forms import ListForm, choices, tidied

NOBODY = "0" * 26  # an id that nothing has: what was typed is not there
MINE = "mine"
ONLY = (
    (MINE, __("Mine")),
    (Only.FEATURED, __("Featured")),
    (Only.PINNED, __("Pinned on top")),
    (Only.PLANNED, __("With a planned change")),
    (Only.REVIEW, __("Waiting for a review")),
    (Only.RESTRICTED, __("Not for everyone")),
    (Only.UNLISTED, __("Not in lists")),
    (Only.UNDESCRIBED, __("Without a description")),
    (Only.UNTITLED, __("Without a title")),
)
# What a list can show beside title, state and date.
COLUMNS = (
    ("by", __("Authors")),
    ("tags", __("Tags and categories")),
    ("address", __("Address")),
    ("updated", __("Saved")),
    ("locale", __("Language")),
)
DATED_ONLY = (Only.FEATURED, Only.PINNED)


class FilterForm(ListForm):
    """What a list of entries is narrowed to."""

    kind = HiddenField()
    state = HiddenField()
    author = StringField(__("Author"), filters=[tidied])
    tag = StringField(__("Tag"), filters=[tidied])
    category = SelectField(__("Category"), validate_choice=False)
    locale = SelectField(__("Language"), validate_choice=False)
    since = DateField(__("From"), [Optional()])
    until = DateField(__("Until"), [Optional()])
    only = SelectField(__("Only"), validate_choice=False)
    cols = SelectMultipleField(__("Columns"), choices=choices(COLUMNS), validate_choice=False)

    @property
    def more_are_set(self) -> bool:
        """Whether a filter is set that is out of sight at first."""
        names = ("category", "locale", "since", "until", "author", "tag")
        return any(self[name].data for name in names if name in self)


def of_request(kind: ContentType, query: MultiDict[str, str] | None = None) -> FilterForm:
    """The form as the address, or another list's query, fills it in.

    What cannot be read is left out.
    """
    form = FilterForm(request.args if query is None else query)
    form.kind.data = kind.name
    if form.state.data not in {status.value for status in Status}:
        form.state.data = ""
    form.cols.data = [name for name, _words in COLUMNS if name in (form.cols.data or ())]
    _offer(form, kind)
    for name in ("since", "until"):
        # A date that is none finds as much as no date, and the field says so by being empty.
        if form[name].process_errors:
            form[name].data, form[name].raw_data = None, None
    return form


def read(form: FilterForm, kind: ContentType, sort: pagination.Sort, person: Person) -> Filter:
    """The filter that the form stands for; who may edit only their own sees only these."""
    only = form.only.data or ""
    sees_all = bool(permissions.may(person, Permission.EDIT_ANY))
    wanted = Filter(
        type=kind.name,
        words=form.words,
        status=Status(form.state.data) if form.state.data else None,
        owned_by=person.id if only == MINE or not sees_all else None,
        locale=form.locale.data or None if "locale" in form else None,
        since=_begin(form.since.data),
        until=_begin(form.until.data, days=1),
        only=Only(only) if only in set(Only) else None,
        sort=sort.key,
        descending=sort.descending,
    )
    return replace(wanted, **_named(form))


def clear_href(kind: ContentType) -> str:
    """The list without any filter."""
    return url_for("admin.entries_index", kind=kind.name)


def columns(chosen: Collection[str]) -> list[tuple[str, str]]:
    """The columns that are shown besides, with their words."""
    return [(name, str(words)) for name, words in COLUMNS if name in chosen]


def _named(form: FilterForm) -> dict[str, Any]:
    """What was typed by name, as ids; the form shows names, also where the address has ids."""
    found: dict[str, Any] = {}
    if form.author.data:
        author = choosing.find_author(form.author.data)
        form.author.data = author.name if author else form.author.data
        found["profile_id"] = author.id if author else NOBODY
    if "tag" in form and form.tag.data:
        tag = choosing.find_term("tag", form.tag.data)
        form.tag.data = tag.name if tag else form.tag.data
        found["term_id"] = tag.id if tag else NOBODY
    if "category" in form and form.category.data:
        shelf = choosing.find_term("category", form.category.data)
        found["category_id"] = shelf.id if shelf else NOBODY
    return found


def _offer(form: FilterForm, kind: ContentType) -> None:
    if "tag" not in kind.taxonomies:
        del form.tag
    shelves = entry_offers.category_choices() if "category" in kind.taxonomies else []
    if shelves:
        form.category.choices = choices([("", _("All categories")), *shelves])
    else:
        del form.category
    locales = _locales(kind)
    if len(locales) > 1:
        form.locale.choices = choices(
            [("", _("All languages")), *((each, each) for each in locales)]
        )
    else:
        del form.locale
    offered = [pair for pair in ONLY if kind.dated or pair[0] not in DATED_ONLY]
    form.only.choices = choices([("", _("Everything")), *((str(n), str(w)) for n, w in offered)])
    if form.only.data not in {name for name, _words in offered}:
        form.only.data = ""


def _locales(kind: ContentType) -> tuple[str, ...]:
    """The languages that entries of a type are written in."""
    return generation.remember(
        ("locales", kind.name), lambda: listing.list_locales(kind.name), now=gate.now()
    )


def _begin(day: date | None, *, days: int = 0) -> datetime | None:
    """When a day, or one of the days after it, begins on the site's wall clock."""
    if day is None or day.year not in times.YEARS:
        return None
    return datetime.combine(day + timedelta(days), time(), times.zone()).astimezone(UTC)
