"""Publishing: intervals that never overlap, on every database."""

import ast
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses.models import Address
from cms.config import ROOT
from cms.content import (
    intervals,
    listing,
    models,
    moving,
    publications,
    publishing,
    revisions,
    search,
    status,
    trash,
)
from cms.content.status import Status
from cms.errors import NotAllowed, Rejected
from cms.history.models import ChangeSet
from tests.content.stories import (
    NOW,
    TICK,
    at,
    find_published,
    on_sqlite,
    publish,
    rewrite,
    spans,
    write,
)

pytestmark = pytest.mark.usefixtures("unit")


def state(entry, hours=0.0):
    return intervals.state_of(entry, now=at(hours)).status


def title_at(entry, hours):
    found = find_published(entry.id, now=at(hours))
    return found.title if found else None


def test_a_draft_is_not_public():
    entry = write()
    assert state(entry) is Status.DRAFT
    assert find_published(entry.id, now=NOW) is None


def test_a_published_entry_is_public_from_that_instant_on():
    entry = write()
    publish(entry)
    assert state(entry) is Status.PUBLISHED
    assert find_published(entry.id, now=NOW) is not None
    assert find_published(entry.id, now=NOW - TICK) is None


def test_an_edit_changes_nothing_for_visitors_until_it_is_published():
    entry = write("Old")
    publish(entry)
    rewrite(entry, now=at(1), title="New")
    assert state(entry, 1) is Status.CHANGED
    assert title_at(entry, 1) == "Old"
    publish(entry, now=at(2))
    assert title_at(entry, 2) == "New"
    assert spans(entry) == [(0, 2), (2, None)]


def test_a_scheduled_first_publication_goes_live_by_the_clock_alone():
    entry = write()
    publication = publish(entry, at=at(5))
    assert state(entry) is Status.SCHEDULED
    assert find_published(entry.id, now=at(5) - TICK) is None
    assert find_published(entry.id, now=at(5)) is not None
    assert publication.dated_at == at(5), "it is dated when it goes live, not when it was planned"


def test_a_moment_in_the_past_counts_as_now():
    entry = write()
    assert publish(entry, at=at(-3)).from_at == NOW


def test_a_scheduled_change_takes_the_place_of_what_is_live():
    entry = write("Old")
    publish(entry)
    rewrite(entry, title="New")
    publish(entry, now=at(1), at=at(5))
    assert spans(entry) == [(0, 5), (5, None)]
    assert (title_at(entry, 4.99), title_at(entry, 5)) == ("Old", "New")
    assert state(entry, 1) is Status.PUBLISHED, "all that is written is on its way"


def test_a_change_put_off_leaves_no_gap():
    entry = write("Old")
    publish(entry)
    rewrite(entry, title="New")
    publish(entry, now=at(1), at=at(5))
    publish(entry, now=at(2), at=at(10))
    assert spans(entry) == [(0, 10), (10, None)]
    publish(entry, now=at(3), at=at(4))
    assert spans(entry) == [(0, 4), (4, None)]


def test_what_was_to_end_still_ends_when_a_scheduled_change_is_taken_back():
    entry = write()
    publish(entry, until=at(20))
    rewrite(entry, title="New")
    publish(entry, now=at(1), at=at(5))
    publishing.cancel_scheduled(entry, by=OPERATOR, now=at(2))
    assert spans(entry) == [(0, 20)]
    assert state(entry, 2) is Status.CHANGED


def test_a_planned_end_can_be_taken_back():
    entry = write()
    publish(entry, until=at(20))
    publishing.cancel_scheduled(entry, by=OPERATOR, now=at(1))
    assert spans(entry) == [(0, None)]
    with pytest.raises(Rejected, match="Nothing is scheduled"):
        publishing.cancel_scheduled(entry, by=OPERATOR, now=at(1))


def test_a_schedule_that_is_taken_back_leaves_a_draft():
    entry = write()
    publish(entry, at=at(5))
    publishing.cancel_scheduled(entry, by=OPERATOR, now=at(1))
    assert spans(entry) == []
    assert state(entry, 6) is Status.DRAFT


def test_unpublishing_ends_it_now():
    entry = write()
    publish(entry)
    publishing.unpublish(entry, by=OPERATOR, now=at(1))
    assert state(entry, 1) is Status.DRAFT
    assert spans(entry) == [(0, 1)]
    with pytest.raises(Rejected, match="not published"):
        publishing.unpublish(entry, by=OPERATOR, now=at(2))


def test_unpublishing_at_a_date_ends_it_then():
    entry = write()
    publish(entry)
    publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(5))
    assert find_published(entry.id, now=at(5) - TICK) is not None
    assert find_published(entry.id, now=at(5)) is None
    with pytest.raises(Rejected, match="ends before"):
        publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(9))
    with pytest.raises(Rejected, match="passed"):
        publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(0.5))


def test_unpublishing_strikes_out_what_would_come_after():
    entry = write()
    publish(entry)
    rewrite(entry, title="New")
    publish(entry, at=at(5))
    publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(3))
    assert spans(entry) == [(0, 3)]


