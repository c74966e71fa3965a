"""Liquid in Jekyll's texts: what Markdown can say is converted, the rest is kept. PURE."""

import re
from collections.abc import Callable

from cms.i18n import gettext as _
from cms.transfer.conventions.shortcodes import fence
from cms.transfer.matter import Matter

TAG = re.compile(r"\{%-?[ \t]*(?P<name>\w+)[ \t]*(?P<rest>[^%\n]{0,500}?)[ \t]*-?%\}")
OUTPUT = re.compile(r"\{\{-?[ \t]*(?P<inside>[^{}\n]{0,500}?)[ \t]*-?\}\}")
BASE = re.compile(r"site\.(?:baseurl|url)|'' \| (?:relative|absolute)_url")
TEXT = re.compile(
    r"(?P<quote>[\"'])(?P<text>[^\"']*)(?P=quote)(?P<filter>\s*\|\s*(?:relative|absolute)_url)?"
)
OPENING_BRACES = re.compile(r"\{\{-?[ \t]*([\"'])\{\{\1[ \t]*-?\}\}")
# What stands right before the address of a link.
BEFORE_ADDRESS = re.compile(r"(?:\]\([ \t]*<?|\]:[ \t]*<?|(?:href|src)=[\"'])$")
CONTENTS_LIST = re.compile(
    r"^[*+-][^\n]*\n\{:[ \t]*toc[^}\n]*\}[ \t]*$", re.MULTILINE | re.IGNORECASE
)
KRAMDOWN = re.compile(r"^\{:[^}\n]{1,200}\}[ \t]*$", re.MULTILINE)

Find = Callable[[str, str], str | None]


def convert(source: str, matter: Matter, *, base: str, find: Find) -> str:
    """The text without the tags that we can say in Markdown.

    `find("link" or "post_url", words)` gives the destination of a tag, or None.
    """
    source = _without_contents_list(source, matter)
    if "{%" not in source and "{{" not in source:
        return source
    parts: list[str] = []
    at = 0
    tags = TAG.finditer(source)
    for tag in tags:
        if tag.start() < at:
            continue
        before = _outputs(source[at : tag.start()], matter, base)
        end_name = {"raw": "endraw", "highlight": "endhighlight"}.get(tag["name"])
        end = end_name and _find_end(source, end_name, tag.end())
        if end:
            inside = source[tag.end() : end.start()]
            parts += [before, inside if tag["name"] == "raw" else _highlight(tag["rest"], inside)]
            at = end.end()
            continue
        parts.append(before)
        parts.append(_tag(tag, "".join(parts[-2:])[-40:], matter, find))
        at = tag.end()
    return "".join([*parts, _outputs(source[at:], matter, base)])


def _find_end(source: str, name: str, start: int) -> re.Match[str] | None:
    return re.compile(r"\{%-?[ \t]*" + name + r"[ \t]*-?%\}").search(source, start)


def _tag(tag: re.Match[str], before: str, matter: Matter, find: Find) -> str:
    name, rest = tag["name"], tag["rest"]
    if name in ("link", "post_url"):
        found = find(name, rest.strip())
        if found is not None and BEFORE_ADDRESS.search(before):
            return found
    shown = f"{{% {name} %}}" if name.startswith(("end", "else")) else tag.group()[:80]
    if not name.startswith(("end", "els")):
        why = _("Liquid is not run here; the tag stands as it was written.")
        matter.note("kept", shown, why)
    return tag.group()


def _highlight(rest: str, code: str) -> str:
    """`linenos` and its kin have no place in a fence; the words of the code are the same."""
    language = rest.split()[0] if rest.split() else ""
    code = re.sub(r"\{%-?[ \t]*(?:end)?raw[ \t]*-?%\}", "", code)
    return fence(code, language)


def _outputs(text: str, matter: Matter, base: str) -> str:
    def one(match: re.Match[str]) -> str:
        inside = match["inside"]
        if BASE.fullmatch(inside):
            return base
        quoted = TEXT.fullmatch(inside)
        if quoted and quoted["filter"]:
            return f"{base}/{quoted['text'].lstrip('/')}"
        if quoted:
            return quoted["text"]
        why = _("Liquid is not run here; it stands as it was written.")
        matter.note("kept", match.group()[:80], why)
        return match.group()

    return OUTPUT.sub(one, OPENING_BRACES.sub("{{", text))


def _without_contents_list(source: str, matter: Matter) -> str:
    source, count = CONTENTS_LIST.subn("", source)
    if count:
        matter.note("changed", "{:toc}", _("Themes make lists of contents themselves."))
    if match := KRAMDOWN.search(source):
        why = _("Attributes in kramdown's form stand as they were written.")
        matter.note("kept", match.group()[:60].strip(), why)
    return source
