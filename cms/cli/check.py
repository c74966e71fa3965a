"""`manage.py check`: what is not as it should be, in words for whoever can mend it."""

import platform
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import sqlalchemy as sa

from cms import db, migrating
from cms.addresses.models import Address
from cms.cli import terminal
from cms.cli.holes import HOLES
from cms.config import Settings, shipped
from cms.content.models import Entry, Profile, Publication, Reference, Revision, Term
from cms.errors import CmsError
from cms.rendering import pipeline

TARGETS: dict[str, Any] = {"entry": Entry, "term": Term, "profile": Profile}
MOST_SHOWN = 20  # findings of one kind; the rest is a number


@click.command
def command() -> None:
    """Look for dangling references, missing files and versions with known holes."""
    settings = Settings.from_environment()
    hints = [*_versions(), *_built_files()]
    found = [*_files(settings)]
    database = db.Database(settings.database_url)
    try:
        if migrating.is_current(database):
            with db.unit_of_work(database, write=False):
                for look in LOOKS:
                    found += look()
        else:
            found.append("The database is behind. Run: manage.py migrate")
    finally:
        database.dispose()
    for words in (*hints, *found):
        terminal.warn(words)
    if found:
        raise CmsError(f"To mend: {len(found)}")
    terminal.say("All is well, but for the hints above." if hints else "All is well.")


def _versions() -> Iterator[str]:
    present = {
        "Python": sys.version_info[:3],
        "SQLite": db.sqlite_version(),
    }
    for hole in HOLES:
        version = present.get(hole.of)
        if version is not None and hole.since <= version < hole.fixed:
            shown = ".".join(map(str, version))
            yield f"{hole.of} {shown}: {hole.words} Mended in {'.'.join(map(str, hole.fixed))}."


def _files(settings: Settings) -> Iterator[str]:
    key = settings.INSTANCE_PATH / "secret_key"
    if key.exists() and platform.system() != "Windows" and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield f"{key} can be read by other accounts. Run: chmod 600 {key}"
    for name in ("folio", "fallback"):
        if not (shipped("themes") / name).is_dir():
            yield f"The theme {name} is missing from {shipped('themes')}."


def _built_files() -> Iterator[str]:
    if not (shipped("static") / "dist" / "markdown-source.js").exists():
        yield "The rich editor is not built; entries are written in a plain field. Run: make assets"


def _dangling_references() -> list[str]:
    """Links of what editors or visitors see now that lead to something purged."""
    in_use: Any = sa.union(
        sa.select(Entry.head_id),
        sa.select(Publication.revision_id).where(Publication.until_at.is_(None)),
    )
    found: list[str] = []
    for kind, model in TARGETS.items():
        query = (
            sa.select(Revision.title, Reference.target_id)
            .join(Revision, Revision.id == Reference.revision_id)
            .outerjoin(model, model.id == Reference.target_id)
            .where(Reference.target_kind == kind, model.id.is_(None))
            .where(Reference.revision_id.in_(in_use))
        )
        for title, target_id in db.session().execute(query):
            found.append(f"“{title or 'Untitled'}” links to a {kind} that is gone ({target_id}).")
    return _shortened(found)


def _dangling_addresses() -> list[str]:
    """Live addresses of things that are gone."""
    found: list[str] = []
    for kind, model in TARGETS.items():
        query = (
            sa.select(Address.path)
            .outerjoin(model, model.id == Address.target_id)
            .where(Address.target_kind == kind, Address.state == "current", model.id.is_(None))
        )
        found += [f"{path} leads to a {kind} that is gone." for path in db.session().scalars(query)]
    return _shortened(found)


def _outdated_html() -> list[str]:
    query = sa.select(sa.func.count()).where(Publication.renderer != pipeline.RENDERER)
    count = db.session().scalar(query.select_from(Publication)) or 0
    return [f"{count} pages hold HTML of an older renderer. Run: manage.py rerender"][: bool(count)]


def _shortened(found: list[str]) -> list[str]:
    rest = len(found) - MOST_SHOWN
    return found if rest <= 0 else [*found[:MOST_SHOWN], f"… and {rest} more like these."]


LOOKS: tuple[Callable[[], list[str]], ...] = (
    _dangling_references,
    _dangling_addresses,
    _outdated_html,
)
