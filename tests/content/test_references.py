"""Links by identity: pasted addresses are adopted, renames keep them."""

import pytest
import sqlalchemy as sa

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.content import editing, moving, profiles, references, revisions, terms, trash, types, uses
from cms.content.fields import Field
from cms.content.models import Reference
from cms.errors import Rejected
from tests.content.stories import NOW, at, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")


def source_of(entry):
    return revisions.get_head(entry).source


def links_of(entry):
    query = sa.select(Reference).where(Reference.revision_id == entry.head_id)
    rows = db.session().scalars(query.order_by(Reference.place, Reference.target_id))
    return [(row.place, row.kind, row.target_kind, row.target_id or row.url) for row in rows]


def test_own_addresses_become_references_when_they_are_saved():
    about = write("About", kind="page", path="/über uns/")
    tag = terms.create_term("tag", "Walks", by=OPERATOR, now=NOW)
    ana = profiles.create_profile("Ana", by=OPERATOR, now=NOW)
    entry = write(
        source="[a](/über%20uns/#top) [b](http://127.0.0.1:8000/über%20uns) [c](/tag/walks/)"
        " [d](/author/ana/) [e](https://example.org/über%20uns/) [f](/nowhere/) `[g](/tag/walks/)`"
    )
    assert source_of(entry) == (
        f"[a](entry:{about.id}#top) [b](entry:{about.id}) [c](term:{tag.id})"
        f" [d](profile:{ana.id}) [e](https://example.org/über%20uns/) [f](/nowhere/)"
        " `[g](/tag/walks/)`"
    )
    kinds = {(target_kind, target) for _place, _kind, target_kind, target in links_of(entry)}
    assert ("entry", about.id) in kinds
    assert ("term", tag.id) in kinds
    assert ("profile", ana.id) in kinds


def test_saving_an_adopted_link_again_writes_nothing():
    about = write("About", kind="page", path="/about/")
    entry = write(source="[a](/about/)")
    head = entry.head_id
    assert rewrite(entry, source="[a](/about/)").id == head
    assert rewrite(entry, source=f"[a](entry:{about.id})").id == head


def test_a_link_outlives_renames_and_moves():
    about = write("About", kind="page", path="/about/")
    publish(about)
    entry = write(source="[a](/about/)")
    rewrite(about, path="/who/")
    publish(about, now=at(1))
    parent = write("Parent", kind="page", path="/parent/")
    moving.move(about, parent_id=parent.id, position=None, by=OPERATOR, now=at(2))
    assert {use.entry_id for use in uses.list_uses("entry", {about.id}, now=NOW)} == {entry.id}
    assert references.list_missing(revisions.get_head(entry)) == []
    assert rewrite(entry, source="[a](/about/)", title="x").source == f"[a](entry:{about.id})"


def test_a_link_to_what_is_gone_is_known(monkeypatch):
    about = write("About", kind="page", path="/about/")
    entry = write(source="[a](/about/)")
    trash.trash(about, by=OPERATOR, now=NOW)
    assert references.list_missing(revisions.get_head(entry)) == [about.id]
    assert references.list_dangling(now=NOW) == [], "it may still be restored"
    monkeypatch.setattr(uses, "list_uses", lambda *_args, **_options: ())
    trash.purge(about, by=OPERATOR, now=NOW)
    assert references.list_dangling(now=NOW) == [
        (entry.id, "A walk", "entry", about.id, "source", False)
    ]
    assert references.list_missing(revisions.get_head(entry)) == [about.id]
    rewrite(entry, source="no link")
    assert references.list_dangling(now=NOW) == []


def test_a_path_of_what_is_gone_is_not_adopted():
    about = write("About", kind="page", path="/about/")
    publish(about)
    trash.trash(about, by=OPERATOR, now=NOW)
    trash.purge(about, by=OPERATOR, now=NOW)
    assert source_of(write(source="[a](/about/)")) == "[a](/about/)"


