"""Accounts: making them, finding them, changing what people say of themselves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from cms import db, ids, text
from cms.accounts import passwords
from cms.accounts.models import (
    MAX_EMAIL,
    MAX_NAME,
    Account,
    FormerAccount,
    Grant,
)
from cms.accounts.permissions import OPERATOR, Permission, Person, Role, ensure_may_grant
from cms.accounts.roles import ROLES
from cms.errors import NotFound, Rejected
from cms.history import recording
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
    name = read_name(display_name)
    if password is not None:
        passwords.ensure_acceptable(password, email=address)
        password_hash = passwords.hash_password(password)
    account = Account(
        id=ids.new_id(),
        email=address,
        email_key=email_key(address),
        display_name=name,
        password_hash=password_hash,
        state="active" if password_hash else "invited",
        language=language,
        timezone=read_timezone(timezone),
        created_at=now,
        updated_at=now,
    )
    account.grants = [Grant(account_id=account.id, role=role.value) for role in sorted(set(roles))]
    ensure_free(address)
    with recording.act(_("Made an account for {name}", name=name), by=by, now=now):
        try:
            with db.session().begin_nested():
                db.session().add(account)
        except IntegrityError:
            raise taken() from None
    return account


def find_account(account_id: str) -> Account | None:
    """The account with this id."""
    return db.session().get(Account, account_id)


def get_account(account_id: str) -> Account:
    """The account with this id, or NotFound."""
    account = find_account(account_id) if ids.is_id(account_id) else None
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def find_by_email(email: str) -> Account | None:
    """The account with this address, however its letters are written."""
    query = sa.select(Account).where(Account.email_key == email_key(email))
    return db.session().scalar(query)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of accounts is narrowed to."""

    words: str = ""
    role: Role | None = None
    state: str = ""


def list_accounts(
    wanted: Filter | None = None, *, limit: int | None = None, offset: int = 0
) -> list[Account]:
    """The accounts that the filter finds, by name."""
    query = _select(wanted).order_by(sa.func.lower(Account.display_name), Account.id)
    return list(db.session().scalars(query.limit(limit).offset(offset)))


def count_accounts(wanted: Filter | None = None) -> int:
    """How many accounts the filter finds."""
    inner = _select(wanted).with_only_columns(Account.id).subquery()
    return db.session().scalar(sa.select(sa.func.count()).select_from(inner)) or 0


def list_able(permission: Permission) -> list[str]:
    """The ids of all who may do this and can sign in."""
    roles = [role.value for role, granted in ROLES.items() if permission in granted]
    query = (
        sa.select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Account.state == "active", Grant.role.in_(roles))
        .distinct()
    )
    return list(db.session().scalars(query))


def find_names(account_ids: Iterable[str | None]) -> Mapping[str, str]:
    """The names behind these ids, of those who left too."""
    wanted = {each for each in account_ids if each}
    found: dict[str, str] = {}
    for model in (FormerAccount, Account) if wanted else ():
        query = sa.select(model.id, model.display_name).where(model.id.in_(wanted))
        found.update((row.id, row.display_name) for row in db.session().execute(query))
    return found


def has_owner() -> bool:
    """Whether someone who can sign in owns the site."""
    query = (
        sa.select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.role == Role.OWNER.value, Account.state == "active")
    )
    return db.session().execute(query.limit(1)).first() is not None


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
        shortcuts=bool((account.preferences or {}).get("shortcuts", True)),
        session_id=session_id,
    )


def roles_of(account: Account) -> frozenset[Role]:
    """The roles of an account; what this release does not know counts for nothing."""
    known = {role.value: role for role in Role}
    return frozenset(known[grant.role] for grant in account.grants if grant.role in known)


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
    name = " ".join(text.clean_line(typed).split())
    if not name or text.has_unstorable(name):
        raise Rejected(_("Enter a name."), field="name")
    if len(name) > MAX_NAME:
        raise Rejected(_("Use at most {n} characters.").format(n=MAX_NAME), field="name")
    return name


def read_timezone(name: str) -> str:
    """The name of a zone; an empty one stands for the site's own. Raises Rejected."""
    if name and name not in available_timezones():
        raise Rejected(_("Choose a time zone from the list."), field="timezone")
    return name


def ensure_free(email: str) -> None:
    """Pass, or raise Rejected when someone has this address already."""
    if find_by_email(email) is not None:
        raise taken()


def taken() -> Rejected:
    """The refusal of an address that someone has."""
    return Rejected(_("There is an account with this email address already."), field="email")


def _select(wanted: Filter | None) -> sa.Select[Account]:
    query, wanted = sa.select(Account), wanted or Filter()
    if wanted.words:
        low = wanted.words.lower()
        name = sa.func.lower(Account.display_name).contains(low, autoescape=True)
        query = query.where(sa.or_(name, Account.email_key.contains(low, autoescape=True)))
    if wanted.role is not None:
        holds = Grant.account_id == Account.id, Grant.role == wanted.role.value
        query = query.where(sa.exists().where(*holds))
    if wanted.state:
        query = query.where(Account.state == wanted.state)
    return query
