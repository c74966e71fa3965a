"""Removing what others use: every use is known, and none is ever left leading nowhere."""

import random

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import (
    editing,
    intervals,
    moving,
    references,
    removal,
    revisions,
    terms,
    trash,
    types,
    uses,
)
from cms.content.fields import Field
from cms.content.removal import Choice
from cms.errors import NotAllowed, Rejected
from cms.history.models import ChangeSet
from cms.site import menus, settings
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, spans, write

pytestmark = pytest.mark.usefixtures("unit")


def page(title, parent=None, **values):
    entry = write(title, kind="page", parent=parent, **values)
    publish(entry)
    return entry


def carry_out(entry, choice, with_=None, *, by=OPERATOR, hours=1.0, **options):
    return removal.carry_out(entry, choice, with_=with_, by=by, now=at(hours), **options)


def places(entry, hours=1.0):
    found = removal.plan(entry, now=at(hours)).uses
    return {(use.place, use.title) for use in found}


def acts():
    return db.session().scalar(sa.select(sa.func.count()).select_from(ChangeSet))


def use_everywhere(about):
    """A text, a typed field, a menu and the front page that lead to a page; the writer of one."""
    link = f"[us](entry:{about.id})"
    writer = page("Writer", source=f"Read {link}.")
    line = menus.Line(label="", target_kind="entry", target_id=about.id)
    child = menus.Line(label="Below", target_kind="url", url="/below/", depth=1)
    menus.save_menu("main", "Main", [line, child], by=OPERATOR, now=NOW)
    settings.save({"front": "page", "front_page": about.id}, by=OPERATOR, now=NOW)
    return writer


def test_every_use_is_listed():
    about = page("About")
    use_everywhere(about)
    write("Draft", source=f"[a](entry:{about.id})")
    assert places(about) == {
        ("text", "Writer"), ("text", "Draft"), ("menu", "Main"), ("front", "The front page"),
    }  # fmt: skip
    team = page("Team", about)
    page("Fan", source=f"[t](entry:{team.id}) and [a](entry:{about.id})")
    assert ("text", "Fan") in places(about), "what stands below goes with it"
    assert ("text", "About") not in places(about)


def test_what_is_public_counts_though_the_draft_links_no_more():
    about = page("About")
    writer = page("Writer", source=f"[us](entry:{about.id})")
    rewrite(writer, source="Nothing.")
    assert places(about) == {("text", "Writer")}


def test_replacing_leads_every_use_elsewhere_as_one_act():
    about, team = page("About"), page("Team")
    writer = use_everywhere(about)
    before = acts()
    carry_out(about, Choice.REPLACE, team)
    assert acts() == before + 1
    assert revisions.get_head(writer).source == f"Read [us](entry:{team.id})."
    assert f"entry:{team.id}" in find_published(writer.id, now=at(1)).html
    assert spans(writer) == [(0, 1), (1, None)]
    menu = menus.find_menu("main")
    assert menus.list_items(menu)[0].target_id == team.id
    assert settings.load().front_page == team.id
    assert about.trashed_at is not None
    assert uses.list_uses("entry", {about.id}, now=at(1)) == ()


def test_unlinking_leaves_the_words():
    about = page("About")
    writer = use_everywhere(about)
    carry_out(about, Choice.UNLINK)
    assert revisions.get_head(writer).source == "Read us."
    assert "entry:" not in find_published(writer.id, now=at(1)).html
    rest = menus.list_items(menus.find_menu("main"))
    assert [(item.label, item.parent_id) for item in rest] == [("Below", None)]
    assert settings.load().front == "posts"


def test_redirecting_leads_the_old_addresses_too_and_restoring_takes_them_back():
    about, team = page("About"), page("Team")
    history = page("History", about)
    writer = page("Writer", source=f"[us](entry:{about.id})")
    carry_out(about, Choice.REDIRECT, team)
    for path in ("/about/", "/about/history/"):
        line = book.find(path)
        assert (line.by_hand, line.target_id) == (True, team.id)
    assert f"entry:{team.id}" in revisions.get_head(writer).source
    trash.restore(about, by=OPERATOR, now=at(2))
    assert find_published(about.id, now=at(2)).path == "/about/"
    assert find_published(history.id, now=at(2)).path == "/about/history/"
    assert book.find("/about/").target_id == about.id


def test_a_draft_that_differs_from_what_is_public_stays_a_draft():
    about, team = page("About"), page("Team")
    writer = page("Writer", source=f"Public [us](entry:{about.id})")
    rewrite(writer, title="Secret", source=f"Secret [us](entry:{about.id})")
    carry_out(about, Choice.REPLACE, team)
    live = find_published(writer.id, now=at(1))
    assert (live.title, "Secret" in live.html, f"entry:{team.id}" in live.html) == (
        "Writer", False, True,
    )  # fmt: skip
    assert revisions.get_head(writer).source == f"Secret [us](entry:{team.id})"


def test_what_is_scheduled_is_changed_where_it_stands():
    about, team = page("About"), page("Team")
    writer = write("Writer", source=f"[us](entry:{about.id})")
    publish(writer, at=at(5))
    carry_out(about, Choice.REPLACE, team)
    assert spans(writer) == [(5, None)]
    assert f"entry:{team.id}" in find_published(writer.id, now=at(5)).html


