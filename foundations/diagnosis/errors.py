"""Mistakes that an exception shows by its message, and by the expression that raised it."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from foundations.diagnosis.judgement import Diagnosis


@dataclass(frozen=True)
class Raised:
    """An exception of a call that should have returned.

    Attributes:
        kind: the name of its class.
        text: the first line of its message.
        code: the expression or statement of the exercise that raised it; empty if it is not known.
        source: the code that defines the exercise.
        sizes: all sizes in the shapes of the arguments.
        outside: whether it was raised by a line of a check, and not of the exercise.
    """

    kind: str
    text: str
    code: str = ""
    source: str = ""
    sizes: frozenset[int] = frozenset()
    outside: bool = False

    @property
    def where(self) -> str:
        """The code in backquotes, to begin a sentence."""
        return f"`{self.code}`" if self.code and "`" not in self.code else "A line of your code"


def diagnose_error(raised: Raised) -> Diagnosis | None:
    """Return the mistake that an exception shows, or ``None``."""
    for diagnoser in _DIAGNOSERS:
        if (found := diagnoser(raised)) is not None:
            return found
    return None


def refused(raised: Raised) -> Diagnosis | None:
    """Diagnose a condition of the student's own that refuses suitable arguments."""
    if raised.kind == "NotImplementedError" or not (raised.kind == "AssertionError" or raised.code.startswith("raise")):
        return None
    text = f"{raised.where} stops a call whose arguments are suitable"
    return Diagnosis("refuses_suitable", f"{text}. Which arguments does it let through?")


def size_in_code(raised: Raised) -> Diagnosis | None:
    """Diagnose a size that is a number in the code, for a message about a size that no argument has."""
    if not _is_about_sizes(raised):
        return None
    named = {int(number) for number in re.findall(r"\d+", raised.text)} - raised.sizes - {0, 1}
    written = sorted(named & _numbers(raised.source))
    if not written:
        return None
    text = f"Your code has the size {written[0]} in it as a number, and the arguments have another one"
    return Diagnosis("size_in_code", f"{text}. How does your code get at the size of an argument?")


def _numbers(source: str) -> set[int]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int}


_SIZES = re.compile(
    r"must match the (existing )?size|shapes cannot be multiplied|size mismatch|is invalid for input of size"
    r"|does not broadcast with|shape mismatch|inconsistent tensor size|doesn't match the broadcast shape"
    r"|expected .* to have size|Expected size for|sizes of tensors must match|could not be broadcast|not aligned"
    r"|expand\(.*must be greater|is not broadcastable|mismatch in its core dimension|must match exactly"
    r"|cannot reshape array of size|all input arrays must have the same shape|boolean index did not match",
    re.IGNORECASE,
)


def _is_about_sizes(raised: Raised) -> bool:
    return raised.kind in ("RuntimeError", "ValueError", "IndexError") and bool(_SIZES.search(raised.text))


def sizes(raised: Raised) -> Diagnosis | None:
    """Diagnose shapes that do not fit, for a message of PyTorch or NumPy about sizes."""
    if not _is_about_sizes(raised):
        return None
    letter = re.search(r"subscript (\w) has size (\d+) .* previously seen size (\d+)", raised.text)
    if letter:
        text = f"The letter `{letter[1]}` of your einsum has size {letter[3]} in one tensor and {letter[2]} in another"
        return Diagnosis("sizes_do_not_meet", f"{text}. Which axis of each tensor does the letter count?")
    text = f"{raised.where} gets shapes that do not fit each other"
    return Diagnosis("sizes_do_not_meet", f"{text}. Which axis counts which index there? Write the shapes down.")


_AXES = re.compile(
    r"tuple index out of range|too many indices for (tensor|array)|Dimension out of range|zero-dimensional"
    r"|0-d(im)? tensor|expects a tensor with <= 2"
    r"|tensors? expected|must be .*-?D\b|dimension specified as|same number of dimensions"
    r"|number of subscripts in the equation|\d-?D tensor|dimensions? of the tensor"
    r"|is out of bounds for array of dimension|does not have enough dimensions|array must be \d-d",
)


