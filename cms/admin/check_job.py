"""Looking at every entry anew, beside the request."""

from functools import partial

import sqlalchemy as sa

from cms import db, jobs
from cms.content import findings
from cms.content.models import Entry
from cms.i18n import ngettext

KIND = "check-site"
BATCH = 50  # entries in one step


@jobs.job(KIND)
def run(payload: jobs.Payload, progress: jobs.Progress) -> None:
    """Let the checks look at all entries, in the order of their ids."""
    count = sa.select(sa.func.count()).select_from(Entry)
    progress.start(progress.once("count", lambda: db.session().scalar(count) or 0))
    last, done = "", 0
    while True:
        ids: list[str] = progress.once(f"after {last}", partial(_look_at_next, last))
        if not ids:
            break
        last, done = ids[-1], done + len(ids)
        progress.done = done
    words = ngettext("Looked at {n} entry.", "Looked at {n} entries.", done)
    progress.finish(words, href=payload["back"])


def _look_at_next(last: str) -> list[str]:
    """The next entries; the first and the last of their ids are answer enough."""
    query = sa.select(Entry.id).where(Entry.id > last).order_by(Entry.id).limit(BATCH)
    ids = list(db.session().scalars(query))
    if ids:
        findings.renew(ids)
    return ids
