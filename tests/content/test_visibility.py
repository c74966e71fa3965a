"""Who sees what: canaries in every hidden place, and every question that visitors' pages ask."""

from zoneinfo import ZoneInfo

import pytest

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.content import (
    filing,
    moving,
    profiles,
    publishing,
    queries,
    search,
    surroundings,
    terms,
    trash,
    visibility,
)
from cms.content.selection import Selection, in_period, opened, posts
from cms.content.visibility import PUBLIC, Restriction, Verdict, Visitor
from cms.errors import NotFound
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")

LOCKED = {"access": "password", "password_hash": "hash"}


def page(title, parent=None, **values):
    entry = write(title, kind="page", parent=parent, **values)
    publish(entry)
    return entry


def verdict(entry, visitor=PUBLIC, site="public", hours=0.0, mark="right"):
    publication = find_published(entry.id, now=at(hours))
    rule = visibility.restriction_of(publication, now=at(hours))
    return visibility.decide(rule, site, visitor, mark=mark)


@on_sqlite
@pytest.mark.parametrize("site", ["public", "private", "coming-soon"])
@pytest.mark.parametrize("access", [None, "password", "staff"])
def test_the_decision_in_one_table(access, site):
    rule = Restriction(access, "x", "hash") if access else None
    staff = visibility.decide(rule, site, Visitor(is_staff=True))
    public = visibility.decide(rule, site, PUBLIC, mark="m")
    unlocked = visibility.decide(rule, site, Visitor(unlocked=frozenset({"m"})), mark="m")
    assert staff is Verdict.VISIBLE
    if site != "public" or access == "staff":
        assert {public, unlocked} == {Verdict.HIDDEN}
    else:
        assert unlocked is Verdict.VISIBLE
        assert public is (Verdict.LOCKED if access else Verdict.VISIBLE)


def test_a_rule_holds_for_all_that_stands_below():
    club = page("Club", **LOCKED)
    inner = page("Inner", club)
    deep = page("Deep", inner)
    staff = page("Staff", inner, access="staff")
    below_staff = page("Below", staff)
    open_again = page("Open", inner, access="public")
    below_open = page("Below open", open_again)
    for entry in (club, inner, deep):
        assert verdict(entry) is Verdict.LOCKED
        assert verdict(entry, Visitor(unlocked=frozenset({"right"}))) is Verdict.VISIBLE
    for entry in (staff, below_staff):
        assert verdict(entry) is Verdict.HIDDEN
    for entry in (open_again, below_open):
        assert verdict(entry) is Verdict.VISIBLE
    assert verdict(deep, Visitor(is_staff=True)) is Verdict.VISIBLE


def test_a_page_that_is_not_live_any_more_still_guards_what_stands_below():
    club = page("Club", access="staff")
    inner = page("Inner", club)
    middle = page("Middle", inner)
    deep = page("Deep", middle)
    publishing.unpublish(club, by=OPERATOR, now=at(1))
    publishing.unpublish(middle, by=OPERATOR, now=at(1))
    assert verdict(inner, hours=2) is Verdict.HIDDEN
    assert verdict(deep, hours=2) is Verdict.HIDDEN


def test_a_page_that_was_opened_guards_no_more():
    club = page("Club", access="staff")
    inner = page("Inner", club)
    publish(club, now=at(1), revision=_opened(club))
    assert verdict(inner, hours=2) is Verdict.VISIBLE


def _opened(entry):
    return rewrite(entry, access="inherit", now=at(1))


def test_a_rule_that_is_scheduled_holds_from_its_instant_on(database):
    club = page("Club")
    inner = page("Inner", club)
    publish(club, at=at(5), revision=_closed(club))
    db.commit()
    for hours, expected in ((0, Verdict.VISIBLE), (4.9, Verdict.VISIBLE), (5, Verdict.HIDDEN)):
        with db.unit_of_work(database, write=False):
            assert verdict(inner, hours=hours) is expected


def _closed(entry):
    return rewrite(entry, access="staff")


def test_moving_a_page_below_a_closed_one_closes_it():
    club, other = page("Club", access="staff"), page("Other")
    page("Member", club)
    moving.move(other, parent_id=club.id, position=None, by=OPERATOR, now=at(1))
    assert verdict(other, hours=1) is Verdict.HIDDEN


