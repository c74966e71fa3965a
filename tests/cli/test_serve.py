"""The server: says where it is, lets one owner in, and stops when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.config import ROOT
from tests.cli.conftest import Manage

PATIENCE = 60  # seconds; the machine may be busy with other tests


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
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
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
    server.terminate()
    server.wait(PATIENCE)
    shown = (tmp_path / "log").read_text()
    assert "path=/healthz" in shown
    assert "secret" not in shown


def test_its_processes_end_when_it_is_killed(server: subprocess.Popen[str], port: int) -> None:
    server.kill()
    server.wait(PATIENCE)
    until = time.monotonic() + PATIENCE
    while _is_up(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _is_up(port)


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
