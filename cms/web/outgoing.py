"""After a request: what it posted goes out, when no worker does that."""

import threading

from flask import Flask, Response, g

from cms import clock, db
from cms.jobs import listing, steering
from cms.outbox import delivery, posting
from cms.web import installation


def install(app: Flask) -> None:
    """Look after each request whether it posted something; call this before the gate's own."""
    # Flask runs these in reverse order: the unit of work is closed when ours is reached.
    app.teardown_request(_send)
    app.after_request(_remember)


def _remember(response: Response) -> Response:
    g.has_posted = "unit" in g and posting.has_posted()
    return response


def _send(_error: BaseException | None) -> None:
    if not g.pop("has_posted", False):
        return
    site = installation.current()
    work = threading.Thread(target=_drain, args=(site,), daemon=True)
    work.start()
    if not site.settings.mail_url:
        # The letter is only a line in the log of someone who tries things out.
        work.join()


def _drain(site: installation.Installation) -> None:
    with db.unit_of_work(site.database, write=False):
        if listing.has_worker(now=clock.now()):
            return
    delivery.drain(site.database, site.settings, worker=steering.HERE)
