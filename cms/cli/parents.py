"""Ending with the process that watches over this one."""

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1  # prctl's number


def end_with(parent: int) -> None:
    """Ask the kernel to stop this process when the one that started it is killed (Linux only)."""
    # Otherwise a port would stay open, or jobs would run, in processes that nobody watches.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:
        # It was killed while this process was loading, before the kernel knew of the wish.
        os._exit(0)
