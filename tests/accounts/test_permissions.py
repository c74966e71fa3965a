"""Who may do what, read from one table."""

import pytest

from cms.accounts.permissions import OPERATOR, Permission, Person, Role, ensure_may, may
from cms.accounts.roles import LABELS, OWN_OF, ROLE_LABELS, ROLES
from cms.errors import NotAllowed


def _person(*roles: Role) -> Person:
    return Person(id="1", email="x@example.org", name="X", roles=frozenset(roles))


def test_a_stranger_may_do_nothing() -> None:
    for permission in Permission:
        assert not may(None, permission)
        assert not may(_person(), permission)


def test_the_operator_and_the_owner_may_do_everything() -> None:
    for permission in Permission:
        assert may(OPERATOR, permission)
        assert may(_person(Role.OWNER), permission)


def test_each_role_may_do_all_that_the_next_one_may() -> None:
    for higher, lower in zip(list(ROLES)[:-1], list(ROLES)[1:], strict=True):
        assert ROLES[higher] > ROLES[lower]


def test_every_permission_and_role_has_words() -> None:
    assert set(LABELS) == set(Permission)
    assert set(ROLE_LABELS) == set(ROLES) == set(Role)


def test_what_is_allowed_for_anyones_is_allowed_for_ones_own() -> None:
    for anyones, own in OWN_OF.items():
        for permissions in ROLES.values():
            assert own in permissions or anyones not in permissions


@pytest.mark.parametrize(
    ("role", "permission", "owns", "allowed"),
    [
        (Role.CONTRIBUTOR, Permission.EDIT_ANY, True, True),
        (Role.CONTRIBUTOR, Permission.EDIT_ANY, False, False),
        (Role.CONTRIBUTOR, Permission.PUBLISH_ANY, True, False),
        (Role.AUTHOR, Permission.PUBLISH_ANY, True, True),
        (Role.AUTHOR, Permission.PUBLISH_ANY, False, False),
        (Role.EDITOR, Permission.PUBLISH_ANY, False, True),
        (Role.EDITOR, Permission.DELETE_FOREVER, True, False),
        (Role.ADMINISTRATOR, Permission.MANAGE_OWNERS, False, False),
    ],
)
def test_roles_and_ownership(role: Role, permission: Permission, owns: bool, allowed: bool) -> None:
    assert may(_person(role), permission, owns=owns).allowed is allowed


def test_a_refusal_says_why_and_whom_to_ask() -> None:
    verdict = may(_person(Role.CONTRIBUTOR), Permission.PUBLISH_ANY, owns=True)
    assert "Contributor" in verdict.reasons[0]
    assert "publish their own entries" in verdict.reasons[0]
    assert "Author" in verdict.reasons[1]
    with pytest.raises(NotAllowed, match="Contributor"):
        ensure_may(_person(Role.CONTRIBUTOR), Permission.PUBLISH_ANY)
