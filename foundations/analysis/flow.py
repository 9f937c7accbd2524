"""The flow of modules and classes of libraries through a notebook: which of them an expression may mean.

``def put(m): m.atan2 = evil`` changes torch if ``put(torch)`` is called anywhere. Values are dotted names: ``torch`` is
the module, ``torch.__dict__`` its namespace, ``[]torch`` a collection that holds it; a part that cannot be known is
``*``. The order of statements is ignored: a name may mean everything that it is ever bound to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from foundations.analysis.bindings import BUILTINS, Binding, Collector, Table, arguments_of, function_table
from foundations.analysis.constant_folding import charge
from foundations.analysis.libraries import path_of
from foundations.analysis.parsing import Comprehension, Function, Scopes, parts
from foundations.analysis.resolver import Resolver

Values = frozenset[str]
_NOTED = (ast.Call, ast.Assign, ast.Attribute, ast.Subscript, ast.Import, ast.ImportFrom, ast.Constant, ast.ClassDef)


@dataclass(frozen=True)
class Text:
    """A tree and its place in a notebook: its cell, and the lines to add to its own.

    A ``fixed`` tree comes from a string, so it is all on one line.
    """

    tree: ast.Module
    cell: int
    offset: int = 0
    fixed: bool = False


@dataclass(frozen=True)
class Place:
    """A node, and the functions around it."""

    text: Text
    node: ast.AST
    scopes: Scopes

    @property
    def line(self) -> int:
        return self.text.offset + (0 if self.text.fixed else getattr(self.node, "lineno", 1))


_NOTHING: Values = frozenset()
_DEPTH = 12
#: Characters of the longest text that may be a name.
_WORD = 40
#: Methods that return a part of a collection or of a namespace; the first argument is its key.
_BY_KEY = frozenset({"get", "pop", "setdefault", "__getitem__"})
#: Methods that return the parts of a collection or of a namespace without a key.
_BY_TURNS = frozenset({"values", "items", "copy", "popitem", "__iter__", "__next__"})
#: Python's own calls that hand on their arguments.
_HANDING_ON = frozenset(
    [
        *("next", "iter", "list", "tuple", "set", "frozenset", "dict", "sorted", "reversed", "zip", "map", "filter"),
        *("enumerate", "max", "min", "__enter__", "super"),
    ]
)
#: Libraries whose functions hand on modules and classes. Torch is not among them: it makes tensors of its arguments.
_GIVING_BACK = frozenset(["contextlib", "copy", "functools", "itertools", "operator", "importlib", "collections"])


class Flow:
    """Follows values through assignments, parameters, results, collections and attributes."""

    def __init__(self, notebook: Table, texts: Iterable[Text]) -> None:
        self.notebook = notebook
        self.folding = Resolver(notebook)
        self.tables: dict[int, Table] = {}
        self.resolved: dict[tuple[int, str], Values] = {}
        #: Calls by the name of the called function ("" if it has none), and calls that pass a function, by its name.
        self.calls: dict[str, list[tuple[ast.Call, Scopes]]] = {}
        self.passed: dict[str, list[tuple[ast.Call, Scopes]]] = {}
        #: Other names of functions, by name, and the values assigned to attributes, by attribute.
        self.aliases: dict[str, set[str]] = {}
        self.attributes: dict[str, list[tuple[ast.expr, Scopes]]] = {}
        #: The classes of methods that build an object, which are called by the name of the class.
        self.built: dict[int, str] = {}
        #: All nodes that may change, name or call something.
        self.places: list[Place] = []
        #: Names, attributes and short texts, wherever they are.
        self.words: set[str] = set()
        for text in texts:
            for node, scopes in parts(text.tree).nodes:
                if isinstance(node, ast.Name):
                    self.words.add(node.id)
                elif isinstance(node, _NOTED):
                    self.places.append(Place(text, node, scopes))
                    self._note(node, scopes)

    def _note(self, node: ast.AST, scopes: Scopes) -> None:
        match node:
            case ast.Attribute(attr=word) | ast.Constant(value=str(word)) if len(word) <= _WORD:
                self.words.add(word)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                self.words.update(alias.name for alias in aliases)
            case ast.ClassDef(name=name, body=body):
                functions = (node for node in body if isinstance(node, ast.FunctionDef))
                methods = [function for function in functions if function.name in ("__init__", "__new__")]
                self.built.update((id(method), name) for method in methods)
            case ast.Call():
                self.calls.setdefault(_callee(node.func), []).append((node, scopes))
                for name in _functions_in(node):
                    self.passed.setdefault(name, []).append((node, scopes))
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Attribute):
                        self.attributes.setdefault(target.attr, []).append((value, scopes))
                    if isinstance(target, ast.Name | ast.Attribute) and isinstance(value, ast.Name | ast.Lambda):
                        self.aliases.setdefault(_callee(value), set()).add(_callee(target))

    def values(self, node: ast.AST | None, scopes: Scopes, depth: int = _DEPTH) -> Values:  # noqa: PLR0911 - one for each kind of node
        """Return the modules, classes and namespaces that ``node`` may mean, and collections that hold some."""
        charge(2)
        if depth == 0:
            return _NOTHING
        match node:
            case ast.Name(id=name):
                return self._name(name, scopes, depth - 1)
            case ast.Attribute(value=value, attr=attr):
                return self._attribute(self.values(value, scopes, depth - 1), attr, depth)
            case ast.Subscript(value=value, slice=key):
                return self._part(self.values(value, scopes, depth - 1), key, scopes, depth)
            case ast.Call():
                return self._call(node, scopes, depth - 1)
            case ast.NamedExpr(value=value) | ast.Starred(value=value) | ast.Await(value=value):
                return self.values(value, scopes, depth - 1)
            case ast.IfExp(body=body, orelse=other):
                return self._union([body, other], scopes, depth)
            case ast.BoolOp(values=values):
                return self._union(values, scopes, depth)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return _held(self._union(items, scopes, depth))
            case ast.Dict(keys=keys, values=values):
                return _held(self._union([*values, *filter(None, keys)], scopes, depth))
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return _held(self.values(element, (*scopes, node), depth - 1))
        return _NOTHING

    def _union(self, nodes: Iterable[ast.AST], scopes: Scopes, depth: int) -> Values:
        return _NOTHING.union(*(self.values(node, scopes, depth - 1) for node in nodes))

    # names

    def _name(self, name: str, scopes: Scopes, depth: int) -> Values:
        for index in range(len(scopes) - 1, -1, -1):
            function = scopes[index]
            table = self.table(function)
            if name in table.names:
                return self._bound(function, name, table.names[name], scopes[: index + 1], depth)
        starred = self.notebook.live(name) if self.notebook.stars else []
        bound = [*self.notebook.names.get(name, []), *starred]
        if bound:
            return self._bound(self.notebook, name, bound, (), depth)
        if name == "__builtins__":
            return frozenset(["builtins"])
        return frozenset([f"builtins.{name}"]) if name in BUILTINS else _NOTHING

    def table(self, scope: Function | Comprehension) -> Table:
        if id(scope) not in self.tables:
            if isinstance(scope, Comprehension):
                table = Table()
                for loop in scope.generators:
                    Collector(table).each(loop.target, loop.iter, firm=False)
            else:
                table = function_table(scope)
            self.tables[id(scope)] = table
        return self.tables[id(scope)]

    def _bound(self, owner: object, name: str, bindings: Sequence[Binding], scopes: Scopes, depth: int) -> Values:
        key = id(owner), name
        if key not in self.resolved:
            self.resolved[key] = _NOTHING  # while it is being resolved
            values = [self._binding(binding, scopes, depth) for binding in bindings]
            if isinstance(owner, Function):
                values.append(self._argument(owner, name, scopes[:-1], depth))
            self.resolved[key] = _NOTHING.union(*values)
        return self.resolved[key]

    def _binding(self, binding: Binding, scopes: Scopes, depth: int) -> Values:
        node = binding.node
        match binding.kind:
            case "import":
                module, _, name = binding.path.rpartition(".")
                return frozenset([path_of(module, name) if module else binding.path])
            case "value":
                return self.values(node, scopes, depth)
            case "each" | "unknown" if isinstance(node, ast.expr):
                values = self.values(node, scopes, depth)
                return values | _items(values)  # ``with x as y`` may bind ``y`` to ``x`` itself
            case "effect" if isinstance(node, ast.Call):
                return _held(self._union(node.args, scopes, depth))
            case "effect":
                return _held(self.values(node, scopes, depth))
        return _NOTHING

    def _argument(self, function: Function, name: str, scopes: Scopes, depth: int) -> Values:
        """Return everything that a parameter is bound to, by a default or by any call."""
        parameters = [argument.arg for argument in arguments_of(function)]
        if name not in parameters:
            return _NOTHING
        collectors = filter(None, (function.args.vararg, function.args.kwarg))
        collects = any(collector.arg == name for collector in collectors)
        position = None if collects else parameters.index(name) - (id(function) in self.built)
        values = [self._default(function, name, scopes, depth)]
        for called in self._names_of(function):
            for call, around in self.calls.get(called, ()):
                values += [self.values(given, around, depth) for given in _given(call, position, name)]
                values += [_items(self.values(given, around, depth)) for given in _unpacked(call)]
            for call, around in self.passed.get(called, ()):
                for given in _given(call, None, name):
                    value = self.values(given, around, depth)
                    values += [value, _items(value), _items(_items(value))]
        union = _NOTHING.union(*values)
        return _held(union) if collects else union

    def _default(self, function: Function, name: str, scopes: Scopes, depth: int) -> Values:
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(reversed(positional), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        defaults = [default for parameter, default in pairs if parameter.arg == name and default]
        return self._union(defaults, scopes, depth)

    def _names_of(self, function: Function) -> set[str]:
        own = self.built.get(id(function), _callee(function))
        names, waiting = {own, ""}, [own]  # a call without a name may call any function that a collection holds
        while waiting:
            new = self.aliases.get(waiting.pop(), set()) - names
            names |= new
            waiting += new
        return names

    # attributes, parts and results

    def _attribute(self, bases: Values, attr: str, depth: int) -> Values:
        paths = {f"{base}.{attr}" for base in bases if not base.startswith("[]")}
        if not paths and attr in self.attributes:
            for value, scopes in self.attributes[attr][:64]:
                paths |= self.values(value, scopes, depth - 2) if depth > 2 else _NOTHING
        return frozenset(paths)

    def _part(self, bases: Values, key: ast.expr | None, scopes: Scopes, depth: int) -> Values:
        paths = set(_items(bases))
        for base in bases:
            if base in ("globals()", "builtins.globals()"):
                for name in self.keys(key, scopes):
                    paths |= self._name(name, (), depth - 1)
            elif base.endswith(".__dict__") or base in ("sys.modules", "builtins"):  # ``__builtins__`` may be a dict
                prefix = "" if base == "sys.modules" else base.removesuffix(".__dict__") + "."
                paths |= {f"{prefix}{name}" for name in self.keys(key, scopes) or ["*"]}
        return frozenset(paths)

    def keys(self, key: ast.expr | None, scopes: Scopes = ()) -> list[str]:
        """List the texts that ``key`` may be, if they can be known."""
        self.folding.scopes = [self.table(scope) for scope in scopes]
        values = self.folding.folded(key) if key is not None else None
        return [value for value in values or () if isinstance(value, str)]

    def _call(self, call: ast.Call, scopes: Scopes, depth: int) -> Values:  # noqa: PLR0911 - one for each kind of call
        called = self.values(call.func, scopes, depth)
        first = call.args[0] if call.args else None
        if isinstance(call.func, ast.Attribute) and call.func.attr in _BY_KEY | _BY_TURNS:
            owner = self.values(call.func.value, scopes, depth)
            if any(_is_collection(value) for value in owner):
                return self._part(owner, first if call.func.attr in _BY_KEY else None, scopes, depth) | owner
        if called & {"builtins.globals", "builtins.locals"} or (first is None and "builtins.vars" in called):
            return frozenset(["globals()"])
        if "builtins.vars" in called:
            return frozenset(f"{value}.__dict__" for value in self.values(first, scopes, depth))
        if "builtins.getattr" in called and len(call.args) > 1:
            owners, names = self.values(first, scopes, depth), self.keys(call.args[1], scopes) or ["*"]
            return frozenset(f"{owner}.{name}" for owner in owners for name in names)
        if called & {"builtins.__import__", "importlib.import_module"}:
            return frozenset(self.keys(first, scopes))
        results = self._results(call.func, scopes, depth)
        if results is not None:
            return results
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        if not called or any(_hands_on(path) for path in called):
            values = self._union(arguments, scopes, depth)
            return values | _held(values) | _items(values)
        return _NOTHING

    def _results(self, function: ast.expr, scopes: Scopes, depth: int) -> Values | None:
        """Return the results of the notebook's function, or of its class's ``__enter__``; ``None`` if it is unknown."""
        if isinstance(function, ast.Lambda):
            return self.values(function.body, (*scopes, function), depth)
        if not isinstance(function, ast.Name):
            return None
        tables = [self.table(scope).names for scope in reversed(scopes)]
        bound = next((names[function.id] for names in [*tables, self.notebook.names] if function.id in names), [])
        results, is_known = _NOTHING, False
        for binding in bound:
            node = binding.node
            if isinstance(node, ast.Lambda):
                is_known, results = True, results | self.values(node.body, (*scopes, node), depth)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                is_known, results = True, results | self._union(_returned(node), (*scopes, node), depth)
            elif isinstance(node, ast.ClassDef):
                is_known = True
                for method in node.body:
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in _HANDING_ON:
                        results |= self._union(_returned(method), (*scopes, method), depth)
        return results if is_known else None


def _callee(node: ast.AST) -> str:
    """Return the name of a function or of a called expression: the last part of a dotted name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            return name
        case ast.AsyncFunctionDef(name=name):
            return name
        case ast.Lambda():
            return f"lambda {id(node)}"
    return ""


