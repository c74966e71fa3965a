"""Acts on very many entries, beside the request: batch by batch, once each, whatever happens."""

from functools import partial
from typing import Any

import sqlalchemy as sa

from cms import db, jobs
from cms.admin import entry_bulk_form
from cms.content import bulk, listing
from cms.content.bulk import Outcome, Refused
from cms.content.listing import Filter
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import ngettext
from cms.jobs.models import JobMark

KIND = "bulk-entries"
BATCH = 25  # entries in one step
STEP = "batch "
MAX_REPORTED = 1_000  # refusals that are listed


@jobs.job(KIND)
def run(payload: jobs.Payload, progress: jobs.Progress) -> None:
    """Do an act to the chosen entries, or to all that a filter finds."""
    act = entry_bulk_form.get_act(payload["act"])

    def choose() -> list[str]:
        found: list[str] = payload["ids"] or listing.list_ids(
            Filter.from_json(payload["filter"]), now=progress.now()
        )
        if len(found) != payload["count"]:
            words = _("The list changed meanwhile: it holds {n} entries now.", n=len(found))
            raise Rejected(f"{words} {_('Nothing was done.')}")
        return bulk.parents_first(found)

    chosen = progress.once("select", choose)
    progress.start(len(chosen))
    done = refused = 0
    for first in range(0, len(chosen), BATCH):
        step = partial(_do, payload, chosen, first, progress)
        outcome = Outcome.from_json(progress.once(f"{STEP}{first}", step))
        done, refused = done + outcome.done, refused + len(outcome.refused)
        progress.done = min(first + BATCH, len(chosen))
    words = act.words_for(done)
    if refused:
        left = ngettext("{n} was left as it is.", "{n} were left as they are.", refused)
        words = f"{words} {left}"
    report_href = payload["report_href"].replace("JOB", progress.job_id)
    progress.finish(words, href=report_href if refused else payload["back"])


def list_refused(job_id: str) -> list[Refused]:
    """The entries that a job left as they are, in the order of its steps."""
    query = sa.select(JobMark).where(JobMark.job_id == job_id, JobMark.name.startswith(STEP))
    marks = sorted(db.session().scalars(query), key=lambda mark: int(mark.name.split()[1]))
    found = [each for mark in marks for each in Outcome.from_json(mark.result or {}).refused]
    return found[:MAX_REPORTED]


def _do(
    payload: jobs.Payload, chosen: list[str], first: int, progress: jobs.Progress
) -> dict[str, Any]:
    batch = chosen[first : first + BATCH]
    outcome = bulk.carry_out(
        payload["act"], batch, payload["values"], by=progress.by, now=progress.now()
    )
    return outcome.as_json()
