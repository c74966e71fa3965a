"""Importing into a site, once and again."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import editing, intervals, publishing, revisions, trash
from cms.content.models import Entry, Profile, Publication, Revision, Term
from cms.content.snapshot import Snapshot
from cms.transfer import report, runner
from cms.transfer.report import Report
from tests.transfer.folders import write

FILES: dict[str, str | bytes] = {
    "one.md": """+++
path = "2020/01/02/One"
title = "One"
authors = ["Ana", "Eli"]
aliases = ["old-one", "one.html"]
[taxonomies]
tags = ["red"]
categories = ["News"]
[extra]
team = "us"
+++
See [two](@/docs/two.md#part), [section](@/docs/_index.md), [later](/2021/03/04/later/)
and ![a picture](pic.png) but not [nobody](@/gone.md).
""",
    "later.md": '+++\npath = "2021/03/04/later"\ntitle = "Later"\n+++\n[one](@/one.md)\n',
    "draft.md": "+++\ntitle = 'Draft'\ndate = 2020-05-05\ndraft = true\n+++\nSoon\n",
    "docs/_index.md": "+++\ntitle = 'Docs'\nsort_by = 'weight'\n+++\nAll about it\n",
    "docs/two.md": "+++\ntitle = 'Two'\nweight = 4\n+++\n## Part\n",
    "pic.png": b"png",
}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _open(unit: db.UnitOfWork) -> None:
    """Each test imports within one unit of work."""


def run(root: Path, files: dict[str, str | bytes] | None = None, **options: Any) -> Report:
    write(root, files or {})
    options.setdefault("now", NOW)
    return runner.import_folder(root, by=OPERATOR, commit=db.commit, **options)


def outcomes(made: Report) -> dict[str, str]:
    return {line.source_id: line.outcome for line in made.lines}


def entry_at(path: str) -> Entry:
    line = book.find(path)
    assert line is not None, path
    return editing.get_entry(line.target_id or "")


def test_entries_stand_at_their_old_addresses_since_their_old_dates(tmp_path: Path) -> None:
    made = run(tmp_path, FILES)
    assert set(outcomes(made).values()) == {"created"}
    entry = entry_at("/2020/01/02/One/")
    live = intervals.find_live(entry, now=NOW)
    assert live is not None
    assert (live.title, live.path) == ("One", "/2020/01/02/One/")
    old = datetime(2020, 1, 2, tzinfo=UTC)
    assert (live.dated_at, intervals.list_all(entry)[0].from_at) == (old, old)
    assert live.fields == {"team": "us"}
    assert made.counts()["entries"] == 4
    assert made.counts()["sections"] == 1
    assert made.counts()["drafts"] == 1


def test_aliases_lead_to_the_entry(tmp_path: Path) -> None:
    made = run(tmp_path, FILES)
    entry = entry_at("/2020/01/02/One/")
    for path in ("/old-one/", "/one.html"):
        line = book.find(path)
        assert line is not None
        assert (line.target_id, line.state) == (entry.id, "former")
    assert made.counts()["redirects"] == 2


def test_authors_and_terms_are_made_once_and_in_order(tmp_path: Path) -> None:
    run(tmp_path, FILES)
    head = revisions.get_head(entry_at("/2020/01/02/One/"))
    session = db.session()
    names = [session.get_one(Profile, each).name for each in head.byline_ids]
    terms = [session.get_one(Term, each).name for each in head.term_ids]
    assert (names, terms) == (["Ana", "Eli"], ["News", "red"])


def test_links_between_files_lead_by_identity(tmp_path: Path) -> None:
    made = run(tmp_path, FILES)
    source = revisions.get_head(entry_at("/2020/01/02/One/")).source
    two, docs = entry_at("/docs/two/"), entry_at("/docs/")
    later = entry_at("/2021/03/04/later/")
    assert f"[two](entry:{two.id}#part), [section](entry:{docs.id})" in source
    assert f"[later](entry:{later.id})" in source
    assert "![a picture](pic.png)" in source
    assert "[nobody](@/gone.md)" in source
    assert made.links_led == 4
    live = intervals.find_live(entry_at("/2020/01/02/One/"), now=NOW)
    assert live is not None
    assert two.id in live.html


def test_drafts_stay_drafts_and_pages_stand_below_their_section(tmp_path: Path) -> None:
    run(tmp_path, FILES)
    draft = entry_at("/draft/")
    assert intervals.list_all(draft) == []
    two = entry_at("/docs/two/")
    assert (two.type, two.parent_id, two.position) == ("page", entry_at("/docs/").id, 4)


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, FILES)
    count = sa.select(sa.func.count())
    tables = (Entry, Revision, Publication, Term, Profile)
    before = [db.session().scalar(count.select_from(table)) for table in tables]
    again = run(tmp_path, now=NOW + timedelta(days=1))
    assert set(outcomes(again).values()) == {"unchanged"}
    assert [db.session().scalar(count.select_from(table)) for table in tables] == before


def test_a_changed_file_brings_its_entry_up_to_date(tmp_path: Path) -> None:
    run(tmp_path, FILES)
    changed = str(FILES["docs/two.md"]) + "More words.\n"
    again = run(tmp_path, {"docs/two.md": changed}, now=NOW + timedelta(days=1))
    assert outcomes(again)["docs/two.md"] == "updated"
    assert again.count("unchanged") == 4
    live = intervals.find_live(entry_at("/docs/two/"), now=NOW + timedelta(days=2))
    assert live is not None
    assert "More words" in live.html


def test_what_was_edited_or_deleted_here_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, FILES)
    entry, gone = entry_at("/docs/two/"), entry_at("/2021/03/04/later/")
    head = revisions.get_head(entry)
    content = Snapshot(title="Mine", source="My words", path=head.path)
    editing.save(entry, content, by=OPERATOR, now=NOW, based_on=head.id)
    trash.trash(gone, by=OPERATOR, now=NOW)
    later = NOW + timedelta(days=1)
    again = run(
        tmp_path,
        {"docs/two.md": "+++\ntitle = 'Two!'\n+++\n", "later.md": "+++\ntitle = 'Back'\n+++\n"},
        now=later,
    )
    assert outcomes(again)["docs/two.md"] == "edited"
    assert outcomes(again)["later.md"] == "gone"
    assert revisions.get_head(entry).source == "My words"


def test_a_file_that_comes_later_closes_the_open_links(tmp_path: Path) -> None:
    run(tmp_path, {name: text for name, text in FILES.items() if name != "later.md"})
    assert "[later](/2021/03/04/later/)" in revisions.get_head(entry_at("/2020/01/02/One/")).source
    again = run(tmp_path, FILES, now=NOW + timedelta(days=1))
    assert outcomes(again)["one.md"] == "unchanged"
    source = revisions.get_head(entry_at("/2020/01/02/One/")).source
    assert f"[later](entry:{entry_at('/2021/03/04/later/').id})" in source


def test_a_rehearsal_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    made = run(tmp_path, FILES, dry_run=True)
    assert set(outcomes(made).values()) == {"created"}
    assert db.session().scalar(sa.select(sa.func.count()).select_from(Entry)) == 0
    assert not db.session().new


def test_a_taken_address_is_said_and_the_entry_gets_another(tmp_path: Path) -> None:
    own = Snapshot(title="Own", source="x", path="/2020/01/02/One/")
    mine = editing.create_entry("post", own, by=OPERATOR, now=NOW)
    publishing.publish(mine, by=OPERATOR, now=NOW)
    made = run(tmp_path, FILES)
    line = next(line for line in made.lines if line.source_id == "one.md")
    assert line.outcome == "created"
    assert ("skipped", "address /2020/01/02/One/") in [(n.kind, n.what) for n in line.notes]
    assert entry_at("/2020/01/02/One/").id == mine.id


def test_one_bad_file_takes_nothing_else_with_it(tmp_path: Path) -> None:
    files = {
        **FILES,
        "bad.md": "+++\ntitle = [\n+++\nWords",
        "long.md": "+++\ntitle = 'Long'\n+++\n" + "word " * 250_000,
        "odd.md": f"+++\ntitle = 'Odd'\ndate = 2020-01-01\n+++\n{'[' * 20_000}",
    }
    made = run(tmp_path, files)
    assert outcomes(made)["long.md"] == "failed"
    assert outcomes(made)["one.md"] == "created"
    assert outcomes(made)["bad.md"] == "created"
    assert {problem.source_id for problem in made.problems} >= {"bad.md", "long.md"}
    bad = next(line for line in made.lines if line.source_id == "bad.md")
    assert bad.is_draft


def test_dates_to_come_are_scheduled_and_expired_ones_are_drafts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "hugo.toml": "baseURL = 'https://example.org/'\n",
        "content/posts/soon.md": "+++\ntitle='Soon'\ndate=2030-01-01\n+++\n",
        "content/posts/past.md": "+++\ntitle='Past'\ndate=2020-01-01\nexpiryDate=2021-01-01\n+++\n",
    }
    run(tmp_path, files)
    soon = intervals.list_all(entry_at("/posts/soon/"))
    past = intervals.list_all(entry_at("/posts/past/"))
    assert [each.from_at for each in soon] == [datetime(2030, 1, 1, tzinfo=UTC)]
    assert [each.until_at for each in past] == [datetime(2021, 1, 1, tzinfo=UTC)]
    assert intervals.find_live(entry_at("/posts/past/"), now=NOW) is None


def test_the_report_is_json_and_prints(tmp_path: Path) -> None:
    made = run(tmp_path, FILES, now=clock.now())
    values = json.loads(json.dumps(made.as_json()))
    assert values["counts"]["created"] == 5
    assert values["entries"][0]["source_id"] == "draft.md"
    out = StringIO()
    report.print_report(made, Console(file=out, width=100))
    assert "new here" in out.getvalue()
    assert "must be uploaded by hand" in out.getvalue()
