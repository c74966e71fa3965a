"""Imports what a reader found, by the same acts that an editor's forms call.

It commits nothing: `commit` is the door's, called after each batch, so that an import that was cut
short goes on where it stopped. A second import changes only what changed in the source and was
not edited here.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from cms import db
from cms.accounts.permissions import Person
from cms.addresses import paths
from cms.content import editing, intervals, publishing, revisions
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.errors import CmsError, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.transfer import arrival, markdown_folder
from cms.transfer.arrival import Arrival
from cms.transfer.memory import Memory
from cms.transfer.models import MAX_SOURCE_ID, MAX_SOURCE_SITE, ImportedItem
from cms.transfer.report import Line, Report
from cms.transfer.source_site import Convention, SourceSite
from cms.transfer.sources import Note, Problem, SourceEntry, SourceSection

BATCH = 20  # entries between two commits; another writer waits for no more than these


def import_folder(
    path: Path,
    *,
    by: Person,
    now: datetime,
    dry_run: bool = False,
    convention: Convention | None = None,
    site_url: str = "",
    source_site: str = "",
    commit: Callable[[], None] = lambda: None,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Import a folder of Markdown; raises NotADirectoryError and NotAllowed, nothing else.

    `source_site` names the source for later imports from it (by default its host or its folder);
    `progress` is told how many more files are done.
    """
    site = markdown_folder.open_folder(
        path, convention=convention, site_url=site_url, objection=paths.problem_with
    )
    name = (source_site or arrival.name_of(path, site))[:MAX_SOURCE_SITE]
    return run(site, name, by=by, now=now, dry_run=dry_run, commit=commit, progress=progress)


