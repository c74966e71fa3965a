"""Starting jobs: posted with their cause, a row of their own as soon as that is committed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from cms import db, text
from cms.accounts.permissions import Person
from cms.jobs import kinds
from cms.jobs.models import MAX_LABEL, Job
from cms.outbox import delivery, posting

KIND = "job"
MAX_PAYLOAD = 500_000  # characters as JSON


def enqueue(
    kind: str,
    payload: kinds.Payload,
    *,
    label: str,
    by: Person | None,
    now: datetime,
    due_at: datetime | None = None,
    once_key: str = "",
) -> str:
    """Start a job when the current unit of work is committed; returns its id.

    `label` says in the words of whoever starts it what is done ("Tag 400 entries"). It is done in
    their name, with what they may do when it runs. With a `once_key` a second one is refused by
    LookupError.
    """
    kinds.ensure_known(kind)
    if len(json.dumps(payload)) > MAX_PAYLOAD:
        raise ValueError("this is too much for a job's payload; choose in a step of the job")
    errand = {
        "kind": kind,
        "label": text.truncate(text.clean_line(label), MAX_LABEL),
        "payload": payload,
        "started_by": (by.id or None) if by is not None else None,
    }
    job_id = posting.post(KIND, errand, now=now, due_at=due_at, once_key=once_key)
    if job_id is None:
        raise LookupError(f"a job with the key {once_key} was started before")
    return job_id


@delivery.handles(KIND)
def deliver(task: delivery.Task) -> None:
    """Make the job's row; a second time changes nothing, as both have one id."""
    job = new_row(task.id, task.payload, now=task.now)
    try:
        with db.database().ticking() as ticks:
            ticks.add(job)
    except IntegrityError:
        pass


def new_row(errand_id: str, posted: dict[str, Any], *, now: datetime) -> Job:
    """The row of a job that was just posted."""
    return Job(
        id=errand_id,
        kind=posted["kind"],
        label=posted["label"],
        payload=posted["payload"],
        started_by=posted["started_by"],
        state="queued",
        done=0,
        words="",
        error="",
        result_href="",
        attempts=0,
        wants_cancel=False,
        created_at=now,
        due_at=now,
    )
