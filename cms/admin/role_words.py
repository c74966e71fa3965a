"""Roles in words, read from the table of permissions itself."""

from collections.abc import Collection, Iterable
from typing import Any

from cms.accounts.permissions import Role
from cms.accounts.roles import ROLES, Permission
from cms.i18n import gettext as _


def names(roles: Iterable[Role]) -> str:
    """The names of these roles, the highest first."""
    held = set(roles)
    return ", ".join(str(role.label) for role in ROLES if role in held) or _("No role")


def choices(roles: Collection[Role]) -> list[dict[str, Any]]:
    """These roles to choose from, each with what it adds to the one below."""
    return [
        {"value": role.value, "label": str(role.label), "hint": summary(role)}
        for role in ROLES
        if role in roles
    ]


def summary(role: Role) -> str:
    """What a role may do, beyond the next lower one."""
    below = _next_below(role)
    added = ROLES[role] - (ROLES[below] if below else frozenset())
    acts = ", ".join(str(each.label) for each in Permission if each in added)
    if below is None:
        return _("May {acts}.", acts=acts)
    return _("Like {role}, and may {acts}.", role=str(below.label), acts=acts)


def table(held: Collection[Role]) -> dict[str, Any]:
    """Every permission with the roles that have it; `held` are marked."""
    roles = list(reversed(ROLES))
    return {
        "roles": [{"label": str(role.label), "held": role in held} for role in roles],
        "rows": [
            {
                "label": str(permission.label),
                "cells": [
                    {"allowed": permission in ROLES[role], "held": role in held} for role in roles
                ],
            }
            for permission in Permission
        ],
    }


def _next_below(role: Role) -> Role | None:
    lower = [each for each in ROLES if ROLES[each] < ROLES[role]]
    return max(lower, key=lambda each: len(ROLES[each]), default=None)
