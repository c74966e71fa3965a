"""What each serving process loads: the site, and a promise to end when its parent does."""

import os
import signal

# A forked process inherits its parent's handlers, which would swallow a signal to stop that
# comes while the site is still being loaded.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)

from cms.cli import parents, serve  # noqa: E402

if serve.built:
    app = serve.built[0]
else:
    # Started anew instead of forked.
    from cms.wsgi import app

__all__ = ["app"]

PARENT = "CARAFE_PARENT"  # set by `serve`: the process that watches over this one

parents.end_with(int(os.environ[PARENT]) if PARENT in os.environ else os.getppid())
