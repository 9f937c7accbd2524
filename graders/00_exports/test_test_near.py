"""Hidden checks of the exercise ``test_near(a, b)``: silent where a is near b, an assertion otherwise.

``stand_ins.py`` replaces the notebook's ``test`` and ``near`` while it runs, so that a mistake there costs nothing
here. No function of this file has the name of the exercise, because pytest would take it for a hidden test.

Sentence of the text → check:

    raise an AssertionError             → test_value
    `a` is near `b`, in this order      → test_near_is_meant
    print nothing if `a` is near `b`    → test_message
    the name `near` and both values     → test_message
"""

import torch

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check


def quietly(names, a, b):
    """test_near(a, b)"""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test_near"](a, b)
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


def accepts(student, a, b):
    with student.using("right"):
        call = student.call(a, b, caller=quietly)
    call.must_not_raise()
    return call


def refuses(student, a, b, because):
    with student.using("right"):
        call = student.call(a, b, caller=quietly)
    call.must_raise(AssertionError, because=because, instead="does not stop")
    return call


@check("passes if a is near b, and raises an AssertionError if it is not", points=0.5, gate=True)
def test_value(student, matrix):
    for shape in [(3,), (2, 2), ()]:
        b = matrix(1, *shape, dtype=torch.float64)[0]
        b = b + 3 * b.sign()
        accepts(student, b, b.clone())
        accepts(student, b * 1.0004, b)
        refuses(student, b * 1.01, b, because="the numbers are a part in a hundred apart")
        refuses(student, -b, b, because="the numbers are far apart")


@check("near as in exercise 3: shapes, dtypes, tolerances, NaN", points=0.3)
def test_near_is_meant(student, matrix):
    b = 3 + matrix(3, dtype=torch.float64).abs()
    accepts(student, b.float(), b)
    accepts(student, torch.full((2,), 4e-6), torch.zeros(2))
    accepts(student, 1000 * b * (1 - 0.9997e-3), 1000 * b)
    refuses(student, 1000 * b * (1 + 1.0003e-3), 1000 * b, because="the differences exceed a thousandth of b")
    refuses(student, b[:1], b[0], because="(1,) is not ()")
    refuses(student, b[:2], b, because="the shapes do not even fit")
    refuses(student, torch.tensor([torch.nan]), torch.tensor([torch.nan]), because="NaN is near nothing")


@check("the message shows the name near and both values; nothing is printed if a is near b", points=0.2)
def test_message(student, number):
    for a, b in [(number() + 0.25, number() + 0.75), (number() + 0.5, number() + 0.25)]:
        call = refuses(student, torch.tensor(a), torch.tensor(b), because="the numbers are far apart")
        said = str(call.error["text"])
        text = f"{call.subject} fails, and rightly; but the message of the assertion does not show "
        if any(str(value) not in said for value in (a, b)):
            told = f"expected in it: {a} and {b}"
            raise CheckFailed(Finding("value", f"{text}both values", told, symptom="message: values"))
        if "near" not in said.lower():
            raise CheckFailed(Finding("value", f"{text}the name near", symptom="message: name"))
    a = torch.tensor([number() + 0.5])
    for b in (a.clone(), a.double() * 1.0004):
        call = accepts(student, a, b)
        if isinstance(call.value, list) and call.value[1:] == [True]:
            raise CheckFailed(Finding("value", f"{call.subject} prints something, though a is near b"))
