"""Checks: what each finds and what it lets pass, and the findings that follow the entries."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cms import clock, db
from cms.accounts.permissions import OPERATOR, Person
from cms.admin.undoing import KEEPERS
from cms.content import checks, editing, findings, publishing, trash
from cms.content.checks import CHECKS, Draft
from cms.content.models import Entry, EntryFinding
from cms.errors import NotAllowed, Rejected
from cms.history import recording, undoing
from tests.content.stories import publish, rewrite, write
from tests.content.test_at_once import at_once, prepared

GOOD = Draft(title="Tea", source="Words.", excerpt="In short.", path="/tea/")


def codes(**values: object) -> set[str]:
    return {each.code for each in checks.check(replace(GOOD, **values))}  # type: ignore[arg-type]


def test_a_good_entry_is_left_in_peace() -> None:
    assert codes() == set()


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("title-missing", {"title": "  "}),
        ("title-missing", {"title": None}),
        ("title-long", {"title": "x" * 71}),
        ("title-long", {"seo": {"title": "x" * 71}}),
        ("title-same", {"same_titles": ["Tea"]}),
        ("description-missing", {"excerpt": " "}),
        ("description-long", {"seo": {"description": "x" * 171}}),
        ("path-long", {"path": "/" + "x" * 120}),
        ("noindex", {"seo": {"noindex": True}}),
        ("link-hidden", {"hidden_targets": ["A draft"]}),
        ("link-broken", {"broken_targets": 1}),
        ("heading-first", {"source": "# Title\n\nWords."}),
        ("heading-first", {"source": "Title\n=====\n\nWords."}),
        ("heading-skipped", {"source": "## One\n\n#### Three"}),
        ("heading-skipped", {"source": "### Deep"}),
        ("heading-skipped", {"source": "# One\n\n### Three"}),
        ("link-words", {"source": "[Here](https://example.org)"}),
        ("link-words", {"source": "[click here…](https://example.org)"}),
        ("link-empty", {"source": "[](https://example.org)"}),
        ("link-empty", {"source": "[![](boat.png)](https://example.org)"}),
        ("link-bare", {"source": "<https://example.org/x>"}),
        ("image-alt", {"source": "![](boat.png)"}),
        ("text-unshowable", {"source": "\ud800"}),
    ],
)  # fmt: skip
def test_each_check_finds_what_it_is_for(code: str, values: dict[str, object]) -> None:
    assert code in codes(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "x" * 70},
        {"title": "x" * 200, "seo": {"title": "Short"}},
        {"title": "", "titled": False},
        {"excerpt": "", "seo": {"description": "Said."}},
        {"seo": {"noindex": True}, "listed": False},
        {"excerpt": "", "public": False, "path": None},
        {"source": "## One\n\n### Two\n\n## Three\n\n### Four\n\n#### Five\n\n## Six"},
        {"source": "# One\n\n## Two"} | {"source": "## Only second levels"},
        {"source": "```\n# no heading\n[here](x)\n![](y)\n```"},
        {"source": "[here is how](https://example.org)"},
        {"source": '[a > b](https://example.org "1 > 0") ![a > b](boat.png)'},
        {"source": "[![a boat](boat.png)](https://example.org)"},
        {"source": "A note.[^1]\n\n[^1]: It."},
        {"source": "[up](#c-up)"},
    ],
)
def test_what_is_right_is_not_complained_of(values: dict[str, object]) -> None:
    assert codes(**values) == set()


def test_what_is_found_often_is_said_once() -> None:
    found = checks.check(Draft(title="x", excerpt="y", source="![](a.png) ![](b.png)"))
    assert [(each.code, each.count, each.place) for each in found] == [("image-alt", 2, "a.png")]


# Pieces that the checks look for, and whatever else there is.
_PIECES = st.sampled_from(
    ["# ", "#### ", "[", "](", ")", "![", '<a href="', '">', "</a>", "<img alt=", "https://",
     "\n", "<h3>", "</h4>", "&lt;", "&#0;", "&#x110000;", "*", "`", "|", "[^1]", "entry:", "here"]
)  # fmt: skip
_SOURCES = st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=30).map("".join)


@given(
    source=_SOURCES,
    title=st.one_of(st.none(), st.text(max_size=90)),
    excerpt=st.text(max_size=20),
    path=st.one_of(st.none(), st.text(max_size=140)),
    seo=st.dictionaries(
        st.sampled_from(["title", "description", "noindex"]),
        st.one_of(st.text(max_size=200), st.booleans(), st.none(), st.integers()),
    ),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    others=st.lists(st.text(max_size=10), max_size=3),
)
def test_no_input_makes_a_check_raise(
    source: str,
    title: str | None,
    excerpt: str,
    path: str | None,
    seo: dict[str, object],
    flags: tuple[bool, bool, bool],
    others: list[str],
) -> None:
    listed, titled, public = flags
    draft = Draft(source, title, excerpt, path, seo, listed, titled, public, others, others, 1)
    found = checks.check(draft)
    assert len({each.code for each in found}) == len(found)
    assert all(each.code in CHECKS and each.count > 0 for each in found)
    assert all(len(each.place) <= checks.MAX_SAMPLE for each in found)


# --- findings that follow the entries -----------------------------------------------------------


def stored(entry: Entry) -> set[str]:
    query = sa.select(EntryFinding.code).where(EntryFinding.entry_id == entry.id)
    return set(db.session().scalars(query)) - {"description-missing"}


@pytest.fixture
def tea(olga: Person, ana: Person, rob: Person, unit: db.UnitOfWork) -> Entry:
    """An entry with a picture that is not described."""
    assert KEEPERS
    return write("Tea", "![](tea.png)")


def test_they_follow_each_act_and_its_undoing(tea: Entry, olga: Person) -> None:
    assert stored(tea) == {"image-alt"}
    rewrite(tea, by=olga, source="![a cup](tea.png) [here](https://example.org)")
    assert stored(tea) == {"link-words"}
    undoing.undo(recording.latest() or "", by=olga, now=clock.now())
    assert stored(tea) == {"image-alt"}
    trash.trash(tea, by=olga, now=clock.now())
    assert stored(tea) == set()
    trash.restore(tea, by=olga, now=clock.now())
    assert stored(tea) == {"image-alt"}


def test_a_link_to_a_draft_is_told_until_it_is_public(tea: Entry, olga: Person) -> None:
    link = write("Link", f"[tea](entry:{tea.id})")
    assert stored(link) == {"link-hidden"}
    publish(tea, now=clock.now())
    assert stored(link) == set()
    publishing.unpublish(tea, by=olga, now=clock.now())
    assert stored(link) == {"link-hidden"}
    publish(tea, now=clock.now())
    trash.trash(tea, by=olga, now=clock.now())
    assert stored(link) == {"link-hidden"}
    trash.restore(tea, by=olga, now=clock.now())
    assert stored(link) == set()


def test_two_of_one_title_are_both_told_and_both_let_go(tea: Entry, olga: Person) -> None:
    other = write("TEA", "Words.")
    assert "title-same" in stored(tea) & stored(other)
    rewrite(other, by=olga, title="Coffee")
    assert "title-same" not in stored(tea) | stored(other)
    rewrite(other, by=olga, title="Tea")
    trash.trash(other, by=olga, now=clock.now())
    assert "title-same" not in stored(tea)


def test_one_check_is_ignored_for_one_entry_until_that_is_undone(tea: Entry, olga: Person) -> None:
    other = write("Coffee", "![](coffee.png)")
    open_ones = findings.Filter(code="image-alt")
    findings.ignore(tea, "image-alt", by=olga, now=clock.now())
    act = recording.latest() or ""
    assert [line.entry_id for line in findings.list_findings(open_ones, limit=9)] == [other.id]
    rewrite(tea, by=olga, source="![](again.png)")
    assert [line.entry_id for line in findings.list_findings(open_ones, limit=9)] == [other.id]
    hidden = findings.list_findings(findings.Filter(ignored=True), limit=9)
    assert [line.entry_id for line in hidden] == [tea.id]
    undoing.undo(act, by=olga, now=clock.now())
    assert len(findings.list_findings(open_ones, limit=9)) == 2
    findings.ignore(tea, "image-alt", by=olga, now=clock.now())
    findings.heed(tea, "image-alt", by=olga, now=clock.now())
    assert findings.list_ignored(tea) == frozenset()


def test_only_who_may_edit_it_may_ignore(tea: Entry, rob: Person) -> None:
    with pytest.raises(NotAllowed):
        findings.ignore(tea, "image-alt", by=rob, now=clock.now())
    with pytest.raises(Rejected):
        findings.ignore(tea, "nothing", by=OPERATOR, now=clock.now())


def test_the_list_is_the_worst_first_and_counted(tea: Entry) -> None:
    write(None, "[](https://example.org)")
    lines = findings.list_findings(findings.Filter(), limit=99)
    severities = [CHECKS[line.code].severity for line in lines]
    assert severities == sorted(severities, reverse=True)
    db.session().flush()
    assert findings.count_by_code(now=clock.now())["image-alt"] == 1
    pages = [findings.list_findings(findings.Filter(), limit=2, offset=at) for at in (0, 2, 4)]
    assert [line for page in pages for line in page] == lines[:6]


def test_looking_anew_changes_nothing_and_mends_what_was_missing(tea: Entry) -> None:
    before = stored(tea)
    db.session().execute(sa.delete(EntryFinding))
    findings.renew([tea.id])
    findings.renew([tea.id])
    assert stored(tea) == before
    assert {each.code for each in findings.look_at(editing.get_entry(tea.id))} >= before


def test_acts_that_say_the_same_of_an_entry_at_once_do_not_meet(database: db.Database) -> None:
    known, _head = prepared(database, title="Tea", source="[a](https://example.org)")
    targets = [prepared(database, title=f"Target {number}")[0] for number in range(3)]
    links = " ".join(f"[x](entry:{each})" for each in targets)
    linking, _head = prepared(database, title="Links", source=links)

    def add_alike() -> None:
        write("Tea", "Words.")

    def show(entry_id: str) -> None:
        publish(editing.get_entry(entry_id), now=clock.now())

    def let(act: Callable[..., None], *args: str) -> Callable[[], None]:
        return lambda: act(*args)

    came = at_once(database, *[let(add_alike)] * 3, *[let(show, each) for each in targets])
    assert came == [None] * 6
    with db.unit_of_work(database):
        # What was not seen of each other at that moment is mended by looking anew.
        findings.renew([known, linking])
        assert "title-same" in stored(editing.get_entry(known))
        assert "link-hidden" not in stored(editing.get_entry(linking))
