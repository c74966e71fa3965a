"""A circuit breaker: a template that keeps failing is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

FAILURES = 5
WITHIN_SECONDS = 60.0
REST_SECONDS = 60.0
MAX_KEPT = 500


class Circuit:
    """Counts failures by key; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[Hashable, deque[float]] = {}
        self._rests_until: dict[Hashable, float] = {}

    def is_open(self, key: Hashable) -> bool:
        """Whether this key rests now and should not be tried."""
        until = self._rests_until.get(key)
        return until is not None and self._clock() < until

    def note_failure(self, key: Hashable) -> bool:
        """Count a failure; True when it is the one after which the key rests."""
        now = self._clock()
        with self._lock:
            if len(self._failures) > MAX_KEPT:
                self._failures.clear()
                self._rests_until.clear()
            times = self._failures.setdefault(key, deque(maxlen=FAILURES))
            times.append(now)
            if len(times) < FAILURES or now - times[0] > WITHIN_SECONDS:
                return False
            self._rests_until[key] = now + REST_SECONDS
            times.clear()
            return True

    def forget(self) -> None:
        """Try everything again, for instance after another theme was activated."""
        with self._lock:
            self._failures.clear()
            self._rests_until.clear()
