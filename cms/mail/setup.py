"""How mail is set, for people to read, and a test letter that says what became of it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from cms import db, i18n, ids
from cms.config import Settings
from cms.i18n import gettext as _
from cms.mail import sending, writing
from cms.mail.letters import Letter
from cms.outbox.delivery import GiveUp, TryAgain
from cms.site import settings as site_settings

TEMPLATE = "test"


@dataclass(frozen=True, slots=True)
class MailSetup:
    """What MAIL_URL says, without the password."""

    host: str
    port: int
    is_safe: bool  # from the first word on; otherwise as soon as the server offers it
    user: str
    sender: str
    reply_to: str


def describe(settings: Settings) -> MailSetup | None:
    """How mail is set, or None when letters go to the log."""
    if not settings.mail_url:
        return None
    parts = urlsplit(settings.mail_url)
    is_safe = parts.scheme == "smtps"
    return MailSetup(
        host=parts.hostname or "",
        port=parts.port or (465 if is_safe else 587),
        is_safe=is_safe,
        user=unquote(parts.username or ""),
        sender=writing.sender_address(settings),
        reply_to=parse_qs(parts.query).get("reply_to", [""])[0],
    )


def send_test(settings: Settings, *, to: str, name: str, language: str) -> str:
    """Send a letter at once; answers with an empty text, or what went wrong in plain words."""
    letter, site = Letter(TEMPLATE, to, name, language), site_settings.load()
    # Nothing of the database is held while a mail server takes its time.
    db.unit().close()
    with i18n.language(language):
        try:
            written = writing.write(letter, None, site, settings, message_id=ids.new_id())
            sending.send(written, settings)
        except (GiveUp, TryAgain) as trouble:
            return f"{trouble.message} {_advice(trouble.message)}".strip()
    return ""


def _advice(said: str) -> str:
    for sign, words in (
        ("STARTTLS", _("Use smtps:// in MAIL_URL, or ask your mail provider.")),
        ("No safe connection", _("Check the host in MAIL_URL: its certificate does not fit.")),
        ("refuses our name", _("Check user and password in MAIL_URL.")),
        ("does not answer", _("Check host and port in MAIL_URL, and what stands between.")),
        ("answered: 55", _("The server does not take letters from this sender or to you.")),
    ):
        if sign in said:
            return words
    return ""