@pytest.fixture
def site():
    """One open post, and a canary in every hidden place."""
    tag = terms.create_term("tag", "Birds", by=OPERATOR, now=NOW)
    ana = profiles.create_profile("Ana", by=OPERATOR, now=NOW)
    club = page("Canary club", access="staff")
    locked = page("Wall", **LOCKED)
    kinds = {"term_ids": (tag.id,), "byline_ids": (ana.id,), "featured": True, "pinned": True}

    def post(title, **values):
        return write(title, f"{title} chirps", **{**kinds, **values})

    hidden = {
        "draft": post("Canary draft"),
        "scheduled": post("Canary scheduled"),
        "ended": post("Canary ended"),
        "trashed": post("Canary trashed"),
        "staff": post("Canary staff", access="staff"),
        "club": club,
        "member": page("Canary member", club, source="chirps"),
    }
    publish(hidden["scheduled"], at=at(50))
    for name in ("ended", "trashed", "staff"):
        publish(hidden[name])
    publishing.unpublish(hidden["ended"], by=OPERATOR, now=at(1))
    trash.trash(hidden["trashed"], by=OPERATOR, now=at(1))
    shown = post("Robin")
    publish(shown)
    password = post("Nightingale", **LOCKED)
    publish(password)
    unlisted = post("Owl", listed=False)
    publish(unlisted)
    page("Canary behind the wall", locked, source="chirps")
    db.commit()
    return {"tag": tag, "ana": ana, "shown": shown, "password": password, "club": club,
            "unlisted": unlisted, **hidden}  # fmt: skip


def test_no_question_finds_what_is_hidden(site):
    now = at(2)
    tag, ana, shown = site["tag"], site["ana"], site["shown"]
    everything = Selection(unlisted=True)
    open_only = opened(everything)
    selections = [
        everything,
        open_only,
        posts(),
        posts(term_ids=(tag.id,)),
        posts(term_ids=(tag.id, site["club"].id)),
        posts(profile_id=ana.id),
        posts(featured=True),
        posts(pinned=True),
        posts(oldest_first=True),
        in_period(2026, 11, ZoneInfo("Asia/Tokyo")),
        in_period(2026, None, ZoneInfo("UTC")),
        Selection(types=("page",), top_level=True),
        Selection(parent_id=site["club"].id, unlisted=True),
        Selection(entry_ids=tuple(each.id for each in site.values()), unlisted=True),
    ]
    for selection in selections:
        cards = queries.list_cards(selection, now=now, limit=99)
        titles = {card.title for card in cards}
        visible = {"Robin", "Nightingale", "Owl", "Wall"}
        if selection.open_only:
            visible -= {"Nightingale", "Wall"}
        else:
            visible |= {"Canary behind the wall"}  # Named in lists, and shown without its words.
        assert titles <= visible, selection
        assert queries.count(selection, now=now) == len(cards)
        assert len(queries.list_addresses(selection, now=now, limit=99, offset=0)) == len(cards)
    live = find_published(shown.id, now=now)
    for cards in (
        queries.list_home(now=now, limit=9),
        queries.list_pinned(now=now),
        queries.list_featured(now=now, limit=9),
        surroundings.related(live, [tag.id], now=now),
        tuple(card for card in surroundings.neighbours(live, now=now) if card),
        surroundings.ancestors(site["member"].id, now=now),
    ):
        assert not [card.title for card in cards if "Canary" in (card.title or "")]
    assert set(queries.paths_of([each.id for each in site.values()], now=now)) <= {
        shown.id, site["password"].id, site["unlisted"].id,
    }  # fmt: skip
    assert filing.list_used_terms("tag", now=now)[0][1] == 2
    assert sum(period.count for period in queries.periods(ZoneInfo("UTC"), now=now)) == 2
    for name in ("draft", "scheduled", "ended", "trashed"):
        assert find_published(site[name].id, now=now) is None


def test_the_search_finds_what_everyone_may_read_and_nothing_else(site):
    for hours in (2, 3):
        hits = search.find("chirps", now=at(hours)).hits
        cards = queries.list_by_ids([hit.publication_id for hit in hits], now=at(hours))
        assert {card.title for card in cards} == {"Robin"}
        assert search.find("canary", now=at(hours)).total_capped == 0
    publishing.unpublish(site["club"], by=OPERATOR, now=at(4))
    db.commit()
    assert search.find("canary", now=at(5)).hits == (), "who is gone still guards"


@on_sqlite
@pytest.mark.parametrize("period", [(1, None), (9999, 12), (0, 1), (2026, 13), (999, 1)])
def test_a_time_that_cannot_be_is_not_there(period):
    for zone in ("Asia/Tokyo", "America/New_York"):
        with pytest.raises(NotFound):
            in_period(*period, ZoneInfo(zone))
