"""What learners get wrong in 00_exports, as code that runs.

A function's name is the misconception's id, its docstring the hint. A hint leads and does not tell: it says where to
look, or which question to ask. What is recognised by a symptom never runs in the judge, so only such a one may write
elsewhere than where it was told to.
"""

import json
import math
import operator
import re
from pathlib import Path
from typing import Any

import torch

from foundations.grading.misconceptions import battery, misconception

# --- right versions of what exercises stand on ---------------------------------------------------------------------


def test(a, b, cmp, cname=None):  # noqa: PT028 - the exercise has it
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = bool(answer.all())
    assert answer, f"{cname or getattr(cmp, '__name__', cmp)}:\n{a}\n{b}"


def near(a, b):
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)


def export_cells(path):
    found = []
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        first, *rest = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export" and "".join(rest).strip():
            found.append("\n".join(rest))
    return found


def _all_of(answer):
    return bool(answer.all()) if isinstance(answer, torch.Tensor) else answer


def _plain(source):
    return "\n".join(line for line in source.split("\n") if not line.lstrip().startswith(("%", "!")))


def _text(cell):
    return "".join(cell["source"])


def _cells(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))["cells"]


def _number(generator):
    return int(torch.randint(100, 9000, (), generator=generator))


def _notebook(*cells, lists=True):
    """The text of a notebook with cells given as "code: x = 1"."""
    made = []
    for number, cell in enumerate(cells):
        kind, _, source = cell.partition(": ")
        one = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        one["source"] = source.splitlines(keepends=True) if lists else source
        made.append(one | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


# --- test ----------------------------------------------------------------------------------------------------------


def by_name(names, a, b, name, *cname):
    """test(a, b, cmp)"""
    import contextlib
    import io
    import operator

    def shares_a_factor(a, b):
        return any(a % n == 0 and b % n == 0 for n in range(2, 50))

    def within_one(a, b):
        return (a - b).abs() <= 1

    def same_shape(a, b):
        return a.shape == b.shape

    def entries_agree(a, b):
        return torch.tensor(a) == torch.tensor(b)

    own = [shares_a_factor, within_one, same_shape, entries_agree]
    cmp = {each.__name__: each for each in own}.get(name) or getattr(operator, name)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test"](a, b, cmp, *cname)
    if isinstance(returned, torch.Tensor):
        returned = all(returned.flatten().tolist())
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


@battery("test", caller=by_name)
def pairs(generator):
    """Numbers, strings and lists, holding and not; tensors with all, some and none of their entries right."""
    a, b = sorted((_number(generator), _number(generator) + 9000))
    t = torch.tensor([[a, b], [b, a + 1], [7, 8]])
    off = t.clone()
    off[1, 0] += 1
    return [
        (a, b, "lt"), (b, a, "lt"), (a, a, "eq"), (a, b, "eq"), (a, b, "ne"), (6, 9, "shares_a_factor"), (a, a, "ne"),
        (7, 15, "shares_a_factor"), ("matrix", "tri", "contains"), ("tri", "matrix", "contains"), ([a], [a], "eq"),
        (t, t.clone(), "eq"), (t, off, "eq"), (t, t + 20_000, "eq"), (t, t + 1, "within_one"), (t, t + 1, "lt"),
        (t, off, "lt"), (b, a, "gt"), (a, b, "gt"), (t[2], t[1], "lt"), (t, off, "same_shape"),
        (t, t[:2], "same_shape"), ([a, b], [a, b], "entries_agree"), ([a, b], [a, a], "entries_agree"),
        (t[:0], t[:0], "eq"),
    ]  # fmt: skip


@misconception("test")
def asserts_a_tuple(a, b, cmp, cname=None):
    """What exactly does your `assert` look at? Print `bool((False, "message"))`."""
    failed = None if _all_of(cmp(a, b)) else f"{cname or cmp.__name__}: {a} {b}"
    assert True, failed


@misconception("test")
def hands_back_the_answer(a, b, cmp, cname=None):
    """Your function knows the answer and hands it back. Who stops the notebook when it is no?"""
    return _all_of(cmp(a, b))


@misconception("test")
def prints_what_is_wrong(a, b, cmp, cname=None):
    """A printed line is easily overlooked, and the notebook runs on. Which statement makes it stop?"""
    if not _all_of(cmp(a, b)):
        print(f"{cname or cmp.__name__}: {a} {b}")


@misconception("test")
def asserts_the_opposite(a, b, cmp, cname=None):
    """Read your assertion aloud: what follows `assert` is what has to be true when all is well."""
    assert not _all_of(cmp(a, b)), f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def always_asks_whether_equal(a, b, cmp, cname=None):
    """Is 7 less than 8? Your function says no. Which of its arguments does it never use?"""
    assert _all_of(a == b), f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def asks_the_other_way_round(a, b, cmp, cname=None):
    """3 is less than 5, and 5 is not less than 3. In which order does your function ask?"""
    assert _all_of(cmp(b, a)), f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def asserts_a_whole_tensor(a, b, cmp, cname=None):
    """`assert` needs one answer, yes or no; two tensors give many answers. How do they become one?"""
    assert cmp(a, b), f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def one_yes_is_enough(a, b, cmp, cname=None):
    """Of [True, True, False], how many are True? And how many have to be?"""
    answer = cmp(a, b)
    assert answer.any() if isinstance(answer, torch.Tensor) else answer, f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def looks_at_the_first_answer(a, b, cmp, cname=None):
    """Let only the last of many answers be False. Does your function see it?"""
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = answer.flatten()[0]
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def looks_at_the_values_and_not_at_the_answer(a, b, cmp, cname=None):
    """Compare two tensors with `torch.equal`. What kind of thing is the answer, and at what does your function look?"""
    answer = cmp(a, b)
    if isinstance(a, torch.Tensor):
        answer = answer.all()
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def fails_if_there_are_no_answers(a, b, cmp, cname=None):
    """Two tensors without entries give no answers at all. How many of these are False?"""
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = answer.numel() > 0 and bool(answer.all())
    assert answer, f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def announces_that_all_is_well(a, b, cmp, cname=None):
    """A notebook has hundreds of tests. What do you want to read of those that pass?"""
    assert _all_of(cmp(a, b)), f"{cname or cmp.__name__}:\n{a}\n{b}"
    print("ok")


@misconception("test")
def takes_every_answer_for_a_tensor(a, b, cmp, cname=None):
    """Compare 7 with 7. What kind of thing is the answer, and what can it not do?"""
    assert cmp(a, b).all(), f"{cname or cmp.__name__}:\n{a}\n{b}"


@misconception("test")
def raises_a_value_error(a, b, cmp, cname=None):
    """You stop the notebook, and rightly so. With which kind of exception: what does the docstring promise?"""
    if not _all_of(cmp(a, b)):
        raise ValueError(f"{cname or cmp.__name__}:\n{a}\n{b}")


@misconception("test", symptom="message: values")
def keeps_the_values_to_itself(a, b, cmp, cname=None):
    """Somebody reads your message at midnight. What do they want to know about `a` and `b`?"""
    assert _all_of(cmp(a, b)), cname or cmp.__name__


@misconception("test", symptom="message: name")
def does_not_say_what_was_compared(a, b, cmp, cname=None):
    """Your message has two values. What about them was not as it should be? A comparison knows what it is called."""
    assert _all_of(cmp(a, b)), f"{a}\n{b}"


@misconception("test", symptom="message: None")
def calls_the_comparison_none(a, b, cmp, cname=None):
    """Read your message when no `cname` was given. Whose name has to stand in for it?"""
    assert _all_of(cmp(a, b)), f"{cname}:\n{a}\n{b}"


@misconception("test", symptom="message: cname")
def ignores_the_given_name(a, b, cmp, cname=None):
    """Somebody took the trouble to give you a better name for the comparison. Where does it appear?"""
    assert _all_of(cmp(a, b)), f"{cmp.__name__}:\n{a}\n{b}"


# --- test_eq -------------------------------------------------------------------------------------------------------


def quietly_equal(names, a, b):
    """test_eq(a, b)"""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test_eq"](a, b)
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


@battery("test_eq", caller=quietly_equal)
def twins(generator):
    """Plain values; tensors, equal, nearly equal, with one entry off, of other shapes and other dtypes; NaN."""
    n, m = _number(generator), _number(generator) + 9000
    t = torch.tensor([[n, m], [m, n + 1], [7, 8]])
    off, tiny = t.clone(), t.double()
    off[1, 0] += 1
    tiny[0, 0] += 1e-7
    nan = torch.tensor([1.5, math.nan])
    return [
        (n, n), (n, m), ([n, m], [n, m]), ([n], [m]), ("exp", "exp"), ("exp", "out"), (n, float(n)),
        (t, t.clone()), (t, off), (t, t + 1), (t.double(), tiny), (t, t.double()), (t.float(), t.double()),
        (torch.full((3,), n), torch.full((1,), n)), (torch.full((), n), torch.full((1,), n)),
        (torch.full((3, 1), n), torch.full((3,), n)), (torch.ones(3), torch.ones(2)), (nan, nan.clone()),
        (torch.ones(2, 3), torch.ones(3, 2)),
    ]  # fmt: skip


@misconception("test_eq", kind=3)
def stretches_one_to_fit(a, b):
    """Three sevens and one seven: what are their shapes? And which question does your comparison not ask?"""
    test(a, b, operator.eq, "==")


@misconception("test_eq")
def expects_one_dtype(a, b):
    """1 == 1.0 is True in Python. What does your function say about the same numbers in int64 and in float64?"""

    def equal(one, other):
        if isinstance(one, torch.Tensor):
            return one.dtype == other.dtype and torch.equal(one, other)
        return one == other

    test(a, b, equal, "==")


@misconception("test_eq")
def expects_tensors_only(a, b):
    """Try yours on two strings. Which of your operations exists for tensors alone?"""
    test(a, b, torch.equal, "==")


@misconception("test_eq")
def expects_no_tensors(a, b):
    """`assert` wants one answer. What does `==` give for two tensors?"""
    assert a == b, f"==:\n{a}\n{b}"


@misconception("test_eq")
def compares_what_is_printed(a, b):
    """PyTorch prints four digits. What about the fifth?"""
    test(str(a), str(b), operator.eq, "==")


@misconception("test_eq")
def one_equal_entry_is_enough(a, b):
    """[1, 2, 3] and [1, 5, 5] have an entry in common. Are they equal?"""

    def equal(one, other):
        if isinstance(one, torch.Tensor):
            return one.shape == other.shape and bool((one == other).any())
        return one == other

    test(a, b, equal, "==")


@misconception("test_eq")
def takes_close_for_equal(a, b):
    """1 and 1.0000001 are close. Are they equal? There will be another test for what is close."""

    def equal(one, other):
        if isinstance(one, torch.Tensor):
            return one.shape == other.shape and torch.allclose(one.double(), other.double())
        return one == other

    test(a, b, equal, "==")


@misconception("test_eq")
def lets_odd_shapes_raise(a, b):
    """A test that is asked about shapes (3,) and (2,) has an answer: they differ. What does yours do?"""

    def equal(one, other):
        if isinstance(one, torch.Tensor):
            same = (one == other).all()
            return bool(same) and one.shape == other.shape
        return one == other

    test(a, b, equal, "==")


@misconception("test_eq")
def hands_back_whether_equal(a, b):
    """Your function knows whether they are equal, and hands the answer back. Who stops the notebook?"""
    return bool(torch.equal(a, b)) if isinstance(a, torch.Tensor) else a == b


@misconception("test_eq", symptom="message: name")
def leaves_the_comparison_nameless(a, b):
    """Read your own message. Does it say what was asked about the two values?"""

    def fits(one, other):
        if isinstance(one, torch.Tensor):
            return one.shape == other.shape and bool((one == other).all())
        return one == other

    test(a, b, fits)


@misconception("test_eq", symptom="message: values")
def says_only_that_they_differ(a, b):
    """They differ: whoever reads this has one more question. Which function of yours answers it in every message?"""
    assert torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b, "not equal"


@misconception("test_eq", symptom="message: shapes")
def is_silent_about_the_shapes(a, b):
    """Compare three numbers with two and read your message. Which of your lines raised it, and what does it show?"""
    if isinstance(a, torch.Tensor):
        assert a.shape == b.shape
    test(a, b, operator.eq, "==")


@misconception("test_eq")
def announces_that_the_two_are_equal(a, b):
    """Your function prints something about two equal values. What does `test` do if all is well?"""
    assert torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b, f"==:\n{a}\n{b}"
    print("equal")


# --- near ----------------------------------------------------------------------------------------------------------


def plainly_near(names, a, b):
    """near(a, b)"""
    answer = names["near"](a, b)
    one = isinstance(answer, torch.Tensor) and answer.dtype == torch.bool and answer.ndim == 0
    return bool(answer) if one else answer


@battery("near", caller=plainly_near)
def neighbours(generator):
    """Near and far at many sizes, beside 0, in one entry, of one sign; other shapes, other dtypes, NaN."""
    b = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    b = b + 2 * b.sign()
    one, both = b.clone(), torch.tensor([[0.1, -0.1]], dtype=torch.float64)
    one[1, 1] += 0.5
    zero, nan = torch.zeros(2, dtype=torch.float64), torch.tensor([1.0, math.nan])
    wide = torch.tensor([5000.0, 1.0, -3000.0], dtype=torch.float64)
    made = [(b * factor, b) for factor in (1, 1.0004, 1.01, 2, -1, 1.00005)] + [(b, b * 1.01), (1000 * b, 1000.4 * b)]
    made += [
        (1000 * b + 0.005, 1000 * b),
        (1000 * b - 0.004, 1000 * b),
        (one, b),
        (b, one),
        (wide + torch.tensor([0, 0.2, 0]), wide),
        (b + both, b),
        (zero + 4e-6, zero),
        (zero - 4e-5, zero),
        (zero + 4e-4, zero),
    ]
    made += [(torch.ones(s), torch.ones(t)) for s, t in [((), (1,)), ((3, 1), (3,)), ((3,), (2,)), ((2, 3), (3, 2))]]
    made += [(b.float(), b), (b.float() + 1, b), (torch.tensor([3, 4]), torch.tensor([3.4, 4.0])), (nan, nan)]
    made += [(1000 * b * factor, 1000 * b) for factor in (1 - 0.9997e-3, 1 + 1.0003e-3)]
    made += [(zero + 1e-5, zero), (zero - 1e-5, zero)]
    return [*made, (nan, torch.ones(2)), (torch.tensor([5.4, 4.0]), torch.tensor([5, 4]))]


def _close(a, b):
    return torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)


