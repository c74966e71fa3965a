"""Tags that an owner may put into every page's head: proofs that it is theirs, and links. PURE.

Nothing here can run or load anything: only these names pass, and what is kept are their words.
"""

from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from cms import text
from cms.errors import Rejected
from cms.i18n import gettext as _

MAX_TAGS = 20
MAX_VALUE = 300  # characters
META = frozenset(
    {
        "google-site-verification",
        "msvalidate.01",
        "yandex-verification",
        "p:domain_verify",
        "facebook-domain-verification",
        "naver-site-verification",
        "baidu-site-verification",
        "norton-safeweb-site-verification",
        "fediverse:creator",
    }
)
LINKS = frozenset(
    {
        "me",
        "license",
        "webmention",
        "indieauth-metadata",
        "authorization_endpoint",
        "token_endpoint",
        "micropub",
        "microsub",
    }
)


class HeadTag(NamedTuple):
    """`meta` with a name and its content, or `link` with a rel and its address."""

    kind: str
    name: str
    value: str


def parse(typed: str) -> tuple[HeadTag, ...]:
    """The tags in a text; raises Rejected naming what may not stand there."""
    reader = _Reader()
    reader.feed(typed)
    reader.close()
    found = tuple(dict.fromkeys(reader.found))
    ensure_allowed(found)
    return found


def write(tags: tuple[tuple[str, str, str], ...]) -> str:
    """The tags as an owner edits them, one to a line."""
    lines = []
    for kind, name, value in tags:
        shown = value.replace("&", "&amp;").replace('"', "&quot;")
        named = f'name="{name}" content' if kind == "meta" else f'rel="{name}" href'
        lines.append(f'<{kind} {named}="{shown}">')
    return "\n".join(lines)


def ensure_allowed(tags: tuple[tuple[str, str, str], ...]) -> None:
    """Raises Rejected for a tag that is not on the list."""
    if len(tags) > MAX_TAGS:
        raise Rejected(_("At most {most} fit here.", most=MAX_TAGS), field="head_tags")
    for kind, name, value in tags:
        if problem := _problem(kind, name, value):
            raise Rejected(problem, field="head_tags")


def _problem(kind: str, name: str, value: str) -> str | None:
    if (kind, name in META) != ("meta", True) and (kind, name in LINKS) != ("link", True):
        return _("<{kind}> of “{name}” may not stand here.", kind=kind, name=name[:40])
    if (
        not value
        or len(value) > MAX_VALUE
        or text.has_controls(value)
        or text.has_unstorable(value)
    ):
        return _("“{name}” needs a value of at most {most} characters.", name=name, most=MAX_VALUE)
    if kind == "link" and not _is_address(value, mail=name == "me"):
        return _("“{name}” needs a web address that begins with https://.", name=name)
    return None


def _is_address(value: str, *, mail: bool) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if any(letter.isspace() for letter in value):
        return False
    if mail and parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in ("https", "http") and bool(parts.netloc)


class _Reader(HTMLParser):
    """Takes the tags; anything else between them is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[HeadTag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            wanted = HeadTag("meta", given.pop("name", ""), given.pop("content", ""))
        elif tag == "link":
            wanted = HeadTag("link", given.pop("rel", ""), given.pop("href", ""))
        else:
            raise _refused(f"<{tag}>")
        if given:
            raise _refused(f"{next(iter(given))}=")
        self.found.append(HeadTag(wanted.kind, wanted.name.strip(), wanted.value.strip()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        raise _refused(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            raise _refused(data.strip())

    def handle_comment(self, data: str) -> None:
        raise _refused("<!--")

    def handle_decl(self, decl: str) -> None:
        raise _refused("<!")

    def unknown_decl(self, data: str) -> None:
        raise _refused("<!")

    def handle_pi(self, data: str) -> None:
        raise _refused("<?")


def _refused(what: str) -> Rejected:
    words = _("“{what}” may not stand here: only meta and link tags of the list.", what=what[:40])
    return Rejected(words, field="head_tags")
