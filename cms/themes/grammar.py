"""Which Jinja a theme may be written in; everything else is refused when a template is loaded.

Only the syntax tree is looked at, nothing is run. Each refusal names the file and the line.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from jinja2 import nodes
from jinja2.exceptions import TemplateAssertionError

MAX_NODES = 20_000
MAX_LOOPS = 6  # loops within loops

ALLOWED: frozenset[type[nodes.Node]] = frozenset(
    {
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Extends, nodes.Block),
        *(nodes.Include, nodes.Import, nodes.FromImport, nodes.For, nodes.If, nodes.Macro),
        *(nodes.CallBlock, nodes.Assign, nodes.AssignBlock, nodes.With, nodes.Name, nodes.Const),
        *(nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr),
        *(nodes.Filter, nodes.Test, nodes.Call, nodes.Getattr, nodes.Getitem, nodes.Slice),
        *(nodes.Concat, nodes.Compare, nodes.Operand, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div),
        *(nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.And, nodes.Or, nodes.Not, nodes.Neg),
        nodes.Pos,
    }
)
# What an author may have meant, said in words of the language they wrote.
WORDS: dict[type[nodes.Node], str] = {
    nodes.ScopedEvalContextModifier: "{% autoescape %} is not allowed: all text is escaped.",
    nodes.EvalContextModifier: "{% autoescape %} is not allowed: all text is escaped.",
    nodes.FilterBlock: "{% filter %} is not allowed; use {% set %} and a filter.",
    nodes.NSRef: "Assigning to an attribute is not allowed.",
}
REMOVED_FILTERS = {
    "safe": "Text that may hold HTML is already marked; everything else stays escaped.",
    "attr": "Write the attribute after a dot.",
    "xmlattr": "Write attributes out.",
    "format": "Use ~ to join texts, or t() with values.",
}


def ensure_allowed(
    tree: nodes.Template,
    *,
    name: str | None,
    filters: Collection[str],
    tests: Collection[str],
) -> None:
    """Raise TemplateAssertionError at the first construct that themes may not use."""
    count = 0
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, loops = waiting.pop()
        count += 1
        if count > MAX_NODES:
            raise _refused("The template is too large.", node, name)
        _check(node, name, filters, tests)
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MAX_LOOPS:
                raise _refused(f"More than {MAX_LOOPS} loops in one another.", node, name)
        waiting.extend((child, loops) for child in node.iter_child_nodes())


def _check(
    node: nodes.Node, name: str | None, filters: Collection[str], tests: Collection[str]
) -> None:
    if type(node) not in ALLOWED:
        kind = type(node).__name__
        raise _refused(WORDS.get(type(node), f"{kind} is not allowed in themes."), node, name)
    if isinstance(node, nodes.Filter) and node.name not in filters:
        raise _refused(_unknown("filter", node.name, filters), node, name)
    if isinstance(node, nodes.Test) and node.name not in tests:
        raise _refused(_unknown("test", node.name, tests), node, name)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise _refused(f"“{node.attr}” cannot be read: it begins with “_”.", node, name)
    if isinstance(node, nodes.Name) and node.name.startswith("__"):
        raise _refused(f"“{node.name}” is not a name for themes.", node, name)
    if isinstance(node, nodes.Extends | nodes.Import | nodes.FromImport):
        template = node.template
        if not isinstance(template, nodes.Const) or not isinstance(template.value, str):
            raise _refused("The name of the template must be written out.", node, name)


def _unknown(what: str, wanted: str, known: Collection[str]) -> str:
    if what == "filter" and wanted in REMOVED_FILTERS:
        return f"The filter “{wanted}” does not exist for themes. {REMOVED_FILTERS[wanted]}"
    close = difflib.get_close_matches(wanted, known, n=1)
    hint = f" Did you mean “{close[0]}”?" if close else ""
    return f"There is no {what} called “{wanted}”.{hint}"


def _refused(words: str, node: nodes.Node, name: str | None) -> TemplateAssertionError:
    return TemplateAssertionError(words, getattr(node, "lineno", 1) or 1, name)
