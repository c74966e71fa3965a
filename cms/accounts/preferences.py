"""What people say of themselves: name, language, zone, colours, keys."""

from datetime import datetime

from cms import db
from cms.accounts import people
from cms.accounts.models import COLOR_SCHEMES, Account
from cms.accounts.permissions import Person
from cms.errors import NotAllowed, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_LANGUAGE = 35  # characters


def save(
    account: Account,
    *,
    now: datetime,
    by: Person,
    language: str | None = None,
    timezone: str | None = None,
    theme: str | None = None,
    shortcuts: bool | None = None,
) -> None:
    """Keep what is given; raises Rejected for what cannot be."""
    _ensure_own(account, by)
    if language is not None:
        account.language = language[:MAX_LANGUAGE]
    if timezone is not None:
        account.timezone = people.read_timezone(timezone)
    if theme is not None:
        account.theme = _known_scheme(theme)
    if shortcuts is not None:
        account.preferences = {**(account.preferences or {}), "shortcuts": shortcuts}
    account.updated_at = now
    db.session().flush()


def rename(account: Account, name: str, *, now: datetime, by: Person) -> None:
    """Change a person's own name; raises Rejected."""
    _ensure_own(account, by)
    name = people.read_name(name)
    if name == account.display_name:
        return
    with recording.act(_("Changed the own name to {name}", name=name), by=by, now=now):
        account.display_name = name
        account.updated_at = now
        db.session().flush()


def _ensure_own(account: Account, by: Person) -> None:
    if by.id != account.id:
        raise NotAllowed(_("This is not your account."))


def _known_scheme(theme: str) -> str:
    if theme not in COLOR_SCHEMES:
        raise Rejected(_("Choose light, dark or automatic."), field="theme")
    return theme
