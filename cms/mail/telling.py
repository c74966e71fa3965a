"""Notices by letter: one at once, or those of a day together, in the morning of their reader.

What was read in the admin meanwhile is not told again. A day's letter is one errand whose key is
the person and the day, posted together with the note that its notices are told: it goes out once.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db, i18n
from cms.accounts import people
from cms.accounts.models import Account
from cms.config import Settings
from cms.mail import letters
from cms.mail.letters import Letter
from cms.notices import kinds
from cms.notices.models import Notice
from cms.notices.telling import ERRAND
from cms.outbox import delivery, posting
from cms.site import settings as site_settings

DIGEST = "digest"
HOUR = 8  # o'clock, when a day's letter is written
LONGEST = 50  # notices in one letter
KEY = "stop letters"


@delivery.handles(ERRAND, claim=letters.PATIENCE)
def deliver(task: delivery.Task) -> None:
    """Send one notice, unless it was read or its reader is gone."""
    _send("notice", [task.payload["notice_id"]], task)


@delivery.handles(DIGEST, claim=letters.PATIENCE)
def deliver_digest(task: delivery.Task) -> None:
    """Send the notices of a day that nobody has read."""
    _send("digest", task.payload["notice_ids"], task)


def post_digests(database: db.Database, *, now: datetime) -> int:
    """Post the letters of all for whom it is morning; returns how many."""
    with db.unit_of_work(database, write=False):
        waiting = db.session().scalars(
            sa.select(Notice.account_id).where(Notice.mail == "waiting").distinct()
        )
        due = [account_id for account_id in waiting if _is_morning(account_id, now)]
    return sum(
        db.retrying(lambda: _post_digest(database, account_id, now))  # noqa: B023
        for account_id in due
    )


def stop_url(account_id: str, settings: Settings) -> str:
    """Where the reader of letters ends them without signing in."""
    return f"{settings.site_url}/auth/letters/{account_id}/{_mark(account_id, settings)}"


def find_reader(account_id: str, mark: str, settings: Settings) -> Account | None:
    """Whose letters such an address ends, or None when it was not written here."""
    if not hmac.compare_digest(mark.encode(), _mark(account_id, settings).encode()):
        return None
    return people.find_account(account_id)


def _mark(account_id: str, settings: Settings) -> str:
    return hmac.digest(settings.key_for(KEY), account_id.encode(), "sha256").hex()[:32]


def _send(template: str, notice_ids: Sequence[str], task: delivery.Task) -> None:
    found = db.session().scalars(
        sa.select(Notice)
        .where(Notice.id.in_(notice_ids), Notice.read_at.is_(None))
        .order_by(Notice.told_at, Notice.id)
    )
    notices = [notice for notice in found if notice.kind in kinds.KINDS]
    account = people.find_account(notices[0].account_id) if notices else None
    if account is None or account.state != "active":
        return
    with i18n.language(account.language):
        lines = [_line(notice, task.settings) for notice in notices[:LONGEST]]
    stop = stop_url(account.id, task.settings)
    values = {
        "lines": lines,
        "count": len(notices),
        "all_url": f"{task.settings.site_url}/admin/notices/",
        "stop_url": stop,
    }
    letter = Letter(template, account.email, account.display_name, account.language, values)
    letters.send(letter, task, stop_url=stop)


def _line(notice: Notice, settings: Settings) -> dict[str, str]:
    page = kinds.page(notice.subject_kind, notice.subject_id)
    words = kinds.sentence(notice.kind, notice.values)
    return {"words": " ".join(words.split()), "url": settings.site_url + page}


def _is_morning(account_id: str, now: datetime) -> bool:
    return _local(account_id, now).hour >= HOUR


def _local(account_id: str, now: datetime) -> datetime:
    """The moment as the person's clock shows it."""
    account = people.find_account(account_id)
    zone = account.timezone if account is not None else ""
    return now.astimezone(ZoneInfo(zone) if zone else site_settings.load().zone)


def _post_digest(database: db.Database, account_id: str, now: datetime) -> int:
    with db.unit_of_work(database):
        today = _local(account_id, now).date()
        query = sa.select(Notice).where(Notice.account_id == account_id, Notice.mail == "waiting")
        notices = list(db.session().scalars(query.with_for_update()))
        unread = [notice for notice in notices if notice.read_at is None]
        if unread:
            payload = {"notice_ids": [notice.id for notice in unread]}
            key = f"digest:{account_id}:{today}"
            if posting.post(DIGEST, payload, now=now, once_key=key) is None:
                return 0  # Today's went out already; the rest goes tomorrow.
        for notice in notices:
            notice.mail = "sent" if notice.read_at is None else "none"
        db.commit()
        return 1 if unread else 0
