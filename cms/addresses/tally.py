"""Counts of one process, gathered in memory and written down every few seconds.

A visitor's request only adds to a dictionary; a thread that lives as long as there is something to
write does the rest, into the ticking tables. What was counted is written at a stop as well; a
process that is killed loses the last seconds.
"""

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import util
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds
MOST_WAITING = 2_000  # different things; what comes beyond them between two writings is not counted

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Count:
    """How often something was seen, and when first and last."""

    hits: int
    first_at: datetime
    last_at: datetime
    note: str = ""


class Tally(Generic[Key]):
    """Counts things by key; `write` puts what was gathered into the database."""

    def __init__(
        self, write: Callable[[Mapping[Key, Count]], None], *, most: int = MOST_WAITING
    ) -> None:
        """Nothing counted yet; the thread starts with the first count."""
        self._write, self._most = write, most
        self._waiting: dict[Key, Count] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # False where nobody wants a thread, as in tests: then only `flush` writes, not even the
        # end of the process, when the database may be gone.
        self.in_background = True
        self._written_at_exit_of: int | None = None

    def add(self, key: Key, *, now: datetime, note: str = "") -> None:
        """Count one; costs a dictionary, never a question to the database."""
        with self._lock:
            count = self._waiting.get(key)
            if count is not None:
                count.hits += 1
                count.last_at, count.note = now, note or count.note
            elif len(self._waiting) < self._most:
                self._waiting[key] = Count(1, now, now, note)
        if self.in_background and (self._thread is None or not self._thread.is_alive()):
            self._start()

    def flush(self) -> None:
        """Write what is waiting; what cannot be written now waits on."""
        with self._writing:
            with self._lock:
                taken, self._waiting = self._waiting, {}
            if not taken:
                return
            try:
                self._write(taken)
            except SQLAlchemyError:
                log.warning("counts could not be written; they are kept", exc_info=True)
                self._put_back(taken)

    def close(self) -> None:
        """Write what is waiting and let the thread end."""
        self._stop.set()
        self.flush()

    def _put_back(self, taken: Mapping[Key, Count]) -> None:
        with self._lock:
            for key, count in taken.items():
                newer = self._waiting.get(key)
                if newer is not None:
                    newer.hits += count.hits
                    newer.first_at = count.first_at
                elif len(self._waiting) < self._most:
                    self._waiting[key] = count

    def _start(self) -> None:
        with self._lock:
            # Another thread may have been quicker; after a fork the old one is dead.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="tally", daemon=True)
                self._thread.start()
            if self._written_at_exit_of != os.getpid():
                self._written_at_exit_of = os.getpid()
                _at_exit(self)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.flush()
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return


def _at_exit(tally: "Tally[Key]") -> None:
    """Write the rest when this process ends, also when a server has forked it."""
    known = weakref.ref(tally)

    def close() -> None:
        found = known()
        if found is not None:
            found.close()

    atexit.register(close)
    util.Finalize(tally, close, exitpriority=10)