def test_what_only_looks_like_a_reference_breaks_nothing():
    long = "entry:" + "Z" * 500
    entry = write(source=f"[a](entry:) [b](entry:nothing) [c]({long}) [d](media:{ids.new_id()})")
    publish(entry)
    assert references.list_missing(revisions.get_head(entry)) == []
    assert references.list_dangling(now=NOW) == []


RECIPE = types.ContentType(
    name="recipe",
    label="Recipe",
    plural="Recipes",
    fields=(
        Field("notes", "markdown", "Notes"),
        Field("cook", "profile", "Cook"),
        Field("goes_with", "entry", "Goes with", several=True),
        Field("steps", "list", "Steps", of=(Field("text", "markdown", "Text"),
                                            Field("picture", "media", "Picture"))),
        Field("origin", "group", "Origin", of=(Field("page", "entry", "Page"),)),
    ),
)  # fmt: skip


def test_links_in_typed_fields_are_references_too():
    about = write("About", kind="page", path="/about/")
    ana = profiles.create_profile("Ana", by=OPERATOR, now=NOW)
    picture = ids.new_id()
    with types.declared(RECIPE):
        values = {
            "notes": "See [a](/about/).",
            "cook": ana.id,
            "goes_with": [about.id],
            "steps": [{"text": "[b](/about/)", "picture": picture}],
            "origin": {"page": about.id},
        }
        entry = write(kind="recipe", fields=values)
        kept = revisions.get_head(entry).fields
        assert kept["notes"] == f"See [a](entry:{about.id})."
        assert kept["steps"][0]["text"] == f"[b](entry:{about.id})"
        assert links_of(entry) == [
            ("fields.cook", "field", "profile", ana.id),
            ("fields.goes_with", "field", "entry", about.id),
            ("fields.notes", "link", "entry", about.id),
            ("fields.origin.page", "field", "entry", about.id),
            ("fields.steps.picture", "field", "media", picture),
            ("fields.steps.text", "link", "entry", about.id),
        ]
        assert {use.entry_id for use in uses.list_uses("entry", {about.id}, now=NOW)} == {entry.id}
        assert references.list_dangling(now=NOW) == []


def test_the_text_can_be_read_with_addresses_elsewhere():
    about = write("About", kind="page", path="/about/")
    entry = write(source="[a](/about/?x#y)")
    known = {("entry", about.id): "/über uns/"}
    text = references.with_paths(source_of(entry), path_of=lambda *key: known.get(key))
    assert text == "[a](/über%20uns/?x#y)"


def test_a_typed_field_holds_only_what_is_there_and_fits():
    about = write("About", kind="page")
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    category = terms.create_term("category", "Drinks", by=OPERATOR, now=NOW)
    strict = types.ContentType(
        name="card",
        label="Card",
        plural="Cards",
        fields=(
            Field("post", "entry", "Post", types=("post",)),
            Field("tag", "term", "Tag"),
            Field("by", "profile", "By"),
            Field("rows", "list", "Rows", of=(Field("page", "entry", "Page"),)),
        ),
    )
    with types.declared(strict):
        for values, place in (
            ({"post": about.id}, "fields.post"),
            ({"post": ids.new_id()}, "fields.post"),
            ({"tag": category.id}, "fields.tag"),
            ({"by": tag.id}, "fields.by"),
            ({"rows": [{"page": about.id}, {"page": ids.new_id()}]}, "fields.rows.1.page"),
        ):
            with pytest.raises(Rejected, match="not there") as refusal:
                write(kind="card", fields=values)
            assert refusal.value.field == place
        other = write("Other")
        entry = write(kind="card", fields={"post": other.id, "tag": tag.id})
        first = revisions.get_head(entry)
        rewrite(entry, fields={})
        trash.trash(other, by=OPERATOR, now=NOW)
        trash.purge(other, by=OPERATOR, now=NOW)
        back = editing.revert_to(entry, first, by=OPERATOR, now=NOW, based_on=entry.head_id)
        assert back.fields == {"tag": tag.id}, "an older state comes back without what is gone"