@misconception("near")
def leaves_it_to_allclose(a, b):
    """The library's function was looked at just above, with three surprises. Which of them does yours still have?"""
    return torch.allclose(a, b, rtol=1e-3, atol=1e-5)


@misconception("near", kind=3)
def lets_shapes_stretch(a, b):
    """Three numbers in a column and three in a row are compared nine times. Which question comes before the first?"""
    return _close(a, b)


@misconception("near")
def stops_on_mixed_dtypes(a, b):
    """Give it the same numbers in float32 and in float64. What do the two need before they can be compared?"""
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-3, atol=1e-5)


@misconception("near")
def calls_other_dtypes_far(a, b):
    """The number 2 is near the number 2, in however many bits it is stored. What else does your function compare?"""
    return a.shape == b.shape and a.dtype == b.dtype and _close(a, b)


@misconception("near")
def takes_the_first_ones_dtype(a, b):
    """Is 5 near 5.4? Follow the 5.4 through your function when `a` is of int64."""
    return a.shape == b.shape and _close(a, b.to(a.dtype))


@misconception("near")
def takes_the_second_ones_dtype(a, b):
    """Is 5.4 near 5? Follow the 5.4 through your function when `b` is of int64."""
    return a.shape == b.shape and _close(a.to(b.dtype), b)


