"""Links by identity: what a text refers to is a row, so a rename never breaks a link."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from cms import db, ids
from cms.addresses import book, paths, urls
from cms.content.fields import Field
from cms.content.models import Entry, Profile, Reference, Revision, Term
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.rendering import pipeline
from cms.rendering import references as marks

MAX_PLACE = 40  # characters
_MODELS: dict[str, type[Entry] | type[Term] | type[Profile]] = {
    "entry": Entry,
    "term": Term,
    "profile": Profile,
}


def adopt(source: str) -> str:
    """The text with addresses of the site itself turned into references by identity."""
    site_url = urls.site_url()
    linked = marks.to_references(source, _find_target, site_url=site_url)
    return marks.name_bare(linked, _find_target, _label, site_url=site_url)


def with_paths(source: str, *, path_of: marks.PathOf) -> str:
    """The text with every reference as the path that `path_of` knows, for reading elsewhere."""
    return marks.to_paths(source, path_of)


def adopt_fields(declared: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values with addresses of the site itself in their Markdown as references."""
    adopted = dict(values)
    for field in declared:
        value = adopted.get(field.name)
        if value is None:
            continue
        if field.kind == "markdown":
            adopted[field.name] = adopt(value)
        elif field.kind == "group":
            adopted[field.name] = adopt_fields(field.of, value)
        elif field.kind == "list":
            adopted[field.name] = [adopt_fields(field.of, part) for part in value]
    return adopted


def record(revision: Revision, declared: Sequence[Field] = ()) -> None:
    """Write down what this revision links to and shows, in its text and in its typed fields."""
    found = {*_of_text(revision.source, ""), *_of_fields(declared, revision.fields or {}, "fields")}
    for reference in sorted(found, key=lambda each: (each.place, each.target)):
        db.session().add(
            Reference(
                revision_id=revision.id,
                kind=reference.kind,
                target_kind=reference.target_kind,
                target_id=reference.target_id,
                url=reference.url,
                place=reference.place[:MAX_PLACE],
            )
        )


def list_missing(revision: Revision) -> Sequence[str]:
    """The ids of entries that this revision refers to and that are not there, or in the trash."""
    query = (
        sa.select(Reference.target_id)
        .outerjoin(Entry, Entry.id == Reference.target_id)
        .where(Reference.revision_id == revision.id, Reference.target_kind == "entry")
        .where(sa.or_(Entry.id.is_(None), Entry.trashed_at.is_not(None)))
    )
    return [str(each) for each in db.session().scalars(query)]


def list_dangling(kinds: Collection[str] = ("entry",)) -> Sequence[tuple[str, str, str]]:
    """(entry, kind, target) of each reference of a newest revision whose target is not there."""
    query = (
        sa.select(Entry.id, Reference.target_kind, Reference.target_id)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .where(Reference.target_kind.in_(kinds), Entry.trashed_at.is_(None))
    )
    rows = db.session().execute(query).all()
    there = {
        kind: _existing(kind, {str(row[2]) for row in rows if row[1] == kind}) for kind in kinds
    }
    return [(row[0], row[1], str(row[2])) for row in rows if row[2] not in there[row[1]]]


def _existing(kind: str, wanted: Collection[str]) -> set[str]:
    """Which of these targets are there; of what has no table here, all are."""
    model = _MODELS.get(kind)
    if model is None or not wanted:
        return set(wanted)
    return set(db.session().scalars(sa.select(model.id).where(model.id.in_(wanted))))


def _of_text(source: str, place: str) -> Iterator[marks.Reference]:
    if not source:
        return
    try:
        found = pipeline.render(source).references
    except Rejected:
        # A text that cannot be shown yet is still kept; publishing it will say what is wrong.
        return
    for each in found:
        # What looks like a reference and is longer than any id, leads nowhere.
        if len(each.target_id or "") <= ids.LENGTH:
            yield replace(each, place=place or "source")


def _of_fields(
    declared: Sequence[Field], values: Mapping[str, Any], at: str
) -> Iterator[marks.Reference]:
    for field in declared:
        value, place = values.get(field.name), f"{at}.{field.name}"
        if value is None:
            continue
        if field.kind == "markdown":
            yield from _of_text(value, place)
        elif field.kind in ("entry", "term", "profile", "media"):
            for target in value if isinstance(value, list) else [value]:
                yield marks.Reference("field", field.kind, target, place)
        elif field.kind == "group":
            yield from _of_fields(field.of, value, place)
        elif field.kind == "list":
            for part in value:
                yield from _of_fields(field.of, part, place)


def _label(kind: str, target_id: str) -> str:
    """The words for a link that was pasted as a bare address."""
    if kind == "entry":
        query = sa.select(Revision.title).join(Entry, Entry.head_id == Revision.id)
        return db.session().scalar(query.where(Entry.id == target_id)) or _("Untitled")
    named = sa.select(Term.name if kind == "term" else Profile.name)
    model = Term if kind == "term" else Profile
    return db.session().scalar(named.where(model.id == target_id)) or _("Untitled")


def _find_target(path: str) -> tuple[str, str] | None:
    line = book.find(paths.normalise(path)) if path != "/" else None
    if line is None or line.target_id is None:
        return None
    if line.target_id not in _existing(line.target_kind, {line.target_id}):
        return None
    return line.target_kind, line.target_id
