"""Zola: TOML front matter, `path` as the whole address, `_index.md` sections, `@/` links. PURE."""

import posixpath
import re
from datetime import datetime

from cms.transfer import dates, front_matter, links, old_addresses
from cms.transfer.conventions import shaping, shortcodes
from cms.transfer.conventions.shaping import Draft
from cms.transfer.folder import TextFile
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Found

PATH_DATE = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?:/|$)")


def read(file: TextFile, site: SourceSite) -> list[Found]:
    """The entry or section of one file."""
    draft = shaping.start(file, front_matter.read(file.text), site)
    draft.body = shortcodes.convert_zola(draft.body, draft.matter)
    draft.body = links.rewrite(draft.body, lambda target, image: _internal(target, site))
    matter = draft.matter
    draft.draft = bool(matter.take_bool("draft")) or draft.draft
    draft.weight = matter.take_number("weight")
    draft.aliases = [_alias(alias, site) for alias in matter.take_list("aliases")]
    shaping.take_extra(draft, "extra")
    if draft.stem == "_index":
        draft.path = old_addresses.folder_path(site.prefix, *_folders(draft))
        return [*shaping.section(draft)]
    _place(draft)
    _date(draft)
    matter.values |= matter.take_table("taxonomies")
    draft.tags = matter.take_list("tags")
    draft.categories = matter.take_list("categories", "category")
    draft.authors = matter.take_list("authors", "author")
    return [*shaping.finish(draft)]


def _place(draft: Draft) -> None:
    """`path` is the whole address; else folders and slug make it, as Zola would."""
    matter, site = draft.matter, draft.site
    written, slug = matter.take_text("path"), matter.take_text("slug")
    name = shaping.split_dated_name(draft.stem)[1]
    draft.slug = slug or shaping.ascii_slug(name) or name
    if written is not None:
        draft.path = old_addresses.folder_path(site.prefix, written)
        draft.slug = written.strip("/").rpartition("/")[2] or draft.slug
    else:
        draft.path = old_addresses.folder_path(site.prefix, *_folders(draft), draft.slug)
    if draft.language and not written:
        draft.path = old_addresses.folder_path(draft.language, draft.path)


def _date(draft: Draft) -> None:
    matter, zone = draft.matter, draft.site.zone
    draft.updated_at = matter.take_date("updated", zone=zone)
    draft.dated_at = matter.take_date("date", zone=zone) or _path_date(draft)
    draft.kind = "post" if draft.dated_at else "page"


def _path_date(draft: Draft) -> datetime | None:
    """Many sites keep the date in the address or the file name only."""
    if match := PATH_DATE.search(draft.path or ""):
        return dates.read_date("-".join(match.groups()), draft.site.zone)
    written, _name = shaping.split_dated_name(draft.stem)
    return dates.read_date(written, draft.site.zone) if written else None


def _folders(draft: Draft) -> list[str]:
    return [shaping.ascii_slug(part) or part for part in draft.folder.split("/") if part]


def _alias(alias: str, site: SourceSite) -> str:
    """An alias that names no file is a folder, with its closing slash."""
    path = old_addresses.folder_path(site.prefix, alias)
    return path.rstrip("/") if posixpath.splitext(alias)[1] in (".html", ".htm", ".xml") else path


def _internal(destination: str, site: SourceSite) -> str | None:
    """`@/folder/file.md#part` names a file of the content folder."""
    if not destination.startswith("@/"):
        return None
    target, _hash, fragment = destination[2:].partition("#")
    return links.mark(target, fragment) if site.has_file(target) else None
