"""What a server says when it starts: where it is, and how to become its owner."""

from cms import clock, db
from cms.accounts import setup
from cms.cli import terminal
from cms.config import Settings


def greet(settings: Settings) -> None:
    """Print the address; while there is no owner, make one from the environment or print a link."""
    link = _find_way_in(settings)
    terminal.say(f"Carafe serves {settings.site_url}/  (Ctrl-C stops it)")
    if link is None:
        terminal.say(f"To write: {settings.site_url}/admin/")
    else:
        terminal.say("Nobody owns this site yet. This link makes you its owner; it works once:")
        terminal.say(f"  {link}")


def _find_way_in(settings: Settings) -> str | None:
    now = clock.now()
    with terminal.opened(settings):
        setup.ensure_first_owner(settings, now=now)
        link = setup.ensure_setup_link(settings, now=now)
        db.commit()
    return link
