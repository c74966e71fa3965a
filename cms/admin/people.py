"""People: everyone who has an account, and one of them with what they may do."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from flask import Response, render_template, request, url_for
from wtforms import SelectField

from cms.accounts import invitations, people, sessions
from cms.accounts.models import STATES, Account
from cms.accounts.people import Filter
from cms.accounts.permissions import Permission, Role
from cms.admin import csv_export, person_page, role_words
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination
from cms.web.forms import ListForm, choices

SIZE = 50
STATE_WORDS = {"active": __("Active"), "invited": __("Invited"), "disabled": __("Suspended")}


class FilterForm(ListForm):
    """What the list is narrowed to."""

    role = SelectField(__("Role"), validate_choice=False)
    state = SelectField(__("State"), validate_choice=False)


@blueprint.get("/people/", endpoint="people_index")
@gate.requires(Permission.MANAGE_PEOPLE)
def index() -> str:
    """Everyone, by name, narrowed by words, role and state."""
    form, wanted = _filter()
    pages = pagination.of_request(people.count_accounts(wanted), SIZE)
    pages.ensure_exists()
    found = people.list_accounts(wanted, limit=SIZE, offset=pages.offset)
    seen = sessions.last_seen(account.id for account in found)
    return render_template(
        "admin/people/index.html",
        heading=_("People"),
        form=form,
        people=[_row(account, seen.get(account.id)) for account in found],
        pages=pages,
        filtered=wanted != Filter(),
        clear_href=url_for("admin.people_index"),
        csv_href=pagination.with_query(url_for("admin.people_csv"), page=None),
        empty_words=_("Nobody is here yet."),
        new_href=url_for("admin.invitations_new"),
        new_label=_("Invite someone"),
        invited=invitations.count_open(),
        invitations_href=url_for("admin.invitations"),
    )


@blueprint.get("/people/list.csv", endpoint="people_csv")
@gate.requires(Permission.MANAGE_PEOPLE)
def export() -> Response:
    """The same list for a spreadsheet."""
    _form, wanted = _filter()
    columns = (_("Name"), _("Email"), _("Role"), _("State"), _("Last seen"), _("Here since"))
    return csv_export.answer("people", columns, _cells(wanted))


@blueprint.get("/people/<account_id>", endpoint="people_show")
@gate.requires(Permission.MANAGE_PEOPLE)
def show(account_id: str) -> str:
    """One person: what they may do, and what can be done about it."""
    return person_page.render(people.get_account(account_id))


def _filter() -> tuple[FilterForm, Filter]:
    form = FilterForm(request.args)
    roles = [(role.value, str(role.label)) for role in Role]
    form.role.choices = choices([("", _("Every role")), *roles])
    states = [(state, str(STATE_WORDS[state])) for state in STATES]
    form.state.choices = choices([("", _("Every state")), *states])
    known = {role.value: role for role in Role}
    state = form.state.data if form.state.data in STATES else ""
    wanted = Filter(words=form.words, role=known.get(form.role.data or ""), state=state or "")
    return form, wanted


def _cells(wanted: Filter) -> Iterator[tuple[Any, ...]]:
    for offset in count(0, csv_export.ROWS_AT_ONCE):
        found = people.list_accounts(wanted, limit=csv_export.ROWS_AT_ONCE, offset=offset)
        if not found:
            return
        seen = sessions.last_seen(account.id for account in found)
        for account in found:
            yield (
                account.display_name,
                account.email,
                role_words.names(people.roles_of(account)),
                str(STATE_WORDS[account.state]),
                seen.get(account.id),
                account.created_at,
            )


def _row(account: Account, seen_at: datetime | None) -> dict[str, Any]:
    return {
        "name": account.display_name,
        "email": account.email,
        "href": url_for("admin.people_show", account_id=account.id),
        "roles": role_words.names(people.roles_of(account)),
        "state": account.state,
        "seen_at": seen_at,
        "is_me": account.id == gate.signed_in_person().id,
    }
