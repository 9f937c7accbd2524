"""Mistakes that the text of a function shows, for a result or an exception that fits them."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from foundations.diagnosis import state
from foundations.diagnosis.judgement import Diagnosis

#: Names that Python looks for with two underscores on each side.
_SPECIAL = {"init", "call", "len", "repr", "str", "getitem", "setitem", "iter", "next", "enter", "exit", "eq", "new"}


@dataclass(frozen=True)
class Symptom:
    """How a call failed.

    Attributes:
        source: the code that defines the exercise.
        name: the function or class of the exercise.
        error: class and first line of the exception, ``"TypeError: ..."``; empty if there was none.
        place: name and attribute of the argument that was not set or is wrong, ``("inp", "g")``.
        missing: whether the result is missing: ``None`` was returned, or the attribute was not set.
        names: the names of the arguments.
        code: the expression or statement of the exercise that raised the exception; empty if it is not known.
        was_right: whether an earlier call was right.
    """

    source: str
    name: str
    error: str = ""
    place: tuple[str, str] | None = None
    missing: bool = False
    names: tuple[str, ...] = ()
    code: str = ""
    was_right: bool = False


def diagnose_source(symptom: Symptom) -> Diagnosis | None:
    """Return the mistake in the source of an exercise that fits the symptom, or ``None``."""
    definition = _definition(symptom)
    if definition is None:
        return None
    for diagnoser in _DIAGNOSERS:
        if (found := diagnoser(definition, symptom)) is not None:
            return found
    return None


Definition = ast.FunctionDef | ast.ClassDef


def _definition(symptom: Symptom) -> Definition | None:
    """Return the last definition of the exercise at the top of the code; ``None`` if it cannot be read."""
    try:
        tree = ast.parse(symptom.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in tree.body if isinstance(node, Definition) and node.name == symptom.name]
    return found[-1] if found else None


def _functions(definition: Definition) -> Iterator[ast.FunctionDef]:
    """Yield the function itself, or the methods of a class."""
    if isinstance(definition, ast.FunctionDef):
        yield definition
    else:
        yield from (node for node in definition.body if isinstance(node, ast.FunctionDef))


def single_underscore(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a method whose special name has one underscore on each side, or on one of them."""
    if not isinstance(definition, ast.ClassDef):
        return None
    for method in _functions(definition):
        bare = method.name.strip("_")
        enclosed = method.name.startswith("_") and method.name.endswith("_")
        if bare in _SPECIAL and enclosed and method.name != f"__{bare}__":
            text = f"Python never calls a method named `{method.name}`"
            return Diagnosis("single_underscore", f"{text}. How many underscores are before and after the word?")
    return None


