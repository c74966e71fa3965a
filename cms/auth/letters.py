"""Ending letters about notices, by the address that stands in each; nobody need sign in."""

from flask import render_template
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.models import Account
from cms.auth.door import blueprint
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.mail import telling
from cms.notices import choices
from cms.web import gate, installation
from cms.web.forms import CarafeForm


@blueprint.get("/letters/<account_id>/<mark>", endpoint="letters")
@gate.public
def edit(account_id: str, mark: str) -> str:
    """Ask once: programs that check mail follow every link in it."""
    return _page(_reader(account_id, mark), ended=False)


@blueprint.post("/letters/<account_id>/<mark>", endpoint="end_letters")
@gate.public
def update(account_id: str, mark: str) -> ResponseReturnValue:
    """No more letters; notices in the admin stay."""
    account = _reader(account_id, mark)
    CarafeForm.from_request().ensure_readable()
    choices.stop_letters(account.id, now=gate.now())
    db.commit()
    return _page(account, ended=True)


def _reader(account_id: str, mark: str) -> Account:
    account = telling.find_reader(account_id, mark, installation.settings())
    if account is None:
        raise NotFound(_("This link is not complete. Copy the whole of it from the letter."))
    return account


def _page(account: Account, *, ended: bool) -> str:
    return render_template("auth/letters.html", email=account.email, ended=ended)