@misconception("near")
def keeps_the_librarys_tolerances(a, b):
    """1000 and 1000.5 are near each other here. Which tolerances did you ask for, and which did you get?"""
    return a.shape == b.shape and torch.allclose(a.double(), b.double())


@misconception("near")
def swaps_the_tolerances(a, b):
    """Which of the two is multiplied by |b|? Try 0 and 0.0004, then 1000 and 1000.5."""
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-5, atol=1e-3)


@misconception("near")
def tolerates_absolutely_only(a, b):
    """A difference of 0.5 between numbers around 1000: does your limit know how large the numbers are?"""
    return a.shape == b.shape and bool(((a.double() - b.double()).abs() <= 1e-3).all())


@misconception("near")
def tolerates_relatively_only(a, b):
    """Put 0 for b into your formula. How large may a be?"""
    return a.shape == b.shape and bool(((a.double() - b.double()).abs() <= 1e-3 * b.double().abs()).all())


@misconception("near")
def measures_by_the_first(a, b):
    """Your limit grows with one of the two numbers. Which of them is it in the formula?"""
    return a.shape == b.shape and _close(b, a)


@misconception("near")
def forbids_the_limit_itself(a, b):
    """Is 0.00001 near 0? Look at the sign between the two sides of the formula, and at yours."""
    return a.shape == b.shape and bool(((a.double() - b.double()).abs() < 1e-5 + 1e-3 * b.double().abs()).all())


@misconception("near")
def allows_less_than_nothing(a, b):
    """How large is your limit for b = -1000? Compare it with the formula, stroke by stroke."""
    return a.shape == b.shape and bool(((a.double() - b.double()).abs() <= 1e-5 + 1e-3 * b.double()).all())


@misconception("near")
def forgets_the_sign_of_a_difference(a, b):
    """Is -5 near 5? What does your difference look like before it is compared?"""
    return a.shape == b.shape and bool((a.double() - b.double() <= 1e-5 + 1e-3 * b.double().abs()).all())


@misconception("near")
def lets_differences_cancel(a, b):
    """Plus 1 and minus 1 are 0 on average. How far off is each?"""
    if a.shape != b.shape:
        return False
    a, b = a.double(), b.double()
    return bool((a - b).mean().abs() <= 1e-5 + 1e-3 * b.abs().mean())


@misconception("near")
def one_near_entry_is_enough(a, b):
    """[1, 2, 3] and [1, 9, 9]: how many entries are near, and how many have to be?"""
    return a.shape == b.shape and bool(((a.double() - b.double()).abs() <= 1e-5 + 1e-3 * b.double().abs()).any())


@misconception("near")
def answers_for_every_entry(a, b):
    """You give as many answers as there are entries. How many did the caller ask for?"""
    return a.shape == b.shape and torch.isclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)


@misconception("near")
def asks_for_equality(a, b):
    """Equal numbers are near, certainly. And which numbers are near without being equal?"""
    return a.shape == b.shape and bool((a == b).all())


@misconception("near")
def takes_two_nans_for_near(a, b):
    """NaN is what is left when a calculation went wrong. Should two wrong calculations count as agreeing?"""
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5, equal_nan=True)


@misconception("near")
def overlooks_nan(a, b):
    """Every comparison with NaN is False. Which of "nothing is too far" and "all is near" do you ask?"""
    a, b = a.double(), b.double()
    return a.shape == b.shape and not bool(((a - b).abs() > 1e-5 + 1e-3 * b.abs()).any())


