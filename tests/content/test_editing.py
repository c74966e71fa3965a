"""Writing: revisions that never change, saved whole and restored whole."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.content import (
    editing,
    listing,
    profiles,
    publishing,
    queries,
    revisions,
    term_removal,
    terms,
    types,
    working_copies,
)
from cms.content.fields import Field
from cms.content.models import Entry, EntryTerm, Revision
from cms.content.selection import Selection
from cms.content.snapshot import Snapshot
from cms.errors import Conflict, NotAllowed, NotFound, Rejected
from cms.history.models import Change, ChangeSet
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")


def count(model) -> int:
    return db.session().scalar(sa.select(sa.func.count()).select_from(model))


def full() -> Snapshot:
    """Something in every place."""
    tags = terms.ensure_terms("tag", ["b", "a", "#c"], by=OPERATOR, now=NOW)
    names = [profiles.ensure_profile(name, by=OPERATOR, now=NOW).id for name in ("Zoe", "Ana")]
    return Snapshot(
        title="Grüße 😀",
        source="One\n\n\ttwo  \nthree \u2028 數據庫\n",
        excerpt="Short\nwords",
        path="/Grüße/An-Alle",
        dated_at=at(-5),
        template="wide",
        direction="rtl",
        pinned=True,
        featured=True,
        listed=False,
        access="password",
        password_hash="a hash",
        image={"id": "x", "focus": [1, 2.5]},
        seo={
            "title": "T",
            "description": "D",
            "canonical": "https://example.org/",
            "noindex": True,
        },
        fields={"unknown": {"kept": [1, None, "ü"]}},
        term_ids=tags,
        byline_ids=tuple(names),
    )


def test_everything_comes_back_as_it_was_written():
    content = full()
    entry = editing.create_entry("post", content, by=OPERATOR, now=NOW)
    db.session().flush()
    db.session().expunge_all()
    assert Snapshot.of(revisions.get_head(editing.get_entry(entry.id))) == content


def test_saving_without_an_edit_writes_nothing():
    entry = editing.create_entry("post", full(), by=OPERATOR, now=NOW)
    head = revisions.get_head(entry)
    before = count(Revision), count(ChangeSet), count(Change)
    db.session().expunge_all()
    entry = editing.get_entry(entry.id)
    content = Snapshot.of(revisions.get_head(entry))
    local = content.dated_at.astimezone(timezone(timedelta(hours=9)))
    for same in (content, replace(content, dated_at=local), Snapshot.from_json(content.as_json())):
        assert editing.save(entry, same, by=OPERATOR, now=at(1), based_on=head.id).id == head.id
    assert before == (count(Revision), count(ChangeSet), count(Change))


def test_saving_what_is_kept_in_another_form_writes_nothing():
    entry = write(source="One\nTwo", path="/Ä/")
    same = replace(
        Snapshot.of(revisions.get_head(entry)),
        source="One\r\nTwo",
        path="/A\u0308/",
        title="A walk",
    )
    assert (
        editing.save(entry, same, by=OPERATOR, now=NOW, based_on=entry.head_id).id == entry.head_id
    )
    assert count(Revision) == 1


def test_a_revision_keeps_newlines_as_line_feeds_and_no_other_byte_changes():
    source = " \tä\u0301 \u00a0\u200b&amp; <b> \\ `x`\n\n\n\ufeff \r\n end\r"
    entry = write(source=source)
    assert revisions.get_head(entry).source == source.replace("\r\n", "\n").replace("\r", "\n")


@on_sqlite
def test_the_hash_says_whether_the_content_is_the_same():
    one = full()
    assert one.content_hash() == Snapshot.from_json(one.as_json()).content_hash()
    assert one.content_hash() != replace(one, pinned=False).content_hash()
    assert Snapshot(title="x").content_hash() == (
        "52bb72f336369a90193ddd94f1d67a9d4078441ec72f68a88d77c6b60fb18e1f"
    )


def test_an_older_revision_is_restored_whole():
    entry = editing.create_entry("post", full(), by=OPERATOR, now=NOW)
    first = revisions.get_head(entry)
    bare = Snapshot(title="Bare", path="/bare/")
    editing.save(entry, bare, by=OPERATOR, now=at(1), based_on=first.id)
    restored = editing.revert_to(entry, first, by=OPERATOR, now=at(2), based_on=entry.head_id)
    assert Snapshot.of(restored) == Snapshot.of(first)
    assert (restored.id, restored.base_id) != (first.id, first.base_id)
    assert [each.title for each in revisions.list_revisions(entry)] == [
        "Grüße 😀",
        "Bare",
        "Grüße 😀",
    ]
    query = sa.select(EntryTerm.term_id).order_by(EntryTerm.position)
    assert tuple(db.session().scalars(query)) == first_terms(first)


def first_terms(revision):
    return tuple(revision.term_ids)


def test_a_restored_revision_leaves_out_what_is_gone_and_paths_of_others():
    tag = terms.create_term("tag", "Gone", by=OPERATOR, now=NOW)
    entry = write(path="/mine/", term_ids=(tag.id,))
    first = revisions.get_head(entry)
    rewrite(entry, path="/other/", term_ids=())
    write("Theirs", path="/mine/")
    term_removal.delete_term(tag, by=OPERATOR, now=NOW)
    restored = editing.revert_to(entry, first, by=OPERATOR, now=at(1), based_on=entry.head_id)
    assert (restored.path, restored.term_ids) == ("/other/", [])


def test_a_term_that_was_deleted_is_no_edit():
    tag = terms.create_term("tag", "Gone", by=OPERATOR, now=NOW)
    entry = write(term_ids=(tag.id,))
    term_removal.delete_term(tag, by=OPERATOR, now=NOW)
    seen = revisions.keep_existing(Snapshot.of(revisions.get_head(entry)))
    assert (
        editing.save(entry, seen, by=OPERATOR, now=NOW, based_on=entry.head_id).id == entry.head_id
    )


def test_who_was_overtaken_gets_what_stands_there_now(ada, eli):
    entry = write("Draft", by=eli)
    base = entry.head_id
    theirs = rewrite(entry, by=eli, title="Eli's")
    content = Snapshot(title="Ada's", source="Some words.")
    with pytest.raises(Conflict) as conflict:
        editing.save(entry, content, by=ada, now=at(1), based_on=base)
    assert conflict.value.theirs.id == theirs.id
    with pytest.raises(Conflict):
        editing.save(entry, content, by=ada, now=at(1), based_on=None)
    merged = editing.save(
        entry, content, by=ada, now=at(1), based_on=theirs.id, merged_id=base, note="Joined"
    )
    assert (merged.base_id, merged.merged_id, merged.author_id) == (theirs.id, base, ada.id)


def test_saving_what_someone_else_saved_already_is_no_conflict():
    entry = write()
    base = entry.head_id
    theirs = rewrite(entry, title="Same")
    same = Snapshot.of(theirs)
    assert editing.save(entry, same, by=OPERATOR, now=NOW, based_on=base).id == theirs.id


def test_a_copy_is_a_draft_of_its_own():
    entry = editing.create_entry("post", full(), by=OPERATOR, now=NOW, guid="https://old/1")
    publish(entry)
    made = editing.duplicate(entry, by=OPERATOR, now=at(1))
    content = Snapshot.of(revisions.get_head(made))
    assert (content.path, content.dated_at, content.pinned) == (None, None, False)
    assert content.term_ids == full().term_ids
    assert content.source == full().source
    assert made.guid is None
    assert find_published(made.id, now=at(1)) is None
    assert publish(made, now=at(2)).path != revisions.get_head(entry).path


@on_sqlite
def test_people_edit_what_is_theirs(eli, ana, rob, zoe):
    entry = write(by=rob)
    rewrite(entry, by=rob, title="Rob's")
    rewrite(entry, by=eli, title="Eli's")
    for stranger in (ana, zoe):
        with pytest.raises(NotAllowed):
            rewrite(entry, by=stranger, title="x")
        with pytest.raises(NotAllowed):
            editing.duplicate(entry, by=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        write(by=zoe)


@on_sqlite
def test_who_stands_in_the_byline_may_edit(ana, rob):
    profile = profiles.ensure_own_profile(ana, now=NOW)
    entry = write(by=rob, byline_ids=(profile.id,))
    rewrite(entry, by=ana, title="Ours")
    assert publish(entry, by=ana).title == "Ours"


@on_sqlite
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "x" * 501}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"source": "a\ud800"}, "source"),
        ({"source": "ü" * 500_001}, "source"),
        ({"excerpt": "x" * 5001}, "excerpt"),
        ({"path": "/../etc/"}, "path"),
        ({"path": "/admin/x/"}, "path"),
        ({"path": "/a\x00/"}, "path"),
        ({"access": "friends"}, "access"),
        ({"direction": "up"}, "direction"),
        ({"template": "x" * 81}, "template"),
        ({"dated_at": at(0).replace(year=999)}, "dated_at"),
        ({"dated_at": at(0).replace(year=9999)}, "dated_at"),
        ({"seo": {"title": "x" * 301}}, "seo_title"),
        ({"seo": {"title": "a\x00"}}, "seo"),
        ({"seo": {"title": ["x"]}}, "seo_title"),
        ({"seo": {"noindex": "yes"}}, "seo_noindex"),
        ({"seo": {"canonical": "javascript:x"}}, "seo_canonical"),
        ({"seo": {"keywords": "x"}}, "seo"),
        ({"fields": {"deep": [{"x": "\udfff"}]}}, "fields"),
        ({"term_ids": tuple(str(n) for n in range(51))}, "tags"),
        ({"byline_ids": tuple(str(n) for n in range(21))}, "bylines"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_the_name_of_its_field(values, field):
    with pytest.raises(Rejected) as refusal:
        write(**{"title": "x", **values})
    assert refusal.value.field == field
    assert refusal.value.message


def test_a_megabyte_of_text_is_kept():
    source = "ü" * 499_999
    assert revisions.get_head(write(source=source)).source == source


@on_sqlite
def test_unknown_things_are_not_found():
    entry, other = write(), write("Other")
    for wrong in ("", "x", ids.new_id(), "' OR 1=1", "\x00"):
        with pytest.raises(NotFound):
            editing.get_entry(wrong)
        with pytest.raises(NotFound):
            revisions.get_revision(entry, wrong)
    with pytest.raises(NotFound):
        revisions.get_revision(entry, other.head_id)
    with pytest.raises(NotFound):
        editing.create_entry("article", Snapshot(), by=OPERATOR, now=NOW)


@on_sqlite
@pytest.mark.parametrize("locale", ["", "x", "en_US", "e" * 21, "en\x00", "ü", "en-"])
def test_a_language_is_a_language(locale):
    entry = write()
    with pytest.raises(Rejected) as refusal:
        editing.set_locale(entry, locale, by=OPERATOR, now=NOW)
    assert refusal.value.field == "locale"


def test_another_language_is_written_down():
    entry = write()
    editing.set_locale(entry, "pt-BR", by=OPERATOR, now=at(1))
    query = sa.select(Change).where(Change.row_id == entry.id, Change.operation == "update")
    changes = [(each.before, each.after) for each in db.session().scalars(query)]
    assert ({"locale": "en"}, {"locale": "pt-BR"}) in changes


def test_what_is_typed_and_not_saved_is_kept_for_each_person_and_tab(ada, eli):
    entry = write()
    for person, tab, title in ((ada, "1", "A"), (ada, "2", "B"), (eli, "1", "C"), (ada, "1", "D")):
        working_copies.keep(
            entry, Snapshot(title=title), by=person, now=NOW, base_id=entry.head_id, tab=tab
        )
    kept = working_copies.find(entry, by=ada, tab="1")
    assert (kept.counter, Snapshot.from_json(kept.content).title) == (2, "D")
    assert revisions.get_head(entry).title == "A walk"
    working_copies.discard(entry, by=ada, tab="1")
    assert working_copies.find(entry, by=ada, tab="1") is None
    assert working_copies.find(entry, by=ada, tab="2") is not None
    assert working_copies.find(entry, by=eli, tab="1") is not None


RECIPE = types.ContentType(
    name="recipe",
    label="Recipe",
    plural="Recipes",
    dated=True,
    path_pattern="/recipes/{slug}/",
    taxonomies=("tag",),
    fields=(
        Field("serves", "number", "Serves", required=True, least=1, most=20),
        Field("steps", "list", "Steps", of=(Field("text", "markdown", "Text"),)),
    ),
)


def test_a_declared_type_flows_from_writing_to_lists_and_search():
    with types.declared(RECIPE):
        entry = write("Leek soup", kind="recipe", fields={"steps": [{"text": "Chop the *leeks*"}]})
        with pytest.raises(Rejected, match="Serves") as refusal:
            publish(entry)
        assert refusal.value.field == "fields.serves"
        head = revisions.get_head(entry)
        rewrite(entry, fields={**head.fields, "serves": "4"})
        publication = publish(entry)
        db.commit()
        assert publication.path == "/recipes/leek-soup/"
        assert publication.fields["serves"] == 4
        assert publication.fields["steps"][0]["_id"] == head.fields["steps"][0]["_id"]
        cards = queries.list_cards(Selection(types=("recipe",)), now=NOW, limit=9)
        assert [card.title for card in cards] == ["Leek soup"]
        assert queries.list_home(now=NOW, limit=9) == cards
        from cms.content import search

        assert [hit.publication_id for hit in search.find("chop", now=NOW).hits] == [cards[0].id]
        lines = listing.list_entries(listing.Filter(type="recipe"), now=NOW, limit=9)
        assert [line.title for line in lines] == ["Leek soup"]
    with pytest.raises(NotFound):
        types.get_type("recipe")


def test_a_type_without_public_pages_has_no_address_and_stands_in_no_list():
    person = types.ContentType(name="person", label="Person", plural="People", public=False)
    with types.declared(person):
        entry = write("Grace", kind="person", path="/grace/")
        publication = publish(entry)
        assert (revisions.get_head(entry).path, publication.path) == (None, None)
        assert find_published(entry.id, now=NOW).title == "Grace"
        assert queries.list_cards(Selection(), now=NOW, limit=9) == ()


def test_a_type_without_titles_takes_its_name_from_its_words():
    note = types.ContentType(
        name="note",
        label="Note",
        plural="Notes",
        titled=False,
        dated=True,
        path_pattern="/n/{slug}/",
    )
    with types.declared(note):
        entry = write(None, "Saw a heron today.", kind="note")
        assert publish(entry).path == "/n/saw-a-heron-today/"
        empty = write(None, "  ", kind="note")
        with pytest.raises(Rejected, match="nothing to publish"):
            publish(empty)


@on_sqlite
def test_a_type_cannot_be_declared_twice():
    with pytest.raises(ValueError, match="post"):
        types.declare(types.POST)


def test_entries_of_an_import_are_known_by_their_guid():
    editing.create_entry("post", Snapshot(title="x"), by=OPERATOR, now=NOW, guid="https://old/1")
    with pytest.raises(sa.exc.IntegrityError):
        editing.create_entry(
            "post", Snapshot(title="y"), by=OPERATOR, now=NOW, guid="https://old/1"
        )


def test_a_preview_stores_nothing():
    entry = write()
    before = count(Revision), count(Entry), count(Change)
    shown = publishing.imagine(entry, Snapshot(title="Imagined", source="# Hi"), now=NOW)
    assert (shown.title, "Hi" in shown.html) == ("Imagined", True)
    db.session().flush()
    assert before == (count(Revision), count(Entry), count(Change))
    assert find_published(entry.id, now=NOW) is None
