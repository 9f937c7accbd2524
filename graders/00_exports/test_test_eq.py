"""Hidden checks of the exercise ``test_eq(a, b)``: equality, for tensors of shape and of every entry.

``stand_ins.py`` replaces the notebook's ``test`` while it runs, so that a mistake there costs nothing here. No function
of this file has the name of the exercise, because pytest would take it for a hidden test.

Sentence of the text → check:

    Numbers, strings, lists, None: equal as `==` says                    → test_plain
    **the same shape** and equal entries                                 → test_tensors
    no stretching, and no RuntimeError                                   → test_shapes
    The dtype is not compared                                            → test_dtypes
    NaN equals nothing, not even NaN                                     → test_nan
    If the two are equal, `test_eq` prints nothing                       → test_message
    in their shapes or otherwise, the message shows `==` and both values → test_message
"""

import torch

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check


def quietly(names, a, *b):
    """test_eq(a, b)"""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test_eq"](a, *(b or (a,)))
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


def equal(student, a, b):
    with student.using("right"):
        call = student.call(a, b, caller=quietly)
    call.must_not_raise()
    return call


def different(student, a, *b, because):
    """Of ``a`` and ``b``; of ``a`` and itself where there is no ``b``: two arguments would arrive as two tensors."""
    with student.using("right"):
        call = student.call(a, *b, caller=quietly)
    call.must_raise(AssertionError, because=because, instead="does not stop")
    return call


@check("numbers, strings and lists: equal or not", points=0.6, gate=True)
def test_plain(student, number):
    n, other = number(), number()
    for a, b, c in [
        (n, n, other),
        (n + 0.5, n + 0.5, n - 0.5),
        (f"nb_{n}", f"nb_{n}", f"nb_{other}"),
        ([n, other], [n, other], [other, n]),
        (None, None, n),
        ([], [], [n]),
    ]:
        equal(student, a, b)
        different(student, a, c, because="the two differ")
    equal(student, n, float(n))


@check("tensors: every entry has to be equal", points=0.4)
def test_tensors(student, number):
    a = torch.tensor([[number(), number()], [number(), number()], [number(), number()]])
    one_off, tiny = a.clone(), a.double()
    one_off[2, 0] += 1
    tiny[0, 1] += 1e-7
    for tensor in (a, a.double() / 3, a[0], a[0, 0], a.t(), a[:0], a[:, :0]):
        equal(student, tensor, tensor.clone())
    different(student, a, one_off, because="one of six entries differs")
    different(student, a, -a, because="all entries differ")
    different(student, a, a.flip(0), because="the rows are in another order")
    different(student, a.double(), tiny, because="one entry differs by 1e-7")


@check("another shape is a difference: nothing is stretched, and there is no other exception", points=0.4)
def test_shapes(student, number):
    n = float(number())
    for s, t in [
        ((3,), (1,)),
        ((), (1,)),
        ((3, 1), (3,)),
        ((2, 3), (3,)),
        ((3,), (2,)),
        ((2, 3), (3, 2)),
        ((0,), (1,)),
        ((0, 2), (0,)),
    ]:
        for one, other in ((s, t), (t, s)):
            a, b = torch.full(one, n), torch.full(other, n)
            different(student, a, b, because="the shapes differ")


@check("the dtype is not compared", points=0.2)
def test_dtypes(student, number):
    a = torch.tensor([number(), number()])
    for b in (a.double(), a.float(), a.to(torch.int32)):
        equal(student, a, b)
        different(student, b, a + 1, because="the entries differ")


@check("NaN equals nothing", points=0.2)
def test_nan(student, number):
    a = torch.tensor([float(number()), float("nan")])
    different(student, a, a.clone(), because="NaN equals nothing, not even NaN")
    different(student, a, a.nan_to_num(5.0), because="NaN is no number")
    different(student, a, because="a and b are one tensor with a NaN in it, and NaN does not equal itself")


@check("the message shows == and both values; nothing is printed if the two are equal", points=0.2)
def test_message(student, number):
    pair = torch.tensor([number(), 7]), torch.tensor([number(), 7])
    for a, b in [(number(), number()), pair]:
        must_show_both(different(student, a, b, because="the two differ"), a, b)
    for a, b in [(pair[0], pair[1][:1]), (pair[0][:1], pair[1][0]), (torch.cat(pair[::-1]), pair[0])]:
        must_show_both(different(student, a, b, because="the shapes differ"), a, b, "message: shapes")
    for a in (number(), pair[0]):
        call = equal(student, a, a.clone() if isinstance(a, torch.Tensor) else a)
        if isinstance(call.value, list) and call.value[1:] == [True]:
            raise CheckFailed(Finding("value", f"{call.subject} prints something, though the two are equal"))


def must_show_both(call, a, b, symptom=None):
    """The message of the assertion has ``==`` and both values in it; ``symptom`` is of a message without them."""
    said = str(call.error["text"])
    values = [str(one.flatten().tolist()[0]) if isinstance(one, torch.Tensor) else str(one) for one in (a, b)]
    text = f"{call.subject} fails, and rightly; but the message of the assertion does not show "
    if any(value not in said for value in values):
        told = f"expected in it: {' and '.join(values)}"
        raise CheckFailed(Finding("value", f"{text}both values", told, symptom=symptom or "message: values"))
    if "==" not in said:
        raise CheckFailed(Finding("value", f"{text}==", symptom=symptom or "message: name"))
