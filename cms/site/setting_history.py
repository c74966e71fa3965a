"""What a setting was before: every change of one, and the way back to an earlier value."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.errors import NotFound
from cms.history import recording
from cms.history.models import Change, ChangeSet
from cms.i18n import gettext as _
from cms.site import settings
from cms.site.models import Setting

SUFFIX = "/"  # between the key and the locale, which is empty for all locales
SHOWN = 50  # on one page


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one setting."""

    id: str
    key: str
    before: Any
    after: Any
    account_id: str | None
    at: datetime


def list_steps(keys: Sequence[str] = (), *, limit: int = SHOWN, offset: int = 0) -> list[Step]:
    """The changes of these settings, or of all, the latest first."""
    query = _STEPS.where(Change.row_id.in_(_rows(keys))).order_by(Change.id.desc())
    rows = db.session().execute(query.limit(limit).offset(offset))
    return [_step(change, change_set) for change, change_set in rows]


def count_steps(keys: Sequence[str] = ()) -> int:
    """How many changes of these settings, or of all, there were."""
    query = sa.select(sa.func.count()).where(
        Change.row_table == Setting.__tablename__, Change.row_id.in_(_rows(keys))
    )
    return db.session().scalar(query) or 0


def restore(step_id: str, *, by: recording.Actor | None, now: datetime) -> str:
    """Give a setting the value it had before that change; its key. Raises NotFound, Rejected."""
    row = db.session().execute(_STEPS.where(Change.id == step_id)).first()
    if row is None:
        raise NotFound
    step = _step(*row)
    if step.key not in settings.LABELS:
        raise NotFound
    label = _("Set “{name}” back", name=str(settings.LABELS[step.key]))
    with recording.act(label, by=by, now=now):
        settings.save({step.key: step.before}, by=by, now=now)
    return step.key


def _rows(keys: Sequence[str]) -> list[str]:
    """How the log names these settings, or all."""
    known = [field.name for field in fields(settings.SiteSettings)]
    return [key + SUFFIX for key in known if not keys or key in keys]


def _step(change: Change, change_set: ChangeSet) -> Step:
    key = change.row_id.removesuffix(SUFFIX)
    default = settings.plain(getattr(settings.DEFAULTS, key, None))
    before = default if change.before is None else change.before.get("value")
    after = default if change.after is None else change.after.get("value")
    return Step(change.id, key, before, after, change_set.account_id, change_set.created_at)


_STEPS = (
    sa.select(Change, ChangeSet)
    .join(ChangeSet, ChangeSet.id == Change.change_set_id)
    .where(Change.row_table == Setting.__tablename__)
)
