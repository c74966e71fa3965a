"""Real workers, several at once and killed at any moment: every effect happens exactly once."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from cms import clock, db, mail
from cms.config import ROOT, Settings
from cms.jobs import kinds, queue, starting
from cms.jobs.models import Job
from cms.outbox.models import Errand
from tests.jobs import hands

PATIENCE = 120  # seconds
JOBS = int(os.environ.get("TEST_KILLED_JOBS", "40"))
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")

Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker for this test's site."""
    running: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "workers.log").open("wb")
    environment = {
        **os.environ,
        "INSTANCE_PATH": str(settings.INSTANCE_PATH),
        "DATABASE_URL": settings.DATABASE_URL,
        "SECRET_KEY": settings.secret_key(),
        "JOBS_URL": settings.JOBS_URL.get_secret_value(),
        "MAIL_URL": "",
    }

    def make() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.hands"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        running.append(process)
        return process

    yield make
    for process in running:
        process.kill()
        process.wait()
    log.close()
    made = queue.open_queue(settings)
    made.storage.flush_all()
    made.storage.close() if hasattr(made.storage, "_conn") else made.storage.conn.close()


def _enqueue(database: db.Database, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setitem(kinds._kinds, "tally", hands.tally)
    for first in range(0, count, 50):
        with db.unit_of_work(database):
            for number in range(first, min(count, first + 50)):
                starting.enqueue(
                    "tally", {"number": number}, label="Tally", by=None, now=clock.now()
                )
            db.commit()


def _states(database: db.Database) -> Counter[str]:
    with database.ticking(write=False) as ticks:
        return Counter(ticks.scalars(sa.select(Job.state)))


def _effects(database: db.Database) -> Counter[tuple[int, str]]:
    with db.unit_of_work(database, write=False):
        found = db.session().scalars(sa.select(Errand.payload).where(Errand.kind == "effect"))
        return Counter((each["number"], each["name"]) for each in found)


def _wait_until(what: Callable[[], bool], tmp_path: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > until:
            pytest.fail((tmp_path / "workers.log").read_text()[-4000:])
        time.sleep(0.1)


def test_every_effect_happens_once_however_many_are_killed(
    database: db.Database,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    _enqueue(database, monkeypatch, JOBS)
    chance = random.Random(4)
    workers = [start() for _ in range(4)]
    kills = 0
    until = time.monotonic() + PATIENCE + JOBS
    while _states(database)["done"] < JOBS:
        if time.monotonic() > until:
            pytest.fail(f"{_states(database)}\n{(tmp_path / 'workers.log').read_text()[-4000:]}")
        if kills < max(8, JOBS // 20) and sum(_effects(database).values()) > 2 * kills:
            victim = workers.pop(chance.randrange(4))
            victim.kill()
            workers.append(start())
            kills += 1
        elif any(worker.poll() is not None for worker in workers):
            pytest.fail((tmp_path / "workers.log").read_text()[-4000:])
        if _states(database)["failed"]:
            pytest.fail(str(_states(database)))
        time.sleep(0.2)
    expected = {(number, name) for number in range(JOBS) for name in hands.STEPS}
    assert set(_effects(database)) == expected
    assert set(_effects(database).values()) == {1}
    assert kills >= 3


@pytest.mark.parametrize("environment", [{"JOBS_URL": REDIS}], ids=["redis"])
def test_a_shared_queue_in_redis(
    database: db.Database,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    _ensure_redis()
    _enqueue(database, monkeypatch, 10)
    start()
    start()
    _wait_until(lambda: _states(database)["done"] == 10, tmp_path)
    assert set(_effects(database).values()) == {1}


def _ensure_redis() -> None:
    redis = pytest.importorskip("redis")
    try:
        redis.Redis.from_url(REDIS).ping()
    except redis.ConnectionError:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"no redis answers at {REDIS}")
        pytest.skip(f"no redis answers at {REDIS}")


def test_a_worker_that_is_told_to_stop_ends_and_leaves_no_job_behind(
    database: db.Database,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    worker = start()
    _enqueue(database, monkeypatch, 20)
    _wait_until(lambda: sum(_effects(database).values()) > 3, tmp_path)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert _states(database)["running"] == 0


def test_letters_go_out_by_a_worker(database: db.Database, start: Start, tmp_path: Path) -> None:
    with db.unit_of_work(database):
        mail.post("reset", to="ana@example.org", values={"minutes": 30}, now=clock.now())
        db.commit()
    start()
    log = tmp_path / "workers.log"
    _wait_until(lambda: "To: ana@example.org" in log.read_text(), tmp_path)


def test_workers_that_begin_together_find_their_queue(
    database: db.Database, settings: Settings
) -> None:
    if database.dialect != "postgresql":
        pytest.skip("only PostgreSQL keeps its queue in tables")
    refused: list[Exception] = []
    together = threading.Barrier(8)

    def begin() -> None:
        together.wait()
        try:
            queue.open_queue(settings)
        except Exception as error:  # noqa: BLE001 - it is looked at below
            refused.append(error)

    for _round in range(3):
        with psycopg.connect(settings.jobs_url, autocommit=True) as connection:
            for name in ("kv", "schedule", "task", "counter"):
                connection.execute(f"DROP TABLE IF EXISTS queue_{name} CASCADE")
        threads = [threading.Thread(target=begin) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []
