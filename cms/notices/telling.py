"""Telling someone: a line in the admin and perhaps a letter, with the cause or not at all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db, ids
from cms.notices import choices
from cms.notices.kinds import KINDS, Channel
from cms.notices.models import Notice
from cms.outbox import posting

ERRAND = "notice"
# Someone may work through a hundred entries of one writer.
MOST_AT_ONCE = 5  # letters
LATELY = timedelta(hours=1)


class Actor(Protocol):
    """Whoever caused it."""

    @property
    def id(self) -> str: ...


def tell(
    account_id: str | None,
    kind: str,
    *,
    values: Mapping[str, Any],
    subject: tuple[str, str],
    by: Actor | None,
    now: datetime,
    once_key: str = "",
) -> None:
    """Tell a person, unless they did it themselves or do not want to hear of it.

    While a notice of the same kind about the same thing is not read, it is renewed instead of
    joined by another one. With a `once_key` the same cause tells once, however often it is seen.
    """
    if kind not in KINDS:
        raise LookupError(f"there are no notices of the kind {kind}")
    if account_id is None or (by is not None and by.id == account_id):
        return
    chosen = choices.of(account_id)
    channel = chosen.channel(kind)
    if channel is Channel.OFF:
        return
    if not once_key and _renew(account_id, kind, subject, values, now):
        return
    notice = Notice(
        id=ids.new_id(),
        account_id=account_id,
        kind=kind,
        subject_kind=subject[0],
        subject_id=subject[1],
        values=dict(values),
        times=1,
        mail="none",
        told_at=now,
    )
    notice.once_key = once_key or notice.id
    if channel is Channel.MAIL:
        is_enough = chosen.digest == choices.DAILY or _has_enough(account_id, now)
        notice.mail = "waiting" if is_enough else "sent"
    if _insert(notice) and notice.mail == "sent":
        posting.post(ERRAND, {"notice_id": notice.id}, now=now, once_key=f"notice:{notice.id}")


def _renew(
    account_id: str, kind: str, subject: tuple[str, str], values: Mapping[str, Any], now: datetime
) -> bool:
    query = sa.select(Notice).where(
        Notice.account_id == account_id,
        Notice.read_at.is_(None),
        Notice.kind == kind,
        Notice.subject_kind == subject[0],
        Notice.subject_id == subject[1],
    )
    unread = db.session().scalars(query.limit(1)).one_or_none()
    if unread is None:
        return False
    unread.values, unread.times, unread.told_at = dict(values), unread.times + 1, now
    db.session().flush()
    return True


def _insert(notice: Notice) -> bool:
    db.session().flush()
    try:
        with db.session().begin_nested():
            db.session().add(notice)
    except IntegrityError:
        return False
    return True


def _has_enough(account_id: str, now: datetime) -> bool:
    """Whether so many letters went out lately that the rest may wait for the daily one."""
    query = (
        sa.select(Notice.id)
        .where(Notice.account_id == account_id, Notice.told_at > now - LATELY)
        .where(Notice.mail == "sent")
    )
    return len(db.session().scalars(query.limit(MOST_AT_ONCE)).all()) == MOST_AT_ONCE
