"""The path of an entry: what it is by default, and keeping it in the address book."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db, text
from cms.addresses import book, paths
from cms.content import types
from cms.content.models import Entry, PastPath, Publication, Revision
from cms.content.snapshot import Snapshot
from cms.i18n import gettext as _
from cms.site import settings

MAX_TRIES = 1_000
_WORDS_OF_UNTITLED = 60  # characters of the text that name an entry without a title


def claim_path(entry: Entry, content: Snapshot, *, now: datetime) -> None:
    """Keep the chosen path for this entry; raises Rejected when it is taken.

    An entry without a chosen path gets one when it is published.
    """
    if content.path is None:
        return
    # A draft must not cut off a redirect that visitors use; publishing may.
    book.claim(content.path, "entry", entry.id, now=now, state="pending", takes_former=False)
    once, kept = published_paths(entry, now=now)
    book.drop_pending("entry", entry.id, but=content.path, once=once, kept=kept)


def take_path(entry: Entry, path: str, *, now: datetime) -> None:
    """Make this the live path of the entry; those where it stood before lead on."""
    book.claim(path, "entry", entry.id, now=now, state="current")
    once, kept = published_paths(entry, now=now)
    book.leave("entry", entry.id, but=path, once=once, kept=kept)
    for past in past_paths(entry.id) - kept - {path}:
        # Undoing gave the path up, and visitors still come there.
        if book.find(past) is None:
            book.claim(past, "entry", entry.id, now=now, state="former")


def published_paths(entry: Entry, *, now: datetime) -> tuple[set[str], set[str]]:
    """Where the entry was public and is no more, and where it is or will be."""
    query = sa.select(Publication.path, Publication.until_at).where(
        Publication.entry_id == entry.id, Publication.path.is_not(None)
    )
    once: set[str] = set()
    kept: set[str] = set()
    for path, until_at in db.session().execute(query):
        (kept if until_at is None or until_at > now else once).add(str(path))
    return (once | past_paths(entry.id)) - kept, kept


def past_paths(entry_id: str) -> set[str]:
    """Where the entry was public in publications that undoing struck out."""
    return set(db.session().scalars(sa.select(PastPath.path).where(PastPath.entry_id == entry_id)))


def problem_with(path: str) -> str | None:
    """Why no entry can stand at this normalised path, in words, or None."""
    base = settings.load().posts_base
    if base != "/" and path in (base, paths.other_slash(base)):
        return _("The list of all posts stands at {path}.", path=base)
    return paths.problem_with(path)


def claim_default(entry: Entry, content: Snapshot, *, at: datetime, now: datetime) -> str:
    """Make a path from the title and keep it; a number is added where it is taken."""
    path = paths.ensure_usable(free_path(entry, content, at=at))
    book.claim(path, "entry", entry.id, now=now, state="pending")
    return path


def free_path(entry: Entry, content: Snapshot, *, at: datetime) -> str:
    """The path that would be made from the title now; a number is added where it is taken."""
    wanted = default_path(entry, content, at=at)
    path = wanted
    for number in range(2, MAX_TRIES):
        if problem_with(path) is None and not book.is_taken(path, "entry", entry.id):
            break
        path = f"{wanted.rstrip('/')}-{number}{'/' if wanted.endswith('/') else ''}"
    return path


def default_path(entry: Entry, content: Snapshot, *, at: datetime) -> str:
    """The path that the pattern gives this entry; it may be taken already."""
    content_type = types.get_type(entry.type)
    site = settings.load()
    slug = slug_of(entry, content)
    if content_type.hierarchical:
        return f"{parent_path(entry)}{slug}/"
    pattern = content_type.path_pattern or site.post_path
    return paths.normalise(fill(pattern, slug, content.dated_at or at, site.zone))


def slug_of(entry: Entry, content: Snapshot) -> str:
    """The last part of a path for this content."""
    named = text.make_slug(content.title or content.source[:_WORDS_OF_UNTITLED])
    return named or entry.id.lower()


def fill(pattern: str, slug: str, dated_at: datetime, zone: ZoneInfo) -> str:
    """The pattern with the date, in the site's time zone, and the slug put in."""
    day = dated_at.astimezone(zone)
    return pattern.format(year=f"{day.year:04}", month=f"{day.month:02}", day=f"{day.day:02}",
                          slug=slug)  # fmt: skip


def parent_path(entry: Entry) -> str:
    """The path below which a page stands, with its closing slash."""
    parent = db.session().get(Entry, entry.parent_id) if entry.parent_id else None
    return folder_of(parent) if parent else "/"


def folder_of(entry: Entry, content: Snapshot | None = None) -> str:
    """The path below which the children of a page stand (with this content), closing slash too."""
    path = present_path(entry) if content is None else content.path
    if path is None:
        head = db.session().get(Revision, entry.head_id) if entry.head_id else None
        content = content or (Snapshot.of(head) if head else Snapshot())
        path = f"{parent_path(entry)}{slug_of(entry, content)}/"
    return as_folder(path)


def as_folder(path: str) -> str:
    """The path with a closing slash, below which others stand."""
    return path if path.endswith("/") else path + "/"


def present_path(entry: Entry) -> str | None:
    """The path chosen for an entry, else the one that it was given when it was published."""
    head = db.session().get(Revision, entry.head_id) if entry.head_id else None
    if head is not None and head.path is not None:
        return head.path
    query = sa.select(Publication.path).where(Publication.entry_id == entry.id)
    return db.session().scalar(query.order_by(Publication.from_at.desc()).limit(1))
