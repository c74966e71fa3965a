"""Races that a database gives up on, and running a unit of work again after one."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

log = logging.getLogger(__name__)

# 1305: MariaDB ended the whole transaction in a deadlock, so its savepoint is not there any more.
_RETRYABLE = {"1205", "1213", "1020", "1305", "40001", "40P01"}

T = TypeVar("T")


def is_retryable(error: DBAPIError) -> bool:
    """Whether the database gave up on a race (deadlock, lock wait) that is worth repeating."""
    original = error.orig
    # PyMySQL tells both a general state and MariaDB's own number; only the number is exact.
    codes = (
        {str(getattr(original, "sqlstate", None)), str(next(iter(original.args), None))}
        if original is not None
        else set()
    )
    return bool(codes & _RETRYABLE) or "database is locked" in str(original)


def retrying(act: Callable[[], T], *, attempts: int = 4) -> T:
    """Run a whole unit of work again when the database lost a race; raises the last error."""
    for attempt in range(1, attempts):
        try:
            return act()
        except OperationalError as error:
            if not is_retryable(error):
                raise
            log.info("a transaction lost a race and is repeated", extra={"attempt": attempt})
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311
    return act()
