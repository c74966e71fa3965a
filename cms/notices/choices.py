"""How a person wants to hear of things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.notices.kinds import KINDS, Channel
from cms.notices.models import Notice, NoticeChoice

AT_ONCE, DAILY = "at-once", "daily"


@dataclass(frozen=True, slots=True)
class Choices:
    """The channel of each kind that someone chose, and how letters come."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    digest: str = AT_ONCE

    def channel(self, kind: str) -> Channel:
        """How notices of this kind reach the person."""
        return self.channels.get(kind, KINDS[kind].default)


def of(account_id: str) -> Choices:
    """What this person chose."""
    row = db.session().get(NoticeChoice, account_id)
    if row is None:
        return Choices()
    known = {channel.value: channel for channel in Channel}
    channels = {kind: known[name] for kind, name in row.channels.items() if name in known}
    return Choices(channels, row.digest)


def save(account_id: str, channels: Mapping[str, str], digest: str, *, now: datetime) -> None:
    """Keep what a person chose; raises Rejected naming the kind that is wrong."""
    for kind, channel in channels.items():
        if kind not in KINDS or channel not in set(Channel):
            raise Rejected(_("Choose one of the three."), field=kind)
    if digest not in (AT_ONCE, DAILY):
        raise Rejected(_("Choose when letters come."), field="digest")
    row = db.session().get(NoticeChoice, account_id) or NoticeChoice(account_id=account_id)
    row.channels, row.digest, row.updated_at = dict(channels), digest, now
    db.session().add(row)
    db.session().flush()


def stop_letters(account_id: str, *, now: datetime) -> None:
    """No more letters about anything; notices in the admin stay."""
    chosen = of(account_id)
    channels = {
        kind: Channel.ADMIN if chosen.channel(kind) is Channel.MAIL else chosen.channel(kind)
        for kind in KINDS
    }
    save(account_id, channels, chosen.digest, now=now)
    waiting = sa.update(Notice).where(Notice.account_id == account_id, Notice.mail == "waiting")
    db.session().execute(waiting.values(mail="none"))
