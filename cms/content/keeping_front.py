"""Whether the page at the front of the site stays one when an act is undone."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.content.models import Entry, Revision
from cms.history import restoring
from cms.history.restoring import Obstacle, Plan, Standing
from cms.i18n import gettext as _
from cms.site import settings

VALUE = frozenset(("value",))


@restoring.look
def find_gone(plan: Plan) -> Iterator[Obstacle | Standing]:
    """A front page that would not be there, or lie in the trash."""
    chosen = _will_be(plan, "front") == "page" and _will_be(plan, "front_page")
    if not chosen or not _touches(plan, chosen):
        return
    entry = db.session().get(Entry, chosen)
    if entry is None and not plan.brings_back("entry", chosen):
        kept = sa.select(Revision.id).where(Revision.entry_id == chosen).limit(1)
        if db.session().scalar(kept) is None:
            words = _("The page that stood at the front was deleted for good.")
            yield Obstacle(words, is_final=True)
        else:
            yield Standing("entry", chosen)
    elif plan.deletes("entry", chosen) or _will_be_trashed(plan, chosen, entry):
        words = _("The page at the front of the site would be gone.")
        if ("entry", chosen) in plan.nets:
            yield Standing("setting", _row("front_page"), VALUE, words=words)
        else:
            yield Standing("entry", chosen, frozenset(("trashed_at",)), words=words)


def _touches(plan: Plan, page_id: str) -> bool:
    keys = {("setting", _row("front")), ("setting", _row("front_page")), ("entry", page_id)}
    return bool(keys & plan.nets.keys())


def _will_be(plan: Plan, name: str) -> Any:
    if plan.deletes("setting", _row(name)):
        return getattr(settings.DEFAULTS, name)
    return plan.value("setting", _row(name), "value", getattr(settings.load(), name))


def _will_be_trashed(plan: Plan, page_id: str, entry: Entry | None) -> bool:
    present = entry.trashed_at if entry is not None else None
    return plan.value("entry", page_id, "trashed_at", present) is not None


def _row(name: str) -> str:
    """A setting for every language, as the log names its row."""
    return f"{name}/"
