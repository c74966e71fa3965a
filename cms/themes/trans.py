"""The tag {% trans %}: a text with {{ names }} in it, looked up in the page's language.

`{% trans name=site.title %}Welcome to {{ name }}{% endtrans %}` asks for
“Welcome to {name}” and shows that text itself where there is no other.
"""

from __future__ import annotations

import re
from typing import ClassVar

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

_SPACES = re.compile(r"\s+")


class Trans(Extension):
    """Turns the tag into a call of _() before anything else looks at the template."""

    tags: ClassVar[set[str]] = {"trans"}  # type: ignore[misc]

    def parse(self, parser: Parser) -> nodes.Output:
        """Read the values, then the text up to {% endtrans %}."""
        lineno = next(parser.stream).lineno
        values = self._values(parser)
        parser.stream.expect("block_end")
        text = self._text(parser, values)
        keywords = [nodes.Keyword(name, value) for name, value in values.items()]
        call = nodes.Call(
            nodes.Name("_", "load"), [nodes.Const(text)], keywords, None, None, lineno=lineno
        )
        return nodes.Output([call], lineno=lineno)

    def _values(self, parser: Parser) -> dict[str, nodes.Expr]:
        values: dict[str, nodes.Expr] = {}
        while parser.stream.current.type != "block_end":
            if values:
                parser.stream.expect("comma")
            name = parser.stream.expect("name").value
            if parser.stream.skip_if("assign"):
                values[name] = parser.parse_expression()
            else:
                values[name] = nodes.Name(name, "load")
        return values

    def _text(self, parser: Parser, values: dict[str, nodes.Expr]) -> str:
        parts: list[str] = []
        while True:
            token = next(parser.stream)
            if token.type == "data":
                parts.append(token.value)
            elif token.type == "variable_begin":
                name = parser.stream.expect("name").value
                values.setdefault(name, nodes.Name(name, "load"))
                parser.stream.expect("variable_end")
                parts.append("{" + name + "}")
            elif token.type == "block_begin" and parser.stream.skip_if("name:endtrans"):
                return _SPACES.sub(" ", "".join(parts)).strip()
            else:
                parser.fail("{% trans %} holds text and {{ names }} only.", token.lineno)
