"""The environment in which a theme's templates run: what they may read, call and spend.

Nothing here depends on a page. One environment serves all threads; what a rendering spends is
kept in its Run. Reading is by allow-list of exact types, calling by allow-list of functions, and
whatever can grow (loops, texts, lists, numbers) is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from types import BuiltinMethodType, FunctionType, MappingProxyType, MethodType
from typing import Any, ClassVar, cast

from jinja2 import ChainableUndefined, StrictUndefined, Template, Undefined, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateNotFound
from jinja2.runtime import BlockReference, Context, LoopContext, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing as nothing
from markupsafe import Markup, escape

from cms.themes import budget, grammar, lookup, printing, views
from cms.themes.budget import Counted, OverBudget, Run
from cms.themes.compiling import Generator
from cms.themes.inlining import Inliner, Origin, Source
from cms.themes.printing import printed
from cms.themes.readable import (
    CLASSES_BY_FIELD,
    INDEXED,
    MAPPING_METHODS,
    MAPPINGS,
    READABLE,
    ThemeMacro,
)
from cms.themes.trans import Trans

# Names that stand for a function where they are called, and for a value of the page elsewhere.
ALSO_VARIABLES = ("posts", "comments", "breadcrumbs")
FUNCTION_PREFIX = "function_"
_MAX_BITS = 1024  # of a whole number
_MAX_REPEATED = 10_000  # characters of a repeated text
_SMALL_RANGE = 10_000


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

    @property
    def is_up_to_date(self) -> bool:
        """Whether neither its file nor that of a partial written into it has changed."""
        partials = cast(ThemeEnvironment, self.environment).partials.get(str(self.filename), ())
        return super().is_up_to_date and all(partial.is_fresh() for partial in partials)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        run = budget.current.get()
        module = run.modules.get(self)
        if module is None:
            module = self.make_module(dict(run.variables))
            run.modules[self] = module
        return module


class PageContext(Context):
    """The variables of a template, without what Jinja would look up anew for each."""

    def __init__(
        self,
        environment: ThemeEnvironment,
        parent: dict[str, Any],
        name: str | None,
        blocks: Mapping[str, Any],
        globals: object = None,
    ) -> None:
        self.parent = parent
        self.vars = {}
        self.environment = environment
        self.eval_ctx = environment.eval_context
        self.exported_vars = set()
        self.name = name
        self.blocks = {key: [block] for key, block in blocks.items()}


class ThemeEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with allow-lists for everything and an account of everything."""

    code_generator_class = Generator
    template_class = ThemeTemplate
    context_class = PageContext
    classes_by_field = CLASSES_BY_FIELD
    make_macro = ThemeMacro
    show = staticmethod(printing.show)
    present_run = staticmethod(budget.current.get)
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
            # What a filter makes of a constant may depend on the page, so nothing is made ahead.
            optimized=False,
            **options,
        )
        self.eval_context = nodes.EvalContext(self)
        # What was written into which file's template, and where its lines went.
        self.partials: dict[str, tuple[Source, ...]] = {}
        self.origins: dict[str, tuple[Origin, ...]] = {}
        self.filters = dict(filters)
        self.tests = dict(tests)
        aliases = {FUNCTION_PREFIX + name: functions[name] for name in ALSO_VARIABLES}
        self.globals = {**functions, **aliases, "range": small_range}
        self._callable = frozenset(self.globals.values())

    # Loading

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = self._checked(source, name, filename)
        inliner = Inliner(self._find_partial, self._parse_partial, lines=source.count("\n") + 1)
        inliner.run(tree, name or "")
        self.partials[str(filename)] = tuple(inliner.sources)
        self.origins[str(filename)] = tuple(inliner.origins)
        for loop in list(tree.find_all(nodes.For)):
            weight = nodes.Const(_weigh(loop))
            loop.iter = _through("count_turns", cast(nodes.Expr, loop.iter), weight)
            if loop.recursive:
                # Its deeper turns come by a call, which knows nothing of the body.
                loop.body.insert(0, nodes.ExprStmt(_through("spend", weight)))
        for include in list(tree.find_all(nodes.Include)):
            if isinstance(include.template, nodes.Expr) and not _is_written_out(include.template):
                include.template = _through("partial_name", include.template)
        for call in list(tree.find_all(nodes.Call)):
            if isinstance(call.node, nodes.Name) and call.node.name in ALSO_VARIABLES:
                call.node.name = FUNCTION_PREFIX + call.node.name
        return tree

    def _checked(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        grammar.ensure_allowed(tree, name=name, filters=self.filters, tests=self.tests)
        return tree

    def _find_partial(self, wanted: str, parent: str) -> Source:
        name = self.join_path(wanted, parent)
        assert self.loader is not None
        text, filename, is_fresh = self.loader.get_source(self, name)
        return Source(name, text, str(filename), is_fresh or (lambda: True))

    def _parse_partial(self, source: Source) -> nodes.Template:
        return self._checked(source.text, source.name, source.filename)

    def place_of(self, filename: str, line: int) -> tuple[str, int]:
        """The file and line that a line of a compiled template was written in."""
        for origin in reversed(self.origins.get(filename, ())):
            if line >= origin.start:
                return origin.filename, line - origin.start + 1
        return filename, line

    def join_path(self, template: str, parent: str) -> str:
        """Where a name leads that is written in another template."""
        return self.loader.join_path(template, parent)  # type: ignore[union-attr, no-any-return]

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """Load a template for the page being rendered."""
        run = budget.current.get(None)
        if run is not None:
            run.load()
        return super().get_template(name, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The functions that every template may call; none has its own."""
        return self.globals

    def partial_name(self, _run: Run, name: Any) -> str:
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
        elif kind is TemplateModule and attribute[:1] != "_":
            found = obj.__dict__.get(attribute, nothing)
            return self.undefined(obj=obj, name=attribute) if found is nothing else found
        return self._read(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What square brackets read, and the dotted names in filters."""
        kind = obj.__class__
        if kind in MAPPINGS:
            try:
                return obj[argument]
            except (LookupError, TypeError):
                return self.undefined(obj=obj, name=argument)
        if kind in INDEXED and type(argument) is int:
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
        if kind in MAPPINGS:
            if attribute in obj:
                return obj[attribute]
            if attribute in MAPPING_METHODS:
                return getattr(obj, attribute)
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

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something for Jinja's own runtime."""
        return self.run_call(budget.current.get(), obj, *args, **kwargs)

    def run_call(self, run: Run, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something, if it may be called, and count it."""
        run.tick()
        kind = type(obj)
        if kind is FunctionType:
            if obj not in self._callable:
                raise SecurityError("This function is not open to themes.")
            return obj(*args, **kwargs)
        if kind is ThemeMacro:
            return self._call_macro(run, obj, args, kwargs)
        if kind is BlockReference or kind is LoopContext:
            if kind is LoopContext and len(args) == 1:
                args = (Counted(args[0], run=run),)
            return self._deeper(run, obj, args, {})
        if kind in (BuiltinMethodType, MethodType):
            return self._call_method(run, obj, args, kwargs)
        if isinstance(obj, Undefined):
            return obj()
        raise SecurityError(f"A {kind.__name__} cannot be called by themes.")

    def _call_macro(
        self, run: Run, macro: ThemeMacro, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        for value in (*args, *kwargs.values()):
            if type(value) in budget.CONTAINERS:
                # A macro's arguments reach it as one tuple, which could be nested in itself.
                run.build(budget.weigh(value))
        if kwargs or len(args) > macro.places:
            return self._deeper(run, macro, args, kwargs)
        missing = (nothing,) * (macro.places - len(args))
        return Markup(self._deeper(run, macro.function, args + missing, kwargs))  # noqa: S704

    def _deeper(self, run: Run, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        run.depth += 1
        if run.depth > budget.MAX_DEPTH:
            raise OverBudget(f"Macros call one another more than {budget.MAX_DEPTH} deep.")
        try:
            return target(*args, **kwargs)
        finally:
            run.depth -= 1

    def _call_method(
        self, run: Run, method: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        owner = type(method.__self__)
        allowed = MAPPING_METHODS if owner in MAPPINGS else READABLE.get(owner, frozenset())
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
                budget.current.get().make(len(text) * times)
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
    def count_turns(run: Run, iterable: Iterable[Any] | None, weight: int) -> Iterable[Any]:
        """Count the turns of a loop over this, and the pieces that each puts into the output."""
        if iterable is None:
            return ()
        if isinstance(iterable, Undefined):
            return iterable
        return Counted(iterable, run=run, weight=weight)

    @staticmethod
    def spend(run: Run, parts: int) -> None:
        """Account for pieces of output."""
        run.await_parts(parts)

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
        """Join the output of a template or a block, counted before it is made."""
        return budget.current.get().join(parts if type(parts) is list else list(parts))


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


def _through(helper: str, *values: nodes.Expr) -> nodes.Call:
    line = values[0].lineno
    callee = nodes.EnvironmentAttribute(helper, lineno=line)
    return nodes.Call(callee, list(values), [], None, None, lineno=line)


def _weigh(loop: nodes.For) -> int:
    """How many pieces a turn puts into the output, at most; inner loops count their own."""
    found, waiting = 1, list(loop.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Output):
            found += len(node.nodes)
        elif isinstance(node, nodes.For):
            waiting.extend(node.else_)
        else:
            waiting.extend(node.iter_child_nodes())
    return found


def _is_written_out(name: nodes.Expr) -> bool:
    if isinstance(name, nodes.List | nodes.Tuple):
        return all(map(_is_written_out, name.items))
    return isinstance(name, nodes.Const) and isinstance(name.value, str)
