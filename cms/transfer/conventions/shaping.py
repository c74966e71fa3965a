"""Makes an entry of one file, once its convention has said what is where. PURE."""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from slugify import slugify

from cms.i18n import gettext as _
from cms.transfer import links, old_addresses
from cms.transfer.folder import TextFile
from cms.transfer.front_matter import FrontMatter
from cms.transfer.matter import Matter, clean_line
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Problem, SourceEntry, SourceSection

HEADING = re.compile(
    r"\s*#[ \t]+(?P<title>\S[^\n]{0,300}?)[ \t]*#*[ \t]*(?:\{[^{}\n]*\})?(?:\n|\Z)"
)
UNDERLINED = re.compile(r"\s*(?P<title>\S[^\n]{0,300})\n=+[ \t]*(?:\n|\Z)")
DATED_NAME = re.compile(r"(?P<date>\d{4}-\d{1,2}-\d{1,2})(?:T[\d:.+Z-]*)?[-_ ](?P<name>.+)")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z]{2,4})?")
MAX_TITLE = 500  # characters
MAX_EXCERPT = 5_000
MAX_NOTES = 60
# Keys that say how the old theme drew the page; they are kept as fields, but said.
LAYOUT_KEYS = ("layout", "template", "type")


@dataclass(slots=True)
class Draft:
    """One file while it becomes an entry."""

    file: TextFile
    front: FrontMatter
    matter: Matter
    site: SourceSite
    body: str = ""
    folder: str = ""  # of the source
    stem: str = ""  # the file's name, or its folder's for a bundle
    language: str | None = None
    kind: Literal["post", "page"] = "page"
    path: str | None = None  # as written or made by the convention's rules
    is_guess: bool = False  # whether the path follows rules rather than the file's own words
    slug: str = ""
    aliases: Sequence[str] = ()
    dated_at: datetime | None = None
    updated_at: datetime | None = None
    publishes_at: datetime | None = None
    expires_at: datetime | None = None
    draft: bool = False
    tags: Sequence[str] = ()
    categories: Sequence[str] = ()
    authors: Sequence[str] = ()
    weight: int | None = None
    fields: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def start(
    file: TextFile, front: FrontMatter, site: SourceSite, *, fold_case: bool = False
) -> Draft:
    """Where the file stands, in which language, and what its front matter could not say."""
    matter = Matter(front.values, fold_case=fold_case)
    for note in (*file.notes, *front.notes):
        matter.note(note.kind, note.what, note.why)
    folder, name = posixpath.split(file.source_id)
    stem = posixpath.splitext(name)[0]
    draft = Draft(file, front, matter, site, body=front.body.lstrip("\n"), folder=folder)
    base, _dot, suffix = stem.rpartition(".")
    if base and LANGUAGE.fullmatch(suffix) and _is_language(base, suffix, draft):
        stem, draft.language = base, suffix
    draft.stem = posixpath.basename(folder) if stem == "index" else stem
    if stem == "index":
        draft.folder = posixpath.dirname(folder)
    if front.problem is not None:
        _mark_broken(draft)
    return draft


def finish(draft: Draft) -> list[SourceEntry | Problem]:
    """The entry, with everything common to all conventions understood."""
    matter = draft.matter
    title = _title(draft)
    excerpt = _excerpt(matter)
    path, aliases = _paths(draft)
    body = lead_links(draft)
    image = _image(matter)
    language = matter.take_text("lang", "language", "locale") or draft.language
    seo_title = matter.take_text("seo_title", "meta_title")
    seo_description = matter.take_text("seo_description", "meta_description", "description")
    for key in LAYOUT_KEYS:
        if key in matter.values and matter.values[key] not in ("post", "page", "default"):
            matter.note("kept", key, _("It is kept as a field; this site has its own templates."))
    fields = {**draft.fields, **matter.rest()}
    entry = SourceEntry(
        source_id=draft.file.source_id,
        kind=draft.kind,
        title=title,
        source=body,
        digest=draft.file.digest,
        path=path,
        slug=draft.slug,
        dated_at=draft.dated_at,
        updated_at=draft.updated_at,
        publishes_at=draft.publishes_at,
        expires_at=draft.expires_at,
        draft=draft.draft,
        weight=draft.weight,
        tags=tuple(draft.tags),
        categories=tuple(draft.categories),
        authors=tuple(draft.authors),
        excerpt=excerpt or seo_description,
        aliases=aliases,
        image=image,
        language=language,
        seo_title=seo_title,
        seo_description=seo_description if excerpt else None,
        fields=fields,
        parent=draft.folder or None if draft.kind == "page" else None,
        notes=tuple(matter.notes[:MAX_NOTES]),
    )
    return [*draft.problems, entry]


def section(draft: Draft) -> list[SourceSection | Problem]:
    """The page of a folder, from its `_index` file."""
    matter = draft.matter
    title = _title(draft)
    path, aliases = _paths(draft)
    body = lead_links(draft)
    excerpt = _excerpt(matter) or matter.take_text("description")
    found = SourceSection(
        source_id=draft.file.source_id,
        folder=draft.folder,
        title=title,
        source=body,
        digest=draft.file.digest,
        path=path,
        excerpt=excerpt,
        draft=draft.draft,
        weight=draft.weight,
        aliases=aliases,
        language=draft.language,
        fields={**draft.fields, **matter.rest()},
        notes=tuple(matter.notes[:MAX_NOTES]),
    )
    return [*draft.problems, found]