def test_unpublishing_after_a_scheduled_change_ends_that_one():
    entry = write()
    publish(entry)
    rewrite(entry, title="New")
    publish(entry, at=at(5))
    publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(8))
    assert spans(entry) == [(0, 5), (5, 8)]


def test_it_cannot_end_before_it_begins():
    entry = write()
    with pytest.raises(Rejected, match="end before"):
        publish(entry, at=at(5), until=at(5))


def test_publishing_twice_within_a_microsecond_leaves_one_of_them():
    entry = write("One")
    publish(entry)
    for title in ("Two", "Three"):
        rewrite(entry, title=title)
        publish(entry)
    assert spans(entry) == [(0, None)]
    assert title_at(entry, 0) == "Three"


def test_publishing_and_unpublishing_in_the_same_instant_leaves_it_off_the_site():
    entry = write()
    publish(entry)
    publishing.unpublish(entry, by=OPERATOR, now=NOW)
    assert find_published(entry.id, now=NOW + TICK) is None
    publish(entry)
    assert spans(entry) == [(0, None)]


def test_a_clock_that_was_set_back_breaks_nothing():
    entry = write()
    publish(entry, now=at(10))
    publish(entry, now=at(5))
    assert spans(entry) == [(5, None)]
    publishing.unpublish(entry, by=OPERATOR, now=at(3))
    assert find_published(entry.id, now=at(11)) is None


@on_sqlite
def test_something_without_a_title_is_not_published_but_kept():
    entry = write("  ")
    with pytest.raises(Rejected, match="title"):
        publish(entry)


@on_sqlite
def test_only_who_may_publish_does(ana, rob, zoe):
    entry = write(by=rob)
    for person in (rob, ana, zoe):
        with pytest.raises(NotAllowed):
            publish(entry, by=person)
    own = write("Mine", by=ana)
    publish(own, by=ana)


def test_the_date_shown_is_the_editors_and_stays():
    entry = write(dated_at=at(-1000))
    assert publish(entry).dated_at == at(-1000)
    rewrite(entry, dated_at=None, title="New")
    assert publish(entry, now=at(3)).dated_at == at(-1000)
    plain = write("Plain")
    publish(plain, now=at(1))
    rewrite(plain, now=at(2), title="Plainer")
    assert publish(plain, now=at(3)).dated_at == at(1)


def test_a_pinned_entry_stays_where_it_was_pinned_when_it_is_published_anew():
    entry = write(pinned=True)
    publish(entry)
    rewrite(entry, title="New")
    assert publish(entry, now=at(4)).pinned_at == NOW
    rewrite(entry, pinned=False)
    assert publish(entry, now=at(5)).pinned_at is None


def test_an_older_revision_can_be_shown():
    entry = write("One")
    first = revisions.get_head(entry)
    rewrite(entry, title="Two")
    publish(entry, revision=first)
    assert title_at(entry, 0) == "One"
    assert state(entry) is Status.CHANGED


def test_the_same_instant_cannot_begin_twice(unit):
    entry = write()
    publication = publish(entry)
    again = models.Publication(
        **{
            column: getattr(publication, column)
            for column in models.Publication.__table__.columns.keys()  # noqa: SIM118
            if column != "id"
        }
    )
    unit.session.add(again)
    with pytest.raises(sa.exc.IntegrityError):
        unit.session.flush()


@on_sqlite
def test_an_interval_holds_from_its_first_instant_until_before_its_last():
    class Span:
        revision_id, from_at, until_at = "r", at(1), at(2)

    for moment, expected in ((at(1) - TICK, False), (at(1), True), (at(2) - TICK, True),
                             (at(2), False)):  # fmt: skip
        assert status.is_live(Span(), moment) is expected


def test_what_is_scheduled_or_over_is_not_found():
    scheduled, over = write("A scheduled heron"), write("A departed heron")
    publish(scheduled, at=at(5))
    publish(over)
    publishing.unpublish(over, by=OPERATOR, now=at(1))
    db.commit()
    assert search.find("heron", now=at(2)).hits == ()
    assert len(search.find("heron", now=at(6)).hits) == 1


def test_old_html_is_made_anew_and_written_down():
    entry = write(source="*Hi*")
    publication = publish(entry)
    assert publications.rerender(publication, now=at(1)) is False
    publication.renderer, publication.html = 0, "old"
    db.session().flush()
    assert publications.rerender(publication, now=at(1)) is True
    assert "<em>Hi</em>" in publication.html
    query = sa.select(ChangeSet.via).order_by(ChangeSet.id.desc())
    assert db.session().scalars(query).first() == "rerender"
    db.commit()
    assert len(search.find("hi", now=at(1)).hits) == 1


# --- any sequence of acts -----------------------------------------------------------------------

ACTS = ("publish", "schedule", "until", "edit", "unpublish", "end later", "cancel", "trash",
        "restore", "move", "older")  # fmt: skip