def _functions_in(call: ast.Call) -> Iterator[str]:
    """Yield the names of arguments of ``call`` that may be functions."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in given.elts if isinstance(given, ast.Tuple | ast.List) else [given]:
            if isinstance(part, ast.Name | ast.Attribute | ast.Lambda):
                yield _callee(part)


def _given(call: ast.Call, position: int | None, name: str) -> Iterator[ast.expr]:
    """Yield the arguments that may be bound to the parameter ``name``; all of them if its ``position`` is unknown.

    A method call passes its object before them.
    """
    if position is None:
        yield from (*call.args, *(keyword.value for keyword in call.keywords))
        return
    positions = (position, position - 1) if isinstance(call.func, ast.Attribute) else (position,)
    yield from (call.args[index] for index in positions if 0 <= index < len(call.args))
    yield from (keyword.value for keyword in call.keywords if keyword.arg == name)


def _unpacked(call: ast.Call) -> Iterator[ast.expr]:
    yield from (given.value for given in call.args if isinstance(given, ast.Starred))
    yield from (keyword.value for keyword in call.keywords if keyword.arg is None)


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom))
    return [node.value for node in nodes if node.value is not None]


def _held(values: Values) -> Values:
    return frozenset(value if value.startswith("[]") else f"[]{value}" for value in values)


def _items(values: Values) -> Values:
    return frozenset(value.removeprefix("[]") for value in values if value.startswith("[]"))


def _is_collection(value: str) -> bool:
    return value.startswith("[]") or value.endswith((".__dict__", "globals()")) or value == "sys.modules"


def _hands_on(called: str) -> bool:
    root, _, rest = called.partition(".")
    return root in _GIVING_BACK or (root == "builtins" and rest in _HANDING_ON)
