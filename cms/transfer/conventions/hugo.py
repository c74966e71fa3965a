"""Hugo: keys in any case, page bundles, sections, shortcodes, permalink patterns. PURE."""

import posixpath
import re

from cms.i18n import gettext as _
from cms.transfer import dates, front_matter, links, old_addresses
from cms.transfer.conventions import permalinks, shaping, shortcodes
from cms.transfer.conventions.shaping import Draft
from cms.transfer.folder import TextFile
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Found

POST_SECTIONS = frozenset(("post", "posts", "blog", "news", "articles", "journal", "notes"))
# What only steers Hugo's own building of pages.
BUILD_KEYS = ("build", "_build", "cascade", "headless", "outputs", "menu", "menus", "markup")


def read(file: TextFile, site: SourceSite) -> list[Found]:
    """The entry or section of one file."""
    draft = shaping.start(file, front_matter.read(file.text), site, fold_case=True)
    draft.body = shortcodes.convert_hugo(
        draft.body, draft.matter, lambda written: _find_file(written, draft)
    )
    draft.body = links.rewrite(draft.body, lambda target, image: _rooted(target, draft))
    matter = draft.matter
    for key in BUILD_KEYS:
        if key in matter.values:
            matter.note("kept", key, _("It is kept as a field and has no effect here."))
    draft.draft = bool(matter.take_bool("draft")) or draft.draft
    draft.weight = matter.take_number("weight")
    draft.aliases = [_alias(alias, draft) for alias in matter.take_list("aliases")]
    shaping.take_extra(draft, "params")
    _date(draft)
    if draft.stem == "_index":
        written = matter.take_text("url")
        draft.path = written or old_addresses.folder_path(
            site.prefix, draft.language or "", *_folders(draft)
        )
        return [*shaping.section(draft)]
    _place(draft)
    draft.tags = matter.take_list("tags", "tag", separator=r"\s*,\s*")
    draft.categories = matter.take_list("categories", "category", separator=r"\s*,\s*")
    draft.authors = matter.take_list("authors", "author")
    return [*shaping.finish(draft)]


def _date(draft: Draft) -> None:
    matter, zone = draft.matter, draft.site.zone
    draft.publishes_at = matter.take_date("publishdate", "pubdate", "published", zone=zone)
    draft.expires_at = matter.take_date("expirydate", "unpublishdate", zone=zone)
    draft.updated_at = matter.take_date("lastmod", "modified", zone=zone)
    draft.dated_at = matter.take_date("date", zone=zone) or draft.publishes_at
    written, _name = shaping.split_dated_name(draft.stem)
    if draft.dated_at is None and written:
        draft.dated_at = dates.read_date(written, zone)
    section = draft.folder.split("/")[0].lower()
    is_page = str(draft.matter.values.get("type") or "").lower() == "page"
    dated = draft.dated_at is not None and (bool(draft.folder) or not is_page)
    draft.kind = "post" if (dated or section in POST_SECTIONS) and not is_page else "page"


def _place(draft: Draft) -> None:
    """`url` is the whole address; else the permalink pattern of the section, else its folders."""
    matter, site = draft.matter, draft.site
    written, slug = matter.take_text("url"), matter.take_text("slug")
    draft.slug = slug or _lowered(draft.stem)
    if written is not None:
        draft.path = written if written.startswith(("/", "http")) else f"/{written}"
        return
    pattern = _pattern(draft)
    if pattern:
        facts = permalinks.Facts(
            stem=draft.stem,
            slug=slug or "",
            title=str(matter.values.get("title") or ""),
            folder=_lowered(draft.folder),
            dated_at=draft.dated_at,
            zone=site.zone,
        )
        path = permalinks.fill_hugo(pattern, facts)
        draft.path = old_addresses.folder_path(site.prefix, draft.language or "", path)
        return
    draft.is_guess = True
    folders = _folders(draft)
    draft.path = old_addresses.folder_path(site.prefix, draft.language or "", *folders, draft.slug)
    if draft.stem == "index" or not draft.stem:
        draft.path = "/"


def _pattern(draft: Draft) -> str:
    patterns = draft.site.settings.get("permalinks")
    section = draft.folder.split("/")[0]
    if not isinstance(patterns, dict):
        return ""
    inner = patterns.get("page")
    found = (inner if isinstance(inner, dict) else patterns).get(section)
    return found if isinstance(found, str) else ""


def _folders(draft: Draft) -> list[str]:
    return [_lowered(part) for part in draft.folder.split("/") if part]


def _lowered(text: str) -> str:
    """Hugo writes paths in small letters with hyphens for spaces."""
    return re.sub(r"\s+", "-", text.strip()).lower()


def _alias(alias: str, draft: Draft) -> str:
    """Without a leading slash it stands beside the page; without an ending it is a folder."""
    if not alias.startswith(("/", "http")):
        alias = posixpath.join("/", *_folders(draft), alias)
    if "." in posixpath.basename(alias) and not alias.endswith("/"):
        return alias
    return alias.rstrip("/") + "/"


def _find_file(written: str, draft: Draft) -> str | None:
    """The file that `ref` names: from the root, from beside this file, or by its name alone."""
    path, _hash, fragment = written.partition("#")
    if not path:
        return f"#{fragment}" if fragment else None
    beside = posixpath.dirname(draft.file.source_id)
    for start in ("", beside):
        target = posixpath.normpath(posixpath.join(start, path.lstrip("/")))
        for name in (target, f"{target}.md", f"{target}/index.md", f"{target}/_index.md"):
            if draft.site.has_file(name):
                return links.mark(name, fragment)
    return None


def _rooted(destination: str, draft: Draft) -> str | None:
    """`/posts/one.md` names a file of the content folder."""
    if not destination.startswith("/") or ".md" not in destination:
        return None
    target, _hash, fragment = destination[1:].partition("#")
    return links.mark(target, fragment) if draft.site.has_file(target) else None
