"""Removing what others use: every use is known, and none is ever left leading nowhere."""

import os
import random

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, redirects, targets
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import (
    joining_terms,
    loose_ends,
    moving,
    publishing,
    references,
    removal,
    revisions,
    term_removal,
    terms,
    trash,
    types,
    uses,
)
from cms.content.fields import Field
from cms.content.removal import Choice
from cms.errors import CmsError, NotAllowed, Rejected
from cms.history import recording, undoing
from cms.history.models import ChangeSet
from cms.history.restoring import Blocked
from cms.site import menus, settings
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, spans, write
from tests.history.sameness import differences, dump

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
    rewrite(writer, title="Silent", source="Nothing.")
    assert places(about) == {("text", "Writer")}, "under the title that visitors read"
    assert [use.only_public for use in removal.plan(about, now=at(1)).uses] == [True]
    head = writer.head_id
    carry_out(about, Choice.UNLINK)
    assert writer.head_id == head, "the draft stays what it is"
    assert "entry:" not in find_published(writer.id, now=at(1)).html


def lead(path, target, code=301):
    return redirects.create(path, target, by=OPERATOR, now=NOW, code=code)


def test_a_redirect_is_a_use_and_goes_along():
    about, team = page("About"), page("Team")
    lead("/old/", targets.to("entry", about.id, "#us"), 302)
    lead("/older/*", targets.to("entry", about.id))
    assert places(about) == {("redirect", "/old/"), ("redirect", "/older/*")}
    carry_out(about, Choice.REPLACE, team)
    line, (pattern,) = book.find("/old/"), book.list_patterns()
    assert (line.target_id, line.suffix, line.code) == (team.id, "#us", 302)
    assert pattern.target_id == team.id
    carry_out(team, Choice.UNLINK, hours=2)
    assert (book.find("/old/").code, pattern.code, pattern.location) == (410, 410, "")
    assert loose_ends.in_redirects() == []


def test_what_restoring_would_show_again_is_mended_too():
    about, team = page("About"), page("Team")
    writer = page("Writer", source=f"Public [us](entry:{about.id})")
    rewrite(writer, source="A draft without links.")
    head = writer.head_id
    trash.trash(writer, by=OPERATOR, now=at(1))
    trash.trash(about, by=OPERATOR, now=at(1))
    found = removal.plan(about, now=at(2), for_good=True).uses
    assert [(use.title, use.is_trashed, use.only_public) for use in found] == [
        ("Writer", True, True)
    ]
    carry_out(about, Choice.REPLACE, team, hours=2, for_good=True)
    assert find_published(writer.id, now=at(2)) is None
    trash.restore(writer, by=OPERATOR, now=at(3))
    assert f'Public <a href="entry:{team.id}"' in find_published(writer.id, now=at(3)).html
    assert writer.head_id == head
    assert references.list_dangling(now=at(3)) == []


@pytest.mark.parametrize("choice", [Choice.REPLACE, Choice.REDIRECT, Choice.UNLINK])
def test_undoing_a_removal_brings_all_back_as_it_was(choice):
    about, team = page("About"), page("Team")
    link = f"[us](entry:{about.id})"
    use_everywhere(about)
    rewrite(page("Both", source=f"Public {link}"), source=f"Draft {link}")
    rewrite(page("Public", source=f"Public {link}"), source="Draft")
    publish(write("Scheduled", source=link), at=at(5))
    gone = page("Trashed", source=f"Public {link}")
    rewrite(gone, source="Draft")
    trash.trash(gone, by=OPERATOR, now=NOW)
    lead("/old/", targets.to("entry", about.id))
    lead("/old/*", targets.to("entry", about.id))
    db.commit()
    before = dump(at(100))
    carry_out(about, choice, team if choice is not Choice.UNLINK else None)
    db.commit()
    assert uses.list_uses("entry", {about.id}, now=at(1), trashed=True) == ()
    undoing.undo(recording.latest(), by=OPERATOR, now=at(2))
    db.commit()
    assert differences(before, dump(at(100))) == []


def test_nothing_comes_back_by_undoing_that_would_lead_nowhere():
    about = page("About")
    writer = page("Writer", source=f"[us](entry:{about.id})")
    rewrite(writer, source="No link.", now=at(1))
    publish(writer, now=at(1))
    published = recording.latest()
    publishing.unpublish(writer, by=OPERATOR, now=at(2))
    unpublished = recording.latest()
    settings.save({"front_page": about.id}, by=OPERATOR, now=at(2))
    chosen = recording.latest()
    settings.save({"front_page": None}, by=OPERATOR, now=at(2))
    left = recording.latest()
    line = lead("/old/", targets.to("entry", about.id))
    redirects.remove(line, by=OPERATOR, now=at(2))
    led = recording.latest()
    trash.trash(about, by=OPERATOR, now=at(3))
    trash.purge(about, by=OPERATOR, now=at(3))
    undoing.undo(unpublished, by=OPERATOR, now=at(4))
    for act in (published, left, led):
        with pytest.raises(Blocked, match="deleted for good"):
            undoing.undo(act, by=OPERATOR, now=at(5))
    assert references.list_dangling(now=at(5)) == []
    assert chosen