MANY_TICKS = 20 * TICK


def steps_of(hours):
    step = st.tuples(st.sampled_from(ACTS), st.sampled_from(hours), st.integers(1, 9))
    return st.lists(step, max_size=14)


FEW = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def act(name, entry, parents, now, later):
    soon = now + timedelta(hours=later)
    match name:
        case "publish":
            publish(entry, now=now)
        case "schedule":
            publish(entry, now=now, at=soon)
        case "until":
            publish(entry, now=now, until=soon)
        case "edit":
            rewrite(entry, now=now, title=f"Title {now} {later}")
        case "unpublish":
            publishing.unpublish(entry, by=OPERATOR, now=now)
        case "end later":
            publishing.unpublish(entry, by=OPERATOR, now=now, at=soon)
        case "cancel":
            publishing.cancel_scheduled(entry, by=OPERATOR, now=now)
        case "trash":
            trash.trash(entry, by=OPERATOR, now=now)
        case "restore":
            trash.restore(entry, by=OPERATOR, now=now)
        case "move":
            parent = parents[later % len(parents)]
            moving.move(entry, parent_id=parent, position=None, by=OPERATOR, now=now)
        case "older":
            revision = revisions.list_revisions(entry)[-1]
            publish(entry, now=now, at=soon, revision=revision)


def ensure_sound(entry, now, *, forward=True):
    """What must hold after every act; some of it only as long as time went forward."""
    rows = intervals.list_all(entry)
    for one, next_one in pairwise(rows):
        assert one.until_at is not None
        assert one.until_at <= next_one.from_at, spans(entry)
    if forward:
        assert sum(each.from_at > now for each in rows) <= 1, "one thing at most is scheduled"
    if entry.trashed_at is not None:
        # Acts of one instant take place a tick after each other.
        ended = now + MANY_TICKS
        assert not any(each.until_at is None or each.until_at > ended for each in rows)
    derived = intervals.state_of(entry, now=now)
    counted = {
        wanted
        for wanted in Status
        if any(
            line.id == entry.id
            for line in listing.list_entries(
                listing.Filter(type="page", status=wanted), now=now, limit=50
            )
        )
    }
    expected = {derived.status}
    if derived.status is Status.CHANGED:
        expected.add(Status.PUBLISHED)
    assert counted == expected
    for each in rows:
        if forward and (each.until_at is None or each.until_at > now):
            query = sa.select(Address).where(Address.path == each.path)
            line = db.session().scalars(query).one()
            assert (line.target_id, line.state == "former") == (entry.id, False)


@FEW
@example(
    [
        ("until", 1, 5),
        ("schedule", 0, 1),
        ("unpublish", 0, 3),
        ("until", 0, 2),
        ("publish", 1, 3),
        ("trash", 0, 2),
        ("cancel", 0, 3),
        ("trash", 0, 9),
    ]
)
@given(steps=steps_of([0, 0, 1, 7]) | steps_of([0, 1, 7, -3]))
def test_no_sequence_of_acts_makes_intervals_overlap(unit, steps):
    unit.session.rollback()
    unit.session.expunge_all()
    parents = [None, write("Here", kind="page").id, write("There", kind="page").id]
    entry = write("A page", kind="page")
    now, forward = NOW, True
    for name, hours, later in steps:
        now += timedelta(hours=hours)
        forward = forward and hours >= 0
        try:
            act(name, entry, parents, now, later)
        except Rejected:
            continue
        ensure_sound(entry, now, forward=forward)


# --- nobody goes round it -------------------------------------------------------------------------


@on_sqlite
def test_status_is_stored_nowhere():
    named = {"address", "change_set"}  # Whose path it is, and whether an act was undone.
    tables = db.Base.metadata.tables
    content = {name for name in tables if name.startswith(("entry", "revision", "publication"))}
    assert {"entry", "revision", "publication"} <= content
    for name in content - named:
        columns = set(tables[name].columns.keys())
        assert not columns & {"status", "state", "is_published", "published", "draft"}, name


@on_sqlite
def test_visitors_pages_read_publications_only():
    private = {"Revision", "WorkingCopy", "EntryTerm", "EntryByline", "editing", "listing"}
    excused = {"preview.py"}  # Editors look at their drafts there.
    for path in sorted((ROOT / "cms" / "public").glob("*.py")):
        if path.name in excused:
            continue
        named = set()
        for piece in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(piece, ast.ImportFrom) and (piece.module or "").startswith("cms.content"):
                named |= {alias.name for alias in piece.names}
        assert not named & private, f"{path.name} reads what is not public"


@on_sqlite
def test_what_an_entry_ever_showed_is_listed_without_its_texts(database):
    entry = write(source="A long walk.")
    publish(entry)
    publish(entry, now=at(hours=1))
    db.commit()
    with db.unit_of_work(database, write=False):
        listed = intervals.list_all(entry)
        assert all({"html", "headings"} <= sa.inspect(each).unloaded for each in listed)
        assert "A long walk." in listed[0].html
