"""Code in colour: Pygments classes, never inline styles."""

import html
import re
from functools import lru_cache
from itertools import groupby
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from cms.rendering import policy

# Names that writers use and Pygments does not know.
_ALIASES = {"shell-session": "console", "jsonc": "json", "golang": "go", "terminal": "console"}
_LANGUAGE = re.compile(r"[A-Za-z0-9][\w+#.-]{0,40}")


def code_html(code: str, language: str, tick: Any) -> str:
    """A block of code with a class for each token, plain where the language is unknown."""
    language = language.lower()
    label = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
    body = _tokens_html(code, language, tick)
    return f'<div class="hl"><pre><code{label}>{body}\n</code></pre></div>'


def _tokens_html(code: str, language: str, tick: Any) -> str:
    lexer = _lexer(language) if _is_short_enough(code) else None
    if lexer is None:
        return _escape(code.rstrip("\n"))
    pieces: list[str] = []
    for css_class, tokens in groupby(lexer.get_tokens(code), key=lambda pair: _class_of(pair[0])):
        tick()
        escaped = _escape("".join(text for _, text in tokens))
        pieces.append(f'<span class="{css_class}">{escaped}</span>' if css_class else escaped)
    return "".join(pieces).rstrip("\n")


def _is_short_enough(code: str) -> bool:
    """Whether colouring is worth it; lexers may be slow on lines without an end."""
    return len(code) <= policy.MAX_HIGHLIGHTED and all(
        len(line) <= policy.MAX_CODE_LINE for line in code.splitlines()
    )


@lru_cache(maxsize=128)
def _lexer_class(language: str) -> type[Lexer] | None:
    if not language or language in ("text", "plain", "plaintext", "txt"):
        return None
    return find_lexer_class_by_name(_ALIASES.get(language, language))


def _lexer(language: str) -> Lexer | None:
    """A lexer of its own for each block: some keep notes, and threads share nothing."""
    try:
        found = _lexer_class(language)
    except ClassNotFound:
        return None
    return found(stripnl=False) if found else None


@lru_cache(maxsize=512)
def _class_of(token: _TokenType) -> str:
    """The class of the nearest token type that has one; none for plain text and names."""
    nearest: _TokenType | None = token
    while nearest is not None and nearest not in STANDARD_TYPES:
        nearest = nearest.parent
    name = STANDARD_TYPES.get(nearest, "") if nearest is not None else ""
    return "" if name in ("n", "p", "w") else name


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
