"""Readers: a few stay open between requests, and each sees what was committed before it began."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cms import db


def _number(database: db.Database) -> int:
    with db.unit_of_work(database, write=False):
        return int(db.read(sa.text("SELECT number FROM generation WHERE id = 1")).scalar() or 0)


def _set_number(database: db.Database, number: int) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM generation"))
        insert = sa.text("INSERT INTO generation (id, number) VALUES (1, :number)")
        connection.execute(insert, {"number": number})


def test_one_reader_after_the_other_sees_what_was_committed_between(
    database: db.Database,
) -> None:
    for number in range(1, 6):
        _set_number(database, number)
        assert _number(database) == number


def test_readers_within_and_beside_one_another_do_not_meet(database: db.Database) -> None:
    _set_number(database, 1)
    seen: list[int] = []
    with db.unit_of_work(database, write=False) as outer:
        outer.read(sa.text("SELECT 1"))
        seen.append(_number(database))

        def ask() -> None:
            seen.extend(_number(database) for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outer.read(sa.text("SELECT 1")).scalar() == 1
    assert seen == [1] * 401


def test_a_reader_that_met_an_error_leaves_the_next_one_well(database: db.Database) -> None:
    _set_number(database, 7)
    with pytest.raises(DBAPIError), db.unit_of_work(database, write=False):
        db.read(sa.text("SELECT nonsense FROM nowhere"))
    assert _number(database) == 7


def test_closing_every_connection_closes_those_kept_for_reading(database: db.Database) -> None:
    _set_number(database, 3)
    assert _number(database) == 3
    database.dispose()
    assert database.reading_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert _number(database) == 3
