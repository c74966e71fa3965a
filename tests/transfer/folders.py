"""Small folders of files for tests."""

from pathlib import Path

from cms.transfer import markdown_folder
from cms.transfer.sources import Found, Problem, SourceEntry, SourceSection


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files by their paths; texts as UTF-8."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def read(root: Path, files: dict[str, str | bytes], **options: object) -> dict[str, Found]:
    """Everything found, by source id; problems under their id with an exclamation mark."""
    found = list(markdown_folder.read_folder(write(root, files), **options))  # type: ignore[arg-type]
    return {each.source_id + ("!" if isinstance(each, Problem) else ""): each for each in found}


def entry(found: dict[str, Found], source_id: str) -> SourceEntry:
    """The entry of this file."""
    each = found[source_id]
    assert isinstance(each, SourceEntry)
    return each


def section(found: dict[str, Found], source_id: str) -> SourceSection:
    """The section of this file."""
    each = found[source_id]
    assert isinstance(each, SourceSection)
    return each


def notes(each: Found) -> list[tuple[str, str]]:
    """Kind and object of each note."""
    assert not isinstance(each, Problem)
    return [(note.kind, note.what) for note in each.notes]
