"""Replacing words in all entries, on every database."""

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.content import intervals, publishing, replacing, revisions, trash
from cms.content.occurrences import Wanted
from cms.content.status import Status
from cms.errors import Rejected
from cms.history.models import ChangeSet
from tests.content.stories import NOW, at, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")


def found(words, by=OPERATOR, **options):
    entries, _more = replacing.find(Wanted(words, **options), by=by, now=NOW)
    return [entry.title for entry in entries]


def replace_all(words, replacement, *, publish=True, by=OPERATOR, hours=1.0):
    wanted = Wanted(words, replacement)
    entries, _more = replacing.find(wanted, by=by, now=at(hours))
    chosen = {entry.entry_id: (entry.revision_id, None) for entry in entries}
    return replacing.carry_out(wanted, chosen, publish=publish, by=by, now=at(hours))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Ten kettles", "KETTLES"),
        ("100 % sure_ly!", "0 % SURE_LY!"),
        ("l'École", "l'école"),
        ("كأس من الماء", "من"),
        ("数据库", "据"),
        ("ΑΒΓ", "αβγ"),
        ("a \\ b", "\\"),
    ],
)
def test_words_are_found_whatever_their_case_and_script(source, words):
    write(title="Here", source=source)
    write(title="Elsewhere", source="Nothing of that.")
    assert found(words) == ["Here"]


@pytest.mark.parametrize("words", ["crème", "Crème", '"quoted"', "a/b"])
def test_words_for_search_engines_are_found_too(words):
    write(title="Here", seo={"description": 'A crème "quoted" a/b'})
    assert found(words) == ["Here"]


def test_what_lies_in_the_trash_is_not_searched():
    trash.trash(write(title="Gone", source="kettle"), by=OPERATOR, now=NOW)
    assert found("kettle") == []


def test_nothing_to_look_for_is_refused():
    with pytest.raises(Rejected, match="which words"):
        replacing.find(Wanted("  "), by=OPERATOR, now=NOW)


def test_what_was_published_follows_in_one_act():
    shown, draft = write(title="Shown", source="kettle"), write(title="Draft", source="kettle")
    publish(shown)
    outcome = replace_all("kettle", "pot")
    assert (outcome.replaced, outcome.published, outcome.refused) == (2, 1, ())
    assert revisions.get_head(draft).source == "pot"
    live = intervals.find_live(shown, now=at(2))
    assert live is not None
    assert "pot" in live.html
    label = db.session().scalars(sa.select(ChangeSet.label).order_by(ChangeSet.id.desc())).first()
    assert label == "Replaced “kettle” by “pot” in 2 entries"


def test_what_had_unpublished_changes_stays_as_visitors_see_it():
    entry = write(title="Shown", source="kettle")
    publish(entry)
    rewrite(entry, source="kettle, and not ready")
    replace_all("kettle", "pot")
    live = intervals.find_live(entry, now=at(2))
    assert live is not None
    assert "kettle" in live.html
    assert intervals.state_of(entry, now=at(2)).status is Status.CHANGED


def test_what_is_scheduled_keeps_its_time():
    entry = write(title="Later", source="kettle")
    publishing.publish(entry, by=OPERATOR, now=NOW, at=at(5), until=at(9))
    replace_all("kettle", "pot")
    (interval,) = intervals.list_all(entry)
    assert (interval.from_at, interval.until_at) == (at(5), at(9))
    assert interval.revision_id == entry.head_id
    assert intervals.find_live(entry, now=at(4)) is None


def test_an_entry_that_was_saved_meanwhile_is_left_and_named():
    entry, other = write(title="Mine", source="kettle"), write(title="Other", source="kettle")
    wanted = Wanted("kettle", "pot")
    entries, _more = replacing.find(wanted, by=OPERATOR, now=NOW)
    rewrite(entry, source="kettle and more")
    chosen = {each.entry_id: (each.revision_id, None) for each in entries}
    outcome = replacing.carry_out(wanted, chosen, publish=True, by=OPERATOR, now=at(1))
    assert outcome.replaced == 1
    assert [(each.title, each.reason) for each in outcome.refused] == [
        (revisions.get_head(entry).title, "Someone saved it meanwhile.")
    ]
    assert revisions.get_head(other).source == "pot"


def test_a_refused_publishing_leaves_no_half_of_the_entry():
    entry = write(title="kettle", source="Text.")
    publish(entry)
    outcome = replace_all("kettle", "")
    assert outcome.replaced == 0
    assert len(outcome.refused) == 1
    assert revisions.get_head(entry).title == "kettle"


def test_more_than_one_preview_holds_is_said():
    for number in range(5):
        write(title=f"Kettle {number}", source="x")
    entries, more = replacing.find(Wanted("kettle"), by=OPERATOR, now=NOW, limit=3)
    assert (len(entries), more) == (3, True)


def test_one_text_full_of_the_words_is_chosen_as_a_whole_without_listing_every_place():
    write(title="Full", source="kettle " * 1_000)
    ((one,), more) = replacing.find(Wanted("kettle"), by=OPERATOR, now=NOW)
    assert (one.is_whole, one.count, more) == (True, 1_000, False)
    assert len(one.hits) <= replacing.MAX_SINGLE + 1


def test_a_preview_ends_where_there_are_too_many_places_to_count(monkeypatch):
    monkeypatch.setattr(replacing, "MAX_COUNTED", 150)
    for number in range(3):
        write(title=str(number), source="kettle " * 100)
    entries, more = replacing.find(Wanted("kettle"), by=OPERATOR, now=NOW)
    assert (len(entries), more) == (1, True)


def test_nothing_is_said_of_an_entry_that_one_may_not_open(ana, rob):
    entry = write(title="Of Ana's alone", by=ana)
    chosen = {entry.id: ("0" * 26, None)}
    outcome = replacing.carry_out(Wanted("a", "b"), chosen, publish=False, by=rob, now=NOW)
    assert [(each.title, each.reason) for each in outcome.refused] == [
        (None, "This entry is not there.")
    ]