@misconception("near")
def makes_rows_of_both(a, b):
    """Six numbers as (2, 3) and as (3, 2): what is left of the shapes after your first step?"""
    a, b = a.reshape(-1), b.reshape(-1)
    return a.shape == b.shape and _close(a, b)


# --- test_near -----------------------------------------------------------------------------------------------------


def quietly_near(names, a, b):
    """test_near(a, b)"""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test_near"](a, b)
    return [returned if isinstance(returned, bool) else None, bool(printed.getvalue())]


@battery("test_near", caller=quietly_near)
def near_and_far_pairs(generator):
    """Near and far; other shapes, other dtypes, NaN."""
    b = torch.randn(3, generator=generator, dtype=torch.float64)
    b = b + 2 * b.sign()
    nan = torch.tensor([math.nan])
    made = [(b * factor, b) for factor in (1, 1.0004, 1.00001, 1.01, 2, 1.0003)]
    made += [(b[:1], b[0]), (b[:2], b), (b.float(), b), (nan, nan), (torch.full((2,), 4e-6), torch.zeros(2))]
    made += [(1000 * b * factor, 1000 * b) for factor in (1 - 0.9997e-3, 1 + 1.0003e-3)]
    return [*made, (b + 5, b), (b, b + 5)]


@misconception("test_near")
def throws_the_answer_away(a, b):
    """You ask whether they are near. Who hears the answer?"""
    near(a, b)


@misconception("test_near")
def hands_back_whether_near(a, b):
    """You know whether they are near, and hand the answer back. Who stops the notebook when it is no?"""
    return near(a, b)


@misconception("test_near")
def prints_whether_near(a, b):
    """A printed line is easily overlooked. Which of your functions makes a notebook stop?"""
    print("near" if near(a, b) else f"not near: {a} {b}")


@misconception("test_near")
def calls_near_too_early(a, b):
    """What does `test` want as its third argument: an answer, or somebody who can answer?"""
    test(a, b, near(a, b))


@misconception("test_near")
def tests_for_equality(a, b):
    """0.3 and 0.30000001: equal? Near? Which of the two does your function ask?"""
    test(a, b, lambda one, other: one.shape == other.shape and bool((one == other).all()), "near")


@misconception("test_near")
def goes_past_its_own_near(a, b):
    """You have built a comparison that knows about shapes, dtypes and tolerances. Is it the one that you use?"""
    test(a, b, torch.allclose, "near")


@misconception("test_near")
def compares_with_itself(a, b):
    """Everything is near itself. Which two values does your function compare?"""
    test(a, a, near)


@misconception("test_near")
def expects_them_to_differ(a, b):
    """Read your assertion aloud: when should it be silent?"""
    assert not near(a, b), f"near:\n{a}\n{b}"


@misconception("test_near")
def asks_whether_b_is_near_a(a, b):
    """The tolerance grows with one of the two numbers. Which one is it in your call, and in the formula?"""
    test(b, a, near)


@misconception("test_near")
def announces_that_they_are_near(a, b):
    """Your function prints something about two numbers that are near. What does `test` do if all is well?"""
    test(a, b, near)
    print("near")


@misconception("test_near", symptom="message: values")
def stops_without_the_values(a, b):
    """Not near: how far apart were they? One of your functions puts both values into its message by itself."""
    assert near(a, b), "not near"


# --- export_cells --------------------------------------------------------------------------------------------------


def of_notebook(names, text):
    """export_cells(path)"""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "00_hidden.ipynb"
        path.write_text(text, encoding="utf-8")
        found = names["export_cells"](path)
        if found is None or isinstance(found, str | dict):
            return found
        found = list(found)
    return [
        "\n".join(line.rstrip() for line in one.split("\n")).strip("\n") if isinstance(one, str) else one
        for one in found
    ]


@battery("export_cells", caller=of_notebook)
def small_notebooks(generator):
    """One question each, and some with all of them."""
    a, b = _number(generator), _number(generator)
    marked = f"code: #export\nx = {a}"
    made = [
        [marked, "code: y = 2", f"code: #export\nif x:\n    z = {b}"],
        ["markdown: # Title", marked, "code: x + 1"],
        [f"code: #export\nx = {b}", marked],
        ["code: # export\ny = 2", marked], ["code: #exports\ny = 2", marked], ["code: #export it\ny = 2", marked],
        ["code: y = 1\n#export", marked], ["code: \n#export\ny = 1", marked], [f"code: #export  \nx = {b}", marked],
        ["markdown: #export\ny = 2", marked], ["raw: #export\ny = 2", marked],
        [marked + "\n%time x\ny = 2"], [marked + "\n!ls\ny = 2"], [marked + "\nif x:\n    %time x\n    y = 2"],
        [marked + " % 7\ny = x != 2"], [marked + "\nif x:\n\n    y = 2"],
        ["code: ", marked, "markdown: "], ["code: #export", marked], ["code: x = 1"],
    ]  # fmt: skip
    texts = [_notebook(*cells) for cells in made]
    return [(text,) for text in [*texts, _notebook(*made[0], lists=False), _notebook(*made[11], lists=False)]]


def _is_marked(cell):
    return cell["cell_type"] == "code" and _text(cell).partition("\n")[0].rstrip() == "#export"


def _below(cell):
    return _text(cell).partition("\n")[2]


def _kept(sources):
    return [source for source in sources if source.strip()]


@misconception("export_cells")
def keeps_the_mark(path):
    """Look at the first line of what you give back. Is it part of the library?"""
    return [_plain(_text(cell)) for cell in _cells(path) if _is_marked(cell) and _plain(_below(cell)).strip()]


@misconception("export_cells")
def exports_all_code(path):
    """There are cells for trying things out, and cells worth keeping. How does your function tell them apart?"""
    marked = [_below(cell) if _is_marked(cell) else _text(cell) for cell in _cells(path) if cell["cell_type"] == "code"]
    return _kept(map(_plain, marked))


@misconception("export_cells")
def finds_the_mark_anywhere(path):
    """A cell may speak of exporting without wanting it. In which of its lines does the mark have to stand?"""
    marked = [_text(cell) for cell in _cells(path) if cell["cell_type"] == "code" and "#export" in _text(cell)]
    return _kept(_plain(text.replace("#export\n", "", 1)) for text in marked)