def run(
    site: SourceSite,
    source_site: str,
    *,
    by: Person,
    now: datetime,
    dry_run: bool = False,
    commit: Callable[[], None] = lambda: None,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Import an opened source: first every file, then the links between them."""
    started = time.monotonic()
    report = Report(source_site, site.convention, dry_run)
    report.files = markdown_folder.count_files(site)
    work = _Run(site, source_site, by, now, report)
    if dry_run:
        work.rehearse(progress)
    else:
        with recording.act(
            _("Imported {source}", source=source_site), by=by, now=now, via="import"
        ):
            work.bring_entries(commit, progress)
            work.lead_links(commit)
    report.links_led = sum(work.arrival.led.values())
    report.seconds = time.monotonic() - started
    return report


class _Run:
    """One import while it runs."""

    def __init__(
        self, site: SourceSite, source_site: str, by: Person, now: datetime, report: Report
    ) -> None:
        self.site = site
        self.source_site = source_site
        self.by = by
        self.now = now
        self.report = report
        self.memory = Memory(source_site)
        self.arrival = Arrival(by=by, now=now, find_entry=self.memory.entry_id)
        self.lines: dict[str, Line] = {}

    def rehearse(self, progress: Callable[[int], None]) -> None:
        """Say what would happen, and write nothing."""
        for found in self._each(progress):
            line = self._line(found)
            known = self.memory.find(found.source_id)
            entry = editing.find_entry(known.entry_id) if known else None
            line.outcome = "created" if known is None else _outcome(known, entry, found)
            line.redirects = len(found.aliases)
            arrival.note_taken_path(found, line, entry)

    def bring_entries(self, commit: Callable[[], None], progress: Callable[[int], None]) -> None:
        """Create or bring up to date one entry after the other."""
        for number, found in enumerate(self._each(progress), start=1):
            self._guarded(found, self._bring)
            if number % BATCH == 0:
                commit()
        commit()

    def lead_links(self, commit: Callable[[], None]) -> None:
        """Now that everything is here, let links between the files lead by identity."""
        for number, source_id in enumerate(self.memory.list_open(), start=1):
            if not self.site.has_file(source_id):
                continue
            for found in markdown_folder.read_one(self.site, source_id):
                if not isinstance(found, Problem):
                    self._guarded(found, self._relink)
            if number % BATCH == 0:
                commit()
        commit()

    def _each(self, progress: Callable[[int], None]) -> Iterable[SourceEntry | SourceSection]:
        last = ""
        for found in markdown_folder.read(self.site):
            if found.source_id != last and self.site.has_file(found.source_id):
                last = found.source_id
                progress(1)
            if isinstance(found, Problem):
                self.report.problems.append(found)
            elif len(found.source_id) > MAX_SOURCE_ID:
                why = _("The path of this file is too long.")
                self.report.problems.append(Problem(found.source_id, why))
            else:
                yield found

    def _line(self, found: SourceEntry | SourceSection) -> Line:
        kind = found.kind if isinstance(found, SourceEntry) else "section"
        line = Line(found.source_id, kind, found.title, path=found.path, is_draft=found.draft)
        line.notes.extend(found.notes)
        self.lines[found.source_id] = line
        self.report.lines.append(line)
        return line

    def _guarded(
        self,
        found: SourceEntry | SourceSection,
        act: Callable[[SourceEntry | SourceSection], None],
    ) -> None:
        """One item that fails takes nothing else with it."""
        try:
            with db.session().begin_nested():
                act(found)
        except (CmsError, DBAPIError) as error:
            if isinstance(error, DBAPIError) and db.is_retryable(error):
                raise
            why = error.message if isinstance(error, CmsError) else str(error.orig)
            self.report.problems.append(Problem(found.source_id, why))
            if line := self.lines.get(found.source_id):
                line.outcome, line.redirects = "failed", 0
            self.memory.forget(found.source_id)
            self.arrival.forget()

    def _bring(self, found: SourceEntry | SourceSection) -> None:
        line = self._line(found)
        known = self.memory.find(found.source_id)
        if known is None:
            self._create(found, line)
            return
        entry = editing.find_entry(known.entry_id)
        line.entry_id = known.entry_id
        line.outcome = _outcome(known, entry, found)
        if line.outcome == "updated" and entry is not None:
            content, is_open = self.arrival.snapshot(found, line, entry)
            self._save(entry, known, content)
            known.content_hash, known.has_open_links = found.digest, is_open
            known.imported_at = self.now
            self.arrival.keep_aliases(found, line, entry)

    def _create(self, found: SourceEntry | SourceSection, line: Line) -> None:
        content, is_open = self.arrival.snapshot(found, line, None)
        entry = self._create_entry(found, line, content)
        line.entry_id, line.path = entry.id, revisions.get_head(entry).path
        if not found.draft:
            self._publish(found, line, entry)
        self.arrival.keep_aliases(found, line, entry)
        item = ImportedItem(
            source_site=self.source_site,
            source_kind=line.kind,
            source_id=found.source_id,
            entry_id=entry.id,
            revision_id=entry.head_id,
            content_hash=found.digest,
            has_open_links=is_open,
            imported_at=self.now,
        )
        db.session().add(item)
        db.session().flush()
        self.memory.remember(item)

    def _create_entry(
        self, found: SourceEntry | SourceSection, line: Line, content: Snapshot
    ) -> Entry:
        """The draft; at an address of its own where the old one is taken."""
        arrived_at = arrival.written_at(found, self.now)
        given = {"by": self.by, "now": arrived_at, "locale": self.arrival.locale(found)}
        parent_id = self.arrival.parent_id(found, self.memory.section_id)
        kind = found.kind if isinstance(found, SourceEntry) else "page"
        try:
            with db.session().begin_nested():
                entry = editing.create_entry(kind, content, parent_id=parent_id, **given)  # type: ignore[arg-type]
        except Rejected as refusal:
            if refusal.field != "path" or content.path is None:
                raise
            what = _("address {path}", path=content.path)
            line.notes.append(Note("skipped", what, refusal.message))
            content = replace(content, path=None)
            entry = editing.create_entry(kind, content, parent_id=parent_id, **given)  # type: ignore[arg-type]
        if found.weight is not None and kind == "page":
            entry.position = max(0, found.weight)
        return entry

    def _publish(self, found: SourceEntry | SourceSection, line: Line, entry: Entry) -> None:
        """Public since its old date; what has a date to come is scheduled for it."""
        since, until = arrival.interval(found, self.now)
        try:
            with db.session().begin_nested():
                if until is not None and until <= since:
                    raise Rejected(_("It had expired before it was published."))
                if since > self.now:
                    publishing.publish(entry, by=self.by, now=self.now, at=since, until=until)
                else:
                    publishing.publish(entry, by=self.by, now=since, until=until)
        except Rejected as refusal:
            line.is_draft = True
            line.notes.append(Note("approximated", _("publication"), refusal.message))

    def _save(self, entry: Entry, known: ImportedItem, content: Snapshot) -> None:
        """A new revision, shown where the one before it was shown."""
        before = entry.head_id
        live = intervals.find_live(entry, now=self.now)
        revision: Revision = editing.save(
            entry, content, by=self.by, now=self.now, based_on=before, note=_("Imported again")
        )
        if live is not None and live.revision_id == before and revision.id != before:
            publishing.publish(entry, by=self.by, now=self.now, until=live.until_at)
        known.revision_id = revision.id

    def _relink(self, found: SourceEntry | SourceSection) -> None:
        known = self.memory.find(found.source_id)
        entry = editing.find_entry(known.entry_id) if known else None
        if known is None or _outcome(known, entry, found) != "unchanged" or entry is None:
            return
        line = self.lines.get(found.source_id) or Line(found.source_id, "", found.title)
        head = revisions.get_head(entry)
        source, is_open = self.arrival.lead(found, line, is_last=True)
        if source != head.source:
            self._save(entry, known, replace(Snapshot.of(head), source=source))
        known.has_open_links = is_open


def _outcome(
    known: ImportedItem, entry: Entry | None, found: SourceEntry | SourceSection
) -> "arrival.Outcome":
    if entry is None or entry.trashed_at is not None:
        return "gone"
    if known.content_hash == found.digest:
        return "unchanged"
    return "updated" if entry.head_id == known.revision_id else "edited"
