"""Asking for another address, one's own or somebody's: the form, and the two letters."""

from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from cms import db, mail
from cms.accounts import address_change, password_change, people
from cms.accounts.address_change import Asked
from cms.accounts.models import MAX_EMAIL
from cms.accounts.throttling import Throttled
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, installation
from cms.web.forms import CarafeForm


class EmailForm(CarafeForm):
    """The new address, and the password of whoever asks as a proof."""

    email = EmailField(
        __("New email"),
        [InputRequired(__("Enter an email address.")), Length(max=MAX_EMAIL)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        __("Your password"),
        [InputRequired(__("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


def ask(account_id: str, form: EmailForm) -> Asked:
    """Ask for what the form says and post both letters; raises Rejected, Throttled, NotAllowed."""
    person, now = gate.signed_in_person(), gate.now()
    # Hashing takes long, so it stands before the transaction.
    with db.unit_of_work(db.database(), write=False):
        own = people.get_account(person.id)
    password_change.confirm(own, form.password.data or "", now=now)
    account = people.get_account(account_id)
    asked = address_change.ask(
        account, form.email.data or "", settings=installation.settings(), by=person, now=now
    )
    who = "" if account_id == person.id else person.name
    _post(asked, who)
    return asked


def refusal(form: EmailForm, error: Rejected | Throttled) -> tuple[int, dict[str, str]]:
    """Put a refusal into the form; the status and headers that go with it."""
    if isinstance(error, Throttled):
        form.show(Rejected(error.message))
        return 429, {"Retry-After": str(error.retry_after)}
    form.show(error)
    return 422, {}


def sent_words(asked: Asked) -> str:
    """What is said when the letters are under way."""
    return _("A letter is on its way to {email}. The address counts when its link is followed.",
             email=asked.email)  # fmt: skip


def _post(asked: Asked, who: str) -> None:
    account, now = asked.account, gate.now()
    mail.post(
        "email-confirm",
        to=asked.email,
        language=account.language,
        values={"hours": int(address_change.LIFETIME.total_seconds() // 3600)},
        token_id=asked.token_id,
        now=now,
    )
    mail.post(
        "email-asked",
        to=asked.former,
        name=account.display_name,
        language=account.language,
        values={"email": asked.email, "who": who, "days": address_change.STOPPABLE.days},
        token_id=asked.stop_id,
        now=now,
    )
