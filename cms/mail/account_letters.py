"""Letters about somebody's account that more than one door posts."""

from datetime import datetime

from cms.accounts.models import Account
from cms.mail import letters


def post_password_changed(account: Account, *, now: datetime) -> None:
    """Tell a person that their password was changed, and what to do if it was not them."""
    letters.post(
        "password-changed",
        to=account.email,
        name=account.display_name,
        language=account.language,
        now=now,
    )
