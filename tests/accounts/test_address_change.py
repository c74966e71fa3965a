"""Another address: proven by its link, stopped by the old one, whoever comes first."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts import (
    address_change,
    closing,
    granting,
    links,
    password_change,
    people,
    tokens,
)
from cms.accounts.address_change import Asked
from cms.accounts.models import Account, Token
from cms.accounts.permissions import Person, Role
from cms.accounts.throttling import Throttled
from cms.config import Settings
from cms.errors import CmsError, NotAllowed, NotFound, Rejected
from cms.history import undoing
from cms.history.models import Change, ChangeSet
from tests.accounts.racing import at_once

NOW = clock.now()
NEW = "robert@example.org"


@pytest.fixture
def ask(database: db.Database, settings: Settings, rob: Person) -> Callable[..., Asked]:
    """Rob (or `by`) asks for another address; the act is committed."""

    def ask(email: str = NEW, *, by: Person = rob, whose: Person = rob) -> Asked:
        with db.unit_of_work(database):
            account = people.get_account(whose.id)
            asked = address_change.ask(account, email, settings=settings, now=NOW, by=by)
            db.commit()
            return asked

    return ask


@pytest.fixture
def secret_of(database: db.Database, settings: Settings) -> Callable[[str], str]:
    """What stands in the letter of a token."""

    def secret_of(token_id: str) -> str:
        with db.unit_of_work(database, write=False):
            url = links.find_url(token_id, settings=settings, now=NOW)
        assert url is not None
        return url.rpartition("/")[2]

    return secret_of


def _email(database: db.Database, person: Person) -> str:
    with db.unit_of_work(database, write=False):
        return people.get_account(person.id).email


def _in(database: db.Database, act: Callable[[], object]) -> object:
    with db.unit_of_work(database):
        done = act()
        db.commit()
        return done


def _follow(
    database: db.Database, act: Callable[..., object], secret: str, *, at: datetime = NOW
) -> object:
    return _in(database, lambda: act(secret, now=at))


def test_an_address_counts_when_its_link_is_followed_and_the_link_works_once(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    asked = ask()
    assert _email(database, rob) == rob.email
    secret = secret_of(asked.token_id)
    _follow(database, address_change.complete, secret)
    assert _email(database, rob) == NEW
    with pytest.raises(NotFound):
        _follow(database, address_change.complete, secret)


def test_the_link_ends_after_a_day_and_the_other_after_a_week(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    asked = ask()
    change, stop = secret_of(asked.token_id), secret_of(asked.stop_id)
    for act, secret, lasts in (
        (address_change.complete, change, address_change.LIFETIME),
        (address_change.stop, stop, address_change.STOPPABLE),
    ):
        with pytest.raises(NotFound):
            _follow(database, act, secret, at=NOW + lasts)
    assert _email(database, rob) == rob.email


def test_the_old_address_stops_what_waits(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    asked = ask()
    change, stop = secret_of(asked.token_id), secret_of(asked.stop_id)
    before = _epoch(database, rob)
    stopped = _follow(database, address_change.stop, stop)
    assert isinstance(stopped, address_change.Stopped)
    assert not stopped.was_changed
    assert _epoch(database, rob) > before, "whoever asked is signed out"
    with pytest.raises(NotFound):
        _follow(database, address_change.complete, change)
    with pytest.raises(NotFound):
        _follow(database, address_change.stop, stop)


def _epoch(database: db.Database, person: Person) -> int:
    with db.unit_of_work(database, write=False):
        return people.get_account(person.id).session_epoch


def test_the_old_address_comes_back_though_others_were_taken_after_it(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    first = ask("first@evil.example")
    stop = secret_of(first.stop_id)
    _follow(database, address_change.complete, secret_of(first.token_id))
    second = ask("second@evil.example")
    _follow(database, address_change.complete, secret_of(second.token_id))
    _follow(database, address_change.stop, stop, at=NOW + timedelta(days=6))
    assert _email(database, rob) == rob.email


def test_nothing_is_taken_back_from_somebody_who_has_the_address_by_now(
    database: db.Database,
    rob: Person,
    ask: Callable[..., Asked],
    secret_of: Callable[[str], str],
) -> None:
    asked = ask()
    change, stop = secret_of(asked.token_id), secret_of(asked.stop_id)
    _follow(database, address_change.complete, change)
    _in(database, lambda: people.create_account(rob.email, "Robin", roles=[], now=NOW))
    with pytest.raises(Rejected, match="already"):
        _follow(database, address_change.stop, stop)
    assert _email(database, rob) == NEW


def test_an_address_that_someone_took_meanwhile_is_refused_and_the_link_stays(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    secret = secret_of(ask().token_id)
    taken = _in(database, lambda: people.create_account(NEW, "Robin", roles=[], now=NOW))
    assert isinstance(taken, Account)
    with pytest.raises(Rejected, match="already"):
        _follow(database, address_change.complete, secret)
    assert _email(database, rob) == rob.email
    _in(database, lambda: closing.remove(people.get_account(taken.id), now=NOW))
    _follow(database, address_change.complete, secret)
    assert _email(database, rob) == NEW


def test_a_later_link_ends_the_earlier_one_and_a_new_password_ends_it_too(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    earlier = secret_of(ask("one@example.org").token_id)
    later = secret_of(ask("two@example.org").token_id)
    with pytest.raises(NotFound):
        _follow(database, address_change.complete, earlier)

    def change_password() -> None:
        account = people.get_account(rob.id)
        password_change.set_hash(account, "another hash", now=NOW, by=rob)

    _in(database, change_password)
    with pytest.raises(NotFound):
        _follow(database, address_change.complete, later)


def test_the_link_of_one_thing_does_not_open_another(
    database: db.Database, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    asked = ask()
    with pytest.raises(NotFound):
        _follow(database, address_change.complete, secret_of(asked.stop_id))
    with pytest.raises(NotFound):
        _follow(database, address_change.stop, secret_of(asked.token_id))
    with db.unit_of_work(database, write=False):
        assert tokens.find(tokens.PASSWORD_RESET, "x", now=NOW) is None


def test_who_may_ask(
    ask: Callable[..., Asked], olga: Person, ada: Person, ana: Person, rob: Person
) -> None:
    assert ask("ada.asks@example.org", by=ada).email == "ada.asks@example.org"
    for by, whose in ((ana, rob), (ada, olga)):
        with pytest.raises(NotAllowed):
            ask("evil@example.org", by=by, whose=whose)


def test_whoever_asked_for_another_must_still_be_allowed_to_when_the_link_is_followed(
    database: db.Database,
    ask: Callable[..., Asked],
    secret_of: Callable[[str], str],
    olga: Person,
    ada: Person,
    rob: Person,
) -> None:
    def get(person: Person) -> Account:
        return people.get_account(person.id)

    secret = secret_of(ask(by=ada).token_id)
    changes: tuple[tuple[Callable[[], object], bool], ...] = (
        (lambda: granting.change_roles(get(rob), [Role.OWNER], by=olga, now=NOW), False),
        (lambda: granting.change_roles(get(rob), [Role.EDITOR], by=olga, now=NOW), True),
        (lambda: granting.change_roles(get(ada), [Role.EDITOR], by=olga, now=NOW), False),
        (lambda: granting.change_roles(get(ada), [Role.ADMINISTRATOR], by=olga, now=NOW), True),
        (lambda: closing.disable(get(ada), by=olga, now=NOW), False),
    )
    for change, works in changes:
        _in(database, change)
        with db.unit_of_work(database):
            if works:
                assert address_change.get_waiting(secret, now=NOW).email == NEW
                continue
            for act in (address_change.get_waiting, address_change.complete):
                with pytest.raises(NotFound):
                    act(secret, now=NOW)
    assert _email(database, rob) == rob.email


def test_letters_are_not_sent_without_end(ask: Callable[..., Asked]) -> None:
    for number in range(3):
        ask(f"{number}@example.org")
    with pytest.raises(Throttled):
        ask("4@example.org")


def test_the_log_holds_no_address_and_nothing_to_undo(
    database: db.Database, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    secret = secret_of(ask().token_id)
    _follow(database, address_change.complete, secret)
    with db.unit_of_work(database, write=False):
        acts = db.session().scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc())).all()
        assert [act.label for act in acts[:2]] == [
            "Changed the address of Rob",
            "Asked for another address of Rob",
        ]
        assert NEW not in str(
            [(c.before, c.after) for c in db.session().scalars(sa.select(Change))]
        )
        assert all(undoing.find_obstacles(act, now=NOW) for act in acts[:2])


# --- at once ----------------------------------------------------------------------------------


def test_one_link_followed_twice_at_once_counts_once(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    secret = secret_of(ask().token_id)

    def follow() -> Asked:
        return address_change.complete(secret, now=NOW)

    refusals = at_once(database, follow, follow, follow)
    assert [type(each) for each in refusals].count(type(None)) == 1
    assert [type(each) for each in refusals].count(NotFound) == 2
    assert _email(database, rob) == NEW


def test_whoever_stops_while_another_follows_keeps_the_old_address(
    database: db.Database, rob: Person, ask: Callable[..., Asked], secret_of: Callable[[str], str]
) -> None:
    asked = ask()
    change, stop = secret_of(asked.token_id), secret_of(asked.stop_id)
    refusals = at_once(
        database,
        lambda: address_change.complete(change, now=NOW),
        lambda: address_change.stop(stop, now=NOW),
    )
    assert refusals[1] is None
    assert _email(database, rob) == rob.email, "whichever came first"
    with db.unit_of_work(database, write=False):
        left = sa.select(Token).where(Token.used_at.is_(None))
        assert not db.session().scalars(left).all()


def test_two_who_want_one_address_at_once_do_not_both_get_it(
    database: db.Database,
    rob: Person,
    ana: Person,
    ask: Callable[..., Asked],
    secret_of: Callable[[str], str],
) -> None:
    secrets = [secret_of(ask(by=each, whose=each).token_id) for each in (rob, ana)]
    acts = [lambda s=each: address_change.complete(s, now=NOW) for each in secrets]
    refusals: list[CmsError | None] = at_once(database, *acts)
    assert sorted(type(each).__name__ for each in refusals) == ["NoneType", "Rejected"]
    assert sorted([_email(database, rob), _email(database, ana)]).count(NEW) == 1
