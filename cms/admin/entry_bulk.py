"""Acts on many entries: asked for where needed, done at once or beside the request, reported."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db, jobs
from cms.accounts.permissions import Permission, Person
from cms.admin import entry_bulk_form, entry_bulk_job, entry_selection, notes
from cms.admin import jobs as jobs_door
from cms.admin.door import blueprint
from cms.admin.entry_bulk_form import Act, BulkForm
from cms.admin.entry_selection import Selection
from cms.content import bulk, listing
from cms.content.bulk import Refused
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.jobs import steering
from cms.web import gate, urls

AT_ONCE = 50  # entries; more are done beside the request
SHOWN = 50  # titles


@blueprint.post("/entries/bulk", endpoint="entries_bulk")
@gate.requires(Permission.WRITE)
def start() -> ResponseReturnValue:
    """Do it, or ask first for what it needs."""
    act = entry_bulk_form.get_act(request.form.get("act", ""))
    selection = entry_selection.of_request()
    found = selection.find(gate.signed_in_person())
    if not found:
        notes.leave(_("Select something first."), category="warning")
        return urls.go_to(selection.list_href())
    if act.inputs or len(found) > entry_bulk_form.MANY:
        address = url_for("admin.entries_bulk_new", act=act.name)
        return urls.go_to(f"{address}?{urlencode(selection.pairs)}")
    return _carry_out(act, selection, found, dict)


@blueprint.get("/entries/bulk/<act>", endpoint="entries_bulk_new")
@gate.requires(Permission.WRITE)
def new(act: str) -> str:
    """Say what it is about, and ask for what it needs."""
    selection = entry_selection.of_request()
    return _page(entry_bulk_form.get_act(act), selection, BulkForm(formdata=None))


@blueprint.post("/entries/bulk/<act>", endpoint="entries_bulk_create")
@gate.requires(Permission.WRITE)
def create(act: str) -> ResponseReturnValue:
    """Do it to all of them."""
    chosen, selection = entry_bulk_form.get_act(act), entry_selection.of_request()
    person, form = gate.signed_in_person(), BulkForm()
    found = selection.find(person)
    entry_bulk_form.prepare(form, chosen, len(found))
    form.validate()
    if form.ok:
        try:
            entry_bulk_form.ensure_counted(form, len(found))
            return _carry_out(
                chosen,
                selection,
                found,
                lambda: entry_bulk_form.read(form, chosen, by=person, now=gate.now()),
            )
        except Rejected as refusal:
            db.session().rollback()
            form.show(refusal)
    return _page(chosen, selection, form), 422


@blueprint.get("/entries/bulk/reports/<job_id>", endpoint="entries_bulk_report")
@gate.requires(Permission.WRITE)
def show(job_id: str) -> str:
    """What a job did, and what it left as it is."""
    line = steering.get_job_for(gate.signed_in_person(), job_id)
    refused = entry_bulk_job.list_refused(line.id)
    back = url_for("admin.jobs_show", job_id=line.id)
    return _report(line.words or line.label, refused, back, line.change_set_id)


def _carry_out(
    act: Act,
    selection: Selection,
    found: Sequence[str],
    read_values: Callable[[], dict[str, Any]],
) -> ResponseReturnValue:
    person, label, back = gate.signed_in_person(), act.done(len(found)), selection.list_href()
    if len(found) > AT_ONCE:
        payload = {
            "act": act.name,
            "values": read_values(),
            "ids": None if selection.is_all else list(found),
            "filter": selection.filter(person).as_json() if selection.is_all else None,
            "count": len(found),
            "back": back,
            "report_href": url_for("admin.entries_bulk_report", job_id="JOB"),
        }
        job_id = jobs.enqueue(entry_bulk_job.KIND, payload, label=label, by=person, now=gate.now())
        db.commit()
        return jobs_door.follow(job_id, back=back)
    with recording.together(by=person, now=gate.now(), label=label):
        values, in_order = read_values(), bulk.parents_first(found)
        outcome = bulk.carry_out(act.name, in_order, values, by=person, now=gate.now())
    db.commit()
    words, change_set = act.words_for(outcome.done), recording.latest()
    if outcome.refused:
        return _report(words, outcome.refused, back, change_set)
    notes.leave(words, change_set)
    return urls.go_to(back)


def _report(words: str, refused: Sequence[Refused], back_href: str, change_set: str | None) -> str:
    return render_template(
        "admin/entries/bulk_report.html",
        words=words,
        refused=[
            {
                "title": each.title,
                "reason": each.reason,
                "href": url_for("admin.entries_edit", entry_id=each.entry_id)
                if each.title
                else None,
            }
            for each in refused
        ],
        back_href=back_href,
        undo_action=url_for("admin.undo", change_set_id=change_set) if change_set else None,
    )


def _page(act: Act, selection: Selection, form: BulkForm) -> str:
    person = gate.signed_in_person()
    found = selection.find(person)
    entry_bulk_form.prepare(form, act, len(found))
    return render_template(
        "admin/entries/bulk.html",
        act=act,
        heading=str(act.label).removesuffix("…"),
        form=form,
        count=len(found),
        titles=_titles(found[:SHOWN], person),
        pairs=selection.pairs,
        action=url_for("admin.entries_bulk_create", act=act.name),
        back_href=selection.list_href(),
        list_label=str(selection.kind.plural),
        in_background=len(found) > AT_ONCE,
    )


def _titles(entry_ids: Sequence[str], person: Person) -> list[str]:
    """What the entries are called, as far as the person may see them."""
    lines = listing.find_lines(entry_ids, now=gate.now())
    shown = [lines[each] for each in entry_ids if each in lines]
    return [line.title or _("No title yet") for line in shown if listing.sees(person, line)]
