"""Templates become Python: Jinja's compiler, with everything that can grow or leak handed to us.

The code that it writes differs from Jinja's in four things. It collects its output in lists instead
of handing every piece through generators; it reads the fields of views directly after a look at the
exact class, and everything else through the environment; it calls through `call`, which allows and
counts; and what it needs of the environment is looked up once per template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.idtracking import VAR_LOAD_PARAMETER
from markupsafe import escape

from cms.themes.printing import printed
from cms.themes.readable import CLASSES_BY_FIELD

# Written by Jinja where a template extends another; our functions return lists.
_HAND_ON = "yield from parent_template.root_render_func(context)"


class Generator(CodeGenerator):
    """Writes the Python of one template."""

    _whole: Frame | None = None  # the frame of the function being written
    _inside = 0  # how many partials within one another are being written in place

    # The frame of a template

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Bind what the template uses of the environment, then write it."""
        self.writeline(
            "show, call, read = environment.show, environment.run_call, environment.getattr"
        )
        for attribute in sorted({each.attr for each in node.find_all(nodes.Getattr)}):
            if attribute in CLASSES_BY_FIELD:
                self.writeline(f"has_{attribute} = environment.classes_by_field[{attribute!r}]")
        for kind, found, names in (
            ("filters", self.filters, {each.name for each in node.find_all(nodes.Filter)}),
            ("tests", self.tests, {each.name for each in node.find_all(nodes.Test)}),
        ):
            for name in sorted(names):
                found[name] = self.temporary_identifier()
                self.writeline(f"{found[name]} = environment.{kind}[{name!r}]")
        super().visit_Template(node, frame)

    def pull_dependencies(self, nodes: Any) -> None:
        """Nothing: filters and tests are bound with the template, and all of them exist."""

    def write_commons(self) -> None:
        """What every function of a template begins with."""
        self.writeline("resolve = context.resolve_or_missing")
        self.writeline("undefined = environment.undefined")
        self.writeline("cond_expr_undefined = Undefined")
        self.writeline("run = environment.present_run()")
        self.writeline("concat = run.join")

    def enter_frame(self, frame: Frame) -> None:
        """Begin a scope; that of a whole function begins with the list of its output."""
        if frame.buffer is None:
            self._whole = frame
            self.buffer(frame)
        super().enter_frame(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        """End a scope; that of a whole function ends by returning its output."""
        super().leave_frame(frame, with_python_scope)
        if frame is not self._whole:
            return
        if not frame.toplevel or not self.extends_so_far:
            self.writeline(f"return {frame.buffer}")
        elif not self.has_known_extends:
            self.writeline("if parent_template is None:")
            self.indent()
            self.writeline(f"return {frame.buffer}")
            self.outdent()

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        """Write a line of Python."""
        if x == _HAND_ON and self._whole is not None:
            x = f"return {self._whole.buffer} + parent_template.root_render_func(context)"
        super().writeline(x, node, extra)

    # Statements

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        """Put in what the block makes."""
        if frame.toplevel and self.has_known_extends:
            return
        guarded = frame.toplevel and self.extends_so_far > 0
        if guarded:
            self.writeline("if parent_template is None:")
            self.indent()
        context = self.derive_context(frame) if node.scoped else self.get_context_ref()
        if node.required:
            self.writeline(f"if len(context.blocks[{node.name!r}]) <= 1:", node)
            self.indent()
            words = f"Required block {node.name!r} not found"
            self.writeline(f"raise TemplateRuntimeError({words!r})", node)
            self.outdent()
        made = f"context.blocks[{node.name!r}][0]({context})"
        self.writeline(f"{frame.buffer}.extend(run.take({made}))", node)
        if guarded:
            self.outdent()

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        """Put in what another template makes."""
        if node.ignore_missing:
            self.writeline("try:")
            self.indent()
        many = isinstance(node.template, nodes.List | nodes.Tuple)
        find = "select_template" if many else "get_template"
        self.writeline(f"template = environment.{find}(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        if node.ignore_missing:
            self.outdent()
            self.writeline("except TemplateNotFound:")
            self.indent()
            self.writeline("pass")
            self.outdent()
            self.writeline("else:")
            self.indent()
        made = "template._get_default_module()._body_stream"
        if node.with_context:
            given = f"context.get_all(), True, {self.dump_local_context(frame)}"
            made = f"template.root_render_func(template.new_context({given}))"
        self.writeline(f"{frame.buffer}.extend(run.take({made}))", node)
        if node.ignore_missing:
            self.outdent()

    def visit_Scope(self, node: nodes.Scope, frame: Frame) -> None:
        """Write a partial in the place where it is included."""
        self._inside += 1
        super().visit_Scope(node, frame)
        self._inside -= 1

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """Make a macro of the function that was just written."""
        names = "".join(f"{each.name!r}, " for each in macro_ref.node.args)
        flags = (macro_ref.accesses_kwargs, macro_ref.accesses_varargs, macro_ref.accesses_caller)
        name = getattr(macro_ref.node, "name", None)
        self.write(f"environment.make_macro(environment, macro, {name!r}, ({names}), ")
        self.write(", ".join(map(repr, (*flags, True))) + ")")

    # Output

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        """Print in advance only what is written out: Jinja escapes before it asks `printed`."""
        if isinstance(node, nodes.TemplateData):
            return node.data
        if isinstance(node, nodes.Const):
            return str(escape(printed(node.value)))
        raise nodes.Impossible

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("show(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")

    # Expressions

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        """Read or set a variable.

        What is not set yet where a partial stands is looked up once more, as it would be by a
        template that has only been given what was there.
        """
        if node.ctx != "load" or not self._inside or self._is_given(node, frame):
            super().visit_Name(node, frame)
            return
        name = frame.symbols.ref(node.name)
        self.write(f"(context.resolve({node.name!r}) if {name} is missing else {name})")

    def _is_given(self, node: nodes.Name, frame: Frame) -> bool:
        """Whether a variable surely has a value: the target of a loop, an argument of a macro."""
        name = frame.symbols.ref(node.name)
        load = frame.symbols.find_load(name)
        given = load is not None and load[0] == VAR_LOAD_PARAMETER
        return given and not self.parameter_is_undeclared(name)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Read what a dot reads; a field of a view straight from it."""
        if node.attr not in CLASSES_BY_FIELD:
            self.write("read(")
            self.visit(node.node, frame)
            self.write(f", {node.attr!r})")
            return
        if isinstance(node.node, nodes.Name) and self._is_given(node.node, frame):
            name = asked = frame.symbols.ref(node.node.name)
            self.write(f"({name}.{node.attr} if {asked}")
        else:
            name = self.temporary_identifier()
            self.write(f"({name}.{node.attr} if ({name} := ")
            self.visit(node.node, frame)
            self.write(")")
        self.write(f".__class__ in has_{node.attr} else read({name}, {node.attr!r}))")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Join texts where their size is counted."""
        self.write("environment.join_texts((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

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
        if isinstance(node.node, nodes.EnvironmentAttribute):
            self.write(f"environment.{node.node.name}(run")
        else:
            self.write("call(run, ")
            self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
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
