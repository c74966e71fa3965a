"""Looking at jobs: those that wait in the outbox, those that run, those that ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.jobs.models import Job, JobWorker
from cms.jobs.starting import KIND, new_row
from cms.outbox import posting
from cms.outbox.models import Errand

SEEN = timedelta(seconds=60)  # a worker that was not seen for so long is gone
UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Line:
    """A job as it is shown."""

    id: str
    kind: str
    label: str
    state: str
    done: int
    total: int | None
    words: str
    error: str
    started_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    is_being_cancelled: bool
    change_set_id: str | None
    result_href: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state not in UNFINISHED

    @property
    def percent(self) -> int | None:
        """How much is done, when that is known."""
        if self.total is None or self.state == "queued":
            return None
        return 100 if self.total == 0 else min(100, self.done * 100 // self.total)


def get_job(job_id: str) -> Line:
    """The job with this id, also when it was posted only a moment ago; raises NotFound."""
    with db.database().ticking(write=False) as ticks:
        job = ticks.get(Job, job_id)
    if job is not None:
        return _line(job)
    errand = posting.find(job_id)
    if errand is None or errand.kind != KIND or errand.state != "waiting":
        raise NotFound(_("There is no such job."))
    return _posted(errand)


def list_jobs(
    *, started_by: str | None = None, states: Sequence[str] = (), limit: int, offset: int = 0
) -> list[Line]:
    """Jobs of everyone or of one person, the newest first, with those just posted on top."""
    query = _query(started_by, states).order_by(Job.created_at.desc(), Job.id.desc())
    with db.database().ticking(write=False) as ticks:
        found = [_line(job) for job in ticks.scalars(query.limit(limit).offset(offset))]
    if offset or (states and "queued" not in states):
        return found
    known = {line.id for line in found}
    posted = [_posted(errand) for errand in posting.list_waiting([KIND], limit=limit)]
    mine = [line for line in posted if started_by in (None, line.started_by)]
    return [*(line for line in mine if line.id not in known), *found]


def count_jobs(*, started_by: str | None = None, states: Sequence[str] = ()) -> int:
    """How many jobs there are."""
    query = sa.select(sa.func.count()).select_from(_query(started_by, states).subquery())
    with db.database().ticking(write=False) as ticks:
        return ticks.scalar(query) or 0


def has_worker(*, now: datetime) -> bool:
    """Whether a process that runs jobs was seen lately."""
    query = sa.select(JobWorker.id).where(JobWorker.seen_at > now - SEEN).limit(1)
    with db.database().ticking(write=False) as ticks:
        return ticks.scalar(query) is not None


def _query(started_by: str | None, states: Iterable[str]) -> sa.Select[Job]:
    query = sa.select(Job)
    if started_by is not None:
        query = query.where(Job.started_by == started_by)
    if states:
        query = query.where(Job.state.in_(tuple(states)))
    return query


def _posted(errand: Errand) -> Line:
    return _line(new_row(errand.id, errand.payload, now=errand.created_at))


def _line(job: Job) -> Line:
    return Line(
        id=job.id,
        kind=job.kind,
        label=job.label,
        state=job.state,
        done=job.done,
        total=job.total,
        words=job.words,
        error=job.error,
        started_by=job.started_by,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        is_being_cancelled=job.wants_cancel and job.state == "running",
        change_set_id=job.change_set_id,
        result_href=job.result_href,
    )
