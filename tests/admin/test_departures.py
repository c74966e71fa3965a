"""Handing entries over, and removing an account for good."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from cms import clock, db, notices
from cms.accounts import invitations, people
from cms.accounts.permissions import Person, Role
from cms.config import Settings
from cms.content import (
    editing,
    profiles,
    revisions,
    saved_views,
    telling,
    trash,
    working_copies,
)
from cms.content.models import Entry, Profile, PublicationByline
from cms.content.snapshot import Snapshot
from cms.history.models import ChangeSet
from cms.notices import choices, reading
from tests.admin.conftest import Room
from tests.browsing import Browser


def _profile(room: Room, person: Person) -> str:
    with room.open(write=True):
        found = profiles.ensure_own_profile(person, now=clock.now())
        assert found is not None
        return found.id


@pytest.fixture
def ana_wrote(room: Room, ana: Person) -> tuple[str, str, str]:
    """A draft, a published and a trashed post of Ana, who stands in their bylines."""
    own = _profile(room, ana)
    draft, live, gone = (
        room.write(ana, title, byline_ids=(own,)) for title in ("Draft", "Live", "Gone")
    )
    room.publish(live, ana)
    with room.open(write=True):
        trash.trash(editing.get_entry(gone), by=ana, now=clock.now())
    return draft, live, gone


def _owner(room: Room, entry_id: str) -> str | None:
    return room.entry(entry_id).created_by


def test_entries_go_to_another_person_and_bylines_stay(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person,
    ana_wrote: tuple[str, str, str],
) -> None:  # fmt: skip
    browser.sign_in(ada).get(f"/admin/people/{ana.id}")
    assert "3 entries" in browser.text
    browser.get(f"/admin/people/{ana.id}/handover")
    assert "3 entries belong to Ana. 3 bylines name them." in browser.text
    before = [room.head(each).id for each in ana_wrote]
    assert browser.submit("Hand over", to="ELI@example.org").status_code == 303
    browser.follow()
    assert "3 entries were handed over." in browser.text
    assert {_owner(room, each) for each in ana_wrote} == {eli.id}
    assert [room.head(each).id for each in ana_wrote] == before
    browser.submit("Undo")
    assert {_owner(room, each) for each in ana_wrote} == {ana.id}


def test_bylines_go_along_in_what_is_written_and_what_is_shown(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person,
    ana_wrote: tuple[str, str, str],
) -> None:  # fmt: skip
    theirs, draft, live = _profile(room, eli), *ana_wrote[:2]
    browser.sign_in(ada).get(f"/admin/people/{ana.id}/handover")
    assert browser.submit("Hand over", to=eli.email, bylines="y").status_code == 303
    assert list(room.head(draft).byline_ids) == [theirs]
    assert room.state(live) == "published", "what is live shows the newest revision still"
    with room.open():
        named = db.session().scalars(sa.select(PublicationByline.profile_id)).all()
        assert set(named) == {theirs}
        acts = [each.label for each in db.session().scalars(sa.select(ChangeSet))]
        assert acts.count("Handed over the entries of Ana") == 1
        assert not [label for label in acts if label.startswith("Edited")]


def test_an_author_without_an_account_may_get_them(
    browser: Browser, room: Room, ada: Person, ana: Person, ana_wrote: tuple[str, str, str]
) -> None:
    with room.open(write=True):
        profiles.create_profile("Nobody Special", by=ada, now=clock.now())
    browser.sign_in(ada).get(f"/admin/people/{ana.id}/handover")
    assert browser.submit("Hand over", to="nobody-special", bylines="y").status_code == 303
    assert {_owner(room, each) for each in ana_wrote} == {None}


@pytest.mark.parametrize("to", ["", "nobody@example.org", "ana@example.org", "ana", "x" * 300])
def test_whoever_is_nobody_or_the_same_gets_nothing(
    browser: Browser, room: Room, ada: Person, ana: Person,
    ana_wrote: tuple[str, str, str], to: str,
) -> None:  # fmt: skip
    browser.sign_in(ada).get(f"/admin/people/{ana.id}/handover")
    assert browser.submit("Hand over", to=to).status_code == 422
    assert {_owner(room, each) for each in ana_wrote} == {ana.id}


def test_an_account_is_removed_and_its_profile_and_name_stay(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person,
    ana_wrote: tuple[str, str, str],
) -> None:  # fmt: skip
    own, hers = _profile(room, ana), Browser(browser.app).sign_in(ana)
    with room.open(write=True):
        telling.tell_writer(editing.get_entry(ana_wrote[0]), "entry-changed", title="Draft",
                            by=eli, now=clock.now())  # fmt: skip
        assert reading.count_notices(ana.id) == 1
    browser.sign_in(ada).get(f"/admin/people/{ana.id}/removal")
    answer = browser.submit("Remove for good", to=eli.email, email="Ana@example.org")
    assert answer.status_code == 303
    browser.follow()
    assert "The account of Ana is removed." in browser.text
    assert hers.get("/admin/").status_code == 302
    assert browser.get(f"/admin/people/{ana.id}").status_code == 404
    with room.open():
        assert people.find_by_email(ana.email) is None
        profile = db.session().get_one(Profile, own)
        assert (profile.name, profile.account_id) == ("Ana", None)
        assert people.find_names([ana.id]) == {ana.id: "Ana"}
        assert reading.count_notices(ana.id) == 0
        owners = set(db.session().scalars(sa.select(Entry.created_by)))
        assert owners == {eli.id}
    browser.get("/admin/activity/?kind=entry")
    assert "Ana" in browser.text.partition("Started “Draft”")[2][:40], "whose act it was"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "eli@example.org", "to": "eli@example.org"}, "not the email of this account"),
        ({"email": "", "to": "eli@example.org"}, "not the email of this account"),
        ({"email": "ana@example.org", "to": ""}, "Say first who gets the entries."),
    ],
)
def test_nothing_is_removed_by_a_slip(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person,
    ana_wrote: tuple[str, str, str], typed: dict[str, str], said: str,
) -> None:  # fmt: skip
    browser.sign_in(ada).get(f"/admin/people/{ana.id}/removal")
    assert browser.submit("Remove for good", **typed).status_code == 422
    assert said in browser.text
    with room.open():
        assert people.find_by_email(ana.email) is not None
    assert {_owner(room, each) for each in ana_wrote} == {ana.id}


def test_owners_are_removed_by_owners_only_and_nobody_removes_themselves(
    browser: Browser, room: Room, ada: Person, olga: Person
) -> None:
    browser.sign_in(ada)
    sent = {"email": olga.email}
    assert browser.send(f"/admin/people/{olga.id}/removal", sent).status_code == 403
    sent = {"email": ada.email}
    assert browser.send(f"/admin/people/{ada.id}/removal", sent).status_code == 422
    with room.open():
        assert people.count_accounts() == 2


def test_nothing_that_was_only_theirs_is_kept_of_whoever_is_removed(
    browser: Browser, room: Room, settings: Settings, ada: Person, eli: Person
) -> None:
    with room.open(write=True):
        offer = invitations.invite(
            Role.AUTHOR, email="vera@example.org", by=ada, settings=settings, now=clock.now()
        )
        secret = offer.url.rpartition("/")[2]
    with room.open(write=True):
        account = invitations.accept(
            secret, name="Vera", email="", password_hash="x", now=clock.now()
        )
        vera = people.person_of(account)
    entry_id = room.write(vera, "Walks")
    with room.open(write=True):
        entry = editing.get_entry(entry_id)
        typed = replace(Snapshot.of(revisions.get_head(entry)), source="Not saved yet.")
        working_copies.keep(entry, typed, by=vera, now=clock.now(), base_id=entry.head_id)
        for name, shared in (("Mine", False), ("Ours", True)):
            saved_views.save_view("entries", name, "", shared=shared, by=vera, now=clock.now())
        values = {"who": "Eli", "title": "Walks"}
        subject = ("entry", entry_id)
        notices.tell(
            vera.id, "entry-changed", values=values, subject=subject, by=eli, now=clock.now()
        )
        choices.save(vera.id, {}, choices.DAILY, now=clock.now())
    browser.sign_in(ada).get(f"/admin/people/{vera.id}/removal")
    browser.submit("Remove for good", email=vera.email, to=eli.email)
    with room.open():
        tables = [*db.Base.metadata.sorted_tables]
        rows = {each.name: db.session().execute(sa.select(each)).all() for each in tables}
    assert not [name for name, found in rows.items() if vera.email in repr(found)]
    left = {name for name, found in rows.items() if vera.id in repr(found)}
    assert not left & {"notice_choice", "working_copy", "account", "account_token"}
    assert [row.name for row in rows["saved_view"]] == ["Ours"]
    assert [row.account_id for row in rows["notice"]] == [ada.id]


def test_an_owners_entries_are_handed_over_by_owners_only(
    browser: Browser, room: Room, ada: Person, olga: Person, eli: Person
) -> None:
    entry = room.write(olga, "Hers")
    address = f"/admin/people/{olga.id}/handover"
    assert browser.sign_in(ada).send(address, {"to": eli.email}).status_code == 403
    assert room.entry(entry).created_by == olga.id
