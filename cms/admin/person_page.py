"""The page about one person, with the forms that act on them."""

from typing import Any

from flask import render_template, url_for
from wtforms import HiddenField, RadioField

from cms.accounts import address_change, people, permissions, sessions
from cms.accounts.models import Account
from cms.accounts.permissions import Permission, Person, Role, may
from cms.admin import role_words
from cms.content import handing_over, profiles
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate
from cms.web.forms import CarafeForm, choices


class RoleForm(CarafeForm):
    """Which part someone plays here."""

    role = RadioField(__("Role"), validate_choice=False)
    # What the form showed: nobody overwrites unawares what someone else has just changed.
    seen = HiddenField()


def render(account: Account, form: RoleForm | None = None) -> str:
    """The page; `form` is the one that was sent and refused."""
    person, held = gate.signed_in_person(), people.roles_of(account)
    form = form or RoleForm(formdata=None, data={"role": _highest(held), "seen": mark(account)})
    offered = permissions.grantable(person)
    form.role.choices = choices((role.value, str(role.label)) for role in offered)
    return render_template(
        "admin/people/show.html",
        shown=_facts(account),
        form=form,
        roles=role_words.choices(offered),
        table=role_words.table(held),
        why_href=url_for("admin.permissions", person=account.id),
        acts=_acts(account, person),
        is_me=account.id == person.id,
        crumbs=[
            {"label": _("People"), "href": url_for("admin.people_index")},
            {"label": account.display_name, "href": ""},
        ],
    )


def mark(account: Account) -> str:
    """A word that changes whenever the roles do."""
    return " ".join(sorted(role.value for role in people.roles_of(account)))


def _facts(account: Account) -> dict[str, Any]:
    profile = profiles.find_for_account(account.id)
    is_listed = profile and may(gate.current_person(), Permission.MANAGE_PROFILES)
    return {
        "name": account.display_name,
        "email": account.email,
        "waiting_email": address_change.find_waiting(account, now=gate.now()),
        "state": account.state,
        "roles": role_words.names(people.roles_of(account)),
        "has": handing_over.count(account),
        "created_at": account.created_at,
        "seen_at": sessions.last_seen([account.id]).get(account.id),
        "devices": len(sessions.list_sessions(account, now=gate.now())),
        "profile": profile.name if profile else "",
        "profile_href": url_for("admin.profiles_edit", profile_id=profile.id)
        if profile and is_listed
        else None,
    }


def _acts(account: Account, person: Person) -> dict[str, str] | None:
    """Where the forms lead, or None when this is an owner and the person is not."""
    if Role.OWNER in people.roles_of(account) and not may(person, Permission.MANAGE_OWNERS):
        return None
    names = ["roles", "suspend", "reactivate", "sign_out", "handover", "removal"]
    names += ["email", "email_cancel"]
    return {name: url_for(f"admin.people_{name}", account_id=account.id) for name in names}


def _highest(held: frozenset[Role]) -> str:
    return next((role.value for role in Role if role in held), "")
