"""The form of an entry: its inputs, and how a snapshot is shown in them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional, Regexp

from cms import ids
from cms.admin import entry_naming, entry_offers, times, typed_fields
from cms.content import naming, profiles, terms, tree
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web.forms import CarafeForm, choices, gather_errors, tidied

MAX_SHOWN = 5_000  # characters
SHOWN = ("path", "parent", "position", "locale")
LOCALE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
ACCESS = (
    ("inherit", __("Everyone, or as the page above")),
    ("public", __("Everyone")),
    ("password", __("Whoever has the password")),
    ("staff", __("Only people who work here")),
)
DIRECTIONS = (
    ("", __("As the language")),
    ("ltr", __("Left to right")),
    ("rtl", __("Right to left")),
)


class EntryForm(CarafeForm):
    """All that an editor may change of an entry; the fields a type has no use for are taken out."""

    based_on = HiddenField()
    kind = HiddenField()
    # Which page it is typed on; a working copy is kept for each.
    tab = HiddenField()
    # What stood in the inputs that no revision holds, or that show more than it holds.
    shown = HiddenField()
    title = TextAreaField(__("Title"))
    source = TextAreaField(__("Text"))
    path = StringField(__("Address"), description=__("Leave empty to have it made from the title."))
    dated_at = times.MomentField(
        __("Date shown"),
        description=__("In the time of the site. Empty: when it is published."),
    )
    tags = StringField(__("Tags"), description=__("Apart by commas; # in front: only for us."))
    categories = SelectMultipleField(__("Categories"), validate_choice=False)
    more_categories = StringField(
        __("Further categories"),
        description=__("Their names or addresses, apart by commas; there are too many to show."),
    )
    bylines = StringField(__("By"), description=__("Names apart by commas, in their order."))
    excerpt = TextAreaField(
        __("Excerpt"), description=__("For lists and feeds. Empty: the first words of the text.")
    )
    featured = BooleanField(__("Featured"))
    pinned = BooleanField(__("Pinned on top"))
    listed = BooleanField(__("In lists, feeds and the sitemap"))
    access = SelectField(__("Who may see it"), choices=choices(ACCESS))
    password = PasswordField(
        __("Password of the page"), description=__("Leave empty to keep the one there is.")
    )
    parent = StringField(
        __("Below"),
        description=__("The address or the title of a page; empty: at the top."),
        filters=[tidied],
    )
    position = IntegerField(__("Place among its siblings"), [Optional(), NumberRange(1, 100_000)])
    template = SelectField(__("Template"), validate_choice=False)
    locale = StringField(
        __("Language"),
        [Length(max=20), Optional(), Regexp(LOCALE, message=__("Such as en, de or pt-BR."))],
        description=__("Such as en, de or ar."),
    )
    direction = SelectField(__("Direction"), choices=choices(DIRECTIONS))
    seo_title = StringField(__("Title for search engines"))
    seo_description = TextAreaField(__("Description for search engines"))
    seo_canonical = StringField(__("Canonical address"))
    seo_noindex = BooleanField(__("Keep out of search engines"))
    note = StringField(__("Note for the history"))


def form_class(content_type: ContentType) -> type[EntryForm]:
    """The form for a type: with its own typed fields, without what it has no use for."""
    members: dict[str, Any] = {}
    if content_type.fields:
        inner = typed_fields.make_form(content_type.fields)
        members["typed"] = FormField(inner, content_type.label)
    made = type("TypedEntryForm", (EntryForm,), members)
    return made


def prepare(
    form: EntryForm,
    content_type: ContentType,
    *,
    entry: Entry | None,
    templates: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """Take out what the type has no use for, and fill in what can be chosen."""
    for name in _unused(content_type, templates, entry):
        if name in form:
            del form[name]
    if "template" in form:
        form.template.choices = choices([("", _("As the theme has it")), *templates])
    if "typed" in form:
        typed_fields.offer(form.typed.form, content_type.fields, entry_offers.offers)


def fill(form_type: type[EntryForm], content: Snapshot, *, entry: Entry | None, kind: ContentType,
         based_on: str) -> EntryForm:  # fmt: skip
    """The form that shows a snapshot."""
    named = terms.find_terms(content.term_ids)
    tags = [named[each] for each in content.term_ids if each in named]
    people = profiles.find_profiles(content.byline_ids)
    seo = content.seo
    data: dict[str, Any] = {
        "based_on": based_on,
        "kind": kind.name,
        "tab": ids.new_id(),
        "title": content.title or "",
        "source": content.source,
        "path": shown_path(content, entry),
        "dated_at": times.to_form(content.dated_at),
        "tags": ", ".join(
            f"{terms.INTERNAL_MARK}{tag.name}" if tag.internal else tag.name
            for tag in tags
            if tag.taxonomy == "tag"
        ),
        "categories": [tag.id for tag in tags if tag.taxonomy == "category"],
        "bylines": ", ".join(people[each].name for each in content.byline_ids if each in people),
        "excerpt": content.excerpt,
        "featured": content.featured,
        "pinned": content.pinned,
        "listed": content.listed,
        "access": content.access,
        "template": content.template,
        "direction": content.direction,
        "locale": entry.locale if entry else "",
        "parent": entry_naming.name_of(tree.find_above(entry)) if entry else "",
        "position": entry.position + 1 if entry else None,
        "seo_title": seo.get("title", ""),
        "seo_description": seo.get("description", ""),
        "seo_canonical": seo.get("canonical", ""),
        "seo_noindex": bool(seo.get("noindex")),
    }
    data["shown"] = json.dumps({name: data[name] for name in SHOWN}, ensure_ascii=False)
    if kind.fields:
        data["typed"] = typed_fields.to_form(kind.fields, content.fields)
    return form_type(formdata=None, data=data)


def shown_path(content: Snapshot, entry: Entry | None) -> str:
    """The path that the form shows: the chosen one, else the one that publishing made."""
    return content.path or (naming.present_path(entry) if entry else None) or ""


def tab_of(form: EntryForm) -> str:
    """The page that a form was typed on."""
    typed = form.tab.data or ""
    return typed if ids.is_id(typed) else ""


def beside(form: EntryForm) -> dict[str, str]:
    """What was typed into inputs that no revision holds."""
    return {
        name: str(form[name].data or "")
        for name in ("parent", "position", "locale")
        if name in form and not is_untouched(form, name)
    }


def is_untouched(form: EntryForm, name: str) -> bool:
    """Whether an input still holds what the form showed at first, whatever was saved meanwhile."""
    shown = shown_at_first()
    typed = form[name].data if name in form else None
    return name in shown and (shown[name] or None) == (typed or None)


def shown_at_first() -> dict[str, Any]:
    """What the form that was sent had shown in the inputs that no revision holds alone."""
    try:
        shown = json.loads(request.form.get("shown", "")[:MAX_SHOWN] or "{}")
    except (ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}


def refuse(form: EntryForm, refusal: Rejected, kind: ContentType) -> None:
    """Show a rule's refusal at the input that it is about, also within typed fields."""
    place = (refusal.field or "").removeprefix("fields.")
    found = None
    if refusal.field != place and "typed" in form:
        found = typed_fields.find_input(form.typed.form, kind.fields, place)
    if found is None or isinstance(found, FormField):
        form.show(refusal)
        return
    found.errors = [*found.errors, refusal.message]
    gather_errors(form)


def _unused(
    content_type: ContentType, templates: Sequence[tuple[str, str]], entry: Entry | None
) -> list[str]:
    unused = [] if content_type.titled else ["title"]
    if not content_type.dated:
        unused += ["dated_at", "pinned", "featured"]
    if not content_type.hierarchical:
        unused += ["parent", "position"]
    if entry is None:
        unused += ["position"]
    if not content_type.public:
        unused += ["path", "listed", "seo_title", "seo_description", "seo_canonical", "seo_noindex"]
    for taxonomy, field in (("tag", "tags"), ("category", "categories")):
        if taxonomy not in content_type.taxonomies:
            unused.append(field)
    if "categories" not in unused and not terms.has_terms("category"):
        unused.append("categories")
    if "categories" in unused or not entry_offers.has_more_categories():
        unused.append("more_categories")
    return unused if templates else [*unused, "template"]
