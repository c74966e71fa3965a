"""Acts on very many terms, or on terms of very many entries, beside the request: step by step."""

from functools import partial
from typing import Any

import sqlalchemy as sa

from cms import db, jobs
from cms.admin import term_bulk_form
from cms.content import joining_terms, term_bulk, term_lists, terms
from cms.content.bulk import Outcome, Refused
from cms.content.term_lists import Filter
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import ngettext
from cms.jobs.models import JobMark

KIND = "bulk-terms"
BATCH = 25  # entries that are filed anew in one step
STEP = "term "
MAX_REPORTED = 1_000  # refusals that are listed


@jobs.job(KIND)
def run(payload: jobs.Payload, progress: jobs.Progress) -> None:
    """Do an act to the chosen terms; a term of many entries takes many steps."""
    act = term_bulk_form.get_act(payload["act"])
    chosen = progress.once("select", partial(_choose, payload))
    progress.start(len(chosen))
    done = refused = 0
    for number, term_id in enumerate(chosen):
        if act.name == "merge":
            _refile(number, term_id, payload["values"]["target_id"], progress)
        step = partial(_do, payload, term_id, progress)
        outcome = Outcome.from_json(progress.once(f"{STEP}{number}", step))
        done, refused = done + outcome.done, refused + len(outcome.refused)
        progress.done = number + 1
    words = act.words_for(done)
    if refused:
        left = ngettext("{n} was left as it is.", "{n} were left as they are.", refused)
        words = f"{words} {left}"
    report_href = payload["report_href"].replace("JOB", progress.job_id)
    progress.finish(words, href=report_href if refused else payload["back"])


def list_refused(job_id: str) -> list[Refused]:
    """The terms that a job left as they are, in the order of its steps."""
    query = sa.select(JobMark).where(JobMark.job_id == job_id, JobMark.name.startswith(STEP))
    marks = sorted(db.session().scalars(query), key=lambda mark: int(mark.name.split()[1]))
    found = [each for mark in marks for each in Outcome.from_json(mark.result or {}).refused]
    return found[:MAX_REPORTED]


def _choose(payload: jobs.Payload) -> list[str]:
    found: list[str] = payload["ids"] or term_lists.list_ids(Filter(**payload["filter"]))
    if len(found) != payload["count"]:
        words = _("The list changed meanwhile: it holds {n} now.", n=len(found))
        raise Rejected(f"{words} {_('Nothing was done.')}")
    return found


def _refile(number: int, term_id: str, target_id: str, progress: jobs.Progress) -> None:
    """File the entries of a term anew bit by bit; joining then finds few or none."""
    carriers = progress.once(f"carriers {number}", partial(_carriers, term_id, target_id))
    for first in range(0, len(carriers), BATCH):
        batch = carriers[first : first + BATCH]

        def act(batch: list[str] = batch) -> None:
            joining_terms.refile(batch, term_id, target_id, by=progress.by, now=progress.now())

        progress.once(f"file {number} {first}", act)


def _carriers(term_id: str, target_id: str) -> list[str]:
    """The entries of a term that can be merged; none of another one, which is refused later."""
    found = terms.find_terms([term_id, target_id])
    if term_id not in found or target_id not in found:
        return []
    try:
        joining_terms.ensure_joinable(found[term_id], found[target_id])
    except Rejected:
        return []
    return list(joining_terms.list_carriers(found[term_id]))


def _do(payload: jobs.Payload, term_id: str, progress: jobs.Progress) -> dict[str, Any]:
    outcome = term_bulk.carry_out(
        payload["act"], [term_id], payload["values"], by=progress.by, now=progress.now()
    )
    return outcome.as_json()
