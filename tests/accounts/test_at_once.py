"""People who take each other's part at the same time."""

from collections.abc import Callable

import pytest

from cms import clock, db
from cms.accounts import closing, granting, invitations, people
from cms.accounts.permissions import Person, Role
from cms.config import Settings
from cms.errors import NotAllowed
from tests.accounts.racing import at_once


def _demote(target: Person, by: Person) -> Callable[[], None]:
    def act() -> None:
        account = people.get_account(target.id)
        granting.change_roles(account, [Role.EDITOR], now=clock.now(), by=by)

    return act


def _suspend(target: Person, by: Person) -> Callable[[], None]:
    return lambda: closing.disable(people.get_account(target.id), now=clock.now(), by=by)


def _remove(target: Person, by: Person) -> Callable[[], None]:
    return lambda: closing.remove(people.get_account(target.id), now=clock.now(), by=by)


@pytest.mark.parametrize("first", [_demote, _suspend, _remove])
@pytest.mark.parametrize("second", [_demote, _suspend, _remove])
def test_of_two_last_owners_who_turn_on_each_other_one_remains(
    database: db.Database,
    olga: Person,
    make_person: Callable[..., Person],
    first: Callable[[Person, Person], Callable[[], None]],
    second: Callable[[Person, Person], Callable[[], None]],
) -> None:
    olaf = make_person("Olaf", Role.OWNER)
    refusals = at_once(database, first(olaf, olga), second(olga, olaf))
    assert sum(refusal is None for refusal in refusals) == 1, refusals
    with db.unit_of_work(database, write=False):
        assert people.has_owner()


def test_whoever_was_demoted_a_moment_ago_gives_no_roles_any_more(
    unit: db.UnitOfWork, olga: Person, ada: Person, ana: Person
) -> None:
    now = clock.now()
    granting.change_roles(people.get_account(ada.id), [Role.AUTHOR], now=now, by=olga)
    with pytest.raises(NotAllowed):
        granting.change_roles(people.get_account(ana.id), [Role.EDITOR], now=now, by=ada)
    closing.disable(people.get_account(ada.id), now=now, by=olga)
    with pytest.raises(NotAllowed, match="closed"):
        closing.disable(people.get_account(ana.id), now=now, by=ada)


def test_the_same_role_given_twice_at_once_is_given_once(
    database: db.Database, olga: Person, ana: Person
) -> None:
    refusals = at_once(database, _demote(ana, olga), _demote(ana, olga))
    assert refusals == [None, None]
    with db.unit_of_work(database, write=False):
        assert [grant.role for grant in people.get_account(ana.id).grants] == ["editor"]


def test_one_link_taken_by_two_at_once_makes_one_account(
    database: db.Database, settings: Settings, olga: Person
) -> None:
    with db.unit_of_work(database):
        offer = invitations.invite(Role.AUTHOR, by=olga, settings=settings, now=clock.now())
        db.commit()
    secret = offer.url.rpartition("/")[2]

    def take(number: int) -> Callable[[], object]:
        return lambda: invitations.accept(
            secret,
            name=f"Guest {number}",
            email=f"guest{number}@example.org",
            password_hash="x",
            now=clock.now(),
        )

    refusals = at_once(database, *(take(number) for number in range(4)))
    assert sum(refusal is None for refusal in refusals) == 1
    with db.unit_of_work(database, write=False):
        assert people.count_accounts() == 2
