"""The form of an entry: from a snapshot to inputs, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
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

from cms.accounts import passwords
from cms.accounts.permissions import Permission, Person, may
from cms.addresses import paths
from cms.admin import times, typed_fields
from cms.content import fields, listing, naming, profiles, references, terms, types
from cms.content.fields import Field
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate
from cms.web.forms import CarafeForm, choices, gather_errors

MAX_SHOWN = 5_000  # characters
MAX_PASSWORD = 200  # characters
MAX_OFFERED = 300  # things of a kind that a typed field can choose from
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
    parent = SelectField(__("Below"), validate_choice=False)
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
    if "parent" in form:
        form.parent.choices = choices(parent_choices(content_type, entry, now=now))
    if "template" in form:
        form.template.choices = choices([("", _("As the theme has it")), *templates])
    if "typed" in form:
        typed_fields.offer(form.typed.form, content_type.fields, offers)


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
        "parent": (entry.parent_id if entry else "") or "",
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


def read(
    form: EntryForm, before: Snapshot, kind: ContentType, *, by: Person, now: datetime
) -> Snapshot:
    """The snapshot that was typed, over the one it was typed into; raises Rejected.

    New tags and names are made on the way, in the transaction of the save.
    """
    return replace(
        before,
        title=(form.title.data or "").replace("\n", " ").strip() or None,
        # All as it will be stored, so that only what was changed differs from the state before.
        source=references.adopt(form.source.data or ""),
        path=_path(form, before),
        dated_at=times.from_form(form.dated_at.data, field="dated_at", before=before.dated_at)
        if "dated_at" in form
        else before.dated_at,
        excerpt=(form.excerpt.data or "").strip(),
        featured=_flag(form, "featured", before.featured),
        pinned=_flag(form, "pinned", before.pinned),
        listed=_flag(form, "listed", before.listed),
        access=form.access.data,
        password_hash=password_hash(form, before),
        template=form.template.data if "template" in form else before.template,
        direction=form.direction.data,
        seo=_seo(form, before.seo),
        term_ids=_terms(form, kind, by=by, now=now),
        byline_ids=_bylines(form, by=by, now=now),
        fields=_fields(form, kind, before.fields),
    )


def known(content_type: ContentType) -> dict[str, Any]:
    """What the form offers while one types."""
    tags = terms.list_terms("tag") if "tag" in content_type.taxonomies else ()
    return {
        "tags": [tag.name for tag in tags][:1000],
        "bylines": [profile.name for profile in profiles.list_profiles()][:1000],
        "categories": category_nodes() if "category" in content_type.taxonomies else [],
    }


def offers(field: Field) -> list[tuple[str, str]]:
    """What a typed field may refer to, as ids and names."""
    if field.kind == "term":
        return [(row.id, row.name) for row in terms.list_terms(field.taxonomy)][:MAX_OFFERED]
    if field.kind == "profile":
        return [(row.id, row.name) for row in profiles.list_profiles()][:MAX_OFFERED]
    found: list[tuple[str, str]] = []
    for name in field.types or [kind.name for kind in types.list_types()]:
        wanted = listing.Filter(type=name, sort="title", descending=False)
        lines = listing.list_entries(wanted, now=gate.now(), limit=MAX_OFFERED)
        found += [(line.id, line.title or _("Untitled")) for line in lines]
    return found


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


def category_nodes() -> list[dict[str, Any]]:
    """All categories as a tree of choices."""
    rows = terms.list_terms("category")

    def below(parent_id: str | None) -> list[dict[str, Any]]:
        return [
            {"value": row.id, "label": row.name, "children": below(row.id)}
            for row in rows
            if row.parent_id == parent_id
        ]

    return below(None)


def parent_choices(
    content_type: ContentType, entry: Entry | None, *, now: datetime
) -> list[tuple[str, str]]:
    """The pages that this one may stand below, indented as they stand."""
    found = [("", _("Nothing: it stands at the top"))]
    skipped: int | None = None
    for kind in content_type.parents:
        for depth, line in listing.list_tree(kind, now=now):
            if skipped is not None and depth > skipped:
                continue
            skipped = None
            if entry is not None and line.id == entry.id:
                skipped = depth
                continue
            found.append((line.id, "\u2003" * depth + (line.title or _("Untitled"))))
    return found


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
    if "categories" not in unused and not terms.list_terms("category"):
        unused.append("categories")
    return unused if templates else [*unused, "template"]


def _path(form: EntryForm, before: Snapshot) -> str | None:
    if "path" not in form or is_untouched(form, "path"):
        return before.path
    typed = (form.path.data or "").strip()
    return paths.normalise(typed) if typed else None


def _flag(form: EntryForm, name: str, before: bool) -> bool:
    return bool(form[name].data) if name in form else before


def password_hash(form: CarafeForm, before: Snapshot) -> str | None:
    """The hash of the password that was typed, else the one there is; raises Rejected."""
    typed = form.password.data or ""
    if len(typed) > MAX_PASSWORD:
        raise Rejected(
            _("At most {most} characters fit here.", most=MAX_PASSWORD), field="password"
        )
    if typed:
        return passwords.hash_password(typed)
    if form.access.data == "password" and before.password_hash is None:
        raise Rejected(_("Choose the password that opens this."), field="password")
    return before.password_hash


def _seo(form: EntryForm, before: Mapping[str, Any]) -> dict[str, Any]:
    if "seo_title" not in form:
        return dict(before)
    typed = {
        "title": (form.seo_title.data or "").strip(),
        "description": (form.seo_description.data or "").strip(),
        "canonical": (form.seo_canonical.data or "").strip(),
        "noindex": bool(form.seo_noindex.data),
    }
    return {name: value for name, value in typed.items() if value}


def _terms(form: EntryForm, kind: ContentType, *, by: Person, now: datetime) -> tuple[str, ...]:
    ids: tuple[str, ...] = ()
    if "tags" in form:
        ids += terms.ensure_terms("tag", _names(form.tags.data), by=by, now=now)
    if "categories" in form:
        chosen = form.categories.data or []
        ids += tuple(each for each in terms.find_terms(chosen) if each in chosen)
    return ids


def _bylines(form: EntryForm, *, by: Person, now: datetime) -> tuple[str, ...]:
    found = []
    for name in _names(form.bylines.data):
        profile = profiles.find_by_name(name)
        if profile is None and name.casefold() == by.name.casefold():
            profile = profiles.ensure_own_profile(by, now=now)
        if profile is None and not may(by, Permission.MANAGE_PROFILES):
            words = _("There is no profile of “{name}” yet. Ask an editor to add it.", name=name)
            raise Rejected(words, field="bylines")
        if profile is None:
            profile = profiles.create_profile(name, by=by, now=now)
        found.append(profile.id)
    return tuple(dict.fromkeys(found))


def _fields(form: EntryForm, kind: ContentType, before: Mapping[str, Any]) -> dict[str, Any]:
    if not kind.fields:
        return dict(before)
    typed = {**before, **typed_fields.from_form(kind.fields, form.typed.data, before)}
    cleaned = fields.clean_all(kind.fields, typed, complete=False)
    return references.adopt_fields(kind.fields, cleaned)


def _names(typed: str | None) -> list[str]:
    return [name.strip() for name in (typed or "").split(",") if name.strip()]
