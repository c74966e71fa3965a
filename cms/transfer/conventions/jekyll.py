"""Jekyll: dated file names, drafts, collections, permalink patterns, Liquid. PURE."""

import posixpath
import re

from cms.i18n import gettext as _
from cms.transfer import dates, front_matter, links
from cms.transfer.conventions import liquid, permalinks, shaping
from cms.transfer.conventions.shaping import Draft
from cms.transfer.folder import TextFile
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Found, Problem

POST_NAME = re.compile(r"(?P<date>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)")
PARTS_OF_THEMES = frozenset(("_includes", "_layouts", "_sass", "_data", "_plugins"))


def read(file: TextFile, site: SourceSite) -> list[Found]:
    """The entry of one file."""
    folders = file.source_id.split("/")[:-1]
    if PARTS_OF_THEMES & set(folders):
        return [Problem(file.source_id, _("It is part of the old theme, not of the content."))]
    front = front_matter.read(file.text)
    special = next((name for name in folders if name.startswith("_")), None)
    if front.format is None and special != "_posts" and special != "_drafts":
        return [Problem(file.source_id, _("Without front matter Jekyll makes no page of it."))]
    draft = shaping.start(file, front, site)
    if special is None or special not in ("_posts", "_drafts"):
        draft.stem = posixpath.splitext(posixpath.basename(file.source_id))[0]
        draft.folder = posixpath.dirname(file.source_id)
    _apply_defaults(draft, special)
    draft.body = liquid.convert(
        draft.body,
        draft.matter,
        base=f"/{site.prefix}" if site.prefix else "",
        find=lambda kind, words: _find(kind, words, site),
    )
    if special in ("_posts", "_drafts"):
        _post(draft, folders, special)
    else:
        _page(draft, special)
    _common(draft)
    return [*shaping.finish(draft)]


def _post(draft: Draft, folders: list[str], special: str) -> None:
    draft.kind = "post"
    draft.draft = special == "_drafts" or draft.draft
    name = POST_NAME.fullmatch(draft.stem)
    written = draft.matter.take_date("date", zone=draft.site.zone)
    from_name = dates.read_date(name["date"], draft.site.zone) if name else None
    if name and from_name is None:
        why = _("“{value}” is no possible date.", value=name["date"])
        draft.matter.note("skipped", "date", why)
    draft.dated_at = written or from_name
    draft.slug = draft.matter.take_text("slug") or (name["slug"] if name else draft.stem)
    above = tuple(folders[: folders.index(special)])
    draft.categories = (*above, *_words(draft, "categories"), *_whole(draft, "category"))
    draft.categories = tuple(dict.fromkeys(draft.categories))
    _address(draft, str(draft.site.settings.get("permalink") or "date"), "")


def _page(draft: Draft, collection: str | None) -> None:
    draft.dated_at = draft.matter.take_date("date", zone=draft.site.zone)
    draft.weight = draft.matter.take_number("weight", "nav_order", "order")
    draft.slug = draft.matter.take_text("slug") or draft.stem
    draft.categories = (*_words(draft, "categories"), *_whole(draft, "category"))
    style = str(draft.site.settings.get("permalink") or "")
    is_pretty = style == "pretty" or style.endswith("/")
    if collection is None:
        pattern = "/:path/" if is_pretty else "/:path:output_ext"
        if draft.stem == "index":
            pattern = f"/{draft.folder}/"
        _address(draft, pattern, "")
        return
    name = collection.removeprefix("_")
    declared = draft.site.settings.get("collections")
    known = declared.get(name) if isinstance(declared, dict) else None
    pattern = "/:collection/:path/" if is_pretty else "/:collection/:path:output_ext"
    if isinstance(known, dict) and isinstance(known.get("permalink"), str):
        pattern = known["permalink"]
    _address(draft, pattern, name)


