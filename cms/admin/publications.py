"""The publication of an entry: now, later, until, and taking it back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField

from cms import clock, db
from cms.accounts.permissions import Permission
from cms.addresses import urls as addresses
from cms.admin import checks, entry_form, entry_reading, notes, presenting, times
from cms.admin.door import blueprint
from cms.content import (
    editing,
    findings,
    intervals,
    naming,
    ownership,
    publishing,
    revisions,
    types,
)
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.content.status import State
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.rendering import pipeline
from cms.web import display, gate, urls
from cms.web.forms import CarafeForm, choices


class PublicationForm(CarafeForm):
    """When something goes out, and when it is taken down again."""

    based_on = HiddenField()
    when = RadioField(
        __("When"),
        choices=choices([("now", __("Right now")), ("later", __("At a date"))]),
        default="now",
    )
    from_at = times.MomentField(__("Date"))
    until_at = times.MomentField(__("Take it down on"))
    access = SelectField(
        __("Who may see it"), choices=choices(entry_form.ACCESS), validate_choice=False
    )
    password = PasswordField(
        __("Password of the page"), description=__("Leave empty to keep the one there is.")
    )
    listed = BooleanField(__("In lists, feeds and the sitemap"))


class EndForm(CarafeForm):
    """When something is taken down; without a moment it is now."""

    at = times.MomentField(__("Take it down on"))


@blueprint.get("/entries/<entry_id>/publication", endpoint="publication")
@gate.requires(Permission.WRITE)
def edit(entry_id: str) -> str:
    """The last look before something goes out."""
    entry = editing.get_entry(entry_id)
    state, head = intervals.state_of(entry, now=gate.now()), revisions.get_head(entry)
    form = PublicationForm(
        formdata=None,
        data={
            "based_on": entry.head_id,
            "when": "later" if state.next_at else "now",
            "from_at": times.to_form(state.next_at),
            "until_at": times.to_form(_end_of_last(entry)),
            "access": head.access,
            "listed": head.listed,
        },
    )
    return _page(entry, form)


@blueprint.post("/entries/<entry_id>/publication", endpoint="publication_update")
@gate.requires(Permission.PUBLISH_OWN)
def update(entry_id: str) -> ResponseReturnValue:
    """Publish the newest revision, now or later."""
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.PUBLISH_ANY, entry)
    form = PublicationForm.from_request()
    if not form.ok:
        return _page(entry, form), 422
    try:
        words = _publish(entry, form)
    except Rejected as refusal:
        form.show(refusal, until="until_at")
        return _page(entry, form), 422
    db.commit()
    notes.leave(words, recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


@blueprint.post("/entries/<entry_id>/publication/end", endpoint="publication_destroy")
@gate.requires(Permission.PUBLISH_OWN)
def destroy(entry_id: str) -> Response:
    """Take an entry off the site, or take back what is scheduled."""
    entry = editing.get_entry(entry_id)
    form = EndForm.from_request()
    form.ensure_readable()
    at = times.from_form(form.at.data, field="at")
    publishing.unpublish(entry, by=gate.signed_in_person(), now=gate.now(), at=at)
    db.commit()
    if at is not None:
        notes.leave(_("It is taken down on {when}.", when=display.moment(at)), recording.latest())
    else:
        notes.leave(_("It is a draft again. Visitors do not see it."), recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


@blueprint.post("/entries/<entry_id>/publication/cancel", endpoint="publication_cancel")
@gate.requires(Permission.PUBLISH_OWN)
def cancel(entry_id: str) -> Response:
    """Take back a scheduled change; what is live stays as it is."""
    entry = editing.get_entry(entry_id)
    publishing.cancel_scheduled(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The schedule is cancelled."), recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


def _publish(entry: Entry, form: PublicationForm) -> str:
    now = gate.now()
    at = None
    if form.when.data == "later":
        at = times.from_form(form.from_at.data, field="from_at")
        if at is None:
            raise Rejected(_("Choose the date and time."), field="from_at")
    if form.based_on.data and form.based_on.data != entry.head_id:
        form.based_on.data = entry.head_id
        raise Rejected(_("This was changed meanwhile. Look at it once more before it goes out."))
    until = times.from_form(form.until_at.data, field="until_at")
    person = gate.signed_in_person()
    label = _("Scheduled “{title}”") if at is not None and at > now else _("Published “{title}”")
    label = label.format(title=revisions.get_head(entry).title or _("Untitled"))
    with recording.together(by=person, now=now, label=label):
        _save_visibility(entry, form)
        if at is None and _is_out_already(entry, until):
            return _("Published.")
        published = publishing.publish(entry, by=person, now=now, at=at, until=until)
    if published.from_at > now and at is not None and at > now:
        return _("Scheduled for {when}.", when=display.moment(at))
    return _("Published.")


def _save_visibility(entry: Entry, form: PublicationForm) -> None:
    """Keep who may see it, where that was changed on this page, as a revision of its own."""
    if "access" not in request.form:
        return
    before = Snapshot.of(revisions.get_head(entry))
    content = replace(
        before,
        access=form.access.data,
        password_hash=entry_reading.password_hash(form, before),
        listed=bool(form.listed.data),
    )
    editing.save(entry, content, by=gate.signed_in_person(), now=gate.now(), based_on=entry.head_id)


def _end_of_last(entry: Entry) -> datetime | None:
    """When what is live, or is to come, is taken down again."""
    spans = [
        each
        for each in intervals.list_all(entry)
        if not each.until_at or each.until_at > gate.now()
    ]
    return spans[-1].until_at if spans else None


def _is_out_already(entry: Entry, until: datetime | None) -> bool:
    """Whether the same form was sent a moment before; nothing is made twice."""
    live = intervals.find_live(entry, now=gate.now())
    if live is None or live.revision_id != entry.head_id:
        return False
    return intervals.state_of(entry, now=gate.now()).next_at is None and live.until_at == until


def _page(entry: Entry, form: PublicationForm) -> str:
    person, now = gate.signed_in_person(), gate.now()
    ownership.ensure_may(person, Permission.PUBLISH_ANY, entry)
    state = intervals.state_of(entry, now=now)
    return render_template(
        "admin/entries/publish.html",
        entry={**presenting.heading(entry), "path": _path(entry)},
        form=form,
        zone=str(times.zone()),
        zone_now=display.moment(clock.now().astimezone(times.zone())),
        checks=_checks(entry),
        findings=_findings(entry),
        changes=_changes(entry, state),
        end_form=EndForm(formdata=None),
        action=url_for("admin.publication_update", entry_id=entry.id),
        unpublish_action=url_for("admin.publication_destroy", entry_id=entry.id)
        if state.is_live
        else None,
        cancel_action=url_for("admin.publication_cancel", entry_id=entry.id)
        if state.next_at
        else None,
        live=state.is_live,
    )


def _path(entry: Entry) -> str | None:
    """The path that the entry stands at, or the one that publishing now would give it."""
    path = presenting.present_path(entry)
    if path is not None or not types.get_type(entry.type).public:
        return path
    content = Snapshot.of(revisions.get_head(entry))
    return naming.free_path(entry, content, at=gate.now())


def _checks(entry: Entry) -> list[tuple[str, str]]:
    """What is still to be done; nothing of it stands in the way."""
    head = revisions.get_head(entry)
    found = []
    try:
        rendered = pipeline.render(head.source)
    except Rejected as refusal:
        return [("warning", refusal.message)]
    if not rendered.words:
        found.append(("warning", _("There is no text yet.")))
    if "TK" in rendered.text.split():
        found.append(("warning", _("A TK is still in the text.")))
    return found


def _findings(entry: Entry) -> list[dict[str, Any]]:
    """What is worth a second look before it goes out, but for what is ignored."""
    # What the renderer met is said above, in its own words.
    quiet = {*findings.list_ignored(entry), "text-unshowable"}
    return [checks.shown(each) for each in findings.look_at(entry) if each.code not in quiet]


def _changes(entry: Entry, state: State) -> list[str]:
    words = presenting.plans(entry, state)
    live = intervals.find_live(entry, now=gate.now())
    path = presenting.present_path(entry)
    if live is not None and path and live.path and live.path != path:
        words.append(
            _(
                "The address changes from {old} to {new}; the old one leads on.",
                old=addresses.local(live.path),
                new=addresses.local(path),
            )
        )
    return words
