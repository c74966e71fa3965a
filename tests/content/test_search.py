"""Finding publications, on every database."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms import db, ids
from cms.content import search
from cms.content.models import Entry, Publication, Revision
from tests.content import stories

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def publish(title="", body="", extra="", *, parent=None, dated_at=NOW, **columns):
    """Put a publication and its words into the database; returns it."""
    entry = Entry(
        id=ids.new_id(),
        type="post",
        locale="en",
        translation_group=ids.new_id(),
        parent_id=parent.entry_id if parent else None,
        created_at=NOW,
    )
    session = db.session()
    session.add(entry)
    session.flush()
    return publish_again(entry.id, title, body, extra, dated_at=dated_at, **columns)


def publish_again(entry_id, title="", body="", extra="", *, dated_at=NOW, **columns):
    """Another publication of the same entry."""
    session = db.session()
    revision = Revision(
        id=ids.new_id(),
        entry_id=entry_id,
        created_at=NOW,
        content_hash="",
        seo={},
        fields={},
        term_ids=[],
        byline_ids=[],
        source=body,
    )
    session.add(revision)
    session.flush()
    publication = Publication(
        **{
            "id": ids.new_id(),
            "entry_id": entry_id,
            "revision_id": revision.id,
            "from_at": NOW - DAY,
            "type": "post",
            "locale": "en",
            "title": title,
            "path": f"/{ids.new_id()}/",
            "dated_at": dated_at,
            "updated_at": NOW,
            "seo": {},
            "fields": {},
            "headings": [],
            "html": "",
            **columns,
        }
    )
    session.add(publication)
    search.index(publication.id, title=title, body_text=body, extra_text=extra)
    return publication


def found(query, *, now=NOW, **paging):
    """The titles that are found, the best first."""
    db.commit()  # MariaDB finds what was committed.
    hits = search.find(query, now=now, **paging).hits
    return [db.session().get_one(Publication, hit.publication_id).title for hit in hits]


@pytest.fixture(autouse=True)
def _open(unit):
    pass


def test_words_of_title_body_and_extra_are_found():
    publish("Morning bread", "Flour and water", "baking Ana")
    publish("Evening soup", "Only water")
    assert found("bread") == ["Morning bread"]
    assert found("flour") == ["Morning bread"]
    assert found("ana baking") == ["Morning bread"]
    assert set(found("water")) == {"Morning bread", "Evening soup"}
    assert found("water absent") == []


def test_a_title_weighs_more_than_a_body():
    publish("Other things", "tea tea and again tea, " + "more words " * 20)
    publish("Tea", "about leaves, " + "more words " * 20)
    assert found("tea") == ["Tea", "Other things"]


def test_all_scripts_and_short_and_common_words_are_found():
    publish("Chinese", "关于数据库的文章")
    publish("Russian", "Пётр пишет")
    publish("Stop", "to be or not to be, a C about the who")
    publish("French", "L’été à la plage")
    for query, title in {
        "数据库": "Chinese",
        "章": "Chinese",
        "петр": "Russian",
        "to be or not": "Stop",
        "c": "Stop",
        "the who": "Stop",
        "ete": "French",
        "ÉTÉ PLAGE": "French",
    }.items():
        assert found(query) == [title], query


def test_the_last_word_may_be_a_beginning():
    publish("A", "programming in the large")
    assert found("in program") == ["A"]
    assert found("program in") == []
    assert found("pr") == []


def test_a_phrase_is_found_in_its_order():
    publish("A", "the quick brown fox and 数据库的 text")
    publish("Brown", "the fox is quick and quick to see", "quick")
    assert found('"quick brown"') == ["A"]
    assert found('"brown quick"') == []
    assert found('"数据库"') == ["A"]
    assert found('"brown the"') == []  # A title does not run on into the body.


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        "'",
        "*",
        "AND",
        "a AND",
        "NOT fox",
        "fox NEAR/2 quick",
        "title:fox",
        "{title body}:fox",
        "fox*",
        "^fox",
        "fox OR 1=1",
        "'; DROP TABLE search_document; --",
        "!fox & :*",
        "fox:ab",
        "<-> fox",
        "(fox",
        "+fox -quick ~x >y <z @5",
        "%s %(x)s :q {visible} {0}",
        "\\",
        "fox\x00quick",
        "\ud800",
        '"' * 150,
        "fox " * 500,
        "数" * 500,
        "☃ 💥 \u202e",
        "‮",
    ],
)
def test_no_query_is_a_program(query):
    publish("Fox", "quick fox")
    db.commit()
    for hit in search.find(query, now=NOW).hits:
        assert hit.score >= 0


def test_only_what_is_public_now_is_found():
    publish("live", "word")
    publish("over", "word", from_at=NOW - 2 * DAY, until_at=NOW)
    publish("planned", "word", from_at=NOW + DAY)
    publish("unlisted", "word", listed=False)
    publish("without a page", "word", path=None)
    publish("for staff", "word", access="staff")
    publish("behind a password", "word", access="password", password_hash="x")
    assert found("word") == ["live"]
    assert set(found("word", now=NOW + DAY)) == {"live", "planned"}
    assert set(found("word", now=NOW - DAY)) == {"live", "over"}


def test_what_stands_below_a_closed_page_is_closed_too():
    closed = publish("closed", "word", access="password")
    child = publish("child", "word", parent=closed)
    publish("grandchild", "word", parent=child)
    opened = publish("opened", "word", parent=child, access="public")
    publish("below opened", "word", parent=opened)
    once = publish("once closed", "word", access="staff", until_at=NOW)
    publish_again(once.entry_id, "now open", "word", from_at=NOW)
    publish_again(publish("below", parent=once).entry_id, "below now open", "word", from_at=NOW)
    gone = publish("closed and gone", "word", access="staff", until_at=NOW)
    publish("below gone", "word", parent=gone)
    assert set(found("word")) == {"opened", "below opened", "now open", "below now open"}


def test_indexing_again_replaces_and_removing_removes():
    publication = publish("One", "first")
    search.index(publication.id, title="One", body_text="second", extra_text="")
    assert found("first") == []
    assert found("second") == ["One"]
    search.remove(publication.id)
    search.remove(publication.id)
    search.remove("nothing of the kind")
    assert found("second") == []


def test_what_is_over_can_be_taken_out():
    over = publish("over", "word", from_at=NOW - 2 * DAY, until_at=NOW)
    publish_again(over.entry_id, "next", "word", from_at=NOW)
    publish("other", "word", from_at=NOW - 2 * DAY, until_at=NOW)
    search.remove_ended(over.entry_id, now=NOW - DAY)
    assert number_of_documents() == 3
    search.remove_ended(over.entry_id, now=NOW)
    assert number_of_documents() == 2
    assert found("word") == ["next"]


def test_what_ended_by_the_clock_leaves_the_index_with_the_next_act():
    entry = stories.write("One", "first words")
    stories.publish(entry)
    stories.rewrite(entry, source="second words")
    stories.publish(entry, at=stories.at(1))
    assert number_of_documents() == 2
    stories.publish(entry, now=stories.at(2))
    assert number_of_documents() == 1


def number_of_documents():
    return db.session().scalar(sa.text("SELECT count(*) FROM search_document"))


def test_what_is_not_committed_is_not_found_later():
    publish("kept", "word")
    db.commit()
    publish("dropped", "word")
    db.session().rollback()
    assert found("word") == ["kept"]


def test_what_a_visitor_may_not_see_is_not_counted_either():
    """However it is closed, on every page of the hits."""
    for number in range(3):
        publish(f"open {number}", "tide")
    vault = publish("locked", "tide", access="password", password_hash="x")
    publish("below the locked", "tide", parent=vault, access="inherit")
    office = publish("for us", "tide", access="staff")
    below = publish("below the office", "tide", parent=office, access="inherit")
    publish("further below", "tide", parent=below, access="inherit")
    publish("open below the office", "tide", parent=office, access="public")
    publish("unlisted", "tide", listed=False)
    publish("without a page", "tide", path=None)
    publish("later", "tide", from_at=NOW + DAY)
    publish("over", "tide", until_at=NOW)
    seen = {"open 0", "open 1", "open 2", "open below the office"}
    assert set(found("tide", limit=50)) == seen
    for limit in (1, 3, 50):
        assert search.find("tide", now=NOW, limit=limit).total_capped == len(seen)


def test_hits_come_in_pages_and_the_newest_of_equals_first(monkeypatch):
    for number in range(12):
        publish(f"{number:02}", "the same word", dated_at=NOW - number * DAY)
    assert found("word", limit=5) == ["00", "01", "02", "03", "04"]
    assert found("word", limit=5, offset=10) == ["10", "11"]
    assert search.find("word", now=NOW, limit=5).total_capped == 12
    monkeypatch.setattr(search._engine(), "MOST_MATCHES", 4)
    assert found("word", limit=5) == ["00", "01", "02", "03"]
    assert search.find("word", now=NOW).total_capped == 4


def test_many_of_one_minute_find_their_place(monkeypatch):
    monkeypatch.setattr(search.sqlite, "_PER_MINUTE", 4)
    for number in range(10):
        publish(str(number), "word", dated_at=NOW)
    publish("ancient", "word", dated_at=datetime(1650, 1, 1, tzinfo=UTC))
    assert len(found("word", limit=20)) == 11


def test_a_very_long_text_is_found_by_its_words():
    han = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(300_000))
    publish("long", " ".join(f"word{number}" for number in range(60_000)) + " end")
    publish("Chinese", han)
    publish("again", "same " * 100_000 + "end")
    assert found("word59") != []
    assert found("same") == ["again"]
    assert found(han[1000:1010]) == ["Chinese"]


word = st.text(
    st.characters(codec="utf-8", categories=["L", "Nd"], include_characters="数据库いろは한국éßжн"),
    min_size=1,
    max_size=10,
)


@given(text=st.lists(word, min_size=1, max_size=10), data=st.data())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_words_of_a_text_find_it(text, data):
    publication = publish("", " ".join(text))
    chosen = data.draw(st.lists(st.sampled_from(text), min_size=1, max_size=3))
    db.commit()
    hits = search.find(" ".join(chosen), now=NOW, limit=100).hits
    assert publication.id in {hit.publication_id for hit in hits}
