"""Asking for a review, taking that back, and sending an entry back with a note."""

from collections.abc import Callable

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes, presenting
from cms.admin.door import blueprint
from cms.content import editing, ownership, reviewing
from cms.content.models import Entry
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, urls
from cms.web.forms import CarafeForm


class NoteForm(CarafeForm):
    """A note to whoever reads next."""

    note = TextAreaField(__("Note"), [Length(max=reviewing.MAX_NOTE)])


@blueprint.get("/entries/<entry_id>/review", endpoint="review")
@gate.requires(Permission.WRITE)
def show(entry_id: str) -> str:
    """How the review stands, and what this person can do about it."""
    entry = _find(entry_id)
    request = reviewing.find_open(entry)
    asks = not ownership.may(gate.current_person(), Permission.PUBLISH_ANY, entry)
    note = request.note if request and asks else ""
    return _page(entry, NoteForm(formdata=None, data={"note": note}))


@blueprint.post("/entries/<entry_id>/review", endpoint="review_ask")
@gate.requires(Permission.WRITE)
def create(entry_id: str) -> ResponseReturnValue:
    """Ask for a review."""
    entry = _find(entry_id)
    person, now = gate.signed_in_person(), gate.now()
    words = _("Asked for a review. Those who publish see it on their first page.")
    return _done(entry, lambda note: reviewing.ask(entry, note, by=person, now=now), words)


@blueprint.post("/entries/<entry_id>/review/withdrawal", endpoint="review_withdraw")
@gate.requires(Permission.WRITE)
def withdraw(entry_id: str) -> ResponseReturnValue:
    """Take the request back."""
    entry = _find(entry_id)
    person, now = gate.signed_in_person(), gate.now()
    words = _("The request is taken back.")
    return _done(entry, lambda _note: reviewing.withdraw(entry, by=person, now=now), words)


@blueprint.post("/entries/<entry_id>/review/answer", endpoint="review_answer")
@gate.requires(Permission.WRITE)
def answer(entry_id: str) -> ResponseReturnValue:
    """Send the entry back with a note; publishing it is the other answer."""
    entry = _find(entry_id)
    person, now = gate.signed_in_person(), gate.now()
    words = _("Sent back with your note.")
    return _done(entry, lambda note: reviewing.send_back(entry, note, by=person, now=now), words)


def _done(entry: Entry, act: Callable[[str], object], words: str) -> ResponseReturnValue:
    form = NoteForm.from_request()
    if form.ok:
        try:
            act(form.note.data or "")
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(entry, form), 422
    db.commit()
    notes.leave(words)
    return urls.see_other("admin.dashboard")


def _find(entry_id: str) -> Entry:
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    return entry


def _page(entry: Entry, form: NoteForm) -> str:
    person = gate.current_person()
    last = reviewing.find_last(entry)
    names = presenting.person_names([last.asked_by, last.answered_by]) if last else {}
    return render_template(
        "admin/entries/review.html",
        entry=presenting.heading(entry),
        form=form,
        asked=last,
        asked_by=names.get(last.asked_by or "", "") if last else "",
        answered_by=names.get(last.answered_by or "", "") if last else "",
        can_publish=bool(ownership.may(person, Permission.PUBLISH_ANY, entry)),
        publish_href=url_for("admin.publication", entry_id=entry.id),
        ask_action=url_for("admin.review_ask", entry_id=entry.id),
        answer_action=url_for("admin.review_answer", entry_id=entry.id),
        withdraw_action=url_for("admin.review_withdraw", entry_id=entry.id),
    )
