"""The outbox: nothing starts without a commit, nothing committed is forgotten."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.config import Settings
from cms.history import recording
from cms.outbox import delivery, posting
from cms.outbox.models import Errand

NOW = clock.now().replace(microsecond=0)
KIND = "bell"

Ran = list[delivery.Task]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """What the handler of this module's kind was given."""
    tasks: Ran = []
    monkeypatch.setitem(delivery._handlers, KIND, tasks.append)
    return tasks


def _post(database: db.Database, **more: object) -> str | None:
    with db.unit_of_work(database):
        errand_id = posting.post(KIND, {"to": "Ana"}, now=NOW, **more)  # type: ignore[arg-type]
        db.commit()
    return errand_id


def _drain(
    database: db.Database, settings: Settings, at: datetime = NOW, worker: str = "one"
) -> int:
    return delivery.drain(database, settings, worker=worker, kinds=[KIND], now=lambda: at)


def _only(database: db.Database) -> Errand:
    with db.unit_of_work(database, write=False):
        return db.session().scalars(sa.select(Errand)).one()


def test_an_errand_is_run_once(database: db.Database, settings: Settings, ran: Ran) -> None:
    errand_id = _post(database)
    assert _drain(database, settings) == 1
    assert _drain(database, settings) == 0
    assert [(task.id, task.payload) for task in ran] == [(errand_id, {"to": "Ana"})]


def test_what_was_rolled_back_starts_nothing(
    database: db.Database, settings: Settings, ran: Ran
) -> None:
    with db.unit_of_work(database):
        posting.post(KIND, {}, now=NOW)
    assert _drain(database, settings) == 0


def test_it_waits_until_it_is_due(database: db.Database, settings: Settings, ran: Ran) -> None:
    _post(database, due_at=NOW + timedelta(hours=1))
    assert not _is_due(database, NOW)
    assert _drain(database, settings) == 0
    assert _drain(database, settings, NOW + timedelta(hours=1)) == 1


def _is_due(database: db.Database, at: datetime) -> bool:
    return delivery.is_anything_due(database, now=at)


def test_one_key_is_one_errand(database: db.Database, settings: Settings, ran: Ran) -> None:
    assert _post(database, once_key="bell:1")
    assert _post(database, once_key="bell:1") is None
    assert _drain(database, settings) == 1
    assert _post(database, once_key="bell:1") is None, "known although it was run"


def test_another_row_that_cannot_be_kept_is_not_taken_for_a_second_errand(
    database: db.Database,
) -> None:
    _post(database, once_key="bell:1")
    twin = Errand(kind="x", once_key="bell:1", payload={}, created_at=NOW, due_at=NOW)
    with db.unit_of_work(database):
        db.session().add(twin)
        with pytest.raises(sa.exc.IntegrityError):
            posting.post(KIND, {}, now=NOW)


def test_it_remembers_its_cause(database: db.Database) -> None:
    with db.unit_of_work(database):
        with recording.act("Rang", by=None, now=NOW) as change_set:
            posting.post(KIND, {}, now=NOW)
        db.commit()
    assert _only(database).change_set_id == change_set.id


def test_one_that_was_killed_while_running_is_run_again(
    database: db.Database, settings: Settings, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    _post(database)
    with monkeypatch.context() as patch:
        patch.setitem(delivery._handlers, KIND, _be_killed)
        with pytest.raises(KeyboardInterrupt):
            _drain(database, settings)
    assert _drain(database, settings, worker="two") == 0, "held by the one that was killed"
    assert _drain(database, settings, NOW + delivery.CLAIM, worker="two") == 1
    assert [task.attempt for task in ran] == [2]


def _be_killed(_task: delivery.Task) -> None:
    raise KeyboardInterrupt


def test_one_that_fails_is_tried_again_later_and_later(
    database: db.Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(delivery._handlers, KIND, _fail)
    _post(database)
    at = NOW
    for delay in delivery.DELAYS:
        assert _drain(database, settings, at) == 1
        assert _drain(database, settings, at) == 0
        assert _only(database).error == "the line is busy"
        at += delay
    assert _only(database).state == "waiting"
    assert _drain(database, settings, at) == 1
    assert _only(database).state == "failed"
    assert _drain(database, settings, at + timedelta(days=9)) == 0


def _fail(_task: delivery.Task) -> None:
    raise delivery.TryAgain("the line\nis busy")


def test_one_that_is_given_up_can_be_run_again_by_a_person(
    database: db.Database, settings: Settings, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(_task: delivery.Task) -> None:
        raise delivery.GiveUp("nobody lives there")

    errand_id = _post(database)
    with monkeypatch.context() as patch:
        patch.setitem(delivery._handlers, KIND, give_up)
        _drain(database, settings)
    with db.unit_of_work(database):
        (failed,) = posting.list_failed([KIND])
        assert (failed.id, failed.error) == (errand_id, "nobody lives there")
        assert posting.count_failed() == 1
        posting.retry(failed, now=NOW)
        db.commit()
    assert _drain(database, settings) == 1
    assert len(ran) == 1


def test_an_accident_does_not_stop_the_others(
    database: db.Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def stumble(task: delivery.Task) -> None:
        ran.append(task.id)
        if len(ran) == 1:
            raise ZeroDivisionError

    monkeypatch.setitem(delivery._handlers, KIND, stumble)
    _post(database)
    _post(database)
    assert _drain(database, settings) == 2
    assert len(set(ran)) == 2


def test_what_an_errand_changes_is_its_own_to_commit(
    database: db.Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget_to_commit(_task: delivery.Task) -> None:
        posting.post("other", {}, now=NOW)

    monkeypatch.setitem(delivery._handlers, KIND, forget_to_commit)
    _post(database)
    _drain(database, settings)
    with db.unit_of_work(database, write=False):
        assert posting.list_waiting(["other"]) == []


def test_old_rows_are_forgotten(database: db.Database, settings: Settings, ran: Ran) -> None:
    _post(database)
    _drain(database, settings)
    for age, removed in ((posting.KEPT_DONE, 0), (posting.KEPT_DONE + timedelta(seconds=1), 1)):
        with db.unit_of_work(database):
            assert posting.forget_old(now=NOW + age) == removed
            db.commit()


def test_many_at_once_run_each_errand_once(
    database: db.Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setitem(delivery._handlers, KIND, lambda task: ran.append(task.id))
    posted = {_post(database) for _ in range(40)}
    workers = [
        threading.Thread(target=_drain, args=(database, settings, NOW, f"worker {number}"))
        for number in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(ran) == sorted(filter(None, posted))
