"""Accounts: making, changing and closing them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cms import db
from cms.accounts import closing, granting, password_change, people, preferences
from cms.accounts.permissions import OPERATOR, Person, Role
from cms.errors import NotAllowed, NotFound, Rejected
from tests.conftest import PASSWORD

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _create(email: str = "ana@example.org", **given: object) -> object:
    values: dict[str, object] = {"roles": [Role.AUTHOR], "now": NOW, **given}
    return people.create_account(email, "Ana", **values)  # type: ignore[arg-type]


def test_an_account_is_found_however_it_is_written(unit: db.UnitOfWork) -> None:
    _create("Ana@Example.org", password=PASSWORD)
    for spelling in ("ana@example.org", " ANA@EXAMPLE.ORG", "\uff41na@example.org"):
        assert people.find_by_email(spelling) is not None, spelling
    assert people.find_by_email("an@example.org") is None


@pytest.mark.parametrize("email", ["ana@example.org", "ANA@example.org", "\uff21na@example.org"])
def test_an_address_belongs_to_one_account(unit: db.UnitOfWork, email: str) -> None:
    _create()
    with pytest.raises(Rejected, match="already") as refusal:
        _create(email)
    assert refusal.value.field == "email"
    assert people.count_accounts() == 1


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "a b@example.org", "x" * 300 + "@example.org"]
)
def test_what_is_no_address_is_refused(unit: db.UnitOfWork, email: str) -> None:
    with pytest.raises(Rejected):
        _create(email)


def test_without_a_password_it_waits_for_its_owner(unit: db.UnitOfWork) -> None:
    account = _create()
    assert account.state == "invited"  # type: ignore[attr-defined]


def test_an_unknown_account_is_not_found(unit: db.UnitOfWork) -> None:
    with pytest.raises(NotFound):
        people.get_account("01ARZ3NDEKTSV4RRFFQ69G5FAV")


def test_only_who_manages_people_makes_accounts(
    unit: db.UnitOfWork, ada: Person, eli: Person
) -> None:
    _create(by=ada)
    with pytest.raises(NotAllowed):
        _create("new@example.org", by=eli)


def test_only_owners_make_owners(unit: db.UnitOfWork, ada: Person, olga: Person) -> None:
    with pytest.raises(NotAllowed, match="owner"):
        _create(by=ada, roles=[Role.OWNER])
    _create(by=olga, roles=[Role.OWNER])


def test_only_owners_touch_owners(unit: db.UnitOfWork, ada: Person, olga: Person) -> None:
    owner = people.get_account(olga.id)
    for act in (
        lambda: closing.disable(owner, now=NOW, by=ada),
        lambda: password_change.reset(owner, PASSWORD, now=NOW, by=ada),
        lambda: granting.change_roles(owner, [Role.AUTHOR], now=NOW, by=ada),
        lambda: closing.sign_out_everywhere(owner, now=NOW, by=ada),
        lambda: closing.remove(owner, now=NOW, by=ada),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_last_owner_stays(
    unit: db.UnitOfWork, olga: Person, make_person: Callable[..., Person]
) -> None:
    owner = people.get_account(olga.id)
    with pytest.raises(Rejected, match="only owner"):
        closing.disable(owner, now=NOW)
    with pytest.raises(Rejected, match="only owner"):
        granting.change_roles(owner, [Role.EDITOR], now=NOW, by=OPERATOR)


def test_of_two_owners_one_may_go(unit: db.UnitOfWork, olga: Person) -> None:
    _create(by=olga, roles=[Role.OWNER], password=PASSWORD)
    closing.disable(people.get_account(olga.id), now=NOW)
    assert people.has_owner()


def test_changed_roles_end_the_sessions(unit: db.UnitOfWork, ana: Person) -> None:
    account = people.get_account(ana.id)
    before = account.session_epoch
    granting.change_roles(account, [Role.EDITOR], now=NOW, by=OPERATOR)
    assert people.roles_of(account) == {Role.EDITOR}
    assert account.session_epoch > before


def test_people_change_themselves_and_nobody_else(
    unit: db.UnitOfWork, ana: Person, rob: Person, ada: Person
) -> None:
    account = people.get_account(ana.id)
    preferences.rename(account, " Ana  Maria ", now=NOW, by=ana)
    preferences.save(account, timezone="Europe/Lisbon", shortcuts=False, now=NOW, by=ana)
    assert account.display_name == "Ana Maria"
    assert not people.person_of(account).shortcuts
    for other in (rob, ada):
        for act in (
            lambda by: preferences.rename(account, "Rob", now=NOW, by=by),
            lambda by: preferences.save(account, theme="dark", now=NOW, by=by),
        ):
            with pytest.raises(NotAllowed):
                act(other)
    with pytest.raises(Rejected):
        preferences.save(account, timezone="Moon/Base", now=NOW, by=ana)
