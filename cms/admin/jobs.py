"""Work beside the request: how far it is, what became of it, and what can be done about it.

A view that started a job answers with `follow(job_id, back=…)` once it has committed.
"""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.admin import failed_letters, notes, presenting
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.jobs import listing, steering
from cms.jobs.listing import UNFINISHED, Line
from cms.outbox import posting
from cms.web import gate, installation, pagination, urls

SIZE = 30
FAILED = ("failed",)
VIEWS = {"": (), "running": UNFINISHED, "failed": FAILED}


def follow(job_id: str, *, back: str) -> Response:
    """Answer an act that started a job: its page, with a way back to this local path.

    Without a worker the job runs here for some seconds; one that is done by then needs no page.
    """
    site = installation.current()
    with db.unit_of_work(site.database, write=False):
        is_helped = listing.has_worker(now=gate.now())
    if not is_helped:
        db.unit().close()
        steering.run_here(site.database, site.settings, job_id)
        with db.unit_of_work(site.database, write=False):
            line = listing.get_job(job_id)
        if line.state == "done":
            notes.leave(line.words or _("Done: {what}", what=line.label), line.change_set_id)
            return urls.go_to(line.result_href or back)
    return urls.see_other("admin.jobs_show", job_id=job_id, back=back)


def count_failed(person: Person) -> int:
    """How many jobs, and letters, failed that this person should look at."""
    if not steering.sees_all(person):
        return listing.count_jobs(started_by=person.id, states=FAILED)
    return listing.count_jobs(states=FAILED) + posting.count_failed()


@blueprint.get("/jobs/", endpoint="jobs_index")
@gate.requires(Permission.SIGN_IN)
def index() -> str:
    """Everyone's jobs for those who look after the site, else one's own."""
    person = gate.signed_in_person()
    sees_all = steering.sees_all(person)
    view = request.args.get("state", "")
    states = VIEWS.get(view, ())
    mine = None if sees_all else person.id
    pages = pagination.of_request(listing.count_jobs(started_by=mine, states=states), SIZE)
    pages.ensure_exists()
    found = listing.list_jobs(started_by=mine, states=states, limit=SIZE, offset=pages.offset)
    names = presenting.person_names(line.started_by for line in found)
    return render_template(
        "admin/jobs/index.html",
        jobs=[_row(line, names) for line in found],
        views=_views(view, mine),
        pages=pages,
        is_moving=any(not line.is_over for line in found),
        has_worker=listing.has_worker(now=gate.now()),
        sees_all=sees_all,
        letters=failed_letters.rows() if sees_all and not view else [],
    )


@blueprint.get("/jobs/<job_id>", endpoint="jobs_show")
@gate.requires(Permission.SIGN_IN)
def show(job_id: str) -> str:
    """One job: a page to wait on, with the way back."""
    line = steering.get_job_for(gate.signed_in_person(), job_id)
    names = presenting.person_names([line.started_by])
    return render_template(
        "admin/jobs/show.html",
        job=_row(line, names),
        back_href=_back(),
        has_worker=listing.has_worker(now=gate.now()),
        run_action=url_for("admin.jobs_run", job_id=job_id, back=_back()),
    )


@blueprint.post("/jobs/<job_id>/cancellation", endpoint="jobs_cancel")
@gate.requires(Permission.SIGN_IN)
def cancel(job_id: str) -> Response:
    """Stop a job after its present step."""
    person = gate.signed_in_person()
    line = steering.get_job_for(person, job_id)
    steering.cancel(line, by=person, now=gate.now(), settings=installation.settings())
    notes.leave(_("It is stopped. What was done so far stays."))
    return _to(job_id)


@blueprint.post("/jobs/<job_id>/retry", endpoint="jobs_retry")
@gate.requires(Permission.SIGN_IN)
def retry(job_id: str) -> Response:
    """Try a job again that failed or was cancelled."""
    person = gate.signed_in_person()
    steering.retry(steering.get_job_for(person, job_id), by=person, now=gate.now())
    notes.leave(_("It goes on where it stopped."))
    return _to(job_id)


@blueprint.post("/jobs/<job_id>/run", endpoint="jobs_run")
@gate.requires(Permission.SIGN_IN)
def run(job_id: str) -> ResponseReturnValue:
    """Go on with a job here for some seconds, where no worker runs."""
    line = steering.get_job_for(gate.signed_in_person(), job_id)
    return follow(line.id, back=_back())


@blueprint.post("/jobs/<job_id>/removal", endpoint="jobs_remove")
@gate.requires(Permission.SIGN_IN)
def destroy(job_id: str) -> Response:
    """Take a job that is over from the list; what it did stays."""
    person = gate.signed_in_person()
    steering.forget(steering.get_job_for(person, job_id), by=person)
    notes.leave(_("Removed from the list."))
    return urls.see_other("admin.jobs_index")


def _row(line: Line, names: dict[str, str]) -> dict[str, Any]:
    here: dict[str, Any] = {"job_id": line.id, "back": request.args.get("back")}
    return {
        "label": line.label,
        "href": url_for("admin.jobs_show", job_id=line.id),
        "state": "cancelling" if line.is_being_cancelled else line.state,
        "is_over": line.is_over,
        "done": line.done,
        "total": line.total,
        "progress_words": _progress(line),
        "words": line.words,
        "error": line.error,
        "who": names.get(line.started_by, "") if line.started_by else _("The site itself"),
        "created_at": line.created_at,
        "finished_at": line.finished_at,
        "result_href": line.result_href if urls.is_local(line.result_href) else None,
        "cancel_action": None
        if line.is_over or line.is_being_cancelled
        else url_for("admin.jobs_cancel", **here),
        "retry_action": url_for("admin.jobs_retry", **here)
        if line.state in ("failed", "cancelled")
        else None,
        "remove_action": url_for("admin.jobs_remove", **here) if line.is_over else None,
    }


def _progress(line: Line) -> str:
    if line.total is None:
        return _("Not begun yet") if line.state == "queued" else _("Looking at what there is to do")
    return _("{done} of {total}", done=line.done, total=line.total)


def _views(view: str, mine: str | None) -> list[dict[str, Any]]:
    words = {"": _("All"), "running": _("Under way"), "failed": _("Failed")}
    failed = listing.count_jobs(started_by=mine, states=FAILED)
    return [
        {
            "label": label,
            "href": url_for("admin.jobs_index", state=name or None),
            "current": view == name,
            "count": failed or None if name == "failed" else None,
        }
        for name, label in words.items()
    ]


def _back() -> str:
    return urls.safe_next(request.args.get("back"), url_for("admin.jobs_index"))


def _to(job_id: str) -> Response:
    return urls.see_other("admin.jobs_show", job_id=job_id, back=_back())
