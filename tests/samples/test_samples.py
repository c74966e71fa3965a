"""The sample content: written, taken away in one act, and brought back in one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Person
from cms.addresses import book
from cms.admin.undoing import KEEPERS
from cms.content import editing, publishing, references, revisions, terms, trash
from cms.content.models import Entry, Profile, Publication, Term
from cms.content.snapshot import Snapshot
from cms.errors import NotAllowed, Rejected
from cms.history import activity, recording, undoing
from cms.samples import pieces, presence, removal, writing
from cms.site import menus, settings
from tests.history import sameness

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def samples(olga: Person, eli: Person, unit: db.UnitOfWork) -> int:
    """The samples are there, and those who may or may not take them away."""
    assert KEEPERS, "who put rows back are loaded"
    return writing.fill(now=NOW)


def entry_at(path: str) -> Entry:
    line = book.find(path)
    assert line is not None
    return editing.get_entry(line.target_id or "")


def edit(path: str, *, by: Person) -> Entry:
    entry = entry_at(path)
    head = revisions.get_head(entry)
    content = replace(Snapshot.of(head), source=head.source + "\n\nMy own words.")
    editing.save(entry, content, by=by, now=LATER, based_on=head.id)
    return entry


def count(model: type[db.Base]) -> int:
    return db.session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("samples")
def test_the_samples_are_one_act() -> None:
    acts = activity.list_acts(activity.Filter(via=writing.VIA), limit=9).lines
    assert [line.label for line in acts] == ["Added the sample content"]
    about = activity.Filter(kind="entry")
    assert len(activity.list_acts(about, limit=9).lines) == 1


@pytest.mark.usefixtures("samples")
def test_what_nobody_changed_goes_without_a_trace(olga: Person) -> None:
    decided = removal.remove(by=olga, now=LATER)
    assert not decided.staying
    assert [count(each) for each in (Entry, Publication, Term, Profile)] == [0, 0, 0, 0]
    assert not menus.list_menus()
    assert settings.load().title == settings.DEFAULTS.title
    assert not settings.is_set("tagline")
    assert book.find("/about/") is None


@pytest.mark.usefixtures("samples")
def test_undoing_the_removal_gives_the_very_same_rows(olga: Person) -> None:
    before = sameness.dump(LATER)
    removal.remove(by=olga, now=LATER)
    undoing.undo(recording.latest() or "", by=olga, now=LATER)
    db.session().expire_all()
    assert sameness.differences(before, sameness.dump(LATER)) == []
    assert not any(each.is_changed for each in presence.list_there())


@pytest.mark.usefixtures("samples")
def test_undoing_the_writing_leaves_an_empty_site(olga: Person) -> None:

    undoing.undo(recording.latest() or "", by=olga, now=LATER)
    assert count(Entry) == 0


@pytest.mark.usefixtures("samples")
def test_what_somebody_changed_stays_and_its_links_become_words(olga: Person) -> None:
    changed = edit("/start-here/", by=olga)
    links = references.list_missing(revisions.get_head(changed))
    decided = removal.remove(by=olga, now=LATER)
    assert [each.id for each in decided.staying] == [changed.id]
    assert count(Entry) == 1
    assert "My own words." in revisions.get_head(changed).source
    assert list(references.list_missing(revisions.get_head(changed))) == list(links) == []
    assert references.list_dangling(now=LATER) == []


@pytest.mark.usefixtures("samples")
def test_what_was_changed_goes_when_it_is_ticked(olga: Person) -> None:
    changed = edit("/start-here/", by=olga)
    removal.remove(by=olga, now=LATER, also={changed.id})
    assert count(Entry) == 0


@pytest.mark.usefixtures("samples")
def test_a_page_stays_while_something_of_ones_own_stands_below_it(olga: Person) -> None:
    guide = entry_at("/guide/")
    content = Snapshot(title="Mine", source="Words.")
    editing.create_entry("page", content, by=olga, now=LATER, parent_id=guide.id)
    decided = removal.remove(by=olga, now=LATER)
    assert [each.id for each in decided.staying] == [guide.id]
    assert count(Entry) == 2


@pytest.mark.usefixtures("samples")
def test_a_changed_page_keeps_the_page_above_it(olga: Person) -> None:
    edit("/guide/blocks/", by=olga)
    staying = {each.id for each in removal.plan().staying}
    assert staying == {entry_at("/guide/").id, entry_at("/guide/blocks/").id}


@pytest.mark.usefixtures("samples")
def test_terms_that_something_else_carries_stay(olga: Person) -> None:
    craft = terms.find_by_name("tag", "craft")
    assert craft is not None
    content = Snapshot(title="Mine", source="Words.", term_ids=(craft.id,))
    editing.create_entry("post", content, by=olga, now=LATER)
    removal.remove(by=olga, now=LATER)
    assert [term.name for term in db.session().scalars(sa.select(Term))] == ["craft"]


@pytest.mark.usefixtures("samples")
def test_ones_own_menu_loses_only_the_lines_that_name_samples(olga: Person) -> None:
    menu = menus.find_menu("main")
    assert menu is not None
    lines = [
        menus.Line(label="About", target_kind="entry", target_id=entry_at("/about/").id),
        menus.Line(label="Elsewhere", target_kind="url", url="https://example.org/"),
    ]
    menus.save_menu("main", "Mine", lines, by=olga, now=LATER)
    removal.remove(by=olga, now=LATER)
    assert [item.label for item in menus.list_items(menu)] == ["Elsewhere"]


@pytest.mark.usefixtures("samples")
def test_a_sample_as_the_front_page_gives_way_to_the_posts(olga: Person) -> None:
    front = {"front": "page", "front_page": entry_at("/about/").id}
    settings.save(front, by=olga, now=LATER)
    removal.remove(by=olga, now=LATER)
    assert settings.load().front == "posts"


@pytest.mark.usefixtures("samples")
def test_a_sample_in_the_trash_goes_along_and_comes_back(olga: Person) -> None:
    trash.trash(entry_at("/about/"), by=olga, now=LATER)
    assert writing.fill(by=olga, now=LATER) == 0
    assert entry_at("/about/").trashed_at is None
    trash.trash(entry_at("/about/"), by=olga, now=LATER)
    removal.remove(by=olga, now=LATER, also=[each.id for each in presence.list_there()])
    assert count(Entry) == 0


@pytest.mark.usefixtures("samples")
def test_they_are_brought_back_beside_what_stands_there_by_now(samples: int, olga: Person) -> None:
    removal.remove(by=olga, now=LATER)
    own = editing.create_entry(
        "page", Snapshot(title="About", source="Me.", path="/about/"), by=olga, now=LATER
    )
    publishing.publish(own, by=olga, now=LATER)
    assert writing.fill(by=olga, now=LATER) == samples
    assert entry_at("/about/").id == own.id
    assert presence.count_there() == samples
    assert not any(each.is_changed for each in presence.list_there())
    assert references.list_dangling(now=LATER) == []
    assert writing.fill(by=olga, now=LATER) == 0, "a second time changes nothing"


def test_nothing_to_remove_is_said(olga: Person, unit: db.UnitOfWork) -> None:
    with pytest.raises(Rejected):
        removal.remove(by=olga, now=NOW)


@pytest.mark.usefixtures("samples")
def test_only_those_who_set_up_the_site_may(eli: Person) -> None:
    with pytest.raises(NotAllowed):
        removal.remove(by=eli, now=LATER)
    with pytest.raises(NotAllowed):
        writing.fill(by=eli, now=LATER)


@pytest.mark.usefixtures("samples")
def test_a_site_that_was_emptied_is_not_new(olga: Person) -> None:
    assert not writing.is_new_site()
    removal.remove(by=olga, now=LATER)
    assert writing.is_empty()
    assert not writing.is_new_site()


def test_every_term_and_name_of_the_pieces_is_known() -> None:
    assert all(set(piece.bylines) <= set(pieces.PEOPLE) for piece in pieces.posts())
    assert len(pieces.guids()) == len(pieces.posts()) + len(pieces.pages())
