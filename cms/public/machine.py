"""What programs read: robots.txt, llms.txt, and every entry as Markdown."""

from flask import Blueprint, Response, request

from cms.addresses import urls
from cms.content import queries, references
from cms.content.rows import Whole
from cms.content.selection import Selection, posts
from cms.content.visibility import Verdict
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, entries, routing, site, texts
from cms.rendering import source_links
from cms.rendering.references import PathOf
from cms.web import gate

MARKDOWN = "text/markdown"
MAX_LISTED = 200
RESERVED = ("/admin/", "/auth/", "/search")
# Those that collect texts for language models and say by which name they obey.
AI_CRAWLERS = (
    "GPTBot",
    "ClaudeBot",
    "Google-Extended",
    "Applebot-Extended",
    "CCBot",
    "Bytespider",
    "Meta-ExternalAgent",
    "Amazonbot",
    "PerplexityBot",
)

blueprint = Blueprint("machine", __name__)


@blueprint.get("/robots.txt")
@gate.public
def robots() -> Response:
    """What crawlers may read."""
    settings = site.current()
    if settings.access != "public" or not settings.search_engines:
        return answering.text("User-agent: *\nDisallow: /\n", "text/plain")
    lines = ["User-agent: *", *(f"Disallow: {urls.below()}{path}" for path in RESERVED)]
    if not settings.ai_crawlers:
        lines += ["", *(f"User-agent: {name}" for name in AI_CRAWLERS), "Disallow: /"]
    lines += ["", f"Sitemap: {urls.absolute('/sitemap.xml')}", ""]
    return answering.text("\n".join(lines), "text/plain")


@blueprint.get("/llms.txt")
@gate.public
def llms() -> Response:
    """The site in Markdown links (llmstxt.org); raises NotFound when switched off."""
    answering.ensure_feed_open()
    settings, now = site.current(), gate.now()
    if not settings.markdown_pages:
        raise NotFound
    lines = [f"# {settings.title}", ""]
    if settings.tagline:
        lines += [f"> {settings.tagline}", ""]
    pages = Selection(types=("page",), open_only=True)
    for heading, selection in ((_("Pages"), pages), (_("Posts"), posts(open_only=True))):
        cards = queries.list_cards(selection, now=now, limit=MAX_LISTED)
        if cards:
            lines += [f"## {heading}", ""]
            lines += [
                f"- [{card.title or card.path}]({_link(card.path)}): {card.excerpt}".rstrip(": ")
                for card in cards
            ]
            lines.append("")
    return answering.text("\n".join(lines), "text/plain")


def wants_markdown() -> bool:
    """Whether the client prefers Markdown to HTML."""
    best = request.accept_mimetypes.best_match(["text/html", MARKDOWN])
    return best == MARKDOWN and site.current().markdown_pages


def markdown(publication: Whole) -> Response:
    """An entry as it was written, its links as addresses; raises NotFound for what is not open."""
    now = gate.now()
    verdict, _rule = entries.judge(publication, now)
    if not site.current().markdown_pages or verdict is not Verdict.VISIBLE:
        raise NotFound
    kept = queries.source_of(publication)
    shown = source_links.without_comments(kept)
    source = references.with_paths(shown, path_of=_paths_in(shown))
    title = f"# {publication.title}\n\n" if publication.title else ""
    response = answering.text(title + source.rstrip() + "\n", MARKDOWN)
    response.headers["Link"] = f'<{urls.absolute(publication.path or "/")}>; rel="canonical"'
    response.vary.add("Accept")
    return response


def _paths_in(source: str) -> PathOf:
    """Where everything that a text refers to stands now, as full addresses."""
    found = texts.find_targets([source], now=gate.now())
    prefix = urls.below()

    def path_of(kind: str, target: str) -> str | None:
        resolved = found.get((kind, target))
        return urls.site_url() + resolved.url.removeprefix(prefix) if resolved else None

    return path_of


def _link(path: str | None) -> str:
    return urls.absolute(routing.markdown_path(path or "/"))
