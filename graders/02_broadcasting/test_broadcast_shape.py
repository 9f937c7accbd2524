"""Hidden checks of ``broadcast_shape(s, t)``: align right, equal or 1, a missing size is 1."""

import re

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding, describe
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="writing down the rules of broadcasting yourself, for tuples of numbers",
    allow=all_but("broadcasting", "numpy", "matrix product", "einsum"),
    scalars_only=True,
    numbers=True,
)

#: Pairs of one length, of several, with ones on either side, and at both ends.
PAIRS = [
    ((2, 3), (2, 3)),
    ((3, 1), (1, 4)),
    ((1, 4), (3, 1)),
    ((2, 3), (3,)),
    ((2, 3), (4, 1, 1)),
    ((4,), (2, 1)),
    ((8, 1, 6, 1), (7, 1, 5)),
    ((256, 256, 3), (3,)),
    ((1,), (5, 4, 3)),
    ((3, 3), (3,)),
    ((5, 1, 1), (4, 1)),
    ((6, 5, 4, 3, 2), (2,)),
    ((1,), (2, 3, 4, 5, 6)),
]
MISFITS = [
    ((2, 3), (2,)),
    ((3,), (4,)),
    ((2, 3, 4), (2, 4)),
    ((4, 3), (2, 3)),
    ((2, 5, 1), (4, 5, 3)),
    ((3, 2), (2, 3)),
    ((2,), (4, 4)),
]


def plainly(names, s, t):
    """broadcast_shape(s, t)"""
    result = names["broadcast_shape"](s, t)
    return tuple(result) if isinstance(result, torch.Size) else result  # torch's own kind of tuple will do


def must_give(student, s, t):
    """The shape that torch itself finds, in a tuple or, for now, in a list."""
    call = student.call(s, t, caller=plainly)
    must_be_the_shape(call)
    return call


def must_be_the_shape(call):
    s, t = call.args
    call.subject = f"broadcast_shape({s}, {t})"
    call.must_not_raise()
    expected = tuple(torch.broadcast_shapes(s, t))
    plain = isinstance(call.value, list | tuple) and all(type(size) is int for size in call.value)
    if not plain:
        kind = "nothing" if call.value is None else describe(call.value)
        raise CheckFailed(
            Finding("type", f"broadcast_shape({s}, {t}) returned {kind}; a tuple of whole numbers is asked for")
        )
    if tuple(call.value) != expected:
        detail = f"there: got {tuple(call.value)}, expected {expected}"
        raise CheckFailed(Finding("value", f"broadcast_shape({s}, {t}) gave another shape than torch does", detail))


def refused(student, s, t):
    call = student.call(s, t, caller=plainly)
    call.subject = f"broadcast_shape({s}, {t})"
    call.must_raise(ValueError, because=f"no tensor of shape {s} can meet one of shape {t}")
    return call


def random_pair(generator):
    """Two shapes that fit, of up to four sizes each."""

    def drawn(low, high):
        return int(torch.randint(low, high + 1, (), generator=generator))

    whole = [drawn(2, 9) for _ in range(4)]
    pair = []
    for _ in range(2):
        kept = whole[drawn(0, 3) :]
        pair.append(tuple(1 if drawn(0, 2) == 0 else size for size in kept))
    return pair


@check("shapes of one length and of several, with ones on either side", points=1, gate=True)
def test_fitting(student):
    for s, t in PAIRS:
        must_give(student, s, t)


@check("the rules in your own words, and no tensor that knows them", points=0.3, gate=True)
def test_rule(student):
    call = student.must_obey(RULE, Trial(lambda s, t: (s, t), must_be_the_shape, plainly), PAIRS)
    # Indexing by two tensors stretches them, and so does copying one into another: no tensor at all, then.
    traced = (call.trace or {}).get("function", [])
    ran = [str(entry[0])[:80] for entry in traced if isinstance(entry, list) and entry]
    if ran:
        # Rather what the student wrote than what an index or a property is called inside.
        first = min(ran, key=lambda name: (name.startswith("_") or name == "shape", name))
        text = f"calling it ran `{first}`: this exercise is about {RULE.about}, and no tensor is needed"
        raise CheckFailed(Finding("rule", text, symptom="rule: numbers only"))


@check("any shapes that fit", points=0.3)
def test_any(student):
    generator = student.generator("shapes")
    for _ in range(6):
        must_give(student, *random_pair(generator))


@check("the shape () of a single number, and axes of size 0", points=0.2)
def test_odd_sizes(student):
    for s, t in [((), (3, 2)), ((4,), ()), ((), ()), ((0, 3), (1, 3)), ((1,), (2, 0))]:
        must_give(student, s, t)
    refused(student, (0,), (2,))


@check("shapes that do not fit are refused with a ValueError", points=0.5)
def test_misfits(student):
    for s, t in MISFITS:
        refused(student, s, t)
        refused(student, t, s)


@check("the refusal names the dimension, counted from the right", points=0.5)
def test_named_dimension(student):
    for s, t in MISFITS:
        call = refused(student, s, t)
        wrong = {
            -place for place, (p, q) in enumerate(zip(s[::-1], t[::-1], strict=False), 1) if p != q and 1 not in (p, q)
        }
        text = call.error["text"].replace("−", "-")
        named = {int(number) for number in re.findall(r"(?<![\d.])-\d{1,3}(?!\d)", text)}
        if not named or not named <= wrong:
            seen = "names none of the form -1, -2, …" if not named else f"names {max(named - wrong, default=0)}"
            symptom = "names another dimension" if named or re.search(r"\d", text) else "names no dimension"
            told = f"broadcast_shape({s}, {t}) refuses, and its message {seen}: which dimension does not fit?"
            raise CheckFailed(Finding("exception", told, symptom=symptom))


@check("the result is a tuple", points=0.2)
def test_kind(student):
    call = must_give(student, (3, 1), (4,))
    if not isinstance(call.value, tuple):
        raise CheckFailed(Finding("type", "broadcast_shape returned a list; a shape is a tuple", symptom="a list"))
