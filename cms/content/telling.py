"""Telling people what others do with an entry: its writer, those who review it."""

from datetime import datetime

from cms import notices, text
from cms.accounts import people
from cms.accounts.permissions import Permission, Person
from cms.content.models import Entry
from cms.i18n import gettext as _

MAX_NOTE = 300  # characters of what someone wrote along


def tell_reviewers(entry: Entry, note: str, *, title: str, by: Person, now: datetime) -> None:
    """Tell all who may publish it that someone asks for a review."""
    for account_id in people.list_able(Permission.PUBLISH_ANY):
        _tell(account_id, "review-asked", entry, note=note, title=title, by=by, now=now)


def tell_asker(
    asker_id: str | None, entry: Entry, note: str, *, title: str, by: Person, now: datetime
) -> None:
    """Tell whoever asked for a review that it was sent back, and why."""
    _tell(asker_id, "review-returned", entry, note=note, title=title, by=by, now=now)


def _tell(
    account_id: str | None,
    kind: str,
    entry: Entry,
    *,
    note: str,
    title: str,
    by: Person,
    now: datetime,
) -> None:
    note = text.truncate(text.clean_line(note), MAX_NOTE)
    values = {"who": by.name, "title": title, "note": note}
    notices.tell(account_id, kind, values=values, subject=("entry", entry.id), by=by, now=now)


def tell_writer(entry: Entry, kind: str, *, title: str | None, by: Person, now: datetime) -> None:
    """Tell the account that began the entry; programs are not worth a word."""
    if not by.is_account:
        return
    notices.tell(
        entry.created_by,
        kind,
        values={"who": by.name, "title": title or _("Untitled")},
        subject=("entry", entry.id),
        by=by,
        now=now,
    )
