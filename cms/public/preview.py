"""A look at what is not published yet, through the real theme, for those who may edit it."""

from flask import Blueprint, Response

from cms.accounts.permissions import Permission
from cms.content import editing, ownership, publishing, revisions, working_copies
from cms.content.snapshot import Snapshot
from cms.public import entries
from cms.web import gate, headers

blueprint = Blueprint("preview", __name__)


@blueprint.get("/-/preview/<entry_id>")
@gate.requires(Permission.WRITE)
def show(entry_id: str) -> Response:
    """The entry as it would look: what this person has typed, else its newest revision."""
    person, now = gate.signed_in_person(), gate.now()
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    copy = working_copies.find(entry, by=person)
    head = revisions.get_head(entry)
    content = Snapshot.of(head)
    if copy is not None and copy.base_id == head.id:
        content = Snapshot.from_json(copy.content)
    publication = publishing.imagine(entry, content, now=now)
    response = entries.show(publication, draft=content)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return headers.allow_framing_by_us(response)
