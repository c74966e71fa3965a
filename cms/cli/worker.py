"""What each serving process loads: the site, and a promise to end when its parent does."""

import ctypes
import os
import signal
import sys

# A forked process inherits its parent's handlers, which would swallow a signal to stop that
# comes while the site is still being loaded.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)

from cms.wsgi import app  # noqa: E402

__all__ = ["app"]

SET_PARENT_DEATH_SIGNAL = 1  # prctl's number
PARENT = "CARAFE_PARENT"  # set by `serve`: the process that watches over this one


def end_with_parent() -> None:
    """Ask the kernel to stop this process when the one that started it is killed (Linux only)."""
    # Otherwise the port would stay open, held by processes that nobody watches any more.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    parent = os.environ.get(PARENT)
    if parent is not None and os.getppid() != int(parent):
        # It was killed while this process was loading, before the kernel knew of the wish.
        os._exit(0)


end_with_parent()
