"""Reading notices: how many wait, which, and that they were seen."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.notices.models import Notice, NoticeChoice

KEPT_READ = timedelta(days=60)
KEPT_UNREAD = timedelta(days=365)
MOST_COUNTED = 100


def count_unread(account_id: str) -> int:
    """How many notices a person has not read, counted to a hundred."""
    unread = sa.select(Notice.id).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    query = sa.select(sa.func.count()).select_from(unread.limit(MOST_COUNTED).subquery())
    return int(db.read(query).scalar() or 0)


def count_notices(account_id: str) -> int:
    """How many notices a person has at all."""
    query = sa.select(sa.func.count()).select_from(Notice).where(Notice.account_id == account_id)
    return db.session().scalar(query) or 0


def list_notices(account_id: str, *, limit: int, offset: int = 0) -> list[Notice]:
    """A person's notices, the newest first."""
    query = sa.select(Notice).where(Notice.account_id == account_id)
    query = query.order_by(Notice.told_at.desc(), Notice.id.desc())
    return list(db.session().scalars(query.limit(limit).offset(offset)))


def get_notice(account_id: str, notice_id: str) -> Notice:
    """One of a person's notices; raises NotFound also for those of others."""
    notice = db.session().get(Notice, notice_id)
    if notice is None or notice.account_id != account_id:
        raise NotFound(_("There is no such notice."))
    return notice


def mark_read(account_id: str, *, now: datetime, notice_id: str | None = None) -> None:
    """Note that a person read one notice, or all of them."""
    unread = sa.update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    if notice_id is not None:
        unread = unread.where(Notice.id == notice_id)
    db.session().execute(unread.values(read_at=now))


def forget_all(account_id: str) -> None:
    """Remove all notices of a person, and what they chose."""
    for model in (Notice, NoticeChoice):
        db.session().execute(sa.delete(model).where(model.account_id == account_id))


def forget_old(*, now: datetime) -> None:
    """Remove what was read a while ago, and what nobody reads."""
    read = Notice.read_at < now - KEPT_READ
    db.session().execute(sa.delete(Notice).where(read))
    db.session().execute(sa.delete(Notice).where(Notice.told_at < now - KEPT_UNREAD))