@misconception("export_cells")
def a_beginning_is_enough(path):
    """`#exports` begins with `#export`, too. Is it the mark?"""
    marked = [cell for cell in _cells(path) if cell["cell_type"] == "code" and _text(cell).startswith("#export")]
    return _kept(_plain(_below(cell)) for cell in marked)


@misconception("export_cells")
def allows_a_space_in_the_mark(path):
    """There is one way to write the mark in this course. What does the table say about `# export`?"""
    marked = [cell for cell in _cells(path) if re.match(r"#\s*export\s*(\n|$)", _text(cell))]
    return _kept(_plain(_below(cell)) for cell in marked if cell["cell_type"] == "code")


@misconception("export_cells")
def skips_empty_lines_to_the_mark(path):
    """Where exactly may the mark stand? Your function also finds it further down, below empty lines."""
    marked = [cell | {"source": _text(cell).lstrip()} for cell in _cells(path)]
    return _kept(_plain(_below(cell)) for cell in marked if _is_marked(cell))


@misconception("export_cells")
def trips_over_spaces_after_the_mark(path):
    """Nobody sees the spaces at the end of a line. Does your comparison?"""
    cells = [cell for cell in _cells(path) if cell["cell_type"] == "code"]
    return _kept(_plain(_below(cell)) for cell in cells if _text(cell).partition("\n")[0] == "#export")


@misconception("export_cells")
def takes_prose_for_code(path):
    """A notebook has cells that are not code. What does each cell say of itself, beside its source?"""
    return _kept(_plain(_below(cell)) for cell in _cells(path) if _is_marked(cell | {"cell_type": "code"}))


@misconception("export_cells")
def keeps_magics(path):
    """Could Python import what you give back? Look for lines that only IPython understands."""
    return _kept(_below(cell) for cell in _cells(path) if _is_marked(cell))


@misconception("export_cells")
def keeps_shell_lines(path):
    """There are two characters that a magic may begin with. Which of them does your function know?"""
    below = [_below(cell).split("\n") for cell in _cells(path) if _is_marked(cell)]
    return _kept("\n".join(line for line in lines if not line.lstrip().startswith("%")) for lines in below)


@misconception("export_cells")
def misses_indented_magics(path):
    """A magic may stand inside an `if`. What is the first character of its line then?"""
    below = [_below(cell).split("\n") for cell in _cells(path) if _is_marked(cell)]
    return _kept("\n".join(line for line in lines if not line.startswith(("%", "!"))) for lines in below)


@misconception("export_cells")
def drops_arithmetic_with_percent(path):
    """`x % 7` is arithmetic. Where in a line does a `%` mean a magic, and where does it not?"""
    below = [_below(cell).split("\n") for cell in _cells(path) if _is_marked(cell)]
    return _kept("\n".join(line for line in lines if "%" not in line and "!" not in line) for lines in below)


@misconception("export_cells")
def loses_the_indentation(path):
    """Compare a function before and after: what happened to the spaces at the beginning of its lines?"""
    below = [_plain(_below(cell)).split("\n") for cell in _cells(path) if _is_marked(cell)]
    return _kept("\n".join(line.strip() for line in lines) for lines in below)


@misconception("export_cells")
def loses_empty_lines(path):
    """A text in three quotation marks may have empty lines. Are they still there?"""
    below = [_plain(_below(cell)).split("\n") for cell in _cells(path) if _is_marked(cell)]
    return _kept("\n".join(line for line in lines if line.strip()) for lines in below)


@misconception("export_cells")
def glues_lines_together(path):
    """Print one of your sources. Where have its line breaks gone?"""
    return _kept(_plain(_below(cell)).replace("\n", "") for cell in _cells(path) if _is_marked(cell))


@misconception("export_cells")
def expects_lists_of_lines(path):
    """A source may be one string. What is `source[0]` then, and what is `source[1:]`?"""
    found = []
    for cell in _cells(path):
        source = cell["source"]
        if cell["cell_type"] == "code" and source and source[0].rstrip() == "#export":
            found.append(_plain("".join(source[1:])))
    return _kept(found)


@misconception("export_cells")
def expects_strings(path):
    """Jupyter itself writes a source as a list of lines. Which of your operations needs a string?"""
    found = []
    for cell in _cells(path):
        first, *rest = cell["source"].split("\n")
        if cell["cell_type"] == "code" and first.rstrip() == "#export":
            found.append(_plain("\n".join(rest)))
    return _kept(found)


@misconception("export_cells")
def stops_at_an_empty_cell(path):
    """There is an empty cell at the end of most notebooks. What is its first line?"""
    found = []
    for cell in _cells(path):
        if cell["cell_type"] == "code" and _text(cell).splitlines()[0].rstrip() == "#export":
            found.append(_plain(_below(cell)))
    return _kept(found)


@misconception("export_cells")
def keeps_what_is_empty(path):
    """A marked cell may hold nothing else. What does your list have in its place?"""
    return [_plain(_below(cell)) for cell in _cells(path) if _is_marked(cell)]


@misconception("export_cells")
def makes_one_text_of_all(path):
    """How many things do you give back for three exported cells? And how many were asked for?"""
    return "\n\n".join(_kept(_plain(_below(cell)) for cell in _cells(path) if _is_marked(cell)))


@misconception("export_cells", kind=19)
def comes_back_after_the_first(path):
    """How often does your function come to its `return`? Count the marked cells that it has seen by then."""
    return _kept(_plain(_below(cell)) for cell in _cells(path) if _is_marked(cell))[:1]


# --- notebook2script -----------------------------------------------------------------------------------------------


def as_module(names, folder, *pairs):
    """notebook2script(path, out_dir)"""
    import os
    import tempfile
    from pathlib import Path

    from foundations.worker.stand_ins import stand_ins

    def seen(script, name):
        space = {"__name__": script.stem}
        try:
            text = script.read_text(encoding="utf-8")
            exec(compile(text, script.name, "exec"), space)
        except Exception as error:
            return type(error).__name__
        values = {key: value for key, value in space.items() if key[0] != "_" and isinstance(value, int | str)}
        return values, name in text.partition("FIRST")[0]

    marked = {name: cells for name, _, cells in pairs}
    right = {"export_cells": lambda path: list(marked[Path(path).name])}
    with stand_ins(names, right, "notebook2script"), tempfile.TemporaryDirectory() as top:
        notebooks, out = Path(top, "old_notes-1"), Path(top, folder)
        notebooks.mkdir()
        for name, text, cells in pairs:
            path, marked[name] = notebooks / name, cells
            path.write_text(text, encoding="utf-8")
            returned = names["notebook2script"](path, out)
            path.unlink()
        if isinstance(returned, str | Path):
            returned = os.path.relpath(os.path.join(top, returned), top)
        else:
            returned = type(returned).__name__
        files = [one for one in Path(top).rglob("*") if one.is_file() and "__pycache__" not in one.parts]
        return {str(one.relative_to(top)): seen(one, name) for one in sorted(files)} | {"returned": returned}


