"""A look at what is not published yet, through the real theme, for those who may edit it."""

from flask import Blueprint, Response, request

from cms.accounts.permissions import Permission
from cms.content import editing, ownership, publishing, revisions, working_copies
from cms.content.snapshot import Snapshot
from cms.public import entries
from cms.web import gate, headers

blueprint = Blueprint("preview", __name__)


@blueprint.get("/-/preview/<entry_id>")
@gate.requires(Permission.WRITE)
def show(entry_id: str) -> Response:
    """The entry as it would look: with what this person typed (`unsaved`), else as it is saved."""
    person, now = gate.signed_in_person(), gate.now()
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    copy = working_copies.find_left(entry, request.args.get("unsaved", ""), by=person)
    content = Snapshot.of(revisions.get_head(entry))
    if copy is not None:
        content = working_copies.content(copy)
    publication = publishing.imagine(entry, content, now=now)
    response = entries.show(publication, draft=content)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return headers.allow_framing_by_us(response)
