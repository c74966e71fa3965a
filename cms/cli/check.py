"""`manage.py check`: what is not as it should be, in words for whoever can mend it."""

import platform
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import sqlalchemy as sa

from cms import clock, db, migrating
from cms.addresses import tangles
from cms.addresses.models import Address
from cms.cli import terminal
from cms.cli.holes import HOLES
from cms.config import Settings, shipped
from cms.content import loose_ends, references
from cms.content.models import Entry, Profile, Publication, Term
from cms.errors import CmsError
from cms.rendering import pipeline
from cms.site import settings as site_settings

TARGETS: dict[str, Any] = {"entry": Entry, "term": Term, "profile": Profile}
KINDS = {"entry": "an entry", "term": "a term", "profile": "a profile"}
NAMED = {
    "menu": "The menu “{}”",
    "front": "The setting “{}”",
    "redirect": "The redirect from {}",
}
FAULTS = {
    "circle": "leads round in a circle, by way of {}.",
    "steps": "leads to {}, which leads elsewhere itself.",
    "nothing": "leads to {}, where nothing stands.",
}
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
    """Links of what editors or visitors see that lead to something deleted for good."""
    found = []
    for each in references.list_dangling(now=clock.now()):
        title = f"“{each.title or 'Untitled'}”" + (", as it is shown," if each.is_shown else "")
        found.append(f"{title} links to {KINDS[each.kind]} that is gone ({each.target_id}).")
    return _shortened(found)


def _loose_ends() -> list[str]:
    """Menus and settings that lead to something deleted for good."""
    return _shortened([_leads_to_nothing(each) for each in loose_ends.find()])


def redirects_to_nothing() -> list[str]:
    """Redirects that lead by identity to something deleted for good."""
    return [_leads_to_nothing(each) for each in loose_ends.in_redirects()]


def tangled_redirects() -> list[str]:
    """Redirects to an address that lead round, on, or to where nothing stands."""
    lists = (site_settings.load().posts_path,)
    return [
        f"The redirect from {each.source} {FAULTS[each.fault].format(each.location)}"
        for each in tangles.find(lists)
    ]


def _leads_to_nothing(end: loose_ends.LooseEnd) -> str:
    name = NAMED[end.place].format(end.name)
    return f"{name} leads to {KINDS[end.kind]} that is gone ({end.target_id})."


def _dangling_addresses() -> list[str]:
    """Live addresses of things that are gone."""
    found: list[str] = []
    for kind, model in TARGETS.items():
        query = (
            sa.select(Address.path)
            .outerjoin(model, model.id == Address.target_id)
            .where(Address.target_kind == kind, Address.state == "current", model.id.is_(None))
        )
        found += [
            f"{path} leads to {KINDS[kind]} that is gone." for path in db.session().scalars(query)
        ]
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
    _loose_ends,
    lambda: _shortened(redirects_to_nothing()),
    lambda: _shortened(tangled_redirects()),
    _dangling_addresses,
    _outdated_html,
)