def test_typed_fields_are_led_too():
    card = types.ContentType(
        name="card", label="Card", plural="Cards",
        fields=(
            Field("one", "entry", "One"), Field("many", "entry", "Many", several=True),
            Field("notes", "markdown", "Notes"),
            Field("rows", "list", "Rows", of=(Field("page", "entry", "Page"),)),
        ),
    )  # fmt: skip
    about, team, other = page("About"), page("Team"), page("Other")
    values = {
        "one": about.id, "many": [about.id, team.id], "notes": f"[a](entry:{about.id})",
        "rows": [{"page": about.id}],
    }  # fmt: skip
    with types.declared(card):
        first, second = (write(kind="card", fields=values) for _ in range(2))
        publish(second)
        assert ("field", "A walk") in places(about)
        carry_out(about, Choice.REPLACE, team)
        kept = revisions.get_head(first).fields
        assert (kept["one"], kept["many"]) == (team.id, [team.id])
        assert kept["notes"] == f"[a](entry:{team.id})"
        assert kept["rows"][0]["page"] == team.id
        assert find_published(second.id, now=at(1)).fields["one"] == team.id
        carry_out(team, Choice.UNLINK, hours=2)
        kept = revisions.get_head(first).fields
        assert ("one" in kept, "many" in kept, kept["notes"]) == (False, False, "a")
        assert other.trashed_at is None


@on_sqlite
def test_a_choice_that_cannot_be_is_refused_and_nothing_goes():
    about, draft = page("About"), write("Draft", kind="page")
    below = page("Below", about)
    page("Writer", source=f"[us](entry:{about.id})")
    for choice, with_, field in (
        (Choice.REPLACE, None, "with_"),
        (Choice.REPLACE, about, "with_"),
        (Choice.REPLACE, below, "with_"),
        (Choice.REDIRECT, draft, "with_"),
    ):
        with pytest.raises(Rejected) as refusal:
            carry_out(about, choice, with_)
        assert refusal.value.field == field
    trash.trash(about, by=OPERATOR, now=at(1))
    with pytest.raises(Rejected, match="Decide") as refusal:
        carry_out(about, Choice.LEAVE, for_good=True)
    assert refusal.value.field == "choice"
    with pytest.raises(Rejected, match="still links here"):
        trash.purge(about, by=OPERATOR, now=at(1))


@on_sqlite
def test_only_who_may_change_a_text_changes_its_links(ana, eli):
    mine = write("Mine", by=ana)
    theirs = write("Theirs", source=f"[m](entry:{mine.id})", by=eli)
    with pytest.raises(Rejected, match="something that links here"):
        carry_out(mine, Choice.UNLINK, by=ana)
    assert "entry:" in revisions.get_head(theirs).source
    carry_out(mine, Choice.LEAVE, by=ana)
    assert mine.trashed_at is not None
    with pytest.raises(NotAllowed):
        carry_out(theirs, Choice.UNLINK, by=ana)


def test_deleting_for_good_cleans_what_lies_in_the_trash_too():
    about = page("About")
    writer = page("Writer", source=f"Read [us](entry:{about.id}).")
    trash.trash(writer, by=OPERATOR, now=at(1))
    trash.trash(about, by=OPERATOR, now=at(1))
    assert removal.plan(about, now=at(1)).uses == ()
    assert len(removal.plan(about, now=at(1), for_good=True).uses) == 1
    carry_out(about, Choice.UNLINK, for_good=True)
    trash.restore(writer, by=OPERATOR, now=at(2))
    assert revisions.get_head(writer).source == "Read us."
    assert references.list_dangling() == []


def test_terms_are_found_by_their_uses_too():
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    writer = write("Writer", source=f"[tea](term:{tag.id})")
    found = uses.list_uses("term", {tag.id}, now=NOW)
    assert [(use.place, use.entry_id) for use in found] == [("text", writer.id)]


@on_sqlite
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_renamed_moved_trashed_deleted_and_restored_nothing_dangles(seed):
    chance = random.Random(seed)
    pages = [page(f"Page {number}") for number in range(5)]
    for number in range(6):
        links = " ".join(f"[{each.id[-3:]}](entry:{each.id})" for each in chance.sample(pages, 3))
        pages.append(page(f"Linker {number}", source=links))
    gone = set()

    def act(hour):
        entry = chance.choice([each for each in pages if each.id not in gone])
        kind = chance.choice(["rename", "move", "remove", "restore", "purge", "publish"])
        here = [each for each in pages if each.id not in gone and each.trashed_at is None]
        with_, choice = chance.choice(here), chance.choice(list(Choice))
        if kind == "rename":
            rewrite(entry, path=f"/renamed-{hour}/", now=at(hour))
        elif kind == "move":
            moving.move(entry, parent_id=with_.id, position=None, by=OPERATOR, now=at(hour))
        elif kind == "publish":
            publish(entry, now=at(hour))
        elif kind == "restore":
            trash.restore(entry, by=OPERATOR, now=at(hour))
        else:
            for_good = kind == "purge"
            went = carry_out(entry, choice, with_, hours=hour, for_good=for_good)
            gone.update(each.id for each in went if for_good)

    done = 0
    for hour in range(1, 60):
        try:
            with db.session().begin_nested():
                act(hour)
                done += 1
        except Rejected:
            continue
        finally:
            assert references.list_dangling() == []
    assert done > 10
    for each in pages:
        if each.id not in gone and each.trashed_at is None:
            assert intervals.list_all(editing.get_entry(each.id)) is not None
