"""Acts on many terms: asked for, done at once or beside the request, reported."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db, jobs
from cms.accounts.permissions import Permission
from cms.admin import jobs as jobs_door
from cms.admin import notes, term_bulk_form, term_bulk_job, term_naming
from cms.admin.door import blueprint
from cms.admin.term_bulk_form import Act, BulkForm, Selection
from cms.content import joining_terms, term_bulk, terms
from cms.content.bulk import Refused
from cms.content.term_lists import Filter
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.jobs import steering
from cms.web import gate, urls

AT_ONCE = 20  # terms; more are done beside the request
MOST_CARRIERS = 200  # entries that are filed anew at once
SHOWN = 50  # names


@blueprint.post("/terms/bulk", endpoint="terms_bulk")
@gate.requires(Permission.MANAGE_TERMS)
def start() -> ResponseReturnValue:
    """Ask for what the act needs."""
    act = term_bulk_form.get_act(request.form.get("act", ""))
    selection = term_bulk_form.of_request()
    if not selection.find():
        notes.leave(_("Select something first."), category="warning")
        return urls.go_to(selection.list_href())
    return urls.go_to(selection.act_href(act.name))


@blueprint.get("/terms/bulk/<act>", endpoint="terms_bulk_new")
@gate.requires(Permission.MANAGE_TERMS)
def new(act: str) -> str:
    """Say what it is about, and ask for what it needs."""
    selection = term_bulk_form.of_request()
    return _page(term_bulk_form.get_act(act), selection, BulkForm(formdata=None))


@blueprint.post("/terms/bulk/<act>", endpoint="terms_bulk_create")
@gate.requires(Permission.MANAGE_TERMS)
def create(act: str) -> ResponseReturnValue:
    """Do it to all of them."""
    chosen, selection = term_bulk_form.get_act(act), term_bulk_form.of_request()
    found, form = selection.find(), BulkForm()
    term_bulk_form.prepare(form, chosen, selection.kind, len(found))
    form.validate()
    if form.ok:
        try:
            values = term_bulk_form.read(form, chosen, selection.kind, len(found))
            wanted = selection.filter if selection.is_all else None
            return carry_out(chosen, found, values, wanted=wanted, back=selection.list_href())
        except Rejected as refusal:
            db.session().rollback()
            form.show(refusal)
    return _page(chosen, selection, form), 422


@blueprint.get("/terms/bulk/reports/<job_id>", endpoint="terms_bulk_report")
@gate.requires(Permission.MANAGE_TERMS)
def show(job_id: str) -> str:
    """What a job did, and what it left as it is."""
    line = steering.get_job_for(gate.signed_in_person(), job_id)
    back = url_for("admin.jobs_show", job_id=line.id)
    refused = term_bulk_job.list_refused(line.id)
    return _report(line.words or line.label, refused, back, line.change_set_id)


def carry_out(
    act: Act,
    term_ids: Sequence[str],
    values: dict[str, Any],
    *,
    back: str,
    wanted: Filter | None = None,
    label: str = "",
    words: str = "",
) -> ResponseReturnValue:
    """Do it now, or beside the request when it is much; raises Rejected.

    `label` names the act in the history, `words` says that it was done. `wanted` is the filter that
    found the terms, where they are too many to be named.
    """
    person = gate.signed_in_person()
    label = label or act.done(len(term_ids))
    if is_much(term_ids):
        payload = {
            "act": act.name,
            "values": values,
            "ids": None if wanted else list(term_ids),
            "filter": wanted.as_json() if wanted else None,
            "count": len(term_ids),
            "back": back,
            "report_href": url_for("admin.terms_bulk_report", job_id="JOB"),
        }
        job_id = jobs.enqueue(term_bulk_job.KIND, payload, label=label, by=person, now=gate.now())
        db.commit()
        return jobs_door.follow(job_id, back=back)
    with recording.act(label, by=person, now=gate.now()):
        outcome = term_bulk.carry_out(act.name, term_ids, values, by=person, now=gate.now())
        if len(term_ids) == 1 and outcome.refused:
            raise Rejected(outcome.refused[0].reason, field="target")
    db.commit()
    change_set = recording.latest()
    if outcome.refused:
        done = change_set if outcome.done else None
        return _report(act.words_for(outcome.done), outcome.refused, back, done)
    notes.leave(words or act.words_for(outcome.done), change_set if outcome.done else None)
    return urls.go_to(back)


def is_much(term_ids: Sequence[str]) -> bool:
    """Whether an act on these is done beside the request."""
    if len(term_ids) > AT_ONCE:
        return True
    found = terms.find_terms(term_ids).values()
    return len(joining_terms.list_carriers(*found)) > MOST_CARRIERS


def _report(words: str, refused: Sequence[Refused], back_href: str, change_set: str | None) -> str:
    return render_template(
        "admin/entries/bulk_report.html",
        words=words,
        refused=[
            {
                "title": each.title,
                "reason": each.reason,
                "href": url_for("admin.terms_edit", term_id=each.entry_id),
            }
            for each in refused
        ],
        back_href=back_href,
        undo_action=url_for("admin.undo", change_set_id=change_set) if change_set else None,
    )


def _page(act: Act, selection: Selection, form: BulkForm) -> str:
    found, kind = selection.find(), selection.kind
    term_bulk_form.prepare(form, act, kind, len(found))
    named = terms.find_terms(found[:SHOWN])
    return render_template(
        "admin/terms/bulk.html",
        act=act,
        heading=str(act.label).removesuffix("…"),
        form=form,
        count=len(found),
        titles=sorted(term.name for term in named.values()),
        pairs=selection.pairs,
        offered=term_naming.offers(kind),
        offers_href=term_naming.offers_href(kind),
        action=url_for("admin.terms_bulk_create", act=act.name),
        back_href=selection.list_href(),
        list_label=str(kind.plural),
        in_background=is_much(found),
    )
