"""Accounts: making them, finding them, changing what they may do, closing them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import available_timezones

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from cms import db, text
from cms.accounts import passwords, sessions, tokens
from cms.accounts.models import COLOR_SCHEMES, MAX_EMAIL, MAX_NAME, Account, Grant
from cms.accounts.permissions import OPERATOR, Permission, Person, Role, ensure_may, may
from cms.errors import NotAllowed, NotFound, Rejected
from cms.i18n import gettext as _


def create_account(
    email: str,
    display_name: str,
    *,
    roles: Collection[Role],
    now: datetime,
    by: Person = OPERATOR,
    password: str | None = None,
    password_hash: str | None = None,
    language: str = "en",
    timezone: str = "",
) -> Account:
    """A new account; without a password it waits for its owner to choose one.

    A door that hashed beforehand gives `password_hash`, so that no transaction waits for it.
    """
    ensure_may_grant(by, roles)
    address = read_email(email)
    if password is not None:
        passwords.ensure_acceptable(password, email=address)
        password_hash = passwords.hash_password(password)
    account = Account(
        email=address,
        email_key=email_key(address),
        display_name=read_name(display_name),
        password_hash=password_hash,
        state="active" if password_hash else "invited",
        language=language,
        timezone=_known_timezone(timezone),
        created_at=now,
        updated_at=now,
    )
    account.grants = [Grant(role=role.value) for role in sorted(set(roles))]
    if find_by_email(address) is not None:
        raise _taken()
    try:
        with db.session().begin_nested():
            db.session().add(account)
    except IntegrityError:
        raise _taken() from None
    return account


def find_account(account_id: str) -> Account | None:
    """The account with this id."""
    return db.session().get(Account, account_id)


def get_account(account_id: str) -> Account:
    """The account with this id, or NotFound."""
    account = find_account(account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def find_by_email(email: str) -> Account | None:
    """The account with this address, however its letters are written."""
    query = sa.select(Account).where(Account.email_key == email_key(email))
    return db.session().scalar(query)


def list_accounts() -> list[Account]:
    """All accounts by name."""
    return list(db.session().scalars(sa.select(Account).order_by(Account.display_name, Account.id)))


def count_accounts() -> int:
    """How many accounts there are."""
    return db.session().scalar(sa.select(sa.func.count()).select_from(Account)) or 0


def has_owner() -> bool:
    """Whether someone who can sign in owns the site."""
    return bool(_active_owners())


def person_of(account: Account, *, session_id: str = "") -> Person:
    """The frozen person that doors hand to rooms."""
    return Person(
        id=account.id,
        email=account.email,
        name=account.display_name,
        roles=roles_of(account),
        language=account.language,
        timezone=account.timezone,
        theme=account.theme,
        session_id=session_id,
    )


def roles_of(account: Account) -> frozenset[Role]:
    """The roles of an account; what this release does not know counts for nothing."""
    known = {role.value: role for role in Role}
    return frozenset(known[grant.role] for grant in account.grants if grant.role in known)


def update_account(
    account: Account,
    *,
    now: datetime,
    by: Person,
    display_name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    theme: str | None = None,
) -> None:
    """Change what is given; people change themselves, administrators anyone."""
    if by.id != account.id:
        _ensure_may_manage(by, account)
    if display_name is not None:
        account.display_name = read_name(display_name)
    if email is not None and email_key(email) != account.email_key:
        address = read_email(email)
        if find_by_email(address) is not None:
            raise _taken()
        account.email, account.email_key = address, email_key(address)
    if language is not None:
        account.language = language
    if timezone is not None:
        account.timezone = _known_timezone(timezone)
    if theme is not None:
        account.theme = _known_scheme(theme)
    account.updated_at = now
    db.session().flush()


def change_roles(account: Account, roles: Collection[Role], *, now: datetime, by: Person) -> None:
    """Give the account exactly these roles; its sessions end."""
    _ensure_may_manage(by, account)
    ensure_may_grant(by, roles)
    if Role.OWNER not in roles:
        _ensure_not_last_owner(account)
    kept = {grant.role: grant for grant in account.grants}
    account.grants = [kept.get(role.value) or Grant(role=role.value) for role in sorted(set(roles))]
    sessions.end_all(account)
    account.updated_at = now
    db.session().flush()


def disable(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """Close the account: it can no longer sign in, and its sessions end."""
    _ensure_may_manage(by, account)
    _ensure_not_last_owner(account)
    account.state = "disabled"
    sessions.end_all(account)
    tokens.drop_opening(account.id)
    account.updated_at = now
    db.session().flush()


def enable(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """Open a closed account again."""
    _ensure_may_manage(by, account)
    account.state = "active" if account.password_hash else "invited"
    account.updated_at = now
    db.session().flush()


def reset_password(
    account: Account, password: str, *, now: datetime, by: Person = OPERATOR
) -> None:
    """Set another password; every session of the account ends."""
    if by.id != account.id:
        _ensure_may_manage(by, account)
    passwords.ensure_acceptable(password, email=account.email)
    set_password_hash(account, passwords.hash_password(password), now=now)


def set_password_hash(account: Account, password_hash: str, *, now: datetime) -> None:
    """Keep a hash that was made beforehand; every session of the account ends."""
    account.password_hash = password_hash
    if account.state == "invited":
        account.state = "active"
    sessions.end_all(account)
    tokens.drop_opening(account.id)
    account.updated_at = now
    db.session().flush()


def ensure_may_grant(by: Person, roles: Iterable[Role]) -> None:
    """Pass, or raise: only owners make owners, and nobody gives more than they have."""
    ensure_may(by, Permission.MANAGE_PEOPLE)
    if Role.OWNER in set(roles) and not may(by, Permission.MANAGE_OWNERS):
        raise NotAllowed(_("Only an owner can make someone an owner."))


def read_email(typed: str) -> str:
    """The address, normalised; raises Rejected when it is none."""
    typed = typed.strip()
    # The check normalises too, and without a bound.
    if len(typed) > MAX_EMAIL:
        raise Rejected(_("This email address is too long."), field="email")
    try:
        found = validate_email(typed, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise Rejected(
            _("This is not an email address. It looks like name@example.org."), field="email"
        ) from None
    if len(found.normalized) > MAX_EMAIL or len(email_key(found.normalized)) > MAX_EMAIL:
        raise Rejected(_("This email address is too long."), field="email")
    return found.normalized


def email_key(email: str) -> str:
    """What makes two spellings of one address equal; identity rests on it alone."""
    folded = text.normalise(email.strip(), "NFKC").casefold()
    return text.normalise(folded, "NFKC")


def read_name(typed: str) -> str:
    """A name on one line; raises Rejected when it is empty or too long."""
    name = " ".join(typed.split())
    if not name:
        raise Rejected(_("Enter a name."), field="name")
    if len(name) > MAX_NAME:
        raise Rejected(_("Use at most {n} characters.").format(n=MAX_NAME), field="name")
    return name


def _ensure_may_manage(by: Person, account: Account) -> None:
    ensure_may(by, Permission.MANAGE_PEOPLE)
    if Role.OWNER in roles_of(account) and not may(by, Permission.MANAGE_OWNERS):
        raise NotAllowed(_("Only an owner can change an owner’s account."))


def _ensure_not_last_owner(account: Account) -> None:
    if _active_owners() == [account.id]:
        raise Rejected(_("This is the only owner. Make someone else an owner first."))


def _active_owners() -> list[str]:
    # Locked, so that two owners who close each other's account at once do not both succeed.
    query = (
        sa.select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.role == Role.OWNER.value, Account.state == "active")
    )
    if db.unit().write:
        query = query.with_for_update()
    return list(db.session().scalars(query))


def _known_timezone(name: str) -> str:
    # An empty name stands for the site's own zone.
    if name and name not in available_timezones():
        raise Rejected(_("Choose a time zone from the list."), field="timezone")
    return name


def _known_scheme(theme: str) -> str:
    if theme not in COLOR_SCHEMES:
        raise Rejected(_("Choose light, dark or automatic."), field="theme")
    return theme


def _taken() -> Rejected:
    return Rejected(_("There is an account with this email address already."), field="email")
