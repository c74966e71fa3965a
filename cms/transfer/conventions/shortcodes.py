"""Shortcodes of Hugo and Zola: what Markdown can say is converted, the rest is kept. PURE."""

import re
from collections.abc import Callable

from cms.i18n import gettext as _
from cms.transfer import links
from cms.transfer.matter import Matter

MAX_LENGTH = 2000  # characters between the marks of one shortcode
ARGUMENT = re.compile(
    r"(?:(?P<name>[\w-]+)\s*=\s*)?(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|`(?P<raw>[^`]*)`"
    r"|'(?P<single>[^']*)'|(?P<bare>[^\s\"`',]+))[,\s]*"
)
HUGO = re.compile(r"\{\{(?P<mark>[<%])")
ZOLA = re.compile(r"\{\{\s*(?P<name>[A-Za-z_]\w*)\((?P<arguments>[^{}\n]{0,1000})\)\s*\}\}")
ZOLA_BLOCK = re.compile(r"\{%\s*(?P<name>[A-Za-z_]\w*)\([^{}\n]{0,1000}\)\s*%\}")
PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
}
PLAYER_ID = re.compile(r"[A-Za-z0-9_-]{3,40}")

Arguments = dict[str, str]  # positions are "0", "1", …
FindFile = Callable[[str], str | None]


def convert_hugo(source: str, matter: Matter, find_file: FindFile) -> str:
    """Hugo's own shortcodes as Markdown; `find_file` gives the mark of a file that ref names."""
    source = _convert_highlight(source)

    def convert(text: str) -> str:
        return _each_hugo(text, lambda raw, inner: _hugo(raw, inner, matter, find_file))

    return links.outside_code(source, convert)


def convert_zola(source: str, matter: Matter) -> str:
    """Zola's built-in players as embeds; others are kept and listed."""

    def one(match: re.Match[str]) -> str:
        name, arguments = match["name"], read_arguments(match["arguments"])
        made = _player(name, arguments.get("id", ""))
        return made if made is not None else _kept(match.group(), name, matter)

    def convert(text: str) -> str:
        for match in ZOLA_BLOCK.finditer(text):
            _kept(match.group(), match["name"], matter)
        return ZOLA.sub(one, text)

    return links.outside_code(source, convert) if "{{" in source or "{%" in source else source


def read_arguments(text: str) -> Arguments:
    """Arguments by name, or by position."""
    found: Arguments = {}
    for match in ARGUMENT.finditer(text):
        group = next(g for g in ("double", "raw", "single", "bare") if match[g] is not None)
        value = match[group].replace('\\"', '"') if group == "double" else match[group]
        found[match["name"] or str(len(found))] = value
    return found


def fence(code: str, language: str) -> str:
    """Code in a fence that is longer than any it holds."""
    code = code.strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    ticks = "`" * (longest + 1)
    word = re.sub(r"[^\w+#.-]", "", language)
    return f"{ticks}{word}\n{code}\n{ticks}"


def _each_hugo(text: str, convert: Callable[[str, str], str]) -> str:
    """Applies `convert(whole, inside)` to each shortcode, in one pass."""
    parts, at = [], 0
    while opening := HUGO.search(text, at):
        closing = (">" if opening["mark"] == "<" else "%") + "}}"
        end = text.find(closing, opening.end(), opening.end() + MAX_LENGTH)
        if end < 0:
            parts.append(text[at : opening.end()])
            at = opening.end()
            continue
        whole = text[opening.start() : end + 3]
        parts += [text[at : opening.start()], convert(whole, text[opening.end() : end])]
        at = end + 3
    return "".join([*parts, text[at:]])


def _hugo(whole: str, inside: str, matter: Matter, find_file: FindFile) -> str:
    inside = inside.strip()
    if inside.startswith("/*") and inside.endswith("*/"):
        return f"{whole[:3]} {inside[2:-2].strip()} {whole[-3:]}"
    name, _space, rest = inside.partition(" ")
    arguments = read_arguments(rest.rstrip("/ "))
    made: str | None = None
    if name in PLAYERS:
        made = _player(name, arguments.get("id") or arguments.get("0", ""))
    elif name == "figure" and arguments.get("src"):
        made = _figure(arguments)
    elif name in ("ref", "relref"):
        made = find_file(arguments.get("path") or arguments.get("0", ""))
    elif name == "gist" and {"0", "1"} <= set(arguments):
        made = f"<https://gist.github.com/{arguments['0']}/{arguments['1']}>"
        matter.note("approximated", "gist", _("It became a link."))
    return made if made is not None else _kept(whole, name, matter)


def _player(name: str, player_id: str) -> str | None:
    if name not in PLAYERS or not PLAYER_ID.fullmatch(player_id):
        return None
    return f"\n\n/// embed\n<{PLAYERS[name].format(id=player_id)}>\n///\n\n"


def _figure(given: Arguments) -> str:
    alt = (given.get("alt") or given.get("caption") or given.get("title") or "").strip()
    alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))
    image = (
        f"![{alt}](<{given['src']}>)"
        if re.search(r"[\s()]", given["src"])
        else (f"![{alt}]({given['src']})")
    )
    if given.get("link"):
        image = f"[{image}]({given['link']})"
    caption = " ".join((given.get("caption") or given.get("title") or "").split())
    return f"\n\n/// figure | {caption}\n{image}\n///\n\n" if caption else image


def _kept(whole: str, name: str, matter: Matter) -> str:
    why = _("This shortcode is not known here; it stands as it was written.")
    matter.note("kept", name.strip("/ ")[:60] or whole[:60], why)
    return whole


HIGHLIGHT = re.compile(r"\{\{[<%]\s*highlight\s+(?P<arguments>[^{}\n]{0,300}?)\s*[>%]\}\}")
HIGHLIGHT_END = re.compile(r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}")


def _convert_highlight(source: str) -> str:
    """`highlight` blocks as fences; an unclosed one stays."""
    parts, at = [], 0
    for opening in HIGHLIGHT.finditer(source):
        if opening.start() < at:
            continue
        closing = HIGHLIGHT_END.search(source, opening.end())
        if closing is None:
            break
        code = source[opening.end() : closing.start()]
        language = read_arguments(opening["arguments"]).get("0", "")
        parts += [source[at : opening.start()], "\n", fence(code, language), "\n"]
        at = closing.end()
    return "".join([*parts, source[at:]])
