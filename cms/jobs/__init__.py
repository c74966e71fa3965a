"""Work beside the request: bulk acts, imports, anything that may take longer than a page.

Declare the work once, in a module that a door imports:

    @jobs.job("bulk-tags")
    def add_tags(payload: jobs.Payload, progress: jobs.Progress) -> None:
        wanted = progress.once("select", lambda: find_ids(payload["filter"]))

        def act(ids: list[str]) -> None:
            for entry_id in ids:
                tagging.add(entry_id, payload["tags"], by=progress.by, now=progress.now())

        progress.each(wanted, act)
        progress.finish(_("Tagged {n} entries.", n=len(wanted)), href=payload["back"])

and start it in the transaction of its cause; what is rolled back starts nothing:

    job_id = jobs.enqueue("bulk-tags", {...}, label=_("Tag 400 entries"), by=person, now=now)
    db.commit()
    return admin.jobs.follow(job_id)      # the door's page with the progress

What a job may count on:

* `progress.once(name, act)` runs `act` in a unit of work of its own and commits it together with a
  mark. A job whose worker was killed is run again from the beginning, and steps that have their
  mark are passed over, so the effect of each step happens exactly once. The answer (plain data) is
  kept with the mark: choose *what* to work on in such a step, or the choice may differ next time.
* `progress.each(items, act)` is `once` for each batch, with the bar moved on behind it.
* All that a job changes is one act in the history, with the job's label, and one undo.
* What lies outside the database (a letter, a request to another site) happens at least once: post
  it to the outbox, or make it harmless to repeat.
* A `CmsError` ends the job with its words; whoever started it may then try again. A race that the
  database gave up on is repeated. Between two steps a job can be cancelled, and a worker that is
  told to stop lays it down, to be taken up by the next.
* `payload` is plain data of at most `MAX_PAYLOAD`; it is kept with the job, so no secrets.
"""

from cms.jobs.kinds import Payload, job
from cms.jobs.progress import Progress
from cms.jobs.starting import MAX_PAYLOAD, enqueue

__all__ = ["MAX_PAYLOAD", "Payload", "Progress", "enqueue", "job"]
