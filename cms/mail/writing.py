"""Writing letters: plain text from a template, in the reader's language, with safe headers."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cms import i18n, text
from cms.config import Settings
from cms.outbox.delivery import GiveUp
from cms.site.settings import SiteSettings

if TYPE_CHECKING:
    from cms.mail.letters import Letter

FOLDER = Path(__file__).parent / "templates"
LONGEST_SUBJECT = 150  # characters
LONGEST_NAME = 80


def ensure_template(name: str) -> None:
    """Pass, or raise TemplateNotFound."""
    _environment().get_template(f"{name}.txt")


def write(
    letter: "Letter", link: str | None, site: SiteSettings, settings: Settings, *, message_id: str
) -> EmailMessage:
    """The letter as it goes to the mail server, in the language of the moment."""
    values = {
        **letter.values,
        "name": _line(letter.name),
        "link": link,
        "site": _line(site.title),
        "site_url": settings.site_url,
    }
    template = _environment().get_template(f"{letter.template}.txt")
    subject = "".join(template.blocks["subject"](template.new_context(values)))
    written = EmailMessage(policy=SMTP)
    written["From"] = _sender(site, settings)
    written["To"] = _address(letter.name, _plain(letter.to))
    written["Subject"] = text.truncate(_line(subject), LONGEST_SUBJECT)
    written["Message-ID"] = f"<{message_id.lower()}@{_host(settings)}>"
    # No one's holiday answers, and no loops of machines that thank each other.
    written["Auto-Submitted"] = "auto-generated"
    if reply_to := _option(settings, "reply_to"):
        written["Reply-To"] = _address("", reply_to)
    written.set_content(template.render(values).strip() + "\n")
    return written


def sender_address(settings: Settings) -> str:
    """From whom letters come."""
    return _option(settings, "from") or f"no-reply@{_host(settings)}"


@cache
def _environment() -> Environment:
    # Plain text: there is nothing to escape, and no template of a site's owner comes here.
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    made.globals.update(_=i18n.gettext, ngettext=i18n.ngettext)
    return made


def _sender(site: SiteSettings, settings: Settings) -> Address:
    return _address(site.title, sender_address(settings))


def _address(name: str, address: str) -> Address:
    return Address(text.truncate(_line(name), LONGEST_NAME), addr_spec=address)


def _plain(address: str) -> str:
    """The address with its domain as mail servers know it, which is letters of ASCII."""
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as problem:
        raise GiveUp(f"This is no e-mail address: {problem}") from None
    return found.ascii_email or found.normalized


def _line(value: str) -> str:
    # Whatever any program takes for the end of a line would begin another header.
    return " ".join(text.clean_line(value).split())


def _host(settings: Settings) -> str:
    host = urlsplit(settings.site_url).hostname or ""
    # A number is no domain of a mail address.
    return host if host.rpartition(".")[2].isalpha() else "localhost"


def _option(settings: Settings, name: str) -> str:
    values: dict[str, Any] = parse_qs(urlsplit(settings.mail_url).query)
    return str(values.get(name, [""])[0])
