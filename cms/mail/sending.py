"""Sending letters: by the mail server of MAIL_URL, or into the log of a site that has none."""

import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from cms.config import Settings
from cms.outbox.delivery import GiveUp, TryAgain

log = logging.getLogger(__name__)

PATIENCE = 20  # seconds that each answer of a mail server may take


def send(letter: EmailMessage, settings: Settings) -> None:
    """Hand a letter to the mail server; raises TryAgain or GiveUp in words for administrators."""
    if not settings.mail_url:
        # For development; a site with people on it sets MAIL_URL, and then nothing is logged.
        shown = letter.get_content()
        log.info(
            "MAIL_URL is not set, so this letter is shown here\nTo: %s\n%s", letter["To"], shown
        )
        return
    try:
        with _connect(settings.mail_url) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        raise _failure(code, words) from None
    except smtplib.SMTPResponseException as refusal:
        raise _failure(refusal.smtp_code, refusal.smtp_error) from None
    except smtplib.SMTPNotSupportedError as trouble:
        raise GiveUp(f"The mail server cannot do this: {trouble}") from None
    except ssl.SSLError as trouble:
        raise TryAgain(f"No safe connection to the mail server: {trouble.reason}") from None
    except (OSError, smtplib.SMTPException) as trouble:
        raise TryAgain(f"The mail server does not answer: {type(trouble).__name__}") from None


def _connect(mail_url: str) -> smtplib.SMTP:
    parts = urlsplit(mail_url)
    host = parts.hostname or ""
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=PATIENCE, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp":
            _start_tls(server, parts.query, bool(parts.username), context)
        if parts.username:
            _log_in(server, unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _start_tls(
    server: smtplib.SMTP, query: str, has_password: bool, context: ssl.SSLContext
) -> None:
    wanted = parse_qs(query).get("tls", [""])[0]
    if wanted == "off":
        return
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    elif has_password or wanted == "on":
        # Somebody in between may have taken the offer away, to read the password.
        raise TryAgain("The mail server offers no STARTTLS, so nothing was sent to it.")


def _log_in(server: smtplib.SMTP, name: str, password: str) -> None:
    try:
        server.login(name, password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected):
        # Whoever looks after the site can put it right, and then the letter still goes.
        raise TryAgain("The mail server refuses our name and password.") from None


def _failure(code: int, words: bytes | str) -> GiveUp | TryAgain:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    kind = GiveUp if code >= 500 else TryAgain
    return kind(f"The mail server answered: {code} {said}")
