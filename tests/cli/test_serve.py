"""The server: says where it is, lets one owner in, and stops when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cms import db
from cms.config import ROOT
from cms.jobs.models import JobWorker
from tests.cli.conftest import Manage

PATIENCE = 60  # seconds; the machine may be busy with other tests
PROCESSES = 4  # two that serve, a worker, and the one that watches over it


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def server(instance: Path, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running server, whatever becomes of it."""
    with _running(instance, port, tmp_path) as process:
        yield process


@contextmanager
def _running(
    instance: Path, port: int, tmp_path: Path, *options: str, command: str = "serve"
) -> Iterator[subprocess.Popen[str]]:
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", command, "--port", str(port), *options],
        cwd=ROOT,
        env={**os.environ, "INSTANCE_PATH": str(instance), "WORKERS": "2"},
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_until_up(process, port)
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to(
    server: subprocess.Popen[str], port: int, number: signal.Signals
) -> None:
    server.send_signal(number)
    assert server.wait(PATIENCE) == 0
    assert not _is_up(port)


def test_it_prints_a_link_for_the_first_owner(
    server: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    shown = (tmp_path / "log").read_text()
    link = re.search(rf"http://127\.0\.0\.1:{port}/auth/setup/\S+", shown)
    assert link
    with urllib.request.urlopen(link[0], timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_its_log_leaves_queries_out(
    server: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{port}/healthz?token=secret"
    urllib.request.urlopen(address, timeout=PATIENCE).close()
    # The line is written after the answer went out.
    until = time.monotonic() + PATIENCE
    while "path=/healthz" not in (tmp_path / "log").read_text() and time.monotonic() < until:
        time.sleep(0.05)
    server.terminate()
    server.wait(PATIENCE)
    shown = (tmp_path / "log").read_text()
    assert "path=/healthz" in shown
    assert "secret" not in shown


def test_its_processes_end_when_it_is_killed(server: subprocess.Popen[str], port: int) -> None:
    _wait_until(lambda: len(_below(server.pid)) == PROCESSES)
    below = _below(server.pid)
    server.kill()
    server.wait(PATIENCE)
    _wait_until(lambda: not any(map(_is_alive, below)))
    assert not _is_up(port)


def test_a_worker_runs_beside_it_and_goes_with_it(
    server: subprocess.Popen[str], site: db.Database
) -> None:
    _wait_until(lambda: _has_worker(site))
    below = _below(server.pid)
    server.terminate()
    assert server.wait(PATIENCE) == 0
    assert not any(map(_is_alive, below))
    assert not _has_worker(site), "it said that it left"


def test_a_worker_that_was_killed_is_started_anew(
    server: subprocess.Popen[str], site: db.Database
) -> None:
    _wait_until(lambda: _has_worker(site))
    with site.ticking() as ticks:
        (before,) = ticks.scalars(sa.select(JobWorker.id))
        ticks.execute(sa.delete(JobWorker))
    os.kill(int(before.split(":")[1]), signal.SIGKILL)
    _wait_until(lambda: _has_worker(site))


def test_the_server_for_working_on_carafe_has_a_worker_too(
    instance: Path, port: int, tmp_path: Path, site: db.Database
) -> None:
    with _running(instance, port, tmp_path, command="dev") as process:
        _wait_until(lambda: _has_worker(site))
        below = _below(process.pid)
        for pid in (*below, process.pid):
            os.kill(pid, signal.SIGTERM)
        process.wait(PATIENCE)
        _wait_until(lambda: not any(map(_is_alive, below)))


def test_it_may_leave_the_work_to_others(
    instance: Path, port: int, tmp_path: Path, site: db.Database
) -> None:
    with _running(instance, port, tmp_path, "--no-worker") as process:
        _wait_until(lambda: len(_below(process.pid)) == 2)
        assert not _has_worker(site)


def test_a_taken_port_is_refused_with_a_hint(manage: Manage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        ran = manage("serve", "--port", str(number))
    assert ran.code == 2
    assert f"Port {number} is taken" in ran.err


def _wait_until_up(process: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while not _is_up(port):
        assert process.poll() is None, "the server ended by itself"
        assert time.monotonic() < until, "the server did not come up"
        time.sleep(0.1)


def _is_up(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE).close()
    except OSError:
        return False
    return True


def _wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def _below(pid: int) -> list[int]:
    """The processes that a process started, and those that these did."""
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    children = [int(number) for number in listing.stdout.split()]
    return [*children, *(each for child in children for each in _below(child))]


def _is_alive(pid: int) -> bool:
    try:
        # One that ended and was not asked for is a line in a table, not a process.
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def _has_worker(site: db.Database) -> bool:
    with site.ticking(write=False) as ticks:
        return ticks.scalar(sa.select(JobWorker.id)) is not None