@battery("notebook2script", caller=as_module)
def names_and_folders(generator):
    """Names with both characters, with one, with none; one cell and three; new folders; a second time; none marked."""
    first = f"code: #export\nFIRST = {_number(generator)}"
    one = _notebook(first)
    three = _notebook(
        "markdown: FIRST", first, "code: x", "code: #export\nSECOND = FIRST + 1", "code: #export\nTHIRD = 'x'"
    )
    made: list[tuple[Any, ...]]
    made = [("exp", (name, three)) for name in ("00_a.ipynb", "01-a_b.ipynb", "02_a-b.ipynb", "a.ipynb", "9.ipynb")]
    made += [("exp", (name, one)) for name in ("03_a_b.ipynb", "04-a.ipynb", "plain.ipynb")]
    letters = _notebook(first, "code: #export\n# α ≤ β\nSECOND = 'größer · Ω · 二'")
    made += [
        ("exp", ("06_letters.ipynb", letters)),
        ("a/b", ("05_a.ipynb", one)),
        ("a/b/c", ("06-a.ipynb", three)),
        ("exp", ("07_a.ipynb", _notebook("code: x"))),
    ]
    made += [
        ("exp", ("08_a.ipynb", three), ("08_b.ipynb", one)),
        ("exp", ("08_a.ipynb", one), ("08_b.ipynb", one)),
    ]
    return [(folder, *((name, text, _marked_in(text)) for name, text in pairs)) for folder, *pairs in made]


def _marked_in(text):
    """The exported cells, which travel with their notebook: the code that finds them is a solution."""
    sources = [_text(cell) for cell in json.loads(text)["cells"] if _is_marked(cell)]
    return [_plain(source.partition("\n")[2]) for source in sources]


def _prefix(path):
    return re.split("[_-]", Path(path).stem)[0]


def _header(path):
    return f"# made from {Path(path).name}"


def _written(path, out_dir, text, prefix=None):
    """Write a script as it should be; its path."""
    script = Path(out_dir) / f"nb_{_prefix(path) if prefix is None else prefix}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text, encoding="utf-8")
    return script


def _found(path):
    """The exported cells."""
    cells = export_cells(path)
    if not cells:
        raise ValueError(f"{Path(path).name} has nothing to export")
    return cells


def _whole(path, cells):
    return "\n\n".join([_header(path), *cells]) + "\n"


@misconception("notebook2script")
def is_called_like_the_whole_file(path, out_dir="exp"):
    """Rename the notebook, and every import of its module breaks. Which part of the file name stays?"""
    return _written(path, out_dir, _whole(path, _found(path)), Path(path).stem)


@misconception("notebook2script")
def knows_underscores_only(path, out_dir="exp"):
    """`01-matmul.ipynb` has a prefix as well. Which character ends it?"""
    return _written(path, out_dir, _whole(path, _found(path)), Path(path).stem.split("_")[0])


@misconception("notebook2script")
def knows_hyphens_only(path, out_dir="exp"):
    """`01_matmul.ipynb` has a prefix as well. Which character ends it?"""
    return _written(path, out_dir, _whole(path, _found(path)), Path(path).stem.split("-")[0])


@misconception("notebook2script")
def stops_at_an_underscore_first(path, out_dir="exp"):
    """Try `02_a-b` and `02-a_b`. Which of the two characters comes first, and which do you look for first?"""
    stem = Path(path).stem
    return _written(path, out_dir, _whole(path, _found(path)), stem.split("_" if "_" in stem else "-")[0])


@misconception("notebook2script")
def leaves_out_foreign_letters(path, out_dir="exp"):
    """Export a cell with `"größer"` in it and open the script. Which letters are missing?"""
    text = _whole(path, _found(path)).encode("ascii", errors="ignore").decode("ascii")
    return _written(path, out_dir, text)


@misconception("notebook2script")
def takes_the_last_separator(path, out_dir="exp"):
    """A name may have several of these characters. Up to which of them does the prefix go?"""
    prefix = re.sub("[_-][^_-]*$", "", Path(path).stem)
    return _written(path, out_dir, _whole(path, _found(path)), prefix)


@misconception("notebook2script")
def takes_the_ending_along(path, out_dir="exp"):
    """What is the script of `plain.ipynb` called? A Path knows its name with and without the ending."""
    return _written(path, out_dir, _whole(path, _found(path)), re.split("[_-]", Path(path).name)[0])


@misconception("notebook2script")
def forgets_nb(path, out_dir="exp"):
    """May a module's name begin with a digit? Compare the name of your script with the one in the text."""
    script = _written(path, out_dir, _whole(path, _found(path)))
    return script.rename(script.with_name(script.name.removeprefix("nb_")))


@misconception("notebook2script")
def writes_no_header(path, out_dir="exp"):
    """Somebody opens the script and finds a mistake. How do they learn where to mend it?"""
    return _written(path, out_dir, "\n\n".join(_found(path)) + "\n")


@misconception("notebook2script")
def writes_a_header_that_is_no_comment(path, out_dir="exp"):
    """Import your script. What does Python make of its first line?"""
    return _written(path, out_dir, "\n\n".join([f"Made from {Path(path).name}:", *_found(path)]) + "\n")


@misconception("notebook2script")
def runs_cells_into_each_other(path, out_dir="exp"):
    """Look at the place in the script where one cell ends and the next begins. What is missing between them?"""
    return _written(path, out_dir, _header(path) + "\n" + "".join(_found(path)))


@misconception("notebook2script")
def writes_the_first_cell_only(path, out_dir="exp"):
    """Count the exported cells, and count them in your script."""
    return _written(path, out_dir, _whole(path, _found(path)[:1]))


@misconception("notebook2script")
def writes_the_last_cell_only(path, out_dir="exp"):
    """Every time a file is opened for writing, it starts empty. How often do you open yours?"""
    return _written(path, out_dir, _whole(path, _found(path)[-1:]))