def _address(draft: Draft, pattern: str, collection: str) -> None:
    """The permalink that the file gives, else the pattern of its kind."""
    own = draft.matter.take_text("permalink")
    folder = draft.folder
    if collection:
        folder = folder.partition(f"_{collection}")[2].strip("/")
    facts = permalinks.Facts(
        stem=draft.stem,
        slug=draft.slug,
        folder=folder,
        dated_at=draft.dated_at,
        zone=draft.site.zone,
        categories=tuple(draft.categories),
        collection=collection,
    )
    path = permalinks.fill_jekyll(own or pattern, facts)
    draft.is_guess = own is None
    if draft.kind == "post" and own is None and draft.dated_at is None:
        return
    draft.path = f"/{draft.site.prefix}{path}" if draft.site.prefix else path
    if own and not collection:
        draft.slug = own.strip("/").rpartition("/")[2].removesuffix(".html") or draft.slug


def _common(draft: Draft) -> None:
    matter, site = draft.matter, draft.site
    if matter.take_bool("published") is False:
        draft.draft = True
    draft.draft = bool(matter.take_bool("draft")) or draft.draft
    draft.updated_at = matter.take_date(
        "last_modified_at", "updated", "last_updated", zone=site.zone
    )
    draft.aliases = matter.take_list("redirect_from")
    if site.prefix:
        draft.aliases = [f"/{site.prefix}/{alias.lstrip('/')}" for alias in draft.aliases]
    draft.tags = (*_words(draft, "tags"), *_whole(draft, "tag"))
    names = matter.take_list("author", "authors")
    draft.authors = tuple(site.authors.get(name, name) for name in names)
    if "redirect_to" in matter.values:
        why = _("This page only led elsewhere; the address is kept as a field.")
        matter.note("kept", "redirect_to", why)
    _cut(draft)


def _cut(draft: Draft) -> None:
    """The site's own mark of where an excerpt ends becomes ours."""
    own = draft.matter.take("excerpt_separator") or draft.site.settings.get("excerpt_separator")
    if isinstance(own, str) and own.strip() and "more" not in own and own in draft.body:
        draft.body = draft.body.replace(own, "\n\n<!-- more -->\n\n", 1)
        draft.matter.note("changed", own.strip()[:40], _("It is <!-- more --> here."))


def _apply_defaults(draft: Draft, special: str | None) -> None:
    """Values that the settings give to whole folders or kinds of files."""
    defaults = draft.site.settings.get("defaults")
    kind = {"_posts": "posts", "_drafts": "drafts", None: "pages"}.get(special)
    kind = kind or (special or "").removeprefix("_")
    for rule in defaults if isinstance(defaults, list) else []:
        scope = rule.get("scope") if isinstance(rule, dict) else None
        values = rule.get("values") if isinstance(rule, dict) else None
        if not isinstance(scope, dict) or not isinstance(values, dict):
            continue
        path, wanted = str(scope.get("path") or "").strip("/"), scope.get("type")
        if draft.file.source_id.startswith(path) and wanted in (None, "", kind):
            draft.matter.values = {**values, **draft.matter.values}


def _find(kind: str, words: str, site: SourceSite) -> str | None:
    """The destination of a `link` or `post_url` tag whose file is there."""
    words = words.strip("\"'").lstrip("/")
    if kind == "link":
        if site.has_file(words):
            return links.mark(words)
        is_page = words.endswith((".md", ".markdown", ".html")) or "{" in words or not words
        return None if is_page else f"/{words}"
    name = words.rpartition("/")[2]
    stems = (name, posixpath.splitext(name)[0])
    for stem in stems:
        for ending in (".md", ".markdown"):
            candidate = posixpath.join("_posts", posixpath.dirname(words), stem + ending)
            if site.has_file(candidate):
                return links.mark(candidate)
    return None


def _words(draft: Draft, key: str) -> tuple[str, ...]:
    """A list, or words with spaces between, which Jekyll takes for a list."""
    return draft.matter.take_list(key, separator=r"[\s,]+")


def _whole(draft: Draft, key: str) -> tuple[str, ...]:
    return draft.matter.take_list(key)
