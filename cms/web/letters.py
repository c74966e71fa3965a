"""Letters to people: sent by the mail server of MAIL_URL, or written to the log without one."""

import logging
import smtplib
import ssl
import threading
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from cms.config import Settings

log = logging.getLogger(__name__)

PATIENCE = 20  # seconds that a mail server may take


def send(settings: Settings, *, to: str, subject: str, text: str) -> None:
    """Send a letter without waiting for it: how long it takes would tell who has an account."""
    if not settings.mail_url:
        # For development; a site with people on it sets MAIL_URL, and then nothing is logged.
        log.info("MAIL_URL is not set, so this letter is shown here\nTo: %s\n%s\n", to, text)
        return
    letter = _write(settings, to, subject, text)
    threading.Thread(target=_deliver, args=(settings.mail_url, letter), daemon=True).start()


def _write(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    parts = urlsplit(settings.mail_url)
    sender = parse_qs(parts.query).get("from", [""])[0]
    letter = EmailMessage()
    letter["From"] = sender or f"no-reply@{urlsplit(settings.site_url).hostname}"
    letter["To"] = to
    letter["Subject"] = subject
    letter.set_content(text)
    return letter


def _deliver(mail_url: str, letter: EmailMessage) -> None:
    parts = urlsplit(mail_url)
    host = parts.hostname or ""
    context = ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
        with server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        # The letter itself is not logged: it carries a secret.
        log.error("a letter could not be sent: %s", type(error).__name__)
