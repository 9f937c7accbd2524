"""Hidden checks of the exercise ``test(a, b, cmp, cname)``: silent where the comparison holds, an assertion otherwise.

No function of this file is called as the exercise is: pytest would take it for a hidden test. Comparisons cannot
travel, so each is made where the student's code runs and is asked for by its name.

Sentence of the text → check:

    ask cmp about a and b, in this order                          → test_yes_and_no
    if the answer is no: AssertionError                           → test_yes_and_no
    if the answer is a tensor: all of its entries have to be True → test_tensors
    with True or False, or with a tensor of those, of any shape   → test_tensors
    A tensor without entries counts as True                       → test_tensors
    both values, `a` and `b`                                      → test_values_are_shown
    `test` returns and says nothing                               → test_values_are_shown
    `cname`, or `cmp.__name__` where no `cname` was given         → test_name_is_shown
"""

import torch

from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check


def by_its_name(names, a, b, name, *cname):
    """test(a, b, cmp)"""
    import contextlib
    import io
    import operator

    def shares_a_factor(a, b):
        return any(a % n == 0 and b % n == 0 for n in range(2, 50))

    def every_one_smaller(a, b):
        return [x < y for x, y in zip(a, b, strict=True)] == [True] * len(a)

    def within_one(a, b):
        return (a - b).abs() <= 1

    def same_shape(a, b):
        return a.shape == b.shape

    def entries_agree(a, b):
        return torch.tensor(a) == torch.tensor(b)

    own = [shares_a_factor, every_one_smaller, within_one, same_shape, entries_agree]
    cmp = {each.__name__: each for each in own}.get(name) or getattr(operator, name)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test"](a, b, cmp, *cname)
    if isinstance(returned, torch.Tensor):
        returned = all(returned.flatten().tolist())
    # The returned value is not judged: it only distinguishes mistakes from each other.
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


def holds(student, a, b, name):
    call = student.call(a, b, name, caller=by_its_name)
    call.must_not_raise()
    return call


def fails(student, a, b, name, *cname, because="the comparison does not hold"):
    call = student.call(a, b, name, *cname, caller=by_its_name)
    call.must_raise(AssertionError, because=because, instead="does not stop")
    return call


def must_be_silent(call):
    """Nothing is printed; what the caller returned is no evidence if it has another form."""
    if isinstance(call.value, list) and call.value[1:] == [True]:
        raise CheckFailed(Finding("value", f"{call.subject} prints something, though the comparison holds"))


def must_show(call, words, symptom, what):
    """The message of the assertion has all of the words in it."""
    said = str(call.error["text"])
    if any(word not in said for word in words):
        text = f"{call.subject} fails, and rightly; but the message of the assertion does not show {what}"
        raise CheckFailed(Finding("value", text, f"expected in it: {' and '.join(words)}", symptom))


@check("passes where the comparison holds, and is an AssertionError where it does not", points=0.8, gate=True)
def test_yes_and_no(student, number):
    for _ in range(2):
        small, large = sorted((number(), number()))
        holds(student, small, large, "lt")
        fails(student, large, small, "lt")
        holds(student, small, small, "eq")
        fails(student, small, large, "eq")
        holds(student, small, large, "ne")
    holds(student, "matrix", "tri", "contains")
    fails(student, "tri", "matrix", "contains")
    holds(student, 6 * number(), 9, "shares_a_factor")
    fails(student, [1, 5], [2, 4], "every_one_smaller")


@check("a tensor of answers: every one of them has to be True", points=0.6)
def test_tensors(student, number):
    a = torch.tensor([[number(), number()], [number(), number()], [number(), number()]])
    one_off, shift = a.clone(), torch.tensor([[0], [1], [-1]])
    one_off[1, 1] += 2
    holds(student, a, a.clone(), "eq")
    holds(student, a, a + shift, "within_one")
    for b in (one_off, a + 2, a.flip(0) + 20_000):
        fails(student, a, b, "eq", because="not all of the answers are True")
    fails(student, a, one_off, "within_one", because="one of the answers is False")
    fails(student, a[:2].double(), torch.stack([a[0] + 1, a[1] - 1]).double(), "lt", because="two answers are False")
    holds(student, torch.tensor(1.5), torch.tensor(2.5), "lt")
    # Whether there are many answers depends on the comparison, and not on what it compares.
    holds(student, a, one_off, "same_shape")
    fails(student, a, a[:2], "same_shape", because="the only answer is False")
    row = a[0].tolist()
    holds(student, row, row, "entries_agree")
    fails(student, row, [row[0], row[1] + 1], "entries_agree", because="one of the answers is False")
    for empty in (torch.zeros(0), torch.zeros(2, 0)):
        holds(student, empty, empty.clone(), "eq")


@check("the message shows both values; nothing is printed if the comparison holds", points=0.3)
def test_values_are_shown(student, number):
    for a, b in [(number(), number()), (number() + 0.25, number() + 0.75), ("left", "right")]:
        must_show(fails(student, a, b, "eq"), [str(a), str(b)], "message: values", "both values")
    a, b = torch.tensor([number(), number()]), torch.tensor([number(), number()])
    call = fails(student, a, b, "eq")
    must_show(call, [str(each) for each in [*a.tolist(), *b.tolist()]], "message: values", "both values")
    n = number()
    for b, name in [(n, "eq"), (n + 1, "lt")]:
        must_be_silent(holds(student, n, b, name))
    must_be_silent(holds(student, a, a.clone(), "eq"))


@check("the message shows the name of the comparison", points=0.3)
def test_name_is_shown(student, number):
    a = number()
    call = fails(student, [a], [1], "every_one_smaller")
    said = str(call.error["text"])
    symptom = "message: None" if "None" in said else "message: name" if str(a) in said else "message: values"
    must_show(call, ["every_one_smaller"], symptom, "the name of the comparison")
    call = fails(student, a, a + 1, "gt", "is more than")
    must_show(call, ["is more than"], "message: cname", "the name that was given")