@misconception("notebook2script", kind=12)
def adds_to_an_older_script(path, out_dir="exp"):
    """Export twice and look into the script. What is the letter that you open it with?"""
    cells = _found(path)
    script = Path(out_dir) / f"nb_{_prefix(path)}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    with script.open("a", encoding="utf-8") as file:
        file.write(_whole(path, cells))
    return script


@misconception("notebook2script")
def expects_the_folder(path, out_dir="exp"):
    """The first time there is no folder yet. Who makes it?"""
    cells = _found(path)
    script = Path(out_dir) / f"nb_{_prefix(path)}.py"
    script.write_text(_whole(path, cells), encoding="utf-8")
    return script


@misconception("notebook2script")
def makes_one_folder_only(path, out_dir="exp"):
    """Try `a/b` where there is no `a`. How many folders have to be made?"""
    cells = _found(path)
    Path(out_dir).mkdir(exist_ok=True)
    return _written(path, out_dir, _whole(path, cells))


@misconception("notebook2script")
def expects_no_folder(path, out_dir="exp"):
    """Call it twice. What is there the second time that was not there the first time?"""
    cells = _found(path)
    Path(out_dir).mkdir(parents=True)
    return _written(path, out_dir, _whole(path, cells))


@misconception("notebook2script")
def writes_an_empty_module(path, out_dir="exp"):
    """A notebook with nothing to export: somebody forgot the mark. How do they find out?"""
    return _written(path, out_dir, _whole(path, export_cells(path)))


@misconception("notebook2script")
def empties_before_it_looks(path, out_dir="exp"):
    """When you find that there is nothing to export, what has already happened to the file?"""
    script = _written(path, out_dir, "")
    script.write_text(_whole(path, _found(path)), encoding="utf-8")
    return script


@misconception("notebook2script")
def gives_back_nothing_to_export(path, out_dir="exp"):
    """Nothing to export, nothing written, nothing said. How does the caller find out?"""
    cells = export_cells(path)
    return _written(path, out_dir, _whole(path, cells)) if cells else None


@misconception("notebook2script")
def asserts_that_there_are_cells(path, out_dir="exp"):
    """You refuse, and rightly so. With which kind of exception: what does the docstring promise?"""
    cells = export_cells(path)
    assert cells, f"{Path(path).name} has nothing to export"
    return _written(path, out_dir, _whole(path, cells))


@misconception("notebook2script", symptom="message")
def does_not_say_which_notebook(path, out_dir="exp"):
    """Nothing to export, says your message. In which of forty notebooks?"""
    cells = export_cells(path)
    if not cells:
        raise ValueError("nothing to export")
    return _written(path, out_dir, _whole(path, cells))


@misconception("notebook2script", kind=19)
def keeps_the_path_to_itself(path, out_dir="exp"):
    """Where is the script? Only your function knows, and it hands nothing back."""
    _written(path, out_dir, _whole(path, _found(path)))


@misconception("notebook2script", symptom="place")
def has_a_folder_of_its_own(path, out_dir="exp"):
    """The caller may name another folder. Where in your code does that name occur?"""
    return _written(path, "exp", _whole(path, _found(path)))


@misconception("notebook2script", symptom="strings")
def expects_path_objects(path, out_dir="exp"):
    """Most people write a path as a string. Which of your operations does a string not have?"""
    cells = _found(path)
    script = out_dir / f"nb_{_prefix(path)}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(_whole(path, cells), encoding="utf-8")
    return script


# --- run_notebook --------------------------------------------------------------------------------------------------


def as_witness(names, *texts):
    """run_notebook(path)"""
    import contextlib
    import io
    import tempfile
    from pathlib import Path

    outside = getattr(names["run_notebook"], "__globals__", names)
    before = dict(outside)
    outside["planted_outside"] = 1
    own = [one for one in getattr(names["run_notebook"], "__defaults__", None) or () if isinstance(one, dict)]
    kept = [dict(one) for one in own]
    seen = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for place, text in enumerate(texts):
                path = Path(folder) / f"{place}_hidden.ipynb"
                path.write_text(text, encoding="utf-8")
                error, returned = None, None
                with contextlib.redirect_stdout(io.StringIO()) as printed:
                    try:
                        returned = names["run_notebook"](path)
                    except NotImplementedError:
                        raise
                    except Exception as caught:
                        error = "RuntimeError" if isinstance(caught, RuntimeError) else type(caught).__name__
                kind: object = type(returned).__name__
                if isinstance(returned, dict):
                    returned = {key: value for key, value in returned.items() if isinstance(value, int | str)}
                    kind = {key: value for key, value in returned.items() if str(key).startswith("own_")}
                lines = [line for line in printed.getvalue().split("\n") if line.startswith("witness")]
                seen.append({"said": lines, "error": error, "returned": kind})
        changed = [key for key in outside if key not in before and key != "planted_outside"]
        changed += [key for key in before if key not in outside or outside[key] is not before[key]]
        return [*seen, sorted(key for key in changed if key.startswith("own_"))]
    finally:
        for key in [key for key in outside if key not in before]:
            del outside[key]
        outside.update(before)
        for one, old in zip(own, kept, strict=True):
            one.clear()
            one.update(old)


@battery("run_notebook", caller=as_witness)
def runs(generator):
    """Cells that stand on each other, functions, failures, magics, two notebooks in a row, sources of both kinds."""
    a = _number(generator)
    first, last = f"code: own_first = {a}", "code: print('witness', own_first)"
    made = [
        [first, last], [first, "markdown: print('witness 1')", "raw: (", last],
        [first, f"code: own_first += {a}", last],
        [first, "code: def own_f():\n    return own_first", "code: print('witness', own_f())"],
        [last, first], [first, "code: 1 / 0", last], [first, "code: assert own_first < 0", last],
        [first, last, "code: print("],
        [first, "code: print(", last, "code: 1 / 0"],
        [first + "\n%time 1\n!ls", last], [first, "code: %%bash\necho $HOME", last], ["code: planted_outside"],
        ["code: print('witness', __name__)"], [first, "code: ", last], ["code: #export\nown_first = 1", last],
        [first, "code: %%html\nprint('witness', 2)", last], [first, "code: if 1:\n    !ls\n    own_first += 1", last],
    ]  # fmt: skip
    texts = [(_notebook(*cells),) for cells in made]
    texts += [(_notebook(*made[number], lists=False),) for number in (0, 2)]
    return [*texts, (_notebook(first), _notebook(last)), (_notebook(first, last), _notebook(last))]


def _python(cell):
    """What is to be run of a cell; None where it is passed over."""
    text = _text(cell)
    return None if cell["cell_type"] != "code" or text.startswith("%%") else _plain(text)


