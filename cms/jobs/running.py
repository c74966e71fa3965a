"""Running one job: in the name of whoever started it, from its first step to its end in words."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from cms import clock, db, i18n, notices
from cms.accounts import people
from cms.accounts.permissions import OPERATOR, Person
from cms.errors import CmsError
from cms.i18n import gettext as _
from cms.jobs import claims, kinds
from cms.jobs.claims import Claim
from cms.jobs.models import Job
from cms.jobs.progress import Cancelled, Progress, Stopped

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=20)  # before a job is repeated whose database was away
MOST_REPEATS = 3

End = dict[str, Any]


def run(
    database: db.Database,
    job_id: str,
    *,
    worker: str,
    now: Callable[[], datetime] = clock.now,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Run a queued job until it ends, is cancelled, or the worker is told to stop."""
    claim = claims.claim(database, job_id, worker=worker, now=now())
    if claim is None:
        return
    with database.ticking(write=False) as ticks:
        job = ticks.get_one(Job, job_id)
    try:
        end = _work(claim, job, now, stopping)
        if claims.end(claim, now=now(), **end) and end["state"] == "failed":
            tell_of_failure(database, job, end["error"], now=now())
    except claims.Lost:
        log.warning("another worker took a job over", extra={"job": job_id})


def tell_of_failure(database: db.Database, job: Job, error: str, *, now: datetime) -> None:
    """Tell whoever started a job that it failed.

    Not in one transaction with the job's row: what ticks may lie in another file.
    """

    def tell() -> None:
        with db.unit_of_work(database):
            notices.tell(
                job.started_by,
                "job-failed",
                values={"label": job.label, "error": error},
                subject=("job", job.id),
                by=None,
                now=now,
            )
            db.commit()

    db.retrying(tell)


def _work(claim: Claim, job: Job, now: Callable[[], datetime], stopping: Callable[[], bool]) -> End:
    """Do the work and answer with what becomes of the job's row."""
    try:
        person = _person(claim.database, job)
    except CmsError as refusal:
        return _failed(refusal.message)
    progress = Progress(claim, label=job.label, by=person, now=now, stopping=stopping)
    with i18n.language(person.language):
        try:
            kinds.get_work(job.kind)(job.payload, progress)
        except Cancelled:
            return {"state": "cancelled", "words": _("Cancelled.")}
        except Stopped:
            # Not its own fault, so it does not count.
            return _queued(now(), attempts=claim.attempt - 1)
        except CmsError as refusal:
            return _failed(refusal.message or _("This is not possible."))
        except DBAPIError as trouble:
            return _after_trouble(trouble, claim, now())
        except claims.Lost:
            raise
        except Exception as accident:  # noqa: BLE001 (it is logged, and the job says so)
            return _after_accident(accident, job)
    return _done(progress)


def _person(database: db.Database, job: Job) -> Person:
    """Whoever started the job, with what they may do now."""
    if job.started_by is None:
        return OPERATOR
    with db.unit_of_work(database, write=False):
        account = people.find_account(job.started_by)
        if account is None or account.state != "active":
            raise CmsError(_("The account that started this was closed meanwhile."))
        return people.person_of(account)


def _done(progress: Progress) -> End:
    return {
        "state": "done",
        "words": progress.result_words,
        "result_href": progress.result_href,
        "change_set_id": progress.change_set_id,
        "total": progress.done if progress.total is None else progress.total,
    }


def _queued(at: datetime, **values: Any) -> End:
    return {"state": "queued", "due_at": at, "queued_at": None, **values}


def _failed(words: str) -> End:
    return {"state": "failed", "error": words}


def _after_trouble(trouble: DBAPIError, claim: Claim, now: datetime) -> End:
    """The database lost a race too often, or is away; it may be there again soon."""
    if db.is_retryable(trouble) or trouble.connection_invalidated:
        if claim.attempt <= MOST_REPEATS:
            return _queued(now + PAUSE)
        return _failed(_("The database was too busy, again and again. Try again later."))
    return _after_accident(trouble, None)


def _after_accident(accident: Exception, job: Job | None) -> End:
    # The payload may hold a person's words; the log gets the kind and the place only.
    log.error("a job failed", exc_info=accident, extra={"job": job.id if job else ""})
    name = type(accident).__name__
    return _failed(_("Something went wrong that nobody foresaw ({name}).", name=name))
