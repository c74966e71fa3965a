"""Reading the form of an entry: from what was typed to a snapshot."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from cms.accounts import passwords
from cms.accounts.permissions import Permission, Person, may
from cms.addresses import paths
from cms.admin import term_naming, times, typed_fields
from cms.admin.entry_form import EntryForm, is_untouched
from cms.content import fields, profiles, references, terms, types
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web.forms import CarafeForm

MAX_PASSWORD = 200  # characters
MOST_PARTS = 4  # of one name, between its commas


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
        byline_ids=read_bylines(form.bylines.data, by=by, now=now),
        fields=_fields(form, kind, before.fields),
    )


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


def _path(form: EntryForm, before: Snapshot) -> str | None:
    if "path" not in form or is_untouched(form, "path"):
        return before.path
    typed = (form.path.data or "").strip()
    return paths.normalise(typed) if typed else None


def _flag(form: EntryForm, name: str, before: bool) -> bool:
    return bool(form[name].data) if name in form else before


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
        ids += terms.ensure_terms("tag", tag_names(form.tags.data), by=by, now=now)
    if "categories" in form:
        chosen = form.categories.data or []
        ids += tuple(each for each in terms.find_terms(chosen) if each in chosen)
    if "more_categories" in form:
        for typed in names(
            form.more_categories.data, partial(terms.known_names, types.CATEGORY.name)
        ):
            found = term_naming.find(typed, types.CATEGORY, field="more_categories")
            ids += (found.id,) if found else ()
    return tuple(dict.fromkeys(ids))


def read_bylines(typed: str | None, *, by: Person, now: datetime) -> tuple[str, ...]:
    """The profiles of names that stand apart by commas; raises Rejected for unknown ones."""
    found = []
    for name in names(typed, profiles.known_names):
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


def tag_names(typed: str | None) -> list[str]:
    """The tags that stand apart by commas."""
    return names(typed, partial(terms.known_names, "tag"))


def names(typed: str | None, known: Callable[[Collection[str]], Collection[str]]) -> list[str]:
    """What stands apart by commas; a name that holds one is not cut where it is known."""
    parts = [each.strip() for each in (typed or "").split(",") if each.strip()]
    ends = {at: range(min(len(parts), at + MOST_PARTS), at + 1, -1) for at in range(len(parts))}
    longer = {_joined(parts[at:end]) for at, found in ends.items() for end in found}
    whole = {_joined(name.split(",")).casefold() for name in known(longer)} if longer else set()
    found, at = [], 0
    while at < len(parts):
        fitting = (end for end in ends[at] if _joined(parts[at:end]).casefold() in whole)
        end = next(fitting, at + 1)
        found.append(_joined(parts[at:end]))
        at = end
    return found


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part.strip() for part in parts)
