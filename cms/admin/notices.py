"""Notices: what someone else, or the clock, did with what is yours."""

from typing import Any

from flask import Response, render_template, request, url_for

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.admin import notes
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.notices import kinds, reading
from cms.notices.models import Notice
from cms.web import gate, pagination, urls

SIZE = 40


def count_unread(person: Person) -> int:
    """How many the person has not read, for the bell."""
    return reading.count_unread(person.id)


@blueprint.get("/notices/", endpoint="notices_index")
@gate.requires(Permission.SIGN_IN)
def index() -> str:
    """One's own notices, the newest first."""
    person = gate.signed_in_person()
    pages = pagination.of_request(reading.count_notices(person.id), SIZE)
    pages.ensure_exists()
    found = reading.list_notices(person.id, limit=SIZE, offset=pages.offset)
    return render_template(
        "admin/notices/index.html",
        notices=[_row(notice) for notice in found if notice.kind in kinds.KINDS],
        pages=pages,
        has_unread=count_unread(person) > 0,
        read_action=url_for("admin.notices_read"),
        choices_href=url_for("admin.me_notices"),
    )


@blueprint.post("/notices/<notice_id>", endpoint="notices_open")
@gate.requires(Permission.SIGN_IN)
def update(notice_id: str) -> Response:
    """Note that one was read, and go to what it is about."""
    person = gate.signed_in_person()
    notice = reading.get_notice(person.id, notice_id)
    reading.mark_read(person.id, now=gate.now(), notice_id=notice_id)
    db.commit()
    return urls.go_to(request.script_root + kinds.page(notice.subject_kind, notice.subject_id))


@blueprint.post("/notices/", endpoint="notices_read")
@gate.requires(Permission.SIGN_IN)
def read() -> Response:
    """Note that all were read."""
    reading.mark_read(gate.signed_in_person().id, now=gate.now())
    db.commit()
    notes.leave(_("Everything is read."))
    return urls.see_other("admin.notices_index")


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "words": kinds.sentence(notice.kind, notice.values, isolated=True),
        "times": notice.times,
        "at": notice.told_at,
        "is_read": notice.read_at is not None,
        "action": url_for("admin.notices_open", notice_id=notice.id),
    }
