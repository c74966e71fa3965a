"""Writing the sample content by the acts that editors use; what is there already stays."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import OPERATOR, Permission, Person
from cms.addresses import book
from cms.content import editing, profiles, publishing, terms, trash
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.history import recording
from cms.history.models import ChangeSubject
from cms.i18n import gettext as _
from cms.samples import pieces
from cms.samples.pieces import Piece
from cms.site import menus, settings

VIA = "samples"  # by which door these acts come


def fill(*, now: datetime, by: Person = OPERATOR) -> int:
    """Write what is missing of the samples, as one act; how many entries. Raises NotAllowed.

    What is missing lies in the trash perhaps, and comes back from there.
    """
    permissions.ensure_may(by, Permission.MANAGE_SETTINGS)
    label = _("Added the sample content")
    with recording.together(by=by, now=now, label=label, via=VIA):
        _choose_settings(now)
        there = _restore(now)
        before = len(there)
        people = _make_people(now)
        for piece in pieces.posts():
            if piece.guid not in there:
                there[piece.guid] = _write_post(piece, people, now=now)
        for piece in pieces.pages():
            if piece.guid not in there:
                there[piece.guid] = _write_page(piece, there, now=now)
        _make_menus(there, now=now)
    return len(there) - before


def is_new_site() -> bool:
    """Whether nothing was ever written here; the log only grows, so it knows."""
    ever = sa.select(ChangeSubject.subject_id).where(ChangeSubject.kind == "entry").limit(1)
    return is_empty() and db.session().execute(ever).first() is None


def is_empty() -> bool:
    """Whether there is no entry at all."""
    return db.session().scalars(sa.select(Entry.id).limit(1)).first() is None


def _choose_settings(now: datetime) -> None:
    wanted = {"title": pieces.TITLE, "tagline": pieces.TAGLINE, "post_path": "/{slug}/"}
    chosen = {key: value for key, value in wanted.items() if not settings.is_set(key)}
    settings.save(chosen, by=OPERATOR, now=now)


def _restore(now: datetime) -> dict[str, Entry]:
    """The samples that are there by what they are known by, with those in the trash put back."""
    query = sa.select(Entry).where(Entry.guid.in_(pieces.guids())).order_by(Entry.id)
    found = {str(entry.guid): entry for entry in db.session().scalars(query)}
    for piece in (*pieces.posts(), *pieces.pages()):
        entry = found.get(piece.guid)
        above = db.session().get(Entry, entry.parent_id) if entry and entry.parent_id else None
        if entry is None or entry.trashed_at is None:
            continue
        if above is None or above.trashed_at is None:
            trash.restore(entry, by=OPERATOR, now=now)
    return found


def _make_people(now: datetime) -> dict[str, str]:
    made: dict[str, str] = {}
    for handle, (name, bio) in pieces.PEOPLE.items():
        profile = profiles.find_by_handle(handle) or profiles.create_profile(
            name, handle=handle, bio=bio, by=OPERATOR, now=now
        )
        made[handle] = profile.id
    return made


def _write_post(piece: Piece, people: Mapping[str, str], *, now: datetime) -> Entry:
    head = piece.head
    moment = now - timedelta(days=head.get("days_ago", 0))
    tags = terms.ensure_terms("tag", piece.tags, by=OPERATOR, now=now)
    categories = terms.ensure_terms("category", [head["category"]], by=OPERATOR, now=now)
    content = Snapshot(
        title=head["title"],
        source=piece.source,
        excerpt=head.get("excerpt", ""),
        path=_free(head.get("path")),
        dated_at=moment if "days_ago" in head else None,
        pinned=head.get("pinned", False),
        featured=head.get("featured", False),
        term_ids=categories + tags,
        byline_ids=tuple(people[handle] for handle in piece.bylines),
    )
    # Written on the day it bears, so that no sample looks as if it had been changed since.
    written = min(moment, now)
    entry = editing.create_entry("post", content, by=OPERATOR, now=written, guid=piece.guid)
    if head.get("state") != "draft":
        publishing.publish(entry, by=OPERATOR, now=written, at=moment)
    return entry


def _write_page(piece: Piece, there: Mapping[str, Entry], *, now: datetime) -> Entry:
    above = there.get(f"sample:{piece.above}") if piece.above else None
    parent_id = above.id if above is not None and above.trashed_at is None else None
    content = Snapshot(
        title=piece.head["title"],
        source=piece.source,
        excerpt=piece.head["excerpt"],
        path=_free("/" + piece.name.replace(".", "/") + "/"),
    )
    entry = editing.create_entry(
        "page", content, by=OPERATOR, now=now, parent_id=parent_id, guid=piece.guid
    )
    publishing.publish(entry, by=OPERATOR, now=now)
    return entry


def _free(path: str | None) -> str | None:
    """This path, or none where the site has something of its own there."""
    return None if path is None or book.is_taken(path, "entry", None) else path


def _make_menus(there: Mapping[str, Entry], *, now: datetime) -> None:
    def to(name: str) -> menus.Line:
        return menus.Line(label="", target_kind="entry", target_id=there[f"sample:{name}"].id)

    archive = menus.Line(label="Archive", target_kind="url", url="/archive/")
    if menus.find_menu("main") is None:
        lines = [to("about"), to("guide"), archive]
        menus.save_menu("main", "Main", lines, by=OPERATOR, now=now)
    if menus.find_menu("footer") is None:
        menus.save_menu("footer", "Footer", [to("colophon")], by=OPERATOR, now=now)
