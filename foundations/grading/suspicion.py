"""The search for code that looks like hiding. A finding costs no points; it asks the instructor for a review.

The whole notebook is searched, because patching torch in one cell changes the meaning of every other cell. Ordinary
habits give no finding: students may bind their own names to anything, in any way.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from foundations.analysis.bindings import BUILTINS
from foundations.analysis.constant_folding import BudgetExceeded, charge, step_budget
from foundations.analysis.flow import Flow, Place, Text, Values
from foundations.analysis.parsing import UNREADABLE, embedded, parts
from foundations.analysis.suspects import (
    DYNAMIC,
    MODULES,
    NAMES,
    OURS,
    PATCHED,
    REWRITTEN,
    UNKNOWN,
    UNREAD,
    if_in_library,
    if_of_library,
    if_protected,
    of_tensors,
    path_reasons,
    telling,
)
from foundations.analysis.uses import ParsedNotebook, parse_notebook, read_exercise
from foundations.report.model import Review

#: Steps that one search may take; compare :mod:`foundations.analysis.uses`.
_STEPS = 1_500_000
#: Characters of a line that a review shows.
_LONGEST = 80

_SETTERS = frozenset(["setattr", "delattr", "__setattr__", "__delattr__"])
_SETS = frozenset(["builtins.setattr", "builtins.delattr"])
_MOCKS = frozenset(["object", "multiple", "dict", "patch"])
#: Methods that change a namespace.
_CHANGING = frozenset(
    ["update", "setdefault", "__setitem__", "setitem", "__delitem__", "delitem", "pop", "popitem", "clear", "__ior__"]
)
#: Methods and functions that take parts of a namespace without naming them.
_LISTING = frozenset(["values", "items", "get", "__getitem__", "getmembers", "itemgetter"])
_PASSED_ON = frozenset(["setattr", "delattr", "exec", "eval", "compile"])
_IMPORTING = frozenset(["__import__", "import_module"])
_RUNNING = frozenset(["builtins.exec", "builtins.eval", "builtins.compile"])


@dataclass(frozen=True)
class _Finding:
    """A finding in a cell, counted from 0. A ``dynamic`` one counts only within an exercise."""

    cell: int
    line: int
    reason: str
    dynamic: bool = False


#: Pairs of an exercise and a reason for a review that its own solution gives as well.
Ordinary = Collection[tuple[str, str]]


def find_suspicions(cells: Sequence[str], exercises: Sequence[str], ordinary: Ordinary = ()) -> list[Review]:
    """Find all code in ``cells`` that looks like hiding, with one review for each reason and cell. Never raises.

    Code that cannot be read gives a review, too. A review names the exercises that reach the code or are defined in its
    cell; its ``cell`` counts from 1 among ``cells``.

    Args:
        cells: the sources of the notebook's code cells.
        exercises: the ids of the exercises.
        ordinary: reasons that the solutions give as well (:func:`ordinary_in`), because an exercise may be about
            running text.
    """
    try:
        with step_budget(_STEPS):
            source = parse_notebook(cells)
        search = _Search(source, exercises, ordinary)
        search.run()
    except (BudgetExceeded, Exception):
        return [Review("the whole notebook", UNREAD, tuple(exercises))]
    return search.reviews(cells)


def ordinary_in(cells: Sequence[str], exercises: Sequence[str]) -> Ordinary:
    """Collect the reasons that the instructor's own solutions give, in the code ``cells`` of the source notebook."""
    reviews = find_suspicions(cells, exercises)
    return {(exercise, review.reason) for review in reviews for exercise in review.exercises}