def _is_about_axes(raised: Raised) -> bool:
    of_array = raised.kind == "ValueError" and "Input operand" in raised.text
    known = of_array or raised.kind in ("IndexError", "AxisError", "RuntimeError", "TypeError")
    return known and bool(_AXES.search(raised.text))


def axes(raised: Raised) -> Diagnosis | None:
    """Diagnose code for another number of axes than a tensor has."""
    unpacked = "values to unpack" in raised.text and re.search(r"shape|size\(\)", raised.code)
    if not unpacked and not (_is_about_axes(raised)):
        return None
    noun = "array" if re.search(r"\barrays?\b|input operand", raised.text, re.IGNORECASE) else "tensor"
    text = f"{raised.where} needs another number of axes than its {noun} has"
    return Diagnosis("fixed_axes", f"{text}. How many axes has the {noun} there, and for how many is your code?")


def past_the_end(raised: Raised) -> Diagnosis | None:
    """Diagnose an index that is larger than the last one."""
    found = re.search(r"index (-?\d+) is out of bounds for (?:dimension|axis) (\d+) with size (\d+)", raised.text)
    if not found and raised.text != "list index out of range":
        return None
    text = f"{raised.where} asks for an index that is not there"
    if found:
        text = f"{raised.where} asks for index {found[1]} along axis {found[2]}, whose size is {found[3]}"
    return Diagnosis("index_past_end", f"{text}. Which axis does the index count, and where does it end?")


def attribute(raised: Raised) -> Diagnosis | None:
    """Diagnose an attribute that an object does not have: not set yet, misspelt, or that of another type."""
    if raised.kind != "AttributeError":
        return None
    if unset := re.search(r"^(\w+\.\w+) is not set", raised.text):
        return _not_yet_set(raised, f"needs `{unset[1]}`, which is not set yet")
    found = re.search(r"(?:module '([\w.]+)'|'([\w.]+)' object) has no attribute '(\w+)'", raised.text)
    if not found:
        return None
    owner, missing = found[1] or found[2], found[3]
    if raised.outside and owner not in _OWNERS:
        return None  # the attribute is one that the check asks for
    known = dir(_OWNERS.get(owner, object))
    if close := difflib.get_close_matches(missing, known, 1, 0.8):
        text = f"`{owner}` has no `{missing}`, but it has a `{close[0]}`. Which of the two do you mean?"
    elif owner == "Tensor" and len(missing) <= _SHORT and f".{missing}(" not in raised.source:
        return _not_yet_set(raised, f"reads `.{missing}` of a tensor that has none yet")
    elif owner == "NoneType":
        text = f"{raised.where} asks None for `{missing}`. Which call or variable gave you None?"
    else:
        text = f"{raised.where} asks for `{missing}`, which a `{owner}` does not have. Which type did you expect?"
    return Diagnosis("no_such_attribute", text)


#: Types and modules by the names that messages give them.
_OWNERS = {"Tensor": torch.Tensor, "torch": torch, "numpy.ndarray": np.ndarray, "numpy": np}
#: Names of attributes that exercises set on tensors are at most this long; methods of tensors are mostly longer.
_SHORT = 4


def _not_yet_set(raised: Raised, seen: str) -> Diagnosis:
    question = "Which step sets it, and has the step run by then?"
    return Diagnosis("not_yet_set", f"{raised.where} {seen}. {question}")


def name(raised: Raised) -> Diagnosis | None:
    """Diagnose a name that is not defined, or is read before it gets a value."""
    found = re.search(r"name '(\w+)' is not defined|local variable '(\w+)'", raised.text)
    if raised.kind not in ("NameError", "UnboundLocalError") or not found:
        return None
    missing = found[1] or found[2]
    if found[2]:
        text = f"`{missing}` is read before it gets a value"
        return Diagnosis("undefined_name", f"{text}. Which line assigns it, and is that line always reached?")
    known = {*re.findall(r"[A-Za-z_]\w*", raised.source), *dir(builtins)} - {missing}
    close = difflib.get_close_matches(missing, known, 1, 0.75)
    text = f"`{missing}` is not defined" + (f", and your code has a `{close[0]}`" if close else "")
    return Diagnosis("undefined_name", f"{text}. Where does the name get its value?")


