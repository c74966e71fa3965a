"""Pictures by their address, as far as visitors' browsers may load them. PURE."""

import re

from cms import text
from cms.addresses import paths
from cms.i18n import gettext as _

MAX_ADDRESS = 500  # characters
_URL = re.compile(r"https://[^\s<>\"]+")


def problem_with(address: str) -> str | None:
    """Why this cannot be the address of a picture, in words; None when it can, or is empty."""
    if len(address) > MAX_ADDRESS or text.has_unstorable(address):
        return _("At most {most} characters fit here.", most=MAX_ADDRESS)
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    is_path = is_path and not paths.problem_with_form(address)
    if not address or is_path or _URL.fullmatch(address):
        return None
    return _("The address of a picture starts with https://, or is a path of this site.")