class _Search:
    def __init__(self, source: ParsedNotebook, exercises: Sequence[str], ordinary: Ordinary) -> None:
        self.source = source
        self.ordinary = ordinary
        self.readings = {exercise: read_exercise(source, exercise) for exercise in exercises}
        self.findings: list[_Finding] = []
        self.is_cut = False

    def run(self) -> None:
        try:
            with step_budget(_STEPS):
                texts = list(_texts(self.source.trees))
                self.flow = Flow(self.source.table, texts)
                words = self.flow.words
                self.looks_into_modules = "modules" in words
                self.looks_into_spaces = not words.isdisjoint(["vars", "__dict__", "getmembers"])
                self.sets_by_name = not words.isdisjoint(["setattr", "delattr"])
                self.runs_text = not words.isdisjoint(["exec", "eval", "compile", "builtins", "__builtins__"])
                for place in self.flow.places:
                    self.look_at(place)
        except BudgetExceeded:
            self.is_cut = True

    def look_at(self, place: Place) -> None:
        charge(2)
        try:
            for reason in self.reasons(place):
                self.findings.append(
                    _Finding(place.text.cell, place.line, reason, dynamic=reason in (DYNAMIC, UNKNOWN))
                )
        except Exception:  # the code is nested too deeply, or this search has a fault: ask for a review
            self.findings.append(_Finding(place.text.cell, place.line, UNREAD))

    def reasons(self, place: Place) -> Iterator[str]:
        """Yield the reasons to review one node."""
        match place.node:
            case ast.Attribute(attr=attr, ctx=context):
                if attr in NAMES:
                    yield NAMES[attr]
                elif not isinstance(context, ast.Load):
                    yield from self.changed(place, place.node)
                else:
                    yield from self.named(place, place.node)
            case ast.Subscript(ctx=context) as part:
                if not isinstance(context, ast.Load):
                    yield from self.changed(place, part)
                else:
                    yield from self.part(place, part)
            case ast.Call() as call:
                yield from self.called(place, call)
            case node:
                for path in _spelled(node):
                    yield from path_reasons(path)

    # names and paths

    def named(self, place: Place, node: ast.Attribute) -> Iterator[str]:
        if node.attr not in telling():
            return
        for value in self.flow.values(node, place.scopes):
            yield from path_reasons(value)

    def part(self, place: Place, node: ast.Subscript) -> Iterator[str]:
        if self.looks_into_modules:
            yield from self.taken(self.flow.values(node.value, place.scopes), node.slice, place)
        if self.looks_into_spaces and not self.flow.keys(node.slice, place.scopes):
            yield from if_in_library(self.flow.values(node.value, place.scopes))
        is_index = isinstance(node.slice, ast.Name | ast.Tuple | ast.Slice)
        if not is_index and not telling().isdisjoint(self.flow.keys(node.slice, place.scopes)):
            for value in self.flow.values(node, place.scopes):
                yield from path_reasons(value)

    # changes

    def changed(self, place: Place, target: ast.Attribute | ast.Subscript) -> Iterator[str]:
        """Review ``torch.atan2 = evil`` and ``vars(torch)["atan2"] = evil``, under any name for torch."""
        if isinstance(target, ast.Attribute) and target.attr == "__code__":
            yield REWRITTEN
        owners = self.flow.values(target.value, place.scopes)
        if isinstance(target, ast.Attribute):
            yield from if_protected(owners)
            if _is_class_of_something(target.value) and target.attr in of_tensors():
                yield PATCHED
        else:
            yield from self.space_changed(owners)

    def space_changed(self, owners: Values) -> Iterator[str]:
        if "sys.modules" in owners:
            yield MODULES
        yield from if_protected([owner.removesuffix(".__dict__") for owner in owners if owner.endswith(".__dict__")])
        if "builtins" in owners:  # ``__builtins__`` is this module or its namespace
            yield PATCHED

    # calls

    def called(self, place: Place, call: ast.Call) -> Iterator[str]:
        name = _last(call.func)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if name in _SETTERS or self.is_setter(place, call.func):
            owner = next(iter(given), None)
            if isinstance(call.func, ast.Attribute) and len(given) == 2:
                owner = call.func.value
            yield from self.set_by_call(place, owner, given)
        elif name in _CHANGING:
            owners = [call.func.value] if isinstance(call.func, ast.Attribute) else []
            for owner in [*owners, *given[:1]]:
                yield from self.space_changed(self.flow.values(owner, place.scopes))
        elif name in _MOCKS:
            yield from self.mocked(place, call, given)
        if name in _IMPORTING and given:
            yield from self.imported(place, given[0])
        if name in ("getattr", "attrgetter", "__getattribute__"):
            yield from self.asked(place, call, given)
        if self.looks_into_modules and isinstance(call.func, ast.Attribute):
            yield from self.looked_up(place, call, call.func)
        if self.looks_into_spaces and name in _LISTING:
            yield from self.listed(place, call, given)
        if name in telling() and isinstance(call.func, ast.Name):  # ``from ctypes import *``
            for value in self.flow.values(call.func, place.scopes):
                yield from path_reasons(value)
        yield from self.passed_on(place, given)
        if self.runs_text and given and not embedded(call):
            yield from self.run_by(place, call, given)

    def is_setter(self, place: Place, function: ast.expr) -> bool:
        """Return whether ``function`` is another name for ``setattr`` or ``delattr``."""
        is_name = isinstance(function, ast.Name) and function.id not in BUILTINS
        return self.sets_by_name and is_name and not _SETS.isdisjoint(self.flow.values(function, place.scopes))

    def set_by_call(self, place: Place, owner: ast.expr | None, given: list[ast.expr]) -> Iterator[str]:
        owners = self.flow.values(owner, place.scopes)
        yield from if_protected(
            [value.removeprefix("[]") for value in owners] if isinstance(owner, ast.Starred) else owners
        )
        named = [text for part in given[:2] for text in self.flow.keys(part, place.scopes)]
        if "__code__" in named:
            yield REWRITTEN
        if owner is not None and _is_class_of_something(owner) and not of_tensors().isdisjoint(named):
            yield PATCHED

    def mocked(self, place: Place, call: ast.Call, given: list[ast.expr]) -> Iterator[str]:
        if given and any(
            value.startswith(("unittest.mock", "mock")) for value in self.flow.values(call.func, place.scopes)
        ):
            yield from if_protected(self.flow.values(given[0], place.scopes))
            yield from if_protected([text.rpartition(".")[0] for text in self.flow.keys(given[0], place.scopes)])

    def asked(self, place: Place, call: ast.Call, given: list[ast.expr]) -> Iterator[str]:
        for part in given[:2]:
            for text in self.flow.keys(part, place.scopes):
                yield from (NAMES[name] for name in text.split(".") if name in NAMES)
        for value in self.flow.values(call, place.scopes):
            yield from path_reasons(value)
        if len(given) > 1 and not self.flow.keys(given[1], place.scopes):
            yield from if_of_library(self.flow.values(given[0], place.scopes))

    def imported(self, place: Place, module: ast.expr) -> Iterator[str]:
        names = self.flow.keys(module, place.scopes)
        yield from [] if names else [UNKNOWN]
        for name in names:
            yield from path_reasons(name)

    def listed(self, place: Place, call: ast.Call, given: list[ast.expr]) -> Iterator[str]:
        """Review ``vars(torch).items()`` and ``inspect.getmembers(torch)``."""
        itself = _last(call.func) == "getmembers"
        if itself or not any(self.flow.keys(part, place.scopes) for part in given):
            owners = [call.func.value, *given] if isinstance(call.func, ast.Attribute) else given
            for owner in owners:
                yield from if_in_library(self.flow.values(owner, place.scopes), itself)

    def looked_up(self, place: Place, call: ast.Call, function: ast.Attribute) -> Iterator[str]:
        owners = self.flow.values(function.value, place.scopes)
        if function.attr in ("values", "items", "copy"):
            yield from [MODULES] if "sys.modules" in owners else []
        elif function.attr in ("get", "__getitem__") and call.args:
            yield from self.taken(owners, call.args[0], place)

    def taken(self, owners: Values, key: ast.expr, place: Place) -> Iterator[str]:
        """Review ``sys.modules["foundations.worker.tracing"]``; ``sys.modules[__name__]`` is ordinary."""
        if "sys.modules" in owners:
            names = self.flow.keys(key, place.scopes)
            if any(name.partition(".")[0] == "foundations" for name in names):
                yield OURS
            elif not names and _last(key) not in ("__name__", "__module__"):
                yield MODULES

    def passed_on(self, place: Place, given: list[ast.expr]) -> Iterator[str]:
        """Review ``functools.partial(setattr, torch)`` and ``map(exec, texts)``."""
        passed = [part for part in given if isinstance(part, ast.Name | ast.Attribute) and _last(part) in _PASSED_ON]
        if passed:
            values = self.flow.values(ast.Tuple([*passed], ast.Load()), place.scopes)
            others = self.flow.values(ast.Tuple([*given], ast.Load()), place.scopes)
            setters = {f"[]{path}" for path in _SETS}
            if values & setters:
                yield from if_protected([value.removeprefix("[]") for value in others - setters])
            if values & {f"[]{path}" for path in _RUNNING}:
                yield DYNAMIC

    def run_by(self, place: Place, call: ast.Call, given: list[ast.expr]) -> Iterator[str]:
        if self.flow.values(call.func, place.scopes) & _RUNNING and not self.flow.keys(given[0], place.scopes):
            yield DYNAMIC

    # reviews

    def reviews(self, cells: Sequence[str]) -> list[Review]:
        """Make one review for each reason and cell; findings within exercises take precedence."""
        made: dict[tuple[int, str], Review] = {}
        order = sorted(self.findings, key=lambda finding: (not self.reached_by(finding), finding.cell, finding.line))
        for finding in order:
            exercises = self.reached_by(finding)
            if exercises or not finding.dynamic:
                review = Review(_text(cells, finding), finding.reason, exercises, finding.cell + 1, finding.line)
                made.setdefault((finding.cell, finding.reason), review)
        return [*sorted(made.values(), key=lambda review: (review.cell or 0, review.line or 0)), *self.unread(cells)]

    def reached_by(self, finding: _Finding) -> tuple[str, ...]:
        """Name the exercises that reach the finding's code, or are defined in its cell."""
        return tuple(
            exercise
            for exercise, reading in self.readings.items()
            if any(cell == finding.cell and first <= finding.line <= last for cell, first, last in reading.spans)
            or (finding.cell in reading.home and not finding.dynamic)
            if (exercise, finding.reason) not in self.ordinary
        )

    def unread(self, cells: Sequence[str]) -> Iterator[Review]:
        """Yield a review for each cell and each exercise that could not be read to its end."""
        if self.is_cut:
            yield Review("the rest of the notebook", UNREAD)
        missing = tuple(exercise for exercise, reading in self.readings.items() if not reading.home)
        for cell, tree in self.source.trees:
            if tree is UNREADABLE:
                yield Review(f"a cell of {len(cells[cell])} characters", UNREAD, missing, cell + 1, 1)
        for exercise, reading in self.readings.items():
            if not reading.complete:
                home = min(reading.home) + 1 if reading.home else None
                yield Review(exercise, UNREAD, (exercise,), home)


