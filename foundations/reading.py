"""Finding out what an exercise uses by reading the notebook's source.

The reader starts at what defines the exercise, follows names through everything that the notebook binds, and yields a
:class:`Use` for every operation, attribute and outside name on the way. Judging is for :mod:`foundations.rules`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundations.bindings import (
    UNREADABLE,
    Binding,
    Collector,
    Table,
    embedded,
    function_table,
    parse,
    parts,
    read_cells,
)
from foundations.folding import Overlong, at_most, spend
from foundations.reaching import DOORS, handed_on, reaches_out
from foundations.resolving import Resolver

_TEXT_LIMIT = 60
_ASK_BY_KEY = frozenset({"get", "pop", "setdefault", "__getitem__"})
_ASK_BY_NAME = frozenset({"__getattribute__", "__getattr__"})
_CODE = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
_ASKING = ("getattr", "vars", "globals")
#: What can bind a name of the notebook without a statement that does so.
_BINDING = frozenset(
    {"exec", "eval", "compile", "globals", "vars", "setattr", "get_ipython", "builtins", "__builtins__"}
)
#: Where IPython keeps what cells returned.
_OUTPUTS = re.compile(r"_{1,3}|_\d+|_i+\d*|_[iod]h|In|Out")
_GIVEN = frozenset({"display", "__name__", "__file__", "__doc__", "__class__"})
_FETCHERS = frozenset({"operator.attrgetter", "operator.methodcaller", "operator.itemgetter"})


@dataclass(frozen=True)
class Use:
    """Something that the exercise uses: ``operation`` is as the student wrote it.

    ``names``: attributes and imported names; ``paths``: the dotted names that it may stand for; ``operator``: ``@`` or
    ``**``; ``opaque``: what it does cannot be known by reading; ``unread``: nobody has looked.
    """

    operation: str
    cell: int
    line: int
    within: str
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    operator: str = ""
    opaque: bool = False
    unread: bool = False


#: Steps that one reading may take: twenty times what the largest notebook of this course needs.
_STEPS = 750_000


def read_uses(cells: Sequence[str], exercise: str) -> list[Use]:
    """What ``exercise`` uses, in the order of reading, each once; empty where no cell defines it."""
    uses: dict[Use, None] = {}
    try:
        with at_most(_STEPS):
            _Reader(cells, exercise, uses).read()
    except Overlong:
        uses[Use("more code than can be read", 0, 1, "", opaque=True, unread=True)] = None
    return list(uses)


class _Reader(ast.NodeVisitor, Resolver):
    def __init__(self, cells: Sequence[str], exercise: str, uses: dict[Use, None]) -> None:
        notebook, self.trees = read_cells(cells)
        Resolver.__init__(self, notebook)
        self.exercise = exercise
        self.uses = uses
        self.pending: list[tuple[str, Binding, bool]] = []
        self.seen: set[tuple[int, bool]] = set()
        # Where the reading stands: the cell, the lines to add to its own, and the top-level name that is being read.
        self.cell, self.offset, self.within = 0, 0, ""
        self.fixed_line: int | None = None
        self.owner: ast.ClassDef | None = None
        self.has_hidden_code = any(not _BINDING.isdisjoint(parts(tree).names) for _, tree in self.trees)

    def read(self) -> None:
        for cell, tree in self.trees:
            if tree is UNREADABLE:
                self.cell = cell
                self.add(tree, "code that is too long or too deep to be read", opaque=True, unread=True)
        if not self.notebook.names.get(self.exercise):
            self.read_reaching()  # it may be bound in a way that cannot be read
            return
        self.follow(self.exercise, late=True)
        self.read_patches()
        while self.pending:
            name, binding, late = self.pending.pop(0)
            self.read_binding(name, binding, late)
        self.read_reaching()  # last: what the exercise itself does says more

    def visit(self, node: ast.AST) -> None:
        spend(8)
        super().visit(node)

    # names

    def follow(self, name: str, *, late: bool) -> None:
        """Read later what the notebook binds to ``name``."""
        found = self.notebook.live(name) if late else self.notebook.names.get(name, [])
        for binding in found:
            if (id(binding), late) not in self.seen:
                self.seen.add((id(binding), late))
                self.pending.append((name, binding, late))

    def read_binding(self, name: str, binding: Binding, late: bool) -> None:
        if binding.node is None:
            return
        self.scopes, self.owner, self.fixed_line = [], None, None
        self.cell, self.offset = binding.cell, binding.offset
        self.within = "" if name == self.exercise else name
        # A definition's body runs when it is called; any other statement of the notebook has run.
        self.late = late and isinstance(
            binding.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        )
        self.safely(binding.node)

    def safely(self, node: ast.AST) -> None:
        try:
            self.visit(node)
        except RecursionError:
            self.add(node, "code nested this deeply", opaque=True)

    # what is found

    def add(self, node: ast.AST, operation: str, **found: Any) -> None:
        line = self.fixed_line if self.fixed_line is not None else getattr(node, "lineno", 1) + self.offset
        self.uses[Use(_short(operation), self.cell, line, self.within, **found)] = None

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or self.local(node.id) is not None:
            return
        paths = self.paths(node)
        if self.notebook.names.get(node.id):
            self.follow(node.id, late=self.late)
            paths = [binding.path for binding in self.bindings(node.id) if binding.kind == "import"]
        # Called in a way that can be read, ``getattr`` and the like never come here.
        hidden = node.id in _ASKING if self.is_builtin(node.id) else not paths and self.is_smuggled(node.id)
        self.add(node, node.id, paths=tuple(paths), opaque=hidden)

    def is_smuggled(self, name: str) -> bool:
        """Whether a name that no statement binds can be bound all the same: by code in a string, or as ``Out``."""
        if self.notebook.names.get(name) or name in _GIVEN:
            return False
        return bool(_OUTPUTS.fullmatch(name)) or self.has_hidden_code

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            chain.insert(0, base.attr)
            base = base.value
        names = chain[1:] if self.is_own(base, chain[0]) else chain
        if not isinstance(node.ctx, ast.Load):
            names = names[:-1]
        text = ast.unparse(node) if isinstance(base, ast.Name) else "." + chain[-1]
        hidden = bool({"__dict__", *_ASK_BY_NAME} & set(names)) or bool(_FETCHERS & set(self.paths(node)))
        self.add(node, text, names=tuple(names), paths=tuple(self.paths(node)), opaque=hidden)
        known = self.bindings(base.id) if isinstance(base, ast.Name) else []
        if not known or any(binding.kind != "import" for binding in known):
            self.visit(base)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.operator(node, node.op, "")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.operator(node, node.op, "=")
        self.generic_visit(node)

    def operator(self, node: ast.AST, op: ast.operator, suffix: str) -> None:
        written = {ast.MatMult: "@", ast.Pow: "**"}.get(type(op))
        if written:
            self.add(node, written + suffix, operator=written)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.add(node, f"import {alias.name}", paths=(alias.name,))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.add(node, f"from {node.module} import {alias.name}", paths=(f"{node.module}.{alias.name}",))

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            self.add(node, f"{ast.unparse(node.cls)}({name}=…)", names=(name,))
        self.generic_visit(node)

    # asking for an operation by its name

    def visit_Call(self, node: ast.Call) -> None:
        for tree in embedded(node) or self.embedded_names(node):
            self.read_code(node, tree)
        handled = (
            self.getattr_call(node) or self.fetcher_call(node) or self.asking_call(node) or self.patching_call(node)
        )
        if not handled:
            self.generic_visit(node)

    def embedded_names(self, node: ast.Call) -> list[ast.Module]:
        """``exec(source)`` where ``source`` is a name for a constant."""
        if not node.args or not _CODE & set(self.paths(node.func)):
            return []
        values = [value for value in self.folded(node.args[0]) or [] if isinstance(value, str)]
        return [tree for value in values if (tree := parse(value))]

    def read_code(self, call: ast.Call, tree: ast.Module) -> None:
        outside, self.fixed_line = self.fixed_line, call.lineno + self.offset
        table = Table()
        Collector(table).statements(tree.body)
        with self.scope(table):
            self.generic_visit(tree)
        self.fixed_line = outside

    def getattr_call(self, node: ast.Call) -> bool:
        if "builtins.getattr" not in self.paths(node.func) or len(node.args) < 2:
            return False
        owner, name, *default = node.args
        self.asked(node, self.folded(name), owner)
        for part in (owner, *default):
            self.visit(part)
        return True

    def fetcher_call(self, node: ast.Call) -> bool:
        """``operator.attrgetter("matmul")``, ``operator.methodcaller("mm", b)``."""
        called = _FETCHERS & set(self.paths(node.func))
        if not called or not node.args:
            return False
        names = node.args[:1] if "operator.methodcaller" in called else node.args
        for name in names:
            self.asked(node, self.folded(name))
        for part in node.args[len(names) :]:
            self.visit(part)
        for keyword in node.keywords:
            self.visit(keyword.value)
        return True

    def asking_call(self, node: ast.Call) -> bool:
        """``vars(torch).get("mm")``, ``torch.Tensor.__getattribute__(a, "mm")``."""
        if not isinstance(node.func, ast.Attribute) or not node.args:
            return False
        if node.func.attr in _ASK_BY_NAME:
            self.asked(node, self.folded(node.args[-1]))
            for part in node.args[:-1]:
                self.visit(part)
            return True
        if node.func.attr in _ASK_BY_KEY and (space := self.namespace(node.func.value)):
            self.asked_of(node, space, node.args[0])
            for part in node.args[1:]:
                self.visit(part)
            return True
        return False

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if space := self.namespace(node.value):
            self.asked_of(node, space, node.slice)
        else:
            self.generic_visit(node)

    def asked_of(self, node: ast.AST, space: ast.expr, key: ast.expr) -> None:
        keys = self.folded(key)
        whole = isinstance(space, ast.Call) and not space.args
        if whole and keys and not self.scopes_have(keys):
            for name in keys:
                self.visit(ast.copy_location(ast.Name(str(name), ast.Load()), node))
        else:
            self.asked(node, keys)

    def scopes_have(self, keys: list[Any]) -> bool:
        return any(self.local(key) is not None for key in keys if isinstance(key, str))

    def asked(self, node: ast.AST, keys: list[Any] | None, owner: ast.expr | None = None) -> None:
        text = ast.unparse(node)
        if keys is None:
            self.add(node, text, opaque=True)
            return
        bases = self.paths(owner) if owner is not None else []
        for key in (key for key in keys if isinstance(key, str)):
            own = owner is not None and self.is_own(owner, key)
            hidden = key in ("__dict__", *_ASK_BY_NAME)
            names = () if own else tuple(key.split("."))
            self.add(node, text, names=names, paths=tuple(f"{base}.{key}" for base in bases), opaque=hidden)

    # giving operations another meaning

    def patching_call(self, node: ast.Call) -> bool:
        for owner in _patched_by(node):
            if self.is_patched(owner):
                self.add(node, f"{ast.unparse(node.func)}({ast.unparse(owner)}, …)", opaque=True)
        return False

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute | ast.Subscript) and self.is_patched(target.value):
                self.add(node, f"{ast.unparse(target)} = …", opaque=True)
        self.generic_visit(node)

    def read_patches(self) -> None:
        """Read every statement that patches torch, wherever it stands: it changes what all others mean."""
        for cell, tree in self.trees:
            self.cell, self.offset, self.within, self.late, self.scopes = cell, 0, "", False, []
            for node in parts(tree).assignments_and_calls:
                if isinstance(node, ast.Assign | ast.AugAssign):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    owners = [target.value for target in targets if isinstance(target, ast.Attribute | ast.Subscript)]
                elif isinstance(node, ast.Call):
                    owners = _patched_by(node)
                else:
                    continue
                if any(self.is_patched(owner) or self.is_of_module(owner) for owner in owners):
                    self.safely(node)

    def read_reaching(self) -> None:
        """Find what reaches for the code that runs the notebook, wherever it stands: that can answer for all others."""
        for cell, tree in self.trees:
            self.cell, self.offset, self.within, self.late, self.scopes = cell, 0, "", False, []
            for node in parts(tree).attributes_imports_and_calls:
                self.reached(node)
            if not DOORS.isdisjoint(parts(tree).names):
                for node in handed_on(tree, self):
                    self.add(node, ast.unparse(node), opaque=True)

    def reached(self, node: ast.AST) -> None:
        spend(1)
        if reaching := reaches_out(node, self):
            self.add(node, reaching, opaque=True)
        for tree in embedded(node) if isinstance(node, ast.Call) else ():
            for inner in ast.walk(tree):
                self.reached(inner)
            for inner in handed_on(tree, self):
                self.add(node, ast.unparse(inner), opaque=True)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        owner, self.owner = self.owner, None
        with self.early():
            for part in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, *_annotations(node)]:
                if part is not None:
                    self.visit(part)
        with self.scope(function_table(node, owner)):
            for statement in node.body:
                self.visit(statement)
        self.owner = owner

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        with self.early():
            for part in [*node.args.defaults, *node.args.kw_defaults]:
                if part is not None:
                    self.visit(part)
        with self.scope(function_table(node, None)):
            self.visit(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        with self.early():
            for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
                self.visit(part)
        outside, self.owner = self.owner, node
        table = Table()
        Collector(table).statements(node.body)
        for statement in node.body:
            self.owner = node
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                self.visit(statement)  # methods do not see the class's names
            else:
                with self.scope(table):
                    self.visit(statement)
        self.owner = outside

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        table = Table()
        for loop in node.generators:
            Collector(table).each(loop.target, loop.iter, firm=False)
        with self.scope(table):
            self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = comprehension


def _patched_by(call: ast.Call) -> list[ast.expr]:
    """What a call may set an attribute of: ``setattr(torch.Tensor, ...)``, ``vars(torch).update(...)``."""
    match call:
        case ast.Call(
            func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__" | "object"), args=[owner, _, _, *_]
        ):
            return [owner]
        case ast.Call(func=ast.Attribute(value=space, attr="update" | "setdefault" | "__setitem__" | "__setattr__")):
            return [space]
    return []


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Annotations that do something: ``a: np.ndarray`` uses nothing, ``a: exec("...")`` does."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    written = [argument.annotation for argument in every if argument is not None] + [node.returns]
    return [part for part in written if part and any(isinstance(inner, ast.Call) for inner in ast.walk(part))]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
