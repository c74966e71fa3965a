"""Who is asking, and may they? Pure: it knows no database and no request."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cms.accounts.roles import OWN_OF, ROLES, Permission, Role
from cms.errors import NotAllowed
from cms.i18n import gettext as _

__all__ = [
    "OPERATOR",
    "Permission",
    "Person",
    "Role",
    "Verdict",
    "ensure_may",
    "ensure_may_grant",
    "grantable",
    "may",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, as doors hand it to rooms with `by=`; holds nothing of the database."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]
    language: str = "en"
    timezone: str = ""
    theme: str = "auto"
    shortcuts: bool = True
    session_id: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the roles of this person allow."""
        return frozenset().union(*(ROLES[role] for role in self.roles))

    @property
    def is_account(self) -> bool:
        """Whether there is an account behind this person (there is none at the terminal)."""
        return bool(self.id)


# Whoever sits at the terminal has the files and the database in their hands already.
OPERATOR = Person(id="", email="", name="Operator", roles=frozenset({Role.OWNER}))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed, and the reasons in words for the person."""

    allowed: bool
    reasons: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.allowed


def may(person: Person | None, permission: Permission, *, owns: bool = False) -> Verdict:
    """Whether the person may do this; `owns` says that the thing in question is their own.

    Asking for EDIT_ANY with `owns=True` is answered by EDIT_OWN too.
    """
    if person is None:
        return Verdict(False, (_("Sign in to do this."),))
    own = OWN_OF.get(permission, permission) if owns else permission
    wanted = {permission, own}
    granting = [role for role in ROLES if role in person.roles and ROLES[role] & wanted]
    if granting:
        allows = _("{roles} may {act}.")
        return Verdict(True, (allows.format(roles=_names(granting), act=own.label),))
    if not person.roles:
        return Verdict(False, (_("Without a role nothing may be done yet. Ask an administrator."),))
    refuses = _("The role {roles} may not {act}.")
    able = [role for role in ROLES if own in ROLES[role]]
    hint = _("Ask someone with the role {role}.").format(role=able[-1].label)
    roles = [role for role in ROLES if role in person.roles]
    return Verdict(False, (refuses.format(roles=_names(roles), act=own.label), hint))


def ensure_may(person: Person | None, permission: Permission, *, owns: bool = False) -> None:
    """Pass, or raise NotAllowed with the reasons."""
    verdict = may(person, permission, owns=owns)
    if not verdict:
        raise NotAllowed(" ".join(verdict.reasons))


def grantable(person: Person) -> tuple[Role, ...]:
    """The roles that this person may give: none that allows more than their own."""
    if not may(person, Permission.MANAGE_PEOPLE):
        return ()
    return tuple(role for role in ROLES if ROLES[role] <= person.permissions)


def ensure_may_grant(person: Person, roles: Collection[Role]) -> None:
    """Pass, or raise NotAllowed: nobody gives more than they have, and only owners make owners."""
    ensure_may(person, Permission.MANAGE_PEOPLE)
    if Role.OWNER in roles and not may(person, Permission.MANAGE_OWNERS):
        raise NotAllowed(_("Only an owner can make someone an owner."))
    if not set(roles) <= set(grantable(person)):
        raise NotAllowed(_("Nobody can give a role that allows more than their own."))


def _names(roles: Iterable[Role]) -> str:
    return ", ".join(str(role.label) for role in roles)