def missing_self(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a method without ``self``, for a TypeError about the number of arguments."""
    if not isinstance(definition, ast.ClassDef) or not symptom.error.startswith(("TypeError", "NameError")):
        return None
    for method in _functions(definition):
        names = [argument.arg for argument in (*method.args.posonlyargs, *method.args.args)]
        counts = "positional argument" in symptom.error and f"{method.name}()" in symptom.error
        bare = not method.decorator_list and method.args.vararg is None and names[:1] != ["self"]
        if bare and (counts or "'self' is not defined" in symptom.error):
            text = f"`{method.name}` gets one argument more than it has parameters"
            return Diagnosis("missing_self", f"{text}. Which object does Python hand to a method first?")
    return None


def wrong_parameters(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a function of the exercise that has too few or too many parameters, for its TypeError."""
    found = re.match(
        r"TypeError: (?:\w+\.)*(\w+)\(\) (takes .* were given|takes .* was given|missing .*)", symptom.error
    )
    if found is None or found[1] not in {function.name for function in _functions(definition)}:
        return None
    text = f"`{found[1]}` is called with another number of arguments than it has parameters"
    return Diagnosis("wrong_parameters", f"{text}. What does its caller hand over, and in which order?")


def tensor_condition(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a condition on a whole tensor, for the exception that it raises."""
    if "Boolean value of Tensor" not in symptom.error and "truth value of an array" not in symptom.error:
        return None
    noun, a_noun = ("array", "an array") if "truth value of an array" in symptom.error else ("tensor", "a tensor")
    for test in _conditions(definition):
        return _whole_tensor(test, noun)
    for node in ast.walk(definition):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("all", "any"):
            text = f"`{ast.unparse(node)}` asks one row after the other, and a row is a whole {noun} of answers"
            return Diagnosis("condition_on_a_tensor", f"{text}. Which method of {a_noun} asks for all of its entries?")
    asserted = (node.test for node in ast.walk(definition) if isinstance(node, ast.Assert))
    return next((_whole_tensor(test, noun) for test in asserted if not _is_single(_without_not(test))), None)


def _whole_tensor(test: ast.expr, noun: str) -> Diagnosis:
    text = f"`{ast.unparse(test)}` is a whole {noun} of answers, and a condition needs a single one"
    return Diagnosis("condition_on_a_tensor", f"{text}. How many of them are True, and for which entries?")


#: Functions that answer by a single True or False, or by a number.
_SINGLE_ANSWERS = {"isinstance", "issubclass", "hasattr", "callable", "len", "bool", "all", "any"}


def _conditions(definition: Definition) -> Iterator[ast.expr]:
    """Yield the conditions that may be whole tensors."""
    for node in ast.walk(definition):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.BoolOp):
            for test in node.values if isinstance(node, ast.BoolOp) else [node.test]:
                asked = _without_not(test)
                if not _is_single(asked):
                    yield asked


def _without_not(test: ast.expr) -> ast.expr:
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    return test


def _is_single(test: ast.expr) -> bool:
    """Check for a condition that has one answer; the parts of ``and`` and ``or`` are conditions too."""
    if isinstance(test, ast.BoolOp):
        return True
    if isinstance(test, ast.Compare):
        by_kind = all(isinstance(operator, ast.Is | ast.IsNot | ast.In | ast.NotIn) for operator in test.ops)
        return by_kind or all(map(_is_number, (test.left, *test.comparators)))
    return _is_number(test)


#: Methods of a tensor that return plain numbers or shapes.
_PLAIN = {"dim", "numel", "nelement", "size", "item"}


def _is_number(node: ast.expr) -> bool:
    """Check for an expression that is not a tensor, whatever its names hold: a constant, a shape, a number of axes."""
    match node:
        case ast.Constant() | ast.Attribute(attr="ndim" | "shape" | "dtype"):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _PLAIN
        case ast.Call(func=ast.Name(id=name)):
            return name in _SINGLE_ANSWERS
        case ast.Subscript(value=value):
            return _is_number(value)
    return False


def rebound_argument(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose an argument whose name was bound to a new tensor before the attribute was set on it."""
    if symptom.place is None or not symptom.missing:
        return None
    name, attribute = symptom.place
    for function in _functions(definition):
        rebound = list(_bindings(function, name))
        stored = list(_stores(function, name, attribute))
        if rebound and stored and min(rebound) < max(stored):
            text = f"`{name}` is another tensor from line {min(rebound) - definition.lineno + 1} of its definition on"
            return Diagnosis("rebound_argument", f"{text}. On which of the two is `.{attribute}` set?")
    return None


def _bindings(function: ast.FunctionDef, name: str) -> Iterator[int]:
    """Yield the lines that bind ``name`` anew. ``name += 1`` keeps the tensor."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if any(_is_name(each, name) for each in _targets(target)):
                    yield node.lineno
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None and _is_name(node.target, name):
            yield node.lineno


def _targets(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List) else [node]


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _stores(function: ast.FunctionDef, name: str, attribute: str) -> Iterator[int]:
    """Yield the lines that set ``name.attribute``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from [node.lineno] if node.attr == attribute and _is_name(node.value, name) else []


def missing_return(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a function without any ``return`` of a value, for a result that is missing."""
    lacks = symptom.missing and symptom.place is None
    if not lacks and "'NoneType' object has no attribute" not in symptom.error:
        return None
    suspects = [
        function for function in _functions(definition) if function.name in (symptom.name, "__call__", "forward")
    ]
    for function in suspects:
        if not any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function)):
            text = f"`{function.name}` has no `return` with a value, so its caller gets None"
            return Diagnosis("missing_return", f"{text}. Which of your variables is the result?")
    return None


def divided_then_multiplied(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose ``x / 2 * eps``, in which only the number is a divisor, for a wrong value."""
    if symptom.error or symptom.missing:
        return None
    for node in ast.walk(definition):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.BinOp):
            number, last = node.left.right, node.right
            if isinstance(node.left.op, ast.Div) and isinstance(number, ast.Constant) and _is_divisor(last):
                text = f"`... / {ast.unparse(number)} * {ast.unparse(last)}` divides first and then multiplies"
                return Diagnosis("divides_then_multiplies", f"{text}. What do you want to divide by?")
    return None


def _is_divisor(node: ast.expr) -> bool:
    """A lone name, such as a step or a size: two numbers would have been one, and a call may be a factor."""
    return isinstance(node, ast.Name)


def rows_of_one_list(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose ``[[0.0] * m] * n``, whose rows are one list, for a wrong value."""
    if symptom.error:
        return None
    for node in ast.walk(definition):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            for side in (node.left, node.right):
                if isinstance(side, ast.List) and len(side.elts) == 1 and _is_mutable(side.elts[0]):
                    text = f"`{ast.unparse(node)}` puts one list into every row"
                    return Diagnosis("rows_are_one", f"{text}. Which rows change when you write into the first?")
    return None


def _is_mutable(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.ListComp) or (
        isinstance(node, ast.BinOp) and any(isinstance(side, ast.List) for side in (node.left, node.right))
    )


_MISFIT = re.compile(r"do not fit|size|shape|dimension|does not broadcast|not aligned", re.IGNORECASE)


def name_of_the_notebook(definition: Definition, symptom: Symptom) -> Diagnosis | None:
    """Diagnose a name of the notebook that is read instead of an argument, for a wrong value or sizes that do not fit.

    It is the name of an argument that the function does not bind, takes the place of a parameter that is not read, or
    is a part of the expression in which sizes do not fit.
    """
    if symptom.missing or (symptom.error and not (symptom.code and _MISFIT.search(symptom.error))):
        return None
    for function in _functions(definition):
        parameters, read, called, bound = _names_of(function)
        free = sorted(read - bound - called - set(dir(builtins)))
        if symptom.error:
            free = [name for name in free if re.search(rf"\b{name}\b", symptom.code)]
            if not free:
                continue
        outside = [name for name in free if name in symptom.names]
        unread = sorted(parameters - read - {"self"})
        if outside:
            text = f"`{outside[0]}` in `{function.name}` is a variable of the notebook, not the argument"
            return Diagnosis("global_for_argument", f"{text}. Where does your function get its arguments from?")
        if unread and free:
            text = f"`{function.name}` reads `{free[0]}` of the notebook, and never its parameter `{unread[0]}`"
            return Diagnosis("global_for_argument", f"{text}. Which of the two does the caller choose?")
        if symptom.error:
            text = f"`{free[0]}` in `{function.name}` is a variable of the notebook"
            return Diagnosis("global_for_argument", f"{text}. Which of your arguments has the value for this call?")
    return None


def _names_of(function: ast.FunctionDef) -> tuple[set[str], set[str], set[str], set[str]]:
    """Return the parameters of a function, and names that it reads, calls or takes attributes of, and binds."""
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    owners = [node.func if isinstance(node, ast.Call) else node.value for node in nodes if isinstance(node, _OWNED)]
    inner = {node.arg for node in nodes if isinstance(node, ast.arg)}
    inner |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    inner |= {alias.asname or alias.name for node in nodes if isinstance(node, _IMPORTS) for alias in node.names}
    parameters = {argument.arg for argument in arguments}
    return (
        parameters,
        {node.id for node in names if isinstance(node.ctx, ast.Load)},
        {owner.id for owner in owners if isinstance(owner, ast.Name)} - parameters,
        parameters | inner | {node.id for node in names if not isinstance(node.ctx, ast.Load)} | _variadic(function),
    )


def _variadic(function: ast.FunctionDef) -> set[str]:
    return {each.arg for each in (function.args.vararg, function.args.kwarg) if each is not None}


_OWNED = (ast.Call, ast.Attribute)
_IMPORTS = (ast.Import, ast.ImportFrom)


_DIAGNOSERS: tuple[Callable[[Definition, Symptom], Diagnosis | None], ...] = (
    tensor_condition,
    single_underscore,
    missing_self,
    wrong_parameters,
    rebound_argument,
    missing_return,
    rows_of_one_list,
    divided_then_multiplied,
    name_of_the_notebook,
    state.grows,
    state.shared,
    state.used_up,
)
