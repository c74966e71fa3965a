"""Site settings: declared once here, stored as rows, read as one frozen value."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa

from cms import db, i18n, ids, text
from cms.addresses import book, paths
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import LazyText
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site import head_tags
from cms.site.models import Setting

ACCESS = ("public", "private", "coming-soon")
FRONT = ("posts", "page")
FEED_TEXT = ("full", "excerpt")
CARDS = ("auto", "summary", "summary_large_image")
PATTERN_PARTS = frozenset(("year", "month", "day", "slug"))
MAX_PER_PAGE = 100
MAX_LINE = 300  # characters
MAX_TEXT = 5_000
LONG = frozenset(("description", "coming_soon_text", "copyright"))
MAX_LINKS = 20
_PATTERN_PART = re.compile(r"\{([a-z]+)\}")
MAX_LOCALE = 20  # characters
_URL = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What editors set for the whole site; the field's default is the setting's default."""

    title: str = "Carafe"
    tagline: str = ""
    description: str = ""
    copyright: str = ""
    locale: str = "en"
    timezone: str = "UTC"
    post_path: str = "/{year}/{month}/{slug}/"
    front: str = "posts"
    front_page: str | None = None
    posts_path: str = "/posts/"
    posts_per_page: int = 10
    feed_size: int = 20
    feed_text: str = "full"
    access: str = "public"
    coming_soon_text: str = ""
    search_engines: bool = True
    ai_crawlers: bool = True
    markdown_pages: bool = True
    missing_paths: bool = True
    sharing_image: str = ""
    x_card: str = "auto"
    head_tags: tuple[tuple[str, str, str], ...] = ()
    # Whether those who run the site still see its first steps.
    first_steps: bool = True
    social: tuple[str, ...] = ()
    theme: str = "folio"

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def posts_base(self) -> str:
        """The path at which the list of all posts stands."""
        return self.posts_path if self.front == "page" else "/"


DEFAULTS = SiteSettings()

# What people call them, in the order of the page.
LABELS: dict[str, LazyText] = {
    "title": __("Name of the site"),
    "tagline": __("Tagline"),
    "description": __("Description"),
    "copyright": __("Copyright line"),
    "locale": __("Language"),
    "timezone": __("Time zone"),
    "front": __("The home page shows"),
    "front_page": __("Which page"),
    "posts_path": __("Address of the posts"),
    "posts_per_page": __("Posts on a page"),
    "theme": __("Theme"),
    "post_path": __("Address of new posts"),
    "access": __("Who may see the site"),
    "coming_soon_text": __("Words for “coming soon”"),
    "search_engines": __("Search engines may show it"),
    "ai_crawlers": __("AI crawlers may read it"),
    "markdown_pages": __("Entries as Markdown too"),
    "missing_paths": __("Missing pages are noted"),
    "feed_size": __("Entries in a feed"),
    "feed_text": __("A feed holds"),
    "social": __("Profiles elsewhere"),
    "sharing_image": __("Image for sharing"),
    "x_card": __("Card on X"),
    "head_tags": __("Tags in the head of every page"),
    "first_steps": __("First steps"),
}


def load() -> SiteSettings:
    """The settings as they stand now; one query."""
    rows = db.read(sa.select(Setting.key, Setting.value).where(Setting.locale == ""))
    known = {field.name for field in fields(SiteSettings)}
    values = {key: _frozen(value) for key, value in rows if key in known}
    return replace(DEFAULTS, **values)


def save(changes: Mapping[str, Any], *, by: recording.Actor | None, now: datetime) -> SiteSettings:
    """Change some settings; raises Rejected naming the field that is wrong."""
    present = load()
    wanted = replace(present, **{key: _frozen(value) for key, value in changes.items()})
    ensure_valid(wanted)
    page = wanted.front_page
    if page is not None and page != present.front_page and not is_there(page):
        raise Rejected(_("This page is not there any more."), field="front_page")
    base = wanted.posts_base
    if base not in ("/", present.posts_base) and any(
        book.is_taken(each, "", None) for each in (base, paths.other_slash(base))
    ):
        words = _("Something else already stands at {path}.", path=base)
        raise Rejected(words, field="posts_path")
    if wanted == present:
        return present
    changed = [
        field.name
        for field in fields(SiteSettings)
        if getattr(wanted, field.name) != getattr(present, field.name)
    ]
    names = ", ".join(str(LABELS[name]) for name in changed)
    with recording.act(_("Changed settings: {names}", names=names), by=by, now=now):
        for name in changed:
            _store(name, getattr(wanted, name), now=now)
    return wanted


def forget(keys: Collection[str], *, by: recording.Actor | None, now: datetime) -> None:
    """Let some settings be as they are where nobody has chosen."""
    rows = [row for key in keys if (row := db.session().get(Setting, (key, ""))) is not None]
    if not rows:
        return
    names = ", ".join(str(LABELS[row.key]) for row in rows)
    with recording.act(_("Changed settings: {names}", names=names), by=by, now=now):
        for row in rows:
            db.session().delete(row)
        db.session().flush()


def is_set(key: str) -> bool:
    """Whether this setting was ever chosen, rather than left at its default."""
    return db.session().get(Setting, (key, "")) is not None


