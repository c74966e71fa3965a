"""Forms of the sign-in door."""

from collections.abc import Callable
from typing import Any

from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from cms.accounts import passwords, people
from cms.accounts.models import MAX_EMAIL, MAX_NAME
from cms.accounts.passwords import MIN_LENGTH
from cms.errors import Rejected
from cms.i18n import lazy_gettext as _
from cms.web.forms import CarafeForm, choices


def _held_to(rule: Callable[[str], Any]) -> Callable[[Any, Any], None]:
    """A check by a rule of the room, so that it is heard together with all the others."""

    def check(_form: Any, field: Any) -> None:
        try:
            rule(field.data or "")
        except Rejected as refusal:
            raise ValidationError(refusal.message) from None

    return check


_EMAIL = (InputRequired(_("Enter your email address.")), Length(max=MAX_EMAIL))
_NEW_EMAIL = (*_EMAIL, _held_to(people.read_email))
_NEW_PASSWORD = (
    InputRequired(_("Choose a password.")),
    _held_to(passwords.ensure_acceptable),
)
_HINT = _("At least 12 characters; a few words in a row are easy to remember.")
CONTENT = (
    ("samples", _("A small site that explains itself")),
    ("empty", _("An empty site")),
)
assert MIN_LENGTH == 12  # The hint says so.


class LoginForm(CarafeForm):
    """Who are you?"""

    email = EmailField(_("Email"), _EMAIL)
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password."))])
    next = HiddenField()


class SetupForm(CarafeForm):
    """The first owner, the name of the site, its language and zone, and what it begins with."""

    site_name = StringField(
        _("Name of the site"), [InputRequired(_("Give the site a name.")), Length(max=120)]
    )
    language = SelectField(_("Language it is written in"))
    timezone = SelectField(_("Time zone"))
    content = RadioField(
        _("Begin with"),
        choices=choices(CONTENT),
        description=_("Samples can be removed in one act later, and brought back."),
    )
    name = StringField(_("Your name"), [InputRequired(_("Enter a name.")), Length(max=MAX_NAME)])
    email = EmailField(_("Email"), _NEW_EMAIL)
    password = PasswordField(_("Password"), _NEW_PASSWORD, description=_HINT)


class InvitationForm(CarafeForm):
    """The account of someone who was invited."""

    name = StringField(_("Your name"), [InputRequired(_("Enter a name.")), Length(max=MAX_NAME)])
    email = EmailField(_("Email"), _NEW_EMAIL)
    password = PasswordField(_("Password"), _NEW_PASSWORD, description=_HINT)


class ResetForm(CarafeForm):
    """Whose password is forgotten?"""

    email = EmailField(_("Email"), _EMAIL)


class NewPasswordForm(CarafeForm):
    """The new password."""

    password = PasswordField(_("New password"), _NEW_PASSWORD, description=_HINT)