def _texts(trees: list[tuple[int, ast.Module]]) -> Iterator[Text]:
    """Yield the trees of the cells, and of the code in their constant strings."""
    waiting = [Text(tree, cell) for cell, tree in trees]
    while waiting:
        text = waiting.pop(0)
        yield text
        for node, _ in parts(text.tree).nodes:
            if isinstance(node, ast.Call) and (inner := embedded(node)):
                line = text.offset + (0 if text.fixed else node.lineno)
                is_below = _last(node.func) == "run_cell_magic" and not text.fixed
                waiting += [Text(tree, text.cell, line, fixed=not is_below) for tree in inner]


def _spelled(node: ast.AST) -> list[str]:
    """List the dotted names that an import or a text spells."""
    match node:
        case ast.Constant(value=str(text)) if text in NAMES or text.startswith("foundations."):
            return [text]
        case ast.Import(names=aliases):
            return [alias.name for alias in aliases]
        case ast.ImportFrom(module=str(module), names=aliases):
            return [f"{module}.{alias.name}" for alias in aliases]
    return []


def _is_class_of_something(node: ast.expr) -> bool:
    """Return whether ``node`` starts with ``type(a)`` or ``a.__class__``, and ``a`` is not ``self`` or ``cls``."""
    while True:
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[owner]) | ast.Attribute(attr="__class__", value=owner):
                return not (isinstance(owner, ast.Name) and owner.id in ("self", "cls"))
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return False


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(cells: Sequence[str], finding: _Finding) -> str:
    """Return the line of the finding's code, cut to a length that a review can show."""
    lines = cells[finding.cell].split("\n")
    text = " ".join(lines[finding.line - 1].split()) if finding.line <= len(lines) else "code in a string"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
