"""Partials that are named outright are written where they are included, once per template.

A card that is included for each of ten posts would else be found, given a context of its own and
run ten times a page. What a template cannot tell apart is all that is allowed here: a partial that
asks for `loop`, has blocks or is not there stays a real include. Nothing runs; trees are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from cms.themes import grammar
from cms.themes.budget import OverBudget

MAX_PARTIALS = 60  # within one template
MAX_NESTING = 24  # statements within statements; Python itself ends at a hundred
# Names that mean something else inside of an included template.
_OWN_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs", "loop"})


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template, where it comes from, and whether it is still the same."""

    name: str
    text: str
    filename: str
    is_fresh: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Origin:
    """Which lines of a template's tree come from a partial: from `start` on, those of its file."""

    start: int
    filename: str


class Inliner:
    """Joins the partials of one template into its tree."""

    def __init__(
        self,
        find: Callable[[str, str], Source],
        parse: Callable[[Source], nodes.Template],
        *,
        lines: int,
    ) -> None:
        """`find` takes a name and the template it stands in; `lines` are those of the template."""
        self._find = find
        self._parse = parse
        self._next_line = lines + 1
        self._room = grammar.MAX_NODES
        self._left = MAX_PARTIALS
        self.origins: list[Origin] = []
        self.sources: list[Source] = []

    def run(self, tree: nodes.Template, name: str) -> None:
        """Write in place what the template includes."""
        self._room -= _size(tree)
        # Beside the blocks of a template that extends another, Jinja prints what is included and
        # nothing else: left as it is.
        extends = tree.find(nodes.Extends) is not None
        for root in _outermost_blocks(tree) if extends else (tree,):
            self._join(root, (name,), 0, 0)

    def _join(self, node: nodes.Node, names: tuple[str, ...], loops: int, depth: int) -> None:
        """Look below a node; `names` are the templates whose text it stands in."""
        loops += isinstance(node, nodes.For)
        depth += isinstance(node, nodes.Stmt)
        for field, value in list(node.iter_fields()):
            if not isinstance(value, list):
                if isinstance(value, nodes.Node):
                    self._join(value, names, loops, depth)
                continue
            for place, child in enumerate(value):
                if isinstance(child, nodes.Include):
                    value[place] = self._joined(child, names, loops, depth)
                elif isinstance(child, nodes.Node):
                    self._join(child, names, loops, depth)
            setattr(node, field, value)

    def _joined(
        self, include: nodes.Include, names: tuple[str, ...], loops: int, depth: int
    ) -> nodes.Stmt:
        """The partial's own statements, or the include as it was."""
        wanted = include.template
        if not (isinstance(wanted, nodes.Const) and isinstance(wanted.value, str)):
            return include
        if not include.with_context or include.ignore_missing or self._left <= 0:
            return include
        self._left -= 1
        try:
            source = self._find(wanted.value, names[-1])
            tree = self._parse(source) if source.name not in names else None
        except (TemplateError, OverBudget, OSError, UnicodeDecodeError):
            return include  # It fails where it would have failed: when it is asked for.
        if tree is None or not self._fits(tree, loops, depth):
            return include
        self._room -= _size(tree)
        self.sources.append(source)
        self._number(tree, source)
        scope = nodes.Scope(tree.body, lineno=include.lineno)
        self._join(scope, (*names, source.name), loops, depth)
        return scope

    def _fits(self, tree: nodes.Template, loops: int, depth: int) -> bool:
        if _size(tree) > self._room or not _is_plain(tree):
            return False
        deepest_loops, deepest = _nesting(tree)
        return loops + deepest_loops <= grammar.MAX_LOOPS and depth + deepest + 1 <= MAX_NESTING

    def _number(self, tree: nodes.Template, source: Source) -> None:
        """Give the lines of a partial numbers of their own, so that errors still tell its file."""
        self.origins.append(Origin(self._next_line, source.filename))
        waiting: list[nodes.Node] = list(tree.body)
        while waiting:
            node = waiting.pop()
            if node.lineno is not None:
                node.lineno += self._next_line - 1
            waiting.extend(node.iter_child_nodes())
        self._next_line += source.text.count("\n") + 1


def _outermost_blocks(node: nodes.Node) -> Iterator[nodes.Block]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield child
        else:
            yield from _outermost_blocks(child)


def _size(tree: nodes.Node) -> int:
    return 1 + sum(map(_size, tree.iter_child_nodes()))


def _is_plain(tree: nodes.Template) -> bool:
    """Whether a partial means the same where it is included as on its own."""
    if tree.find(nodes.Block) is not None or tree.find(nodes.Extends) is not None:
        return False
    named: list[nodes.Include | nodes.Import | nodes.FromImport] = [
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
    ]
    for name in (each.template for each in named):
        # What `parent:` means depends on the template that it is written in.
        if not isinstance(name, nodes.Const) or str(name.value).startswith("parent:"):
            return False
    return not any(name in _OWN_NAMES for name in _names_from_outside(tree))


def _names_from_outside(node: nodes.Node) -> Iterator[str]:
    """The names that are used; a loop's own body may ask for its `loop`."""
    if isinstance(node, nodes.Name):
        yield node.name
    for field, value in node.iter_fields():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, nodes.Node):
                own = isinstance(node, nodes.For) and field == "body"
                found = _names_from_outside(child)
                yield from (name for name in found if name != "loop") if own else found


def _nesting(node: nodes.Node) -> tuple[int, int]:
    """How many loops, and how many statements, stand within one another below a node."""
    loops = depth = 0
    for child in node.iter_child_nodes():
        inner_loops, inner_depth = _nesting(child)
        loops = max(loops, inner_loops + isinstance(child, nodes.For))
        depth = max(depth, inner_depth + isinstance(child, nodes.Stmt))
    return loops, depth
