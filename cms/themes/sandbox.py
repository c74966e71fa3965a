"""The environment in which a theme's templates run: what they may read, call and spend.

Nothing here depends on a page. One environment serves all threads; what a rendering spends is
kept in its Run. Reading is by allow-list of exact types, calling by allow-list of functions, and
whatever can grow (loops, texts, lists, numbers) is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import islice
from types import BuiltinMethodType, FunctionType, MappingProxyType, MethodType
from typing import Any, ClassVar, cast

from jinja2 import ChainableUndefined, StrictUndefined, Template, Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateNotFound
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from cms.themes import budget, grammar, lookup, views
from cms.themes.budget import Counted, OverBudget
from cms.themes.trans import Trans

_TEXT_METHODS = frozenset(
    {
        *("capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdigit", "islower"),
        *("isspace", "isupper", "lower", "lstrip", "rsplit", "rstrip", "split", "splitlines"),
        *("startswith", "strip", "title", "upper"),
    }
)
_DATE_PARTS = frozenset({"day", "month", "year", "isoformat", "isoweekday", "weekday"})
_MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
_LOOP = frozenset(
    {
        *("changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length"),
        *("nextitem", "previtem", "revindex", "revindex0"),
    }
)
# What may be read on an object, by its exact type. A type that is not here shows nothing.
READABLE: dict[type, frozenset[str]] = {
    **{each: frozenset(views.attributes(each)) for each in views.VIEW_CLASSES},
    str: _TEXT_METHODS,
    Markup: _TEXT_METHODS,
    datetime: _DATE_PARTS | {"hour", "minute", "second"},
    date: _DATE_PARTS,
    tuple: frozenset({"count", "index"}),
    list: frozenset({"count", "index"}),
    LoopContext: _LOOP,
    BlockReference: frozenset({"super"}),
    **{each: frozenset() for each in (int, float, bool, type(None), range, Macro, frozenset)},
}
_MAPPINGS = (dict, MappingProxyType)
_INDEXED = frozenset({tuple, list, str, Markup, views.PageOf, range})
_PRINTED_AS_THEY_ARE = frozenset({str, Markup, int, float, bool})
# Names that stand for a function where they are called, and for a value of the page elsewhere.
ALSO_VARIABLES = ("posts", "comments", "breadcrumbs")
FUNCTION_PREFIX = "function_"
_SPECIAL = re.compile("[&<>\"']")
_MAX_BITS = 1024  # of a whole number
_MAX_REPEATED = 10_000  # characters of a repeated text
_SMALL_RANGE = 10_000
_PARTS_PER_LOOK = 64


class Generator(CodeGenerator):
    """Jinja's compiler, with `~`, lists and the names of partials handed to the environment."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Join texts where their size is counted."""
        self.write("environment.join_texts((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        """Print in advance only what is written out: Jinja escapes before it asks `printed`."""
        if isinstance(node, nodes.TemplateData):
            return node.data
        if isinstance(node, nodes.Const):
            return str(escape(printed(node.value)))
        raise nodes.Impossible

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("environment.show(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        """Make a list whose size is counted."""
        self._counted(node.items, super().visit_List, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        """Make a tuple whose size is counted; a tuple of targets stays as it is."""
        items = node.items if node.ctx == "load" else []
        self._counted(items, super().visit_Tuple, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        """Make a mapping whose size is counted."""
        self._counted([pair.value for pair in node.items], super().visit_Dict, node, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """Take a slice where its size is counted."""
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.take_slice(")
        super().visit_Getitem(node, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Call the environment's own helpers directly and everything else through `call`."""
        if not isinstance(node.node, nodes.EnvironmentAttribute):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write(f"environment.{node.node.name}(")
        self.visit(node.args[0], frame)
        self.write(")")

    def _counted(
        self, items: list[nodes.Expr], visit: Callable[..., None], node: nodes.Expr, frame: Frame
    ) -> None:
        # Only what holds other lists can grow by being nested in itself.
        can_grow = not all(isinstance(each, nodes.Const) for each in items)
        if can_grow:
            self.write("environment.keep_small(")
        visit(node, frame)
        if can_grow:
            self.write(")")


class Missing(ChainableUndefined):
    """A value that is not there: shows nothing, and is noted."""

    __slots__ = ()

    def __str__(self) -> str:
        run = budget.current.get(None)
        if run is not None and len(run.missing) < 50:
            run.missing.add(self._undefined_message)
        return ""

    def __html__(self) -> str:
        return str(self)


class ThemeTemplate(Template):
    """A template whose imports are made anew for each page, so that no page sees another's."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        run = budget.current.get()
        module = run.modules.get(self)
        if module is None:
            module = self.make_module(dict(run.variables))
            run.modules[self] = module
        return module


class ThemeEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with allow-lists for everything and an account of everything."""

    code_generator_class = Generator
    template_class = ThemeTemplate
    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "*", "**", "%"})  # type: ignore[misc]

    def __init__(
        self,
        *,
        functions: Mapping[str, Callable[..., Any]],
        filters: Mapping[str, Callable[..., Any]],
        tests: Mapping[str, Callable[..., Any]],
        strict: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(
            autoescape=True,
            undefined=StrictUndefined if strict else Missing,
            lstrip_blocks=True,
            extensions=(Trans,),
            **options,
        )
        self.filters = dict(filters)
        self.tests = dict(tests)
        aliases = {FUNCTION_PREFIX + name: functions[name] for name in ALSO_VARIABLES}
        self.globals = {**functions, **aliases, "range": small_range}
        self._callable = frozenset(self.globals.values())

    # Loading

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        grammar.ensure_allowed(tree, name=name, filters=self.filters, tests=self.tests)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = _through("count_turns", cast(nodes.Expr, loop.iter))
        for include in list(tree.find_all(nodes.Include)):
            if isinstance(include.template, nodes.Expr) and not _is_written_out(include.template):
                include.template = _through("partial_name", include.template)
        for call in list(tree.find_all(nodes.Call)):
            if isinstance(call.node, nodes.Name) and call.node.name in ALSO_VARIABLES:
                call.node.name = FUNCTION_PREFIX + call.node.name
        return tree

    def join_path(self, template: str, parent: str) -> str:
        """Where a name leads that is written in another template."""
        return self.loader.join_path(template, parent)  # type: ignore[union-attr, no-any-return]

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """Load a template for the page being rendered."""
        run = budget.current.get(None)
        if run is not None:
            run.load()
        return super().get_template(name, parent, globals)

    def partial_name(self, name: Any) -> str:
        """The computed name of an include, which must be a partial."""
        if type(name) not in (str, Markup) or not str(name).startswith("partials/"):
            raise SecurityError("Only partials/… may be included under a computed name.")
        if not lookup.is_name(str(name)):
            raise TemplateNotFound(str(name)[:200])
        return str(name)

    # Reading

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a dot reads."""
        kind = obj.__class__
        if kind in READABLE:
            if attribute in READABLE[kind]:
                return getattr(obj, attribute)
        elif kind is MappingProxyType and attribute in obj:
            return obj[attribute]
        return self._read(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What square brackets read, and the dotted names in filters."""
        kind = obj.__class__
        if kind in _MAPPINGS:
            try:
                return obj[argument]
            except (LookupError, TypeError):
                return self.undefined(obj=obj, name=argument)
        if kind in _INDEXED and type(argument) is int:
            try:
                return obj[argument]
            except LookupError:
                return self.undefined(obj=obj, name=str(argument))
        if type(argument) in (str, Markup):
            return self.getattr(obj, str(argument))
        return self.undefined(obj=obj, name=argument)

    def _read(self, obj: Any, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise SecurityError(f"“{attribute}” cannot be read: it begins with “_”.")
        kind = obj.__class__
        if kind in _MAPPINGS:
            if attribute in obj:
                return obj[attribute]
            if attribute in _MAPPING_METHODS:
                return getattr(obj, attribute)
        elif kind is TemplateModule:
            return vars(obj).get(attribute, self.undefined(obj=obj, name=attribute))
        elif kind is TemplateReference:
            try:
                return obj[attribute]
            except LookupError:
                return self.undefined(obj=obj, name=attribute)
        elif isinstance(obj, Undefined):
            return getattr(obj, attribute)
        elif kind not in READABLE or (kind not in views.VIEW_CLASSES and hasattr(kind, attribute)):
            raise SecurityError(f"“{attribute}” of a {kind.__name__} is not open to themes.")
        return self.undefined(obj=obj, name=attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Answer Jinja's own question by the same table."""
        return attr in READABLE.get(obj.__class__, ())

    # Calling

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call something, if it may be called, and count it."""
        run = budget.current.get()
        run.tick()
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        kind = type(__obj)
        if kind is FunctionType:
            if __obj not in __self._callable:
                raise SecurityError("This function is not open to themes.")
            return __obj(*args, **kwargs)
        if kind is Macro:
            return __self._call_macro(run, __obj, args, kwargs)
        if kind is BlockReference or kind is LoopContext:
            return __self._call_deeper(run, __obj, args)
        if kind in (BuiltinMethodType, MethodType):
            return __self._call_method(run, __obj, args, kwargs)
        if isinstance(__obj, Undefined):
            return __obj()
        raise SecurityError(f"A {kind.__name__} cannot be called by themes.")

    def _call_macro(
        self, run: budget.Run, macro: Macro, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        for value in (*args, *kwargs.values()):
            if type(value) in budget.CONTAINERS:
                # A macro's arguments reach it as one tuple, which could be nested in itself.
                run.build(budget.weigh(value))
        return self._deeper(run, macro, args, kwargs)

    def _call_deeper(self, run: budget.Run, target: Any, args: tuple[Any, ...]) -> Any:
        if type(target) is LoopContext:
            args = (Counted(args[0]),) if len(args) == 1 else args
        return self._deeper(run, target, args, {})

    def _deeper(
        self, run: budget.Run, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        run.depth += 1
        if run.depth > budget.MAX_DEPTH:
            raise OverBudget(f"Macros call one another more than {budget.MAX_DEPTH} deep.")
        try:
            return target(*args, **kwargs)
        finally:
            run.depth -= 1

    def _call_method(
        self, run: budget.Run, method: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        owner = type(method.__self__)
        allowed = _MAPPING_METHODS if owner in _MAPPINGS else READABLE.get(owner, frozenset())
        if method.__name__ not in allowed:
            raise SecurityError(f"“{method.__name__}” is not open to themes.")
        if "split" in method.__name__ and len(method.__self__) > budget.MAX_SPLIT:
            raise OverBudget("This text is too long to be split.")
        result = method(*args, **kwargs)
        if type(result) in (str, Markup):
            run.make(len(result))
        elif type(result) in budget.CONTAINERS:
            run.build(len(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute +, *, ** and %, where numbers and texts could grow without end."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if numbers:
            _ensure_small(operator, left, right)
            return self.binop_table[operator](left, right)
        if operator == "+":
            return self._add(left, right)
        if operator == "*" and {type(left), type(right)} <= {str, Markup, int}:
            text, times = (left, right) if isinstance(left, str) else (right, left)
            if isinstance(times, int) and len(text) * times <= _MAX_REPEATED:
                return text * times
            raise OverBudget("A text is repeated too often.")
        raise SecurityError(f"“{operator}” works on numbers only.")

    def _add(self, left: Any, right: Any) -> Any:
        run = budget.current.get()
        if isinstance(left, str) and isinstance(right, str):
            run.make(len(left) + len(right))
            return left + right
        if isinstance(left, views.PageOf | tuple | list) and isinstance(
            right, views.PageOf | tuple | list
        ):
            both = (*left, *right)
            run.build(budget.weigh(both))
            return both
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return left + right
        raise SecurityError("“+” needs two numbers, two texts or two lists.")

    # Called by compiled templates

    @staticmethod
    def show(value: Any) -> str:
        """The HTML of `{{ value }}`; most texts hold nothing to escape, which is quick to see."""
        kind = value.__class__
        if kind is str:
            return value if _SPECIAL.search(value) is None else str(escape(value))
        if kind is Markup:
            return value  # type: ignore[no-any-return]
        return str(escape(printed(value)))

    @staticmethod
    def count_turns(iterable: Iterable[Any] | None) -> Iterable[Any]:
        """Count the turns of a loop over this."""
        if iterable is None:
            return ()
        if isinstance(iterable, Undefined):
            return iterable
        return Counted(iterable)

    @staticmethod
    def keep_small(value: Any) -> Any:
        """Hand a list on, if it is not too long with all its inner lists."""
        budget.current.get().build(budget.weigh(value))
        return value

    @staticmethod
    def take_slice(part: Any) -> Any:
        """Hand a slice on, its size counted."""
        run = budget.current.get()
        if isinstance(part, str):
            run.make(len(part))
        elif type(part) in budget.CONTAINERS:
            run.build(len(part))
        elif not isinstance(part, range):
            raise SecurityError(f"A {type(part).__name__} cannot be sliced.")
        return part

    @staticmethod
    def join_texts(parts: tuple[Any, ...]) -> str:
        """What `~` does: one text of all parts, escaped as soon as one of them is HTML."""
        texts = [printed(part) for part in parts]
        budget.current.get().make(sum(len(str(text)) for text in texts))
        if any(hasattr(text, "__html__") for text in texts):
            return Markup("").join(escape(text) for text in texts)
        return "".join(map(str, texts))

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Join the output of a macro or block, counted before it is made."""
        run = budget.current.get()
        kept: list[str] = []
        length, stream = 0, iter(parts)
        while some := list(islice(stream, _PARTS_PER_LOOK)):
            kept += some
            length += sum(map(len, some))
            if length > budget.MAX_STRING:
                raise OverBudget("The page makes too much text.")
        run.make(length)
        return "".join(kept)


def printed(value: Any) -> Any:
    """What `{{ value }}` shows: texts and numbers as they are, nothing for None."""
    kind = value.__class__
    if kind in _PRINTED_AS_THEY_ARE:
        return value
    if value is None:
        return ""
    if isinstance(value, Undefined | date):
        return value
    raise SecurityError(f"A {kind.__name__} cannot be printed; print one of its attributes.")


def small_range(*bounds: int) -> range:
    """Whole numbers from one bound to another, at most 10,000 of them."""
    numbers = range(*bounds)
    if len(numbers) > _SMALL_RANGE:
        raise OverBudget(f"range() gives at most {_SMALL_RANGE} numbers.")
    return numbers


def _ensure_small(operator: str, left: float, right: float) -> None:
    if not (isinstance(left, int) and isinstance(right, int)):
        return
    bits = left.bit_length() + right.bit_length()
    if operator == "**":
        bits = left.bit_length() * abs(right) if right.bit_length() < 32 else _MAX_BITS + 1
    if operator in ("*", "**") and bits > _MAX_BITS:
        raise OverBudget("A number grows too large.")


def _through(helper: str, value: nodes.Expr) -> nodes.Call:
    callee = nodes.EnvironmentAttribute(helper, lineno=value.lineno)
    return nodes.Call(callee, [value], [], None, None, lineno=value.lineno)


def _is_written_out(name: nodes.Expr) -> bool:
    if isinstance(name, nodes.List | nodes.Tuple):
        return all(map(_is_written_out, name.items))
    return isinstance(name, nodes.Const) and isinstance(name.value, str)
