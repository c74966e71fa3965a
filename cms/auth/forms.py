"""Forms of the sign-in door."""

from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from cms.accounts.models import MAX_EMAIL, MAX_NAME
from cms.accounts.passwords import MIN_LENGTH
from cms.i18n import lazy_gettext as _
from cms.web.forms import CarafeForm, choices

_EMAIL = (InputRequired(_("Enter your email address.")), Length(max=MAX_EMAIL))
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
    email = EmailField(_("Email"), _EMAIL)
    password = PasswordField(
        _("Password"), [InputRequired(_("Choose a password."))], description=_HINT
    )


class InvitationForm(CarafeForm):
    """The account of someone who was invited."""

    name = StringField(_("Your name"), [InputRequired(_("Enter a name.")), Length(max=MAX_NAME)])
    email = EmailField(_("Email"), _EMAIL)
    password = PasswordField(
        _("Password"), [InputRequired(_("Choose a password."))], description=_HINT
    )


class ResetForm(CarafeForm):
    """Whose password is forgotten?"""

    email = EmailField(_("Email"), _EMAIL)


class NewPasswordForm(CarafeForm):
    """The new password."""

    password = PasswordField(
        _("New password"), [InputRequired(_("Choose a password."))], description=_HINT
    )