def ascii_slug(text: str) -> str:
    """The slug that most static generators make."""
    return str(slugify(text))


def take_extra(draft: Draft, key: str) -> None:
    """Unfold a table such as `extra` or `params` into fields of their own."""
    for name, value in draft.matter.take_table(key).items():
        draft.fields[name if name not in draft.matter.values else f"{key}.{name}"] = value


def split_dated_name(stem: str) -> tuple[str | None, str]:
    """The date at the start of a file name, and the rest of the name."""
    match = DATED_NAME.fullmatch(stem)
    return (match["date"], match["name"]) if match else (None, stem)


def lead_links(draft: Draft, also: Callable[[str, bool], str | None] | None = None) -> str:
    """The body with links to other files of the source marked, and lost pictures noted."""
    site, own = draft.site, draft.file.source_id
    folder = posixpath.dirname(own)

    def lead(destination: str, is_image: bool) -> str | None:
        if links.is_mark(destination) or destination.startswith(("#", "mailto:", "data:")):
            return None
        if also is not None and (found := also(destination, is_image)) is not None:
            return found
        local = old_addresses.local_path(destination, site.addresses.site_url)
        if local is not None:
            return local
        target = links.locate(destination, folder)
        if target is None:
            return None
        fragment = destination.partition("#")[2]
        for candidate in (target, f"{target}.md", f"{target}/index.md", f"{target}/_index.md"):
            if site.has_file(candidate):
                return links.mark(candidate, fragment)
        if is_image:
            why = _("This file is not in the folder.")
            draft.matter.note("skipped", _("picture {path}", path=destination[:200]), why)
        return None

    return links.rewrite(draft.body, lead).strip("\n") + "\n" if draft.body.strip() else ""


def _title(draft: Draft) -> str:
    if title := draft.matter.take_text("title"):
        if len(title) > MAX_TITLE:
            why = _("It was longer than {most} characters.", most=MAX_TITLE)
            draft.matter.note("changed", "title", why)
        return title[:MAX_TITLE].rstrip()
    for pattern in (HEADING, UNDERLINED):
        if match := pattern.match(draft.body):
            draft.body = draft.body[match.end() :].lstrip("\n")
            draft.matter.note("changed", "title", _("It was the first heading of the text."))
            return clean_line(match["title"])
    name = split_dated_name(draft.stem)[1] or "index"
    words = re.sub(r"[-_\s]+", " ", name).strip() or name
    draft.matter.note("approximated", "title", _("There was none; it is the name of the file."))
    return words[:1].upper() + words[1:]


def _excerpt(matter: Matter) -> str | None:
    text = matter.take_prose("excerpt", "summary")
    if text and len(text) > MAX_EXCERPT:
        matter.note(
            "changed", "excerpt", _("It was longer than {most} characters.", most=MAX_EXCERPT)
        )
        return text[:MAX_EXCERPT]
    return text


def _image(matter: Matter) -> str | None:
    for key in ("image", "cover", "featured_image", "images", "thumbnail"):
        value = matter.values.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("src") or value.get("path") or value.get("url") or value.get("image")
        if isinstance(value, str) and value.strip():
            del matter.values[key]
            return clean_line(value)[:2000]
    return None


def _paths(draft: Draft) -> tuple[str | None, tuple[str, ...]]:
    """The usable old address and the usable aliases; the rest is noted."""
    matter, read = draft.matter, draft.site.addresses.read
    path = None
    if draft.path is not None:
        written = draft.path
        path, why = read(written)
        if path is None:
            matter.note("skipped", _("address {path}", path=written[:200]), why)
        elif draft.is_guess and not draft.site.has_settings:
            why = _("Without the old site's settings its usual pattern was taken.")
            matter.note("approximated", _("address"), why)
    aliases: dict[str, None] = {}
    for written in draft.aliases:
        alias, why = read(written)
        if alias is None:
            matter.note("skipped", _("old address {path}", path=written[:200]), why)
        elif alias != path:
            aliases[alias] = None
    return path, tuple(aliases)


def _is_language(base: str, suffix: str, draft: Draft) -> bool:
    """`about.fr.md` is French only if French is declared, or `about.md` stands beside it."""
    folder, name = posixpath.split(draft.file.source_id)
    sibling = posixpath.join(folder, base + posixpath.splitext(name)[1])
    return suffix in draft.site.languages or draft.site.has_file(sibling)


def _mark_broken(draft: Draft) -> None:
    """Words are never lost for a wrong sign above them; but nobody knows if they were public."""
    front = draft.front
    draft.problems.append(Problem(draft.file.source_id, front.problem or "", front.line))
    draft.draft = True
    if front.raw:
        draft.fields["front_matter"] = front.raw
    why = _("The front matter cannot be read; the text is imported as a draft.")
    draft.matter.note("skipped", _("front matter"), why)
