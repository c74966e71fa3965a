"""What an import did: each file, what was kept, changed or left out, and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cms.i18n import gettext as _
from cms.i18n import lazy_gettext
from cms.transfer.sources import Note, Problem

if TYPE_CHECKING:
    from rich.console import Console

Outcome = Literal["created", "updated", "unchanged", "edited", "gone", "failed"]
OUTCOMES: dict[Outcome, str] = {
    "created": lazy_gettext("new here"),
    "updated": lazy_gettext("brought up to date"),
    "unchanged": lazy_gettext("the same as before"),
    "edited": lazy_gettext("left alone, because it was edited here since"),
    "gone": lazy_gettext("left out, because it was deleted here since"),
    "failed": lazy_gettext("not imported"),
}
KINDS = {
    "kept": lazy_gettext("Kept as it was written"),
    "changed": lazy_gettext("Changed"),
    "approximated": lazy_gettext("Approximated"),
    "skipped": lazy_gettext("Left out"),
}
EXAMPLES = 3  # files named for each kind of loss
MOST_REASONS = 40


@dataclass(slots=True)
class Line:
    """One entry or section of the source, and what became of it."""

    source_id: str
    kind: str  # post, page, section
    title: str
    outcome: Outcome = "created"
    path: str | None = None
    entry_id: str | None = None
    is_draft: bool = False
    redirects: int = 0
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """The whole import."""

    source: str
    convention: str
    dry_run: bool = False
    files: int = 0
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    links_led: int = 0  # links between imported entries that now lead by identity
    seconds: float = 0.0

    def count(self, outcome: Outcome) -> int:
        """How many entries and sections had this outcome."""
        return sum(line.outcome == outcome for line in self.lines)

    def count_notes(self) -> Counter[str]:
        """How many notes there are of each kind."""
        return Counter(note.kind for line in self.lines for note in line.notes)

    def counts(self) -> dict[str, int]:
        """The numbers that matter, by name."""
        kinds = Counter(line.kind for line in self.lines)
        return {
            "files": self.files,
            "entries": kinds["post"] + kinds["page"],
            "posts": kinds["post"],
            "pages": kinds["page"],
            "sections": kinds["section"],
            **{outcome: self.count(outcome) for outcome in OUTCOMES},
            "drafts": sum(line.is_draft for line in self.lines),
            "old_addresses": sum(line.path is not None for line in self.lines),
            "redirects": sum(line.redirects for line in self.lines),
            "links": self.links_led,
            "problems": len(self.problems),
            **{f"notes_{kind}": count for kind, count in sorted(self.count_notes().items())},
        }

    def as_json(self) -> dict[str, Any]:
        """The whole report in plain values."""
        return {
            "source": self.source,
            "convention": self.convention,
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 3),
            "counts": self.counts(),
            "problems": [asdict(problem) for problem in self.problems],
            "entries": [asdict(line) for line in self.lines],
        }


def summarise(report: Report) -> Iterator[str]:
    """The report in a few plain lines, as a log or a terminal shows it."""
    counts = report.counts()
    yield _(
        "{source}: {files} files ({convention}) in {seconds} s.",
        source=report.source,
        files=report.files,
        convention=report.convention,
        seconds=f"{report.seconds:.1f}",
    )
    yield _(
        "{entries} entries ({posts} posts, {pages} pages) and {sections} section pages;"
        " {old_addresses} at their old addresses, {redirects} redirects, {drafts} drafts,"
        " {links} links by identity.",
        **counts,
    )
    for outcome, words in OUTCOMES.items():
        if counts[outcome]:
            yield f"  {counts[outcome]:>6}  {words}"
    if report.dry_run:
        yield _("This was a trial; nothing was written.")


def reasons(report: Report) -> list[tuple[str, str, int, list[str]]]:
    """(kind, why, how often, examples) of all notes, the most frequent first."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in report.lines:
        for note in line.notes:
            found.setdefault((note.kind, note.why), []).append(f"{line.source_id}: {note.what}")
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return [(kind, why, len(where), where[:EXAMPLES]) for (kind, why), where in ordered]


def print_report(report: Report, console: "Console") -> None:
    """The report for a person at a terminal: numbers, then reasons, then what failed."""
    from rich.markup import escape
    from rich.table import Table

    for line in summarise(report):
        console.print(escape(line), highlight=False)
    found = reasons(report)
    if found:
        table = Table(box=None, pad_edge=False, show_edge=False)
        table.add_column(_("what happened"), no_wrap=True)
        table.add_column(_("times"), justify="right")
        table.add_column(_("why, and where for example"), overflow="fold")
        for kind, why, count, examples in found[:MOST_REASONS]:
            where = "\n".join(f"  {escape(example)}" for example in examples)
            table.add_row(str(KINDS[kind]), str(count), f"{escape(why)}\n[dim]{where}[/dim]")
        console.print()
        console.print(table)
    if len(found) > MOST_REASONS:
        console.print(_("… and {count} more reasons.", count=len(found) - MOST_REASONS))
    for problem in report.problems:
        place = problem.source_id + (f":{problem.line}" if problem.line else "")
        console.print(f"[yellow]{escape(place)}[/yellow]  {escape(problem.why)}", highlight=False)