def test_a_page_that_was_once_chosen_for_the_front_is_forgotten_with_it():
    about = page("About")
    settings.save({"front": "page", "front_page": about.id}, by=OPERATOR, now=NOW)
    settings.save({"front": "posts"}, by=OPERATOR, now=NOW)
    trash.trash(about, by=OPERATOR, now=at(1))
    trash.purge(about, by=OPERATOR, now=at(1))
    assert settings.load().front_page is None
    with pytest.raises(Rejected, match="not there"):
        settings.save({"front": "page", "front_page": about.id}, by=OPERATOR, now=at(2))


def test_a_link_to_what_is_gone_is_saved_as_its_words():
    about, tag = page("About"), terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    links = f"[us](entry:{about.id}) and [tea](term:{tag.id})"
    trash.trash(about, by=OPERATOR, now=NOW)
    trash.purge(about, by=OPERATOR, now=NOW)
    writer = write("Writer", source=links)
    assert revisions.get_head(writer).source == f"us and [tea](term:{tag.id})"
    term_removal.delete_term(tag, by=OPERATOR, now=at(1))
    assert revisions.get_head(writer).source == "us and tea"


def test_the_links_to_a_term_follow_it_into_another():
    green, tea = (terms.create_term("tag", each, by=OPERATOR, now=NOW) for each in ("Green", "Tea"))
    writer = page("Writer", source=f"[g](term:{green.id})")
    menus.save_menu("main", "Main", [menus.Line("", "term", green.id)], by=OPERATOR, now=NOW)
    joining_terms.join(green, tea, by=OPERATOR, now=at(1))
    assert f"term:{tea.id}" in find_published(writer.id, now=at(1)).html
    assert menus.list_items(menus.find_menu("main"))[0].target_id == tea.id
    assert [*references.list_dangling(now=at(1)), *loose_ends.find()] == []


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
    assert references.list_dangling(now=at(2)) == []


def test_terms_are_found_by_their_uses_too():
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    writer = write("Writer", source=f"[tea](term:{tag.id})")
    found = uses.list_uses("term", {tag.id}, now=NOW)
    assert [(use.place, use.entry_id) for use in found] == [("text", writer.id)]


@on_sqlite
@pytest.mark.parametrize("seed", range(int(os.environ.get("DANGLING_STORIES", "6"))))
def test_whatever_is_done_and_undone_nothing_dangles(seed):
    chance = random.Random(seed)
    pages = [page(f"Page {number}") for number in range(5)]
    gone = set()

    def links(most=3):
        here = [each for each in pages if each.id not in gone]
        some = chance.sample(here, min(most, len(here)))
        return " ".join(f"[{each.id[-3:]}](entry:{each.id})" for each in some)

    for number in range(6):
        pages.append(page(f"Linker {number}", source=links()))

    def act(hour):
        entry = chance.choice([each for each in pages if each.id not in gone])
        here = [each for each in pages if each.id not in gone and each.trashed_at is None]
        with_, choice = chance.choice(here), chance.choice(list(Choice))
        kind = chance.choice(
            ["rename", "move", "remove", "remove", "restore", "purge", "publish", "link", "unlink",
             "schedule", "unpublish", "redirect", "front", "menu", "undo", "undo"]
        )  # fmt: skip
        if kind == "rename":
            rewrite(entry, path=f"/renamed-{hour}/", now=at(hour))
        elif kind == "move":
            moving.move(entry, parent_id=with_.id, position=None, by=OPERATOR, now=at(hour))
        elif kind == "publish":
            publish(entry, now=at(hour))
        elif kind == "schedule":
            publish(entry, now=at(hour), at=at(hour + chance.randint(1, 9)))
        elif kind == "unpublish":
            publishing.unpublish(entry, by=OPERATOR, now=at(hour))
        elif kind in ("link", "unlink"):
            rewrite(entry, source=links(3 if kind == "link" else 0), now=at(hour))
        elif kind == "redirect":
            lead(f"/led-{hour}/", targets.to("entry", entry.id))
        elif kind == "front":
            settings.save({"front": "page", "front_page": with_.id}, by=OPERATOR, now=at(hour))
        elif kind == "menu":
            line = menus.Line("", "entry", target_id=with_.id)
            menus.save_menu("main", "Main", [line], by=OPERATOR, now=at(hour))
        elif kind == "undo":
            done = db.session().scalars(sa.select(ChangeSet.id).order_by(ChangeSet.id.desc()))
            undoing.undo(chance.choice(done.fetchmany(8)), by=OPERATOR, now=at(hour))
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
        except CmsError:
            continue
        finally:
            found = references.list_dangling(now=at(hour))
            assert [*found, *loose_ends.find(), *loose_ends.in_redirects()] == []
    assert done > 10