def is_there(page_id: str) -> bool:
    """Whether there is such a page; nobody deletes it until the end of the transaction."""
    # What an entry is, is known further up; that its row has this id is all that counts here.
    entry = db.Base.metadata.tables["entry"]
    query = sa.select(entry.c.id).where(entry.c.id == page_id)
    return db.session().scalar(query.with_for_update(read=True, key_share=True)) is not None


def ensure_valid(settings: SiteSettings) -> None:
    """Raises Rejected, naming the field, when a value cannot be."""
    for field in fields(SiteSettings):
        if problem := _kind_problem(field.name, settings):
            raise Rejected(problem, field=field.name)
    for name, problem in _problems(settings):
        if problem:
            raise Rejected(problem, field=name)
    head_tags.ensure_allowed(settings.head_tags)


def _problems(settings: SiteSettings) -> list[tuple[str, str | None]]:
    return [
        ("title", None if settings.title.strip() else _("Give the site a name.")),
        ("locale", _language_problem(settings.locale)),
        ("timezone", _one_of(settings.timezone, available_timezones())),
        ("post_path", _pattern_problem(settings.post_path)),
        ("posts_path", _path_problem(settings.posts_path)),
        ("front", _one_of(settings.front, FRONT)),
        ("front_page", _front_problem(settings)),
        ("posts_per_page", _in_range(settings.posts_per_page)),
        ("feed_size", _in_range(settings.feed_size)),
        ("feed_text", _one_of(settings.feed_text, FEED_TEXT)),
        ("access", _one_of(settings.access, ACCESS)),
        ("social", _links_problem(settings.social)),
        ("sharing_image", _image_problem(settings.sharing_image)),
        ("x_card", _one_of(settings.x_card, CARDS)),
    ]


def _language_problem(tag: str) -> str | None:
    if i18n.read_tag(tag) is not None and len(tag) <= MAX_LOCALE:
        return None
    return _("A language is written as a tag, such as en, pt-BR or zh-Hant.")


def _kind_problem(name: str, settings: SiteSettings) -> str | None:
    value, default = getattr(settings, name), getattr(DEFAULTS, name)
    if name == "front_page":
        is_right = value is None or (isinstance(value, str) and ids.is_id(value))
    else:
        is_right = type(value) is type(default)
    if not is_right:
        return _("This does not have the form that is needed.")
    texts = value if isinstance(value, tuple) else (value,)
    if name == "head_tags" and not all(_is_tag(each) for each in value):
        return _("This does not have the form that is needed.")
    if any(isinstance(each, str) and text.has_unstorable(each) for each in texts):
        return _("This holds a character that no text may hold (NUL).")
    most = MAX_TEXT if name in LONG else MAX_LINE
    if isinstance(value, str) and len(value) > most:
        return _("At most {most} characters fit here.", most=most)
    return None


def _is_tag(value: Any) -> bool:
    is_triple = isinstance(value, tuple) and len(value) == len(head_tags.HeadTag._fields)
    return is_triple and all(isinstance(each, str) for each in value)


def _path_problem(path: str) -> str | None:
    if not path.endswith("/") or paths.normalise(path) != path:
        return _("A path begins and ends with a slash, such as /posts/.")
    return paths.problem_with(path)


def _front_problem(settings: SiteSettings) -> str | None:
    if settings.front == "page" and not settings.front_page:
        return _("Choose the page to show first.")
    return None


def _one_of(value: str, allowed: Any) -> str | None:
    return None if value in allowed else _("“{value}” is not one of the choices.", value=value)


def _in_range(value: int) -> str | None:
    if 1 <= value <= MAX_PER_PAGE:
        return None
    return _("Choose a number from 1 to {most}.", most=MAX_PER_PAGE)


def _links_problem(links: tuple[str, ...]) -> str | None:
    if len(links) > MAX_LINKS:
        return _("At most {most} fit here.", most=MAX_LINKS)
    for link in links:
        if len(link) > MAX_LINE or not _URL.fullmatch(link):
            return _("“{link}” is not a web address.", link=text.truncate(link, 60))
    return None


def _image_problem(address: str) -> str | None:
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    is_path = is_path and not paths.problem_with_form(address)
    if not address or is_path or _URL.fullmatch(address):
        return None
    return _("This needs a web address, or a path of this site.")


def _pattern_problem(pattern: str) -> str | None:
    parts = set(_PATTERN_PART.findall(pattern))
    if not pattern.startswith("/") or "slug" not in parts or parts - PATTERN_PARTS:
        return _("A pattern starts with / and holds {slug}; {year}, {month} and {day} may too.")
    bare = _PATTERN_PART.sub("x", pattern)
    if any(letter in bare for letter in "{} ") or "//" in bare:
        return _("A pattern cannot hold empty parts, spaces or ? # \\.")
    # Such as the longest path that it can make.
    longest = pattern.format(year="2026", month="01", day="01", slug="x" * text.MAX_SLUG)
    return paths.problem_with(paths.normalise(longest))


def _store(key: str, value: Any, *, now: datetime) -> None:
    row = db.session().get(Setting, (key, ""))
    if value is None:
        # Nothing is what every such setting is by default.
        if row is not None:
            db.session().delete(row)
            db.session().flush()
        return
    if row is None:
        row = Setting(key=key, locale="")
        db.session().add(row)
    row.value = plain(value)
    row.updated_at = now
    db.session().flush()


def plain(value: Any) -> Any:
    """A value as it is kept and shown: lists instead of tuples."""
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list | tuple) else value
