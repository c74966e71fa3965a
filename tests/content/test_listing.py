"""Lists of the admin: what they find, in which order, and the narrow columns they look through."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cms import db
from cms.content import editing, listed, listing, profiles, publishing, revisions, terms, trash
from cms.content.listed import Mark
from cms.content.listing import Filter, Only
from cms.content.models import Entry
from cms.content.status import Status
from tests.content.stories import NOW, OPERATOR, at, publish, rewrite, write

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _unit(unit):
    """Every story here has a database."""


def _keys(entry):
    query = sa.select(Entry.name_key, Entry.sort_at, Entry.marks).where(Entry.id == entry.id)
    db.session().flush()
    return tuple(db.session().execute(query).one())


def _titles(*, now=NOW, **wanted):
    found = listing.list_entries(Filter("post", **wanted), now=now, limit=50)
    assert len(found) == listing.count_entries(Filter("post", **wanted), now=now)
    return [line.title for line in found]


def test_the_columns_follow_every_save():
    entry = write(title="Ümläute\nund Ähren", path="/Über/", featured=True, excerpt="x")
    name, sort_at, marks = _keys(entry)
    assert name.startswith("umlaute und ahren\n/uber/")
    assert (sort_at, marks) == (NOW, Mark.FEATURED)
    rewrite(entry, title="", featured=False, excerpt="", listed=False, dated_at=NOW + HOUR)
    name, sort_at, marks = _keys(entry)
    assert name == "\n/uber/"
    assert (sort_at, marks) == (NOW + HOUR, Mark.UNTITLED | Mark.UNDESCRIBED | Mark.UNLISTED)


def test_the_columns_follow_what_publishing_decides():
    entry = write(title="Tea")
    publish(entry, now=NOW + HOUR)
    name, sort_at, _marks = _keys(entry)
    assert (name, sort_at) == (f"tea\n{publishing_path(entry)}", NOW + HOUR)


def publishing_path(entry):
    return publishing.intervals.list_all(entry)[-1].path


def test_the_columns_stay_out_of_the_history():
    assert {"name_key", "sort_at", "marks"} <= set(Entry.untracked)


def test_a_key_fits_however_long_the_title_is():
    key = listed.name_key("ﷺ" * 500, "/" + "a" * 700)
    assert len(key) == listed.LONGEST_NAME


def test_words_are_looked_for_in_title_address_and_text():
    write(title="Crème brûlée", source="Sugar.")
    write(title="Two", path="/desserts/", source="Nothing")
    publish(write(title="Three", source="Burnt sugar on top."))
    assert _titles(words="creme BRULEE") == ["Crème brûlée"]
    assert _titles(words="desserts") == ["Two"]
    assert sorted(_titles(words="brulee creme")) == ["Crème brûlée"]
    assert _titles(words="100% _") == []


def test_words_of_drafts_and_of_what_is_published_are_found(database):
    write(title="One", source="A zebu grazes.")
    publish(write(title="Two", source="Another ZEBU sleeps."))
    db.commit()  # MariaDB finds what was committed only.
    assert sorted(_titles(words="zebu")) == ["One", "Two"]
    assert _titles(words="zebu grazes") == ["One"]


def test_filters_narrow_together():
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW).id
    above = terms.create_term("category", "Above", by=OPERATOR, now=NOW).id
    below = terms.create_term("category", "Below", by=OPERATOR, now=NOW, parent_id=above).id
    jo = profiles.create_profile("Jo", by=OPERATOR, now=NOW).id
    write(title="Tagged", term_ids=(tag,), dated_at=NOW - HOUR)
    write(title="Filed", term_ids=(below,), byline_ids=(jo,))
    write(title="Both", term_ids=(tag, below), byline_ids=(jo,), featured=True)
    assert sorted(_titles(term_id=tag)) == ["Both", "Tagged"]
    assert sorted(_titles(category_id=above)) == ["Both", "Filed"]
    assert _titles(term_id=tag, profile_id=jo) == ["Both"]
    assert _titles(only=Only.FEATURED) == ["Both"]
    assert _titles(until=NOW) == ["Tagged"]
    assert sorted(_titles(since=NOW)) == ["Both", "Filed"]


def test_whoever_signs_an_entry_finds_it_among_their_own(ana, rob):
    profile = profiles.ensure_own_profile(ana, now=NOW)
    write(by=rob, title="Ours", byline_ids=(profile.id,))
    write(by=ana, title="Mine")
    write(by=rob, title="Theirs")
    assert sorted(_titles(owned_by=ana.id)) == ["Mine", "Ours"]


def test_lists_are_sorted_and_no_page_repeats_a_row():
    for _number in range(7):
        write(title="Same")
    wanted = Filter("post", sort="title")
    pages = [listing.list_ids(wanted, now=NOW, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert len({each for page in pages for each in page}) == 7
    write(title="älter")
    write(title="Zebra")
    assert [_titles(sort="title", descending=False)[place] for place in (0, -1)] == [
        "älter", "Zebra"]  # fmt: skip


def test_states_are_counted_as_they_are_listed():
    now = NOW + HOUR
    write(title="Draft")
    publish(write(title="Out"))
    changed = publish_then_change("Changed")
    publish(write(title="Later"), at=now + HOUR)
    planned = publish_then_change("Planned")
    publish(planned, now=NOW + HOUR / 2, at=now + HOUR)
    trash.trash(write(title="Gone"), by=OPERATOR, now=NOW)
    assert changed.id != planned.id
    expected = {
        None: 5, Status.DRAFT: 1, Status.SCHEDULED: 1, Status.PUBLISHED: 3, Status.CHANGED: 1,
    }  # fmt: skip
    assert dict(listing.count_by_status("post", now=now)) == expected
    for status, count in expected.items():
        found = listing.list_entries(Filter("post", status=status), now=now, limit=50)
        assert len(found) == count, status
        if status in (Status.DRAFT, Status.SCHEDULED, Status.CHANGED):
            assert all(line.state.status is status for line in found)
    assert _titles(now=now, only=Only.PLANNED, sort="title") == ["Planned", "Later"]
    # An hour later the planned ones are out, though nothing was written meanwhile.
    assert _titles(now=now + 2 * HOUR, status=Status.SCHEDULED) == []


def publish_then_change(title):
    entry = write(title="Before")
    publish(entry)
    rewrite(entry, title=title)
    return entry


def test_lines_say_what_names_and_ids_stand_on_them():
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    entry = write(title="Named", term_ids=(tag.id,))
    line = listing.list_entries(Filter("post"), now=NOW, limit=1)[0]
    assert [(each.id, each.name, each.kind) for each in line.terms] == [(tag.id, "Tea", "tag")]
    assert line.head_id == revisions.get_head(entry).id
    assert editing.find_entry(line.id) is entry


def test_what_goes_out_stands_in_the_order_of_the_clock(ana, database):
    with db.unit_of_work(database):
        later, sooner = write("Later"), write("Sooner", by=ana)
        page, gone = write("Page", kind="page"), write("Gone")
        for hours, entry in ((3, later), (1, sooner), (2, page), (4, gone)):
            publish(entry, at=at(hours))
        trash.trash(gone, by=OPERATOR, now=NOW)
        found = listing.list_coming(now=NOW, limit=9)
        assert found == [sooner.id, page.id, later.id]
        assert listing.list_coming(now=NOW, limit=2) == found[:2]
        assert listing.list_coming(now=at(1), limit=9) == found[1:]
        assert listing.list_coming(now=NOW, limit=9, made_by=ana.id) == [sooner.id]
        posts = listing.list_titles(Filter("post", made_by=ana.id), now=NOW, limit=9)
        assert posts == [(sooner.id, "Sooner")]
