"""The history of an entry: every saved state, what changed, and going back."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import entry_values, notes, presenting
from cms.admin.door import blueprint
from cms.content import editing, intervals, ownership, revisions, types
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.history import recording
from cms.i18n import gettext as _
from cms.merging import diff
from cms.web import gate, pagination, urls

SIZE = 30
MAX_LISTED = 1_000


@blueprint.get("/entries/<entry_id>/revisions/", endpoint="revisions")
@gate.requires(Permission.WRITE)
def index(entry_id: str) -> str:
    """Every saved state, the newest first."""
    entry = _writable(entry_id)
    every = revisions.list_revisions(entry, limit=MAX_LISTED)
    pages = pagination.of_request(len(every), SIZE)
    shown = every[pages.offset : pages.offset + SIZE]
    live = intervals.find_live(entry, now=gate.now())
    names = presenting.person_names(each.author_id for each in shown)
    return render_template(
        "admin/revisions/index.html",
        entry=presenting.heading(entry),
        revisions=[_row(entry, each, names, live.revision_id if live else None) for each in shown],
        pages=pages,
        activity_href=url_for("admin.activity", thing=f"entry:{entry.id}"),
    )


@blueprint.get("/entries/<entry_id>/revisions/<revision_id>", endpoint="revisions_show")
@gate.requires(Permission.WRITE)
def show(entry_id: str, revision_id: str) -> str:
    """What changed in a saved state, against the one before it or another."""
    entry = _writable(entry_id)
    revision = revisions.get_revision(entry, revision_id)
    every = revisions.list_revisions(entry, limit=MAX_LISTED)
    # A state from before the longest list is shown without its neighbours.
    place = next((at for at, each in enumerate(every) if each.id == revision.id), len(every))
    older = every[place + 1] if place + 1 < len(every) else None
    newer = every[place - 1] if 0 < place < len(every) else None
    wanted = request.args.get("against", "")
    against = revisions.get_revision(entry, wanted) if wanted else older
    before = Snapshot.of(against) if against else Snapshot()
    after = Snapshot.of(revision)
    names = presenting.person_names([revision.author_id, against.author_id if against else None])
    here: dict[str, Any] = {"entry_id": entry.id, "revision_id": revision.id}
    here["against"] = wanted or None
    return render_template(
        "admin/revisions/show.html",
        entry=presenting.heading(entry),
        revision=_row(entry, revision, names, None),
        against=_row(entry, against, names, None) if against else None,
        blocks=diff.diff_text(before.source, after.source),
        fields=field_changes(before, after, types.get_type(entry.type)),
        whole=bool(request.args.get("whole")),
        whole_href=url_for("admin.revisions_show", whole=1, **here),
        near_href=url_for("admin.revisions_show", **here),
        older_href=_href(entry, older) if older else None,
        newer_href=_href(entry, newer) if newer else None,
        others=_others(entry, revision, older, wanted),
    )


@blueprint.post("/entries/<entry_id>/revisions/<revision_id>/restoration",
                endpoint="revisions_restore")  # fmt: skip
@gate.requires(Permission.WRITE)
def restore(entry_id: str, revision_id: str) -> ResponseReturnValue:
    """Make an older state the newest again, whole."""
    entry = _writable(entry_id)
    revision = revisions.get_revision(entry, revision_id)
    editing.revert_to(
        entry, revision, by=gate.signed_in_person(), now=gate.now(), based_on=entry.head_id
    )
    db.commit()
    notes.leave(_("Restored. The state before it is in the history."), recording.latest())
    answer: Response = urls.see_other("admin.entries_edit", entry_id=entry.id)
    return answer


def _writable(entry_id: str) -> Entry:
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    return entry


def _row(
    entry: Entry, revision: Revision, names: dict[str, str], live_id: str | None
) -> dict[str, Any]:
    current = revision.id == entry.head_id
    return {
        "href": _href(entry, revision),
        "at": revision.created_at,
        "who": names.get(revision.author_id or "", _("Someone")),
        "note": revision.note,
        "words": len(revision.source.split()),
        "change": "",
        "current": current,
        "public": revision.id == live_id,
        "restore_action": None
        if current
        else url_for("admin.revisions_restore", entry_id=entry.id, revision_id=revision.id),
    }


def _href(entry: Entry, revision: Revision) -> str:
    return url_for("admin.revisions_show", entry_id=entry.id, revision_id=revision.id)


def _others(
    entry: Entry, revision: Revision, older: Revision | None, wanted: str
) -> list[dict[str, Any]]:
    here: dict[str, Any] = {"entry_id": entry.id, "revision_id": revision.id}
    choices: list[tuple[str, str | None]] = []
    if older is not None:
        choices.append((_("The state before"), None))
    if revision.id != entry.head_id:
        choices.append((_("The newest"), entry.head_id))
    live = intervals.find_live(entry, now=gate.now())
    if live is not None and live.revision_id not in (revision.id, entry.head_id):
        choices.append((_("What is published"), live.revision_id))
    return [
        {
            "label": label,
            "href": url_for("admin.revisions_show", against=against, **here),
            "current": (against or "") == wanted,
        }
        for label, against in choices
    ]


def field_changes(before: Snapshot, after: Snapshot, kind: ContentType) -> Any:
    old, new = entry_values.values_of(before), entry_values.values_of(after)
    names = [name for name in dict.fromkeys([*new, *old]) if name != "password_hash"]
    return diff.diff_fields(
        {name: _value(name, old.get(name)) for name in names},
        {name: _value(name, new.get(name)) for name in names},
        {name: entry_values.label(name, kind) for name in names},
    )


def _value(name: str, value: Any) -> Any:
    if name in ("term_ids", "byline_ids"):
        return presenting.names_of(name, value or ())
    return value if isinstance(value, bool) else entry_values.shown(name, value) or None