def operand(raised: Raised) -> Diagnosis | None:
    """Diagnose an operation on an object of a type that does not have it."""
    found = re.search(
        r"'([\w.]+)' object is not (?:callable|subscriptable|iterable)"
        r"|unsupported operand type\(s\) for .*: '([\w.]+)' and '([\w.]+)'"
        r"|not supported between instances of '([\w.]+)' and '([\w.]+)'"
        r"|'([\w.]+)' object (?:cannot be interpreted|does not support)",
        raised.text,
    )
    if raised.kind != "TypeError" or not found:
        return None
    types = " and ".join(f"`{kind}`" for kind in found.groups() if kind)
    text = f"{raised.where} does not work with {types}"
    return Diagnosis("wrong_operand", f"{text}. Of which type is each part of it, and which did you expect?")


#: Exceptions about a dtype: PyTorch's, and NumPy's, which are derived from TypeError.
_OF_DTYPES = ("RuntimeError", "TypeError", "NotImplementedError", "UFuncTypeError", "_UFuncOutputCastingError",
              "_UFuncInputCastingError", "_UFuncNoLoopError", "_UFuncBinaryResolutionError")  # fmt: skip


def dtypes(raised: Raised) -> Diagnosis | None:
    """Diagnose tensors of two dtypes in an operation that takes one."""
    pattern = r"same dtype|dtypes match|can't be cast to|expected scalar type|not implemented for '|dtype of input"
    pattern += r"|Cannot cast ufunc|Cannot cast array|not supported for the input types|did not contain a loop with"
    if raised.kind not in _OF_DTYPES or not re.search(pattern, raised.text):
        return None
    noun = "array" if re.search(r"\bufunc\b|\barray\b", raised.text) else "tensor"
    text = f"{raised.where} gets a dtype that it does not take"
    return Diagnosis("dtypes_do_not_meet", f"{text}. Which dtype has each {noun} there, and where did it get it?")


def arguments(raised: Raised) -> Diagnosis | None:
    """Diagnose a call in the exercise's code whose arguments do not fit the function that it calls."""
    if not raised.code:
        return None
    if found := re.match(r"(\w+) was called with .*which do not fit|(\w+) was called with arguments", raised.text):
        text = f"{raised.where} calls `{found[1] or found[2]}` with arguments that do not fit"
        question = "Which shape has each of them there, and where does it come from?"
        return Diagnosis("arguments_do_not_fit", f"{text}. {question}")
    found = re.match(r"(?:.*\.)?(\w+)\(\) (takes .* were given|takes .* was given|missing .* argument)", raised.text)
    if raised.kind != "TypeError" or not found:
        return None
    text = f"{raised.where} calls `{found[1]}` with another number of arguments than it takes"
    return Diagnosis("wrong_number_of_arguments", f"{text}. How many does it take, and how many is a tuple of them?")


def unpacking(raised: Raised) -> Diagnosis | None:
    """Diagnose an assignment to another number of names than there are values."""
    found = re.match(r"(too many|not enough) values to unpack", raised.text)
    if raised.kind != "ValueError" or not found:
        return None
    text = f"{raised.where} unpacks {'more' if found[1] == 'too many' else 'fewer'} values than it has names for"
    return Diagnosis("wrong_unpacking", f"{text}. How many values are there, and can it be another number?")


def way_back(raised: Raised) -> Diagnosis | None:
    """Diagnose autograd that has no operations to go back through, or has gone back through them already."""
    if "backward through the graph a second time" in raised.text:
        text = "Autograd goes back through the operations of one calculation for the second time"
        return Diagnosis("goes_back_twice", f"{text}. Which line goes back first, and is it to do so?")
    if "does not require grad" in raised.text and raised.code:
        text = f"{raised.where} asks autograd to go back from a tensor whose calculation was not recorded"
        return Diagnosis("nothing_recorded", f"{text}. Which object did you expect there, and whose `backward` is it?")
    return None


_DIAGNOSERS: tuple[Callable[[Raised], Diagnosis | None], ...] = (
    refused, size_in_code, sizes, axes, past_the_end, attribute, name, operand, arguments, unpacking, way_back, dtypes,
)  # fmt: skip
