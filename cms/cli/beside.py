"""The worker beside a server: started with it, started anew when it dies, gone when it is.

A keeper of its own watches over it. The server's process has threads once it serves, and forking
from among threads is not safe; the keeper has none, and shares the memory of what was loaded.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from cms.cli import parents
from cms.config import Settings

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30  # seconds before a worker that died again and again is started anew
SIGNALS = (signal.SIGTERM, signal.SIGINT)
TIME_TO_STOP = 12  # seconds; a little more than the worker gives its steps


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """Run a worker in a process of its own for this block."""
    if not hasattr(os, "fork"):
        log.warning("no worker runs beside the server here; start one: manage.py worker")
        yield
        return
    sys.stdout.flush()
    server = os.getpid()
    keeper = os.fork()
    if keeper == 0:
        _Keeper(settings, server).watch()
        os._exit(0)
    try:
        yield
    finally:
        _stop(keeper)


def _stop(pid: int) -> None:
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + TIME_TO_STOP
        while time.monotonic() < until:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


class _Keeper:
    """Watches over one worker."""

    def __init__(self, settings: Settings, server: int) -> None:
        self._settings = settings
        self._server = server
        self._worker = 0
        self._is_stopping = False

    def watch(self) -> None:
        """Start the worker, and another when it died, until told to stop."""
        for number in SIGNALS:
            signal.signal(number, self._pass_on)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        parents.end_with(self._server)
        pause = 1
        while not self._must_stop():
            status = self._run_worker()
            if self._must_stop():
                return
            log.error("the worker ended and is started anew", extra={"status": status})
            self._rest(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _run_worker(self) -> int:
        own = os.getpid()
        # No signal may come between forking and knowing whom to pass it on to.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self._worker = os.fork()
        if self._worker == 0:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            parents.end_with(own)
            _work(self._settings)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return os.waitpid(self._worker, 0)[1]

    def _rest(self, seconds: int) -> None:
        # A signal does not cut one long sleep short.
        until = time.monotonic() + seconds
        while not self._must_stop() and time.monotonic() < until:
            time.sleep(0.1)

    def _must_stop(self) -> bool:
        return self._is_stopping

    def _pass_on(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True
        if self._worker:
            with suppress(ProcessLookupError):
                os.kill(self._worker, signal.SIGTERM)


def _work(settings: Settings) -> None:
    """Be a worker, and end without running what the server's process had planned for its end."""
    status = 1
    try:
        _leave_out_other_queues(settings)
        # Loaded here, so that the server starts no later for it.
        from cms.jobs.worker import Worker

        Worker(settings).run()
        status = 0
    except Exception:
        log.exception("the worker could not go on")
    finally:
        sys.stdout.flush()
        os._exit(status)


def _leave_out_other_queues(settings: Settings) -> None:
    """Save this process 25 MB: huey loads all its clients, and takes none that is marked so."""
    if settings.jobs_url.startswith("sqlite"):
        sys.modules.setdefault("redis", None)  # type: ignore[arg-type]
        if settings.database_url.startswith("sqlite"):
            sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
