"""A folder of Markdown by no known generator: Obsidian, Eleventy, Astro, notes. PURE."""

from cms.transfer import dates, front_matter
from cms.transfer.conventions import shaping
from cms.transfer.folder import TextFile
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Found


def read(file: TextFile, site: SourceSite) -> list[Found]:
    """The entry of one file; its address only when the file itself says it."""
    draft = shaping.start(file, front_matter.read(file.text), site, fold_case=True)
    matter = draft.matter
    written, name = shaping.split_dated_name(draft.stem)
    draft.updated_at = matter.take_date("updated", "lastmod", "modified", zone=site.zone)
    draft.dated_at = matter.take_date("date", "published_at", "pubdate", "created", zone=site.zone)
    if draft.dated_at is None and written:
        draft.dated_at = dates.read_date(written, site.zone)
    if matter.take_bool("published") is False:
        draft.draft = True
    draft.draft = bool(matter.take_bool("draft")) or draft.draft
    draft.kind = "post" if draft.dated_at else "page"
    draft.path = matter.take_text("permalink", "url", "path")
    draft.slug = matter.take_text("slug") or name
    draft.aliases = matter.take_list("aliases", "redirect_from")
    draft.weight = matter.take_number("weight", "order")
    draft.tags = matter.take_list("tags", "tag", separator=r"\s*,\s*")
    draft.categories = matter.take_list("categories", "category", separator=r"\s*,\s*")
    draft.authors = matter.take_list("authors", "author", separator=r"\s*[;,]\s*")
    if draft.stem == "_index":
        return [*shaping.section(draft)]
    return [*shaping.finish(draft)]