def _failure(index, cell, error):
    return RuntimeError(
        f"cell {index} ({_text(cell).partition(chr(10))[0]!r}) failed with {type(error).__name__}: {error}"
    )


def _run(path, namespace, code=_python):
    """As it should be, but for the namespace and what is made of a cell."""
    for index, cell in enumerate(_cells(path)):
        try:
            exec(code(cell) or "", namespace)
        except Exception as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook")
def forgets_between_cells(path):
    """The second cell uses what the first has made. How many dictionaries do you make for one notebook?"""
    for index, cell in enumerate(_cells(path)):
        try:
            namespace = {"__name__": "__main__"}
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook", kind=12)
def runs_in_its_own_notebook(path):
    """Look at your own notebook after the run: whose names are these? And which of yours could the cells use?"""
    return _run(path, globals())


@misconception("run_notebook", kind=12)
def copies_its_own_notebook(path):
    """Your cells start with a copy of something. What is in it that a fresh kernel would not have?"""
    return _run(path, {**globals(), "__name__": "__main__"})


@misconception("run_notebook", kind=12)
def remembers_the_run_before(path, namespace={"__name__": "__main__"}):  # noqa: B006 - this is the mistake
    """When is the default of an argument made: at each call, or once and for all?"""
    return _run(path, namespace)


@misconception("run_notebook")
def has_two_dictionaries(path):
    """A function looks its names up in the first dictionary that `exec` was given. Where are the cells' names?"""
    names = {"__name__": "__main__"}
    namespace: dict[str, object] = {}
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", names, namespace)
        except Exception as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook")
def starts_without_main(path):
    """`print(__name__)` in a notebook says `__main__`. What does it say in yours?"""
    return _run(path, {})


@misconception("run_notebook")
def swallows_failures(path):
    """A cell failed, and the night's test says nothing. What happens to the exception that you caught?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            print(_failure(index, cell, error))
    return namespace


@misconception("run_notebook")
def stops_in_silence(path):
    """You stop at the failing cell, and rightly so. How does the caller find out?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            print(_failure(index, cell, error))
            break
    return namespace


@misconception("run_notebook")
def runs_on_to_the_end(path):
    """Cell 3 failed, and cell 4 stands on it. When do you stop?"""
    namespace, failures = {"__name__": "__main__"}, []
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            failures.append(_failure(index, cell, error))
    if failures:
        raise failures[0]
    return namespace


@misconception("run_notebook")
def lets_the_error_pass(path):
    """Somebody reads "division by zero" in a report about forty cells. Which one was it?"""
    namespace = {"__name__": "__main__"}
    for cell in _cells(path):
        exec(_python(cell) or "", namespace)
    return namespace


@misconception("run_notebook")
def catches_assertions_only(path):
    """A notebook can fail in other ways than by a test. Which exceptions do you catch?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", namespace)
        except AssertionError as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook")
def compiles_all_cells_first(path):
    """A parenthesis is missing in the last cell. Have those above it run by then, as they would in Jupyter?"""
    for index, cell in enumerate(_cells(path)):
        try:
            compile(_python(cell) or "", "cell", "exec")
        except SyntaxError as error:
            raise _failure(index, cell, error) from error
    return _run(path, {"__name__": "__main__"})


@misconception("run_notebook")
def runs_prose_too(path):
    """A notebook has cells that are not code. What does each cell say of itself, beside its source?"""
    return _run(path, {"__name__": "__main__"}, lambda cell: _python(cell | {"cell_type": "code"}))


@misconception("run_notebook")
def runs_exported_cells_only(path):
    """What is exported is the library. Which cells hold the tests?"""
    return _run(path, {"__name__": "__main__"}, lambda cell: _python(cell) if _is_marked(cell) else "")


@misconception("run_notebook")
def takes_magics_for_python(path):
    """Try a cell with `%matplotlib inline` in it. Who understands that line, and who does not?"""
    return _run(path, {"__name__": "__main__"}, lambda cell: _text(cell) if cell["cell_type"] == "code" else "")


@misconception("run_notebook")
def runs_what_follows_a_cell_magic(path):
    """After `%%bash` the cell is no Python any more. How much of it is to be left out?"""
    return _run(path, {"__name__": "__main__"}, lambda cell: _plain(_text(cell)) if cell["cell_type"] == "code" else "")


@misconception("run_notebook")
def expects_sources_as_lists(path):
    """A source may be one string as well. What do you get when you join its characters with line breaks?"""
    return _run(path, {"__name__": "__main__"}, lambda cell: _python(cell | {"source": "\n".join(cell["source"])}))


@misconception("run_notebook", kind=19)
def gives_nothing_back(path):
    """The cells have made names, and when your function ends they are gone. What does the caller ask for?"""
    _run(path, {"__name__": "__main__"})


@misconception("run_notebook", symptom="message: code cells")
def counts_code_cells_only(path):
    """Take the index from your message and look at `cells[index]`: is it the cell that failed? What was not counted?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate([cell for cell in _cells(path) if cell["cell_type"] == "code"]):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook", symptom="message: one more")
def counts_from_one(path):
    """Take the index from your message and look at `cells[index]`. Which cell is it?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(_cells(path), 1):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise _failure(index, cell, error) from error
    return namespace


@misconception("run_notebook", symptom="message: first line")
def does_not_quote_the_cell(path):
    """An index moves when somebody adds a cell. By what would you recognise the cell at a glance?"""
    namespace = {"__name__": "__main__"}
    for index, cell in enumerate(_cells(path)):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise RuntimeError(f"cell {index} failed with {type(error).__name__}") from error
    return namespace


@misconception("run_notebook", symptom="message: nothing")
def says_only_that_it_failed(path):
    """The notebook failed. Whoever has to mend it asks two questions: which cell, and how does it begin?"""
    namespace = {"__name__": "__main__"}
    for cell in _cells(path):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise RuntimeError(f"the notebook failed with {type(error).__name__}") from error
    return namespace


@misconception("run_notebook", symptom="message: index")
def quotes_without_an_index(path):
    """Ten cells may begin with the same line. What else tells one from another?"""
    namespace = {"__name__": "__main__"}
    for cell in _cells(path):
        try:
            exec(_python(cell) or "", namespace)
        except Exception as error:
            raise RuntimeError(f"{_text(cell).partition(chr(10))[0]!r} failed with {type(error).__name__}") from error
    return namespace
