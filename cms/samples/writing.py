"""The sample site: Markdown files in `site/`, brought in by the acts that editors use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from cms.accounts.permissions import OPERATOR
from cms.content import editing, profiles, publishing, terms
from cms.content.models import Entry, Profile
from cms.content.snapshot import Snapshot
from cms.site import menus
from cms.site import settings as site_settings

FOLDER = Path(__file__).parent / "site"
TITLE = "The Carafe"
TAGLINE = "A small journal about keeping a journal"

PEOPLE = {
    "carafe": ("The makers", "They wrote the software and hope to be edited out of it soon."),
    "ida": ("Ida Brandt", "Writes slowly, edits twice, and keeps water on the table."),
}
# Pages in the order in which they stand; a dot separates a page from the one above it.
PAGES = ("about", "guide", "guide.writing", "guide.publishing", "guide.blocks", "colophon")


@dataclass(frozen=True)
class Piece:
    """One file: what stands between its dashes, and the Markdown below."""

    name: str
    head: dict[str, Any]
    source: str


def fill(*, now: datetime) -> int:
    """Write the whole sample site; how many entries it has. The caller commits."""
    settings = {"title": TITLE, "tagline": TAGLINE, "post_path": "/{slug}/"}
    chosen = {key: value for key, value in settings.items() if not site_settings.is_set(key)}
    site_settings.save(chosen, by=OPERATOR, now=now)
    people = _make_people(now)
    posts = sorted(map(_read, (FOLDER / "posts").glob("*.md")), key=_age)
    for piece in posts:
        _write_post(piece, people, now=now)
    pages = _write_pages(now=now)
    _make_menus(pages, now=now)
    return len(posts) + len(pages)


def _age(piece: Piece) -> int:
    return -int(piece.head.get("days_ago", 0))


def _read(path: Path) -> Piece:
    _start, head, source = path.read_text("utf-8").split("---\n", 2)
    return Piece(path.stem, yaml.safe_load(head), source)


def _make_people(now: datetime) -> dict[str, Profile]:
    return {
        handle: profiles.create_profile(name, handle=handle, bio=bio, by=OPERATOR, now=now)
        for handle, (name, bio) in PEOPLE.items()
    }


def _write_post(piece: Piece, people: dict[str, Profile], *, now: datetime) -> None:
    head = piece.head
    moment = now - timedelta(days=head.get("days_ago", 0))
    tags = terms.ensure_terms("tag", head.get("tags", []), by=OPERATOR, now=now)
    categories = terms.ensure_terms("category", [head["category"]], by=OPERATOR, now=now)
    names = head["by"] if isinstance(head["by"], list) else [head["by"]]
    content = Snapshot(
        title=head["title"],
        source=piece.source,
        excerpt=head.get("excerpt", ""),
        path=head.get("path"),
        dated_at=moment if "days_ago" in head else None,
        pinned=head.get("pinned", False),
        featured=head.get("featured", False),
        term_ids=categories + tags,
        byline_ids=tuple(people[name].id for name in names),
    )
    # Written on the day it bears, so that no sample looks as if it had been changed since.
    written = min(moment, now)
    entry = editing.create_entry("post", content, by=OPERATOR, now=written, guid=_guid(piece))
    if head.get("state") != "draft":
        publishing.publish(entry, by=OPERATOR, now=written, at=moment)


def _write_pages(*, now: datetime) -> dict[str, Entry]:
    written: dict[str, Entry] = {}
    for name in PAGES:
        piece = _read(FOLDER / "pages" / f"{name}.md")
        above = name.rpartition(".")[0]
        content = Snapshot(
            title=piece.head["title"],
            source=piece.source,
            excerpt=piece.head["excerpt"],
            path="/" + name.replace(".", "/") + "/",
        )
        entry = editing.create_entry(
            "page",
            content,
            by=OPERATOR,
            now=now,
            parent_id=written[above].id if above else None,
            guid=_guid(piece),
        )
        publishing.publish(entry, by=OPERATOR, now=now)
        written[name] = entry
    return written


def _make_menus(pages: dict[str, Entry], *, now: datetime) -> None:
    def to(name: str) -> menus.Line:
        return menus.Line(label="", target_kind="entry", target_id=pages[name].id)

    archive = menus.Line(label="Archive", target_kind="url", url="/archive/")
    menus.save_menu("main", "Main", [to("about"), to("guide"), archive], by=OPERATOR, now=now)
    menus.save_menu("footer", "Footer", [to("colophon")], by=OPERATOR, now=now)


def _guid(piece: Piece) -> str:
    return f"sample:{piece.name}"
