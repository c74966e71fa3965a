"""Links by identity: what a text refers to is a row, so a rename never breaks a link."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from cms import db, ids
from cms.addresses import book, paths, urls
from cms.content.fields import Field
from cms.content.models import Entry, Profile, Publication, Reference, Revision, Term
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.rendering import pipeline, relinking
from cms.rendering import references as marks

MAX_PLACE = 40  # characters
CHUNK = 500  # ids asked for at once
KINDS = ("entry", "term", "profile")
_MODELS: dict[str, type[Entry] | type[Term] | type[Profile]] = {
    "entry": Entry,
    "term": Term,
    "profile": Profile,
}


class Dangling(NamedTuple):
    """A link of a text or a typed field to something that is not there."""

    entry_id: str
    title: str | None
    kind: str
    target_id: str
    place: str
    # In what visitors see or will see, where the newest revision is another one.
    is_shown: bool


def adopt(source: str, *, hold: bool = False, known: Collection[str] = ()) -> str:
    """The text with addresses of the site itself turned into references by identity.

    What names a thing that is not there keeps its words alone. With `hold` nobody deletes what
    is named until the end of the transaction, but for what is `known` to be named already.
    """
    site_url = urls.site_url()
    linked = marks.to_references(source, _find_target, site_url=site_url)
    linked = marks.name_bare(linked, _find_target, _label, site_url=site_url)
    return _without_gone(linked, known, hold=hold)


def known_targets(revision_id: str | None) -> set[str]:
    """The ids that a revision names; while it is the newest one, none of them can go unseen."""
    query = sa.select(Reference.target_id).where(
        Reference.revision_id == revision_id, Reference.target_kind.in_(KINDS)
    )
    return {str(each) for each in db.session().scalars(query)} if revision_id else set()


def with_paths(source: str, *, path_of: marks.PathOf) -> str:
    """The text with every reference as the path that `path_of` knows, for reading elsewhere."""
    return marks.to_paths(source, path_of)


def adopt_fields(
    declared: Sequence[Field], values: Mapping[str, Any], *, known: Collection[str] = ()
) -> dict[str, Any]:
    """The typed values with their Markdown as `adopt` gives it, holding what it names."""
    adopted = dict(values)
    for field in declared:
        value = adopted.get(field.name)
        if value is None:
            continue
        if field.kind == "markdown":
            adopted[field.name] = adopt(value, hold=True, known=known)
        elif field.kind == "group":
            adopted[field.name] = adopt_fields(field.of, value, known=known)
        elif field.kind == "list":
            adopted[field.name] = [adopt_fields(field.of, part, known=known) for part in value]
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


def list_gone(revision_ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """Kind, revision and target of each link of these revisions to something not there."""
    found: list[tuple[str, str, str]] = []
    ordered = sorted(revision_ids)
    for first in range(0, len(ordered), CHUNK):
        for kind in KINDS:
            query = sa.select(Reference.target_kind, Reference.revision_id, Reference.target_id)
            query = query.where(Reference.revision_id.in_(ordered[first : first + CHUNK]))
            rows = db.session().execute(query.where(*_is_gone(kind)))
            found += [(row[0], row[1], str(row[2])) for row in rows]
    return found


def list_dangling(*, now: datetime, kinds: Collection[str] = KINDS) -> list[Dangling]:
    """Every link to something that is not there, in what editors or visitors see now or later.

    That are the newest revisions outside the trash, and the publications that have not ended.
    """
    return [Dangling(*row) for kind in kinds for row in db.session().execute(_dangling(kind, now))]


def _dangling(kind: str, now: datetime) -> sa.CompoundSelect[Any]:
    gone = _is_gone(kind)

    def columns(title: Any, is_shown: bool) -> tuple[Any, ...]:
        named = (Reference.target_kind, Reference.target_id, Reference.place)
        return Entry.id.label("entry_id"), title, *named, sa.literal(is_shown).label("is_shown")

    written = (
        sa.select(*columns(Revision.title, False))
        .join(Revision, Revision.id == Entry.head_id)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .where(Entry.trashed_at.is_(None), *gone)
    )
    shown = (
        sa.select(*columns(Publication.title, True))
        .join(Publication, Publication.entry_id == Entry.id)
        .join(Reference, Reference.revision_id == Publication.revision_id)
        .where(sa.or_(Publication.until_at.is_(None), Publication.until_at > now))
        .where(sa.or_(Publication.revision_id != Entry.head_id, Entry.trashed_at.is_not(None)))
        .where(*gone)
    )
    return sa.union(written, shown).order_by("entry_id", "place", "target_id")


def _is_gone(kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    # An alias, as the question around may be about entries itself.
    target = sa.orm.aliased(_MODELS[kind])
    there = sa.select(target.id).where(target.id == Reference.target_id).exists()
    return Reference.target_kind == kind, ~there


def _without_gone(source: str, known: Collection[str], *, hold: bool) -> str:
    named = marks.find_own(source)
    for kind in KINDS:
        wanted = {each[1] for each in named if each[0] == kind}
        there = _existing(kind, wanted & set(known))
        there |= _existing(kind, wanted - set(known), hold=hold)
        if wanted - there:
            source = relinking.unlink(source, kind, wanted - there)
    return source


def _existing(kind: str, wanted: Collection[str], *, hold: bool = False) -> set[str]:
    """Which of these targets are there; of what has no table here, all are."""
    model = _MODELS.get(kind)
    if model is None:
        return set(wanted)
    found: set[str] = set()
    # In one order everywhere, so that two who hold the same things seldom wait in a circle.
    ordered = sorted(wanted)
    for first in range(0, len(ordered), CHUNK):
        query = sa.select(model.id).where(model.id.in_(ordered[first : first + CHUNK]))
        if hold:
            query = query.order_by(model.id).with_for_update(read=True, key_share=True)
        found |= set(db.session().scalars(query))
    return found


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
