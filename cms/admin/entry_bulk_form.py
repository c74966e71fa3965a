"""Acts on many entries: how they are called, what they ask for, and how that is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Optional

from cms.accounts.permissions import Permission, Person, may
from cms.admin import entry_offers, entry_reading, times
from cms.content import terms
from cms.content.status import Status
from cms.content.types import ContentType
from cms.errors import NotFound, Rejected
from cms.i18n import LazyText, ngettext
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web.forms import CarafeForm, choices

MANY = 20  # entries; for more the count is asked for


class BulkForm(CarafeForm):
    """What an act on many needs; the inputs that it has no use for are taken out."""

    at = times.MomentField(__("Date"), description=__("In the time of the site."))
    tags = StringField(__("Tags"), description=__("Apart by commas; # in front: only for us."))
    category = SelectField(__("Category"), validate_choice=False)
    bylines = StringField(__("By"), description=__("Names apart by commas, in their order."))
    access = SelectField(
        __("Who may see it"),
        choices=choices(
            [
                ("", __("As it is")),
                ("inherit", __("Everyone, or as the page above")),
                ("public", __("Everyone")),
                ("staff", __("Only people who work here")),
            ]
        ),
    )
    listed = SelectField(
        __("In lists, feeds and the sitemap"),
        choices=choices([("", __("As it is")), ("yes", __("Yes")), ("no", __("No"))]),
    )
    count = IntegerField(__("Type how many entries change"), [Optional()])


@dataclass(frozen=True, slots=True)
class Act:
    """An act on many, in words."""

    name: str
    label: LazyText
    icon: str
    done: Callable[[int], str]
    inputs: tuple[str, ...] = ()
    permission: Permission = Permission.EDIT_OWN
    danger: bool = False

    @property
    def is_first(self) -> bool:
        """Whether it stands in the bar itself, not behind “More”."""
        return self.name in ("publish", "tag", "trash", "restore")

    def words_for(self, count: int) -> str:
        """What was done, as a sentence."""
        return f"{self.done(count)}." if count else _("Nothing was changed.")


ACTS = {
    act.name: act
    for act in (
        Act("publish", __("Publish"), "send",
            lambda n: ngettext("Published {n} entry", "Published {n} entries", n),
            permission=Permission.PUBLISH_OWN),
        Act("schedule", __("Schedule…"), "clock",
            lambda n: ngettext("Scheduled {n} entry", "Scheduled {n} entries", n),
            ("at",), Permission.PUBLISH_OWN),
        Act("unpublish", __("Unpublish"), "eye-off",
            lambda n: ngettext("Unpublished {n} entry", "Unpublished {n} entries", n),
            permission=Permission.PUBLISH_OWN),
        Act("tag", __("Add tags…"), "tag",
            lambda n: ngettext("Tagged {n} entry", "Tagged {n} entries", n), ("tags",)),
        Act("untag", __("Remove tags…"), "tag",
            lambda n: ngettext("Took tags from {n} entry", "Took tags from {n} entries", n),
            ("tags",)),
        Act("category", __("Category…"), "category",
            lambda n: ngettext("Filed {n} entry", "Filed {n} entries", n), ("category",)),
        Act("byline", __("Author…"), "person",
            lambda n: ngettext("Changed who wrote {n} entry", "Changed who wrote {n} entries", n),
            ("bylines",)),
        Act("access", __("Visibility…"), "lock",
            lambda n: ngettext("Changed who sees {n} entry", "Changed who sees {n} entries", n),
            ("access", "listed")),
        Act("trash", __("Move to trash"), "trash",
            lambda n: ngettext("Moved {n} entry to the trash", "Moved {n} entries to the trash", n),
            permission=Permission.TRASH_OWN, danger=True),
        Act("restore", __("Restore"), "undo",
            lambda n: ngettext("Restored {n} entry", "Restored {n} entries", n),
            permission=Permission.TRASH_OWN),
    )
}  # fmt: skip


def get_act(name: str) -> Act:
    """The act of this name; raises NotFound."""
    if name not in ACTS:
        raise NotFound
    return ACTS[name]


def offered(kind: ContentType, status: Status | None, person: Person) -> list[Act]:
    """What can be done with many entries of a list."""
    in_trash = status is Status.TRASHED
    missing = {
        "tags": "tag" not in kind.taxonomies,
        "category": "category" not in kind.taxonomies or not terms.has_terms("category"),
    }
    return [
        act
        for act in ACTS.values()
        if (act.name == "restore") is in_trash
        and may(person, act.permission)
        and not any(missing.get(each) for each in act.inputs)
    ]


def prepare(form: BulkForm, act: Act, count: int) -> None:
    """Take out what the act does not ask for, and fill in what can be chosen."""
    asked = (*act.inputs, "csrf_token", *(("count",) if count > MANY else ()))
    for name in [field.name for field in form]:
        if name not in asked:
            del form[name]
    if "category" in form:
        pairs = entry_offers.category_choices()
        form.category.choices = choices([("", _("None")), *pairs])


def ensure_counted(form: BulkForm, count: int) -> None:
    """Pass, or raise Rejected until the number of entries is typed that an act on many is about."""
    if count > MANY and form.count.data != count:
        words = ngettext("Type {n} to go on.", "Type {n} to go on.", count)
        raise Rejected(words, field="count")


def read(form: BulkForm, act: Act, *, by: Person, now: datetime) -> dict[str, Any]:
    """What was typed, as plain values for the act; raises Rejected. New tags are made here."""
    values: dict[str, Any] = {}
    if "at" in form:
        at = times.from_form(form.at.data, field="at")
        if at is None or at <= now:
            raise Rejected(_("Choose a date and time that is still to come."), field="at")
        values["at"] = at.isoformat()
    if "tags" in form:
        values["term_ids"] = _read_tags(form, act, by=by, now=now)
    if "category" in form:
        chosen = form.category.data or ""
        values["term_ids"] = [each for each in terms.find_terms([chosen]) if chosen]
        if chosen and not values["term_ids"]:
            raise Rejected(_("This category is not there any more."), field="category")
    if "bylines" in form:
        names = entry_reading.read_bylines(form.bylines.data, by=by, now=now)
        if not names:
            raise Rejected(_("Give at least one name."), field="bylines")
        values["profile_ids"] = list(names)
    if "access" in form:
        if not (form.access.data or form.listed.data):
            raise Rejected(_("Choose what changes."), field="access")
        values["access"] = form.access.data or None
        values["listed"] = {"yes": True, "no": False}.get(form.listed.data or "")
    return values


def _read_tags(form: BulkForm, act: Act, *, by: Person, now: datetime) -> list[str]:
    typed = entry_reading.tag_names(form.tags.data)
    if not typed:
        raise Rejected(_("Give at least one tag."), field="tags")
    if act.name == "tag":
        return list(terms.ensure_terms("tag", typed, by=by, now=now))
    found = {name: terms.find_by_name("tag", name) for name in typed}
    unknown = [name for name, term in found.items() if term is None]
    if unknown:
        words = _("There is no tag “{name}”.", name=unknown[0])
        raise Rejected(words, field="tags")
    return [term.id for term in found.values() if term is not None]
