"""What learners get wrong in 00_exports, mostly as changes of the instructor's solutions.

A hint says where to look, or asks a question; it does not give the answer away. A mistake that is recognised by a
symptom never runs in the judge, so only such a one may write elsewhere than it was told to.
"""

import json
import math
from typing import Any

import torch

from foundations.authoring import battery, misconception, mistake


def _number(generator):
    return int(torch.randint(100, 9000, (), generator=generator))


def notebook(*cells, lists=True, ids=True):
    """Return the text of a notebook with cells given as ``"code: x = 1"`` or ``"markdown: # Title"``.

    Sources are lists of lines, as Jupyter writes them; with ``lists=False`` strings, with ``None`` in turns. With
    ``ids=False`` the cells have no ids, as in files of nbformat 4.4 and before, so that two of them may be equal.
    """
    made = []
    for number, cell in enumerate(cells):
        kind, _, source = cell.partition(": ")
        as_list = number % 2 == 0 if lists is None else lists
        one: dict[str, Any] = {"cell_type": kind, "metadata": {}} | ({"id": f"cell-{number}"} if ids else {})
        one["source"] = source.splitlines(keepends=True) if as_list else source
        made.append(one | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    document = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}
    return json.dumps(document, indent=1, ensure_ascii=False)


# --- test ------------------------------------------------------------------------------------------------------------


def by_name(names, a, b, name, *cname):
    """test(a, b, cmp)"""
    import contextlib
    import functools
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
    named = {each.__name__: each for each in own} | {"nameless": functools.partial(operator.gt)}
    cmp = named.get(name) or getattr(operator, name)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test"](a, b, cmp, *cname)
    if isinstance(returned, torch.Tensor):
        returned = all(returned.flatten().tolist())
    # The returned value is not judged: it only distinguishes mistakes from each other.
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


asserts_a_tuple = mistake(
    "test",
    ("assert answer", "assert True"),
    hint='What exactly does your `assert` look at? Print `bool((False, "message"))`.',
)
hands_back_the_answer = mistake(
    "test",
    ("assert answer,", "return answer  #"),
    hint="Your function knows the answer and hands it back. Who stops the notebook when it is no?",
)
prints_what_is_wrong = mistake(
    "test",
    ("assert answer, f", "if not answer:\n        print(f"),
    (r'\n{b}"', r'\n{b}")'),
    hint="A printed line is easily overlooked, and the notebook runs on. Which statement makes it stop?",
)
asserts_the_opposite = mistake(
    "test",
    ("assert answer", "assert not answer"),
    hint="Read your assertion aloud: what follows `assert` is what has to be true when all is well.",
)
always_asks_whether_equal = mistake(
    "test",
    ("answer = cmp(a, b)", "answer = a == b"),
    hint="Is 7 less than 8? Your function says no. Which of its arguments does it never use?",
)
asks_the_other_way_round = mistake(
    "test",
    ("answer = cmp(a, b)", "answer = cmp(b, a)"),
    hint="3 is less than 5, and 5 is not less than 3. In which order does your function ask?",
)
asserts_a_whole_tensor = mistake(
    "test",
    ("    if isinstance(answer, torch.Tensor):\n        answer = bool(answer.all())\n", ""),
    hint="`assert` needs one answer, yes or no; two tensors give many answers. How do they become one?",
)
one_yes_is_enough = mistake(
    "test", (".all()", ".any()"), hint="Of [True, True, False], how many are True? And how many have to be?"
)
looks_at_the_first_answer = mistake(
    "test",
    ("bool(answer.all())", "answer.flatten()[0]"),
    hint="Let only the last of many answers be False. Does your function see it?",
)
looks_at_the_values_and_not_at_the_answer = mistake(
    "test",
    ("isinstance(answer", "isinstance(a"),
    hint="""Compare two tensors with `torch.equal`. What kind of thing is the answer, and at what does your function
    look?""",
)
fails_if_there_are_no_answers = mistake(
    "test",
    ("bool(answer.all())", "answer.numel() > 0 and bool(answer.all())"),
    hint="Two tensors without entries give no answers at all. How many of these are False?",
)
announces_that_all_is_well = mistake(
    "test",
    ('{b}"', '{b}"\n    print("ok")'),
    hint="A notebook has hundreds of tests. What do you want to read of those that pass?",
)
takes_every_answer_for_a_tensor = mistake(
    "test",
    ("if isinstance(answer, torch.Tensor):\n        answer", "answer"),
    hint="Compare 7 with 7. What kind of thing is the answer, and what can it not do?",
)
raises_a_value_error = mistake(
    "test",
    ("assert answer, f", "if not answer:\n        raise ValueError(f"),
    ('{b}"', '{b}")'),
    hint="You stop the notebook, and rightly so. With which kind of exception: what does the docstring promise?",
)
keeps_the_values_to_itself = mistake(
    "test",
    (r":\n{a}\n{b}", ""),
    hint="Somebody reads your message at midnight. What do they want to know about `a` and `b`?",
    symptom="message: values",
)
does_not_say_what_was_compared = mistake(
    "test",
    (r"{cname or cmp.__name__}:\n", ""),
    hint="Your message has two values. What about them was not as it should be? A comparison knows what it is called.",
    symptom="message: name",
)
calls_the_comparison_none = mistake(
    "test",
    ("cname or cmp.__name__", "cname"),
    hint="Read your message when no `cname` was given. Whose name has to stand in for it?",
    symptom="message: None",
)
ignores_the_given_name = mistake(
    "test",
    ("cname or cmp", "cmp"),
    hint="Somebody took the trouble to give you a better name for the comparison. Where does it appear?",
    symptom="message: cname",
)


# --- test_eq ---------------------------------------------------------------------------------------------------------


def quietly_equal(names, a, *b):
    """test_eq(a, b)"""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        returned = names["test_eq"](a, *(b or (a,)))
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


TESTS = 'test(a, b, equal, "==")'

stretches_one_to_fit = mistake(
    "test_eq",
    ("a.shape == b.shape and ", ""),
    hint="Three sevens and one seven: what are their shapes? And which question does your comparison not ask?",
    kind=3,
)
expects_one_dtype = mistake(
    "test_eq",
    ("a.shape ==", "a.dtype == b.dtype and a.shape =="),
    hint="1 == 1.0 is True in Python. What does your function say about the same numbers in int64 and in float64?",
)
expects_tensors_only = mistake(
    "test_eq",
    ("test(a, b, equal", "test(a, b, torch.equal"),
    hint="Try yours on two strings. Which of your operations exists for tensors alone?",
)


@misconception("test_eq")
def expects_no_tensors(a, b):
    """`assert` wants one answer. What does `==` give for two tensors?"""
    assert a == b, f"==:\n{a}\n{b}"


compares_what_is_printed = mistake(
    "test_eq", ("test(a, b", "test(str(a), str(b)"), hint="PyTorch prints four digits. What about the fifth?"
)
one_equal_entry_is_enough = mistake(
    "test_eq", (".all()", ".any()"), hint="[1, 2, 3] and [1, 5, 5] have an entry in common. Are they equal?"
)
takes_close_for_equal = mistake(
    "test_eq",
    ("bool((a == b).all())", "torch.allclose(a.double(), b.double())"),
    hint="1 and 1.0000001 are close. Are they equal? There will be another test for what is close.",
)
lets_odd_shapes_raise = mistake(
    "test_eq",
    ("a.shape == b.shape and bool((a == b).all())", "bool((a == b).all()) and a.shape == b.shape"),
    hint="A test that is asked about shapes (3,) and (2,) has an answer: they differ. What does yours do?",
)
hands_back_whether_equal = mistake(
    "test_eq",
    (TESTS, "return equal(a, b)"),
    hint="Your function knows whether they are equal, and hands the answer back. Who stops the notebook?",
)
leaves_the_comparison_nameless = mistake(
    "test_eq",
    ('equal, "=="', "equal"),
    hint="Read your own message. Does it say what was asked about the two values?",
    symptom="message: name",
)
says_only_that_they_differ = mistake(
    "test_eq",
    (TESTS, 'assert equal(a, b), "not equal"'),
    hint="They differ: whoever reads this has one more question. Which function of yours answers it in every message?",
    symptom="message: values",
)
is_silent_about_the_shapes = mistake(
    "test_eq",
    ("    test(a", "    if isinstance(a, torch.Tensor):\n        assert a.shape == b.shape\n    test(a"),
    hint="Compare three numbers with two and read your message. Which of your lines raised it, and what does it show?",
    symptom="message: shapes",
)
announces_that_the_two_are_equal = mistake(
    "test_eq",
    (TESTS, 'test(a, b, equal, "==")\n    print("equal")'),
    hint="Your function prints something about two equal values. What does `test` do if all is well?",
)


# --- near ------------------------------------------------------------------------------------------------------------


def plainly_near(names, a, b):
    """near(a, b)"""
    answer = names["near"](a, b)
    one = isinstance(answer, torch.Tensor) and answer.dtype == torch.bool and answer.ndim == 0
    return bool(answer) if one else answer  # a single True in a tensor will do


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


SHAPES = "    if a.shape != b.shape:\n        return False\n"
CLOSE = "torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)"

leaves_it_to_allclose = mistake(
    "near",
    (SHAPES, ""),
    ("a.double(), b.double()", "a, b"),
    hint="The library's function was looked at just above, with three surprises. Which of them does yours still have?",
)
lets_shapes_stretch = mistake(
    "near",
    (SHAPES, ""),
    hint="Three numbers in a column and three in a row are compared nine times. Which question comes before the first?",
    kind=3,
)
stops_on_mixed_dtypes = mistake(
    "near",
    ("a.double(), b.double()", "a, b"),
    hint="Give it the same numbers in float32 and in float64. What do the two need before they can be compared?",
)
calls_other_dtypes_far = mistake(
    "near",
    ("a.shape != b.shape", "a.shape != b.shape or a.dtype != b.dtype"),
    hint="The number 2 is near the number 2, in however many bits it is stored. What else does your function compare?",
)
takes_the_first_ones_dtype = mistake(
    "near",
    ("b.double()", "b.to(a.dtype).double()"),
    hint="Is 5 near 5.4? Follow the 5.4 through your function when `a` is of int64.",
)
takes_the_second_ones_dtype = mistake(
    "near",
    ("a.double()", "a.to(b.dtype).double()"),
    hint="Is 5.4 near 5? Follow the 5.4 through your function when `b` is of int64.",
)
keeps_the_librarys_tolerances = mistake(
    "near",
    (", rtol=1e-3, atol=1e-5", ""),
    hint="1000 and 1000.5 are near each other here. Which tolerances did you ask for, and which did you get?",
)
swaps_the_tolerances = mistake(
    "near",
    ("rtol=1e-3, atol=1e-5", "rtol=1e-5, atol=1e-3"),
    hint="Which of the two is multiplied by |b|? Try 0 and 0.0004, then 1000 and 1000.5.",
)
tolerates_absolutely_only = mistake(
    "near",
    ("rtol=1e-3, atol=1e-5", "rtol=0, atol=1e-3"),
    hint="A difference of 0.5 between numbers around 1000: does your limit know how large the numbers are?",
)
tolerates_relatively_only = mistake(
    "near", ("atol=1e-5", "atol=0"), hint="Put 0 for b into your formula. How large may a be?"
)
measures_by_the_first = mistake(
    "near",
    ("a.double(), b.double()", "b.double(), a.double()"),
    hint="Your limit grows with one of the two numbers. Which of them is it in the formula?",
)
forbids_the_limit_itself = mistake(
    "near",
    (CLOSE, "bool(((a.double() - b.double()).abs() < 1e-5 + 1e-3 * b.double().abs()).all())"),
    hint="Is 0.00001 near 0? Look at the sign between the two sides of the formula, and at yours.",
)
allows_less_than_nothing = mistake(
    "near",
    (CLOSE, "bool(((a.double() - b.double()).abs() <= 1e-5 + 1e-3 * b.double()).all())"),
    hint="How large is your limit for b = -1000? Compare it with the formula, stroke by stroke.",
)
forgets_the_sign_of_a_difference = mistake(
    "near",
    (CLOSE, "bool((a.double() - b.double() <= 1e-5 + 1e-3 * b.double().abs()).all())"),
    hint="Is -5 near 5? What does your difference look like before it is compared?",
)
lets_differences_cancel = mistake(
    "near",
    (CLOSE, "bool((a.double() - b).mean().abs() <= 1e-5 + 1e-3 * b.double().abs().mean())"),
    hint="Plus 1 and minus 1 are 0 on average. How far off is each?",
)
one_near_entry_is_enough = mistake(
    "near",
    (CLOSE, "bool(((a.double() - b.double()).abs() <= 1e-5 + 1e-3 * b.double().abs()).any())"),
    hint="[1, 2, 3] and [1, 9, 9]: how many entries are near, and how many have to be?",
)
answers_for_every_entry = mistake(
    "near",
    ("torch.allclose", "torch.isclose"),
    hint="You give as many answers as there are entries. How many did the caller ask for?",
)
asks_for_equality = mistake(
    "near",
    (CLOSE, "bool((a == b).all())"),
    hint="Equal numbers are near, certainly. And which numbers are near without being equal?",
)
takes_two_nans_for_near = mistake(
    "near",
    ("atol=1e-5", "atol=1e-5, equal_nan=True"),
    hint="NaN is what is left when a calculation went wrong. Should two wrong calculations count as agreeing?",
)
overlooks_nan = mistake(
    "near",
    (CLOSE, "not bool(((a.double() - b.double()).abs() > 1e-5 + 1e-3 * b.double().abs()).any())"),
    hint='Every comparison with NaN is False. Which of "nothing is too far" and "all is near" do you ask?',
)
makes_rows_of_both = mistake(
    "near",
    ("    if a.shape", "    a, b = a.reshape(-1), b.reshape(-1)\n    if a.shape"),
    hint="Six numbers as (2, 3) and as (3, 2): what is left of the shapes after your first step?",
)


# --- test_near -------------------------------------------------------------------------------------------------------


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


NEAR = "test(a, b, near)"

throws_the_answer_away = mistake(
    "test_near", (NEAR, "near(a, b)"), hint="You ask whether they are near. Who hears the answer?"
)
hands_back_whether_near = mistake(
    "test_near",
    (NEAR, "return near(a, b)"),
    hint="You know whether they are near, and hand the answer back. Who stops the notebook when it is no?",
)
prints_whether_near = mistake(
    "test_near",
    (NEAR, 'print("near" if near(a, b) else f"not near: {a} {b}")'),
    hint="A printed line is easily overlooked. Which of your functions makes a notebook stop?",
)
calls_near_too_early = mistake(
    "test_near",
    ("near)", "near(a, b))"),
    hint="What does `test` want as its third argument: an answer, or somebody who can answer?",
)
tests_for_equality = mistake(
    "test_near",
    ("near)", 'lambda one, other: one.shape == other.shape and bool((one == other).all()), "near")'),
    hint="0.3 and 0.30000001: equal? Near? Which of the two does your function ask?",
)
goes_past_its_own_near = mistake(
    "test_near",
    ("near)", 'torch.allclose, "near")'),
    hint="You have built a comparison that knows about shapes, dtypes and tolerances. Is it the one that you use?",
)
compares_with_itself = mistake(
    "test_near",
    ("test(a, b", "test(a, a"),
    hint="Everything is near itself. Which two values does your function compare?",
)
expects_them_to_differ = mistake(
    "test_near",
    (NEAR, r'assert not near(a, b), f"near:\n{a}\n{b}"'),
    hint="Read your assertion aloud: when should it be silent?",
)
asks_whether_b_is_near_a = mistake(
    "test_near",
    ("test(a, b", "test(b, a"),
    hint="The tolerance grows with one of the two numbers. Which one is it in your call, and in the formula?",
)
announces_that_they_are_near = mistake(
    "test_near",
    ("near)", 'near)\n    print("near")'),
    hint="Your function prints something about two numbers that are near. What does `test` do if all is well?",
)
stops_without_the_values = mistake(
    "test_near",
    (NEAR, 'assert near(a, b), "not near"'),
    hint="Not near: how far apart were they? One of your functions puts both values into its message by itself.",
    symptom="message: values",
)
is_silent_about_other_shapes = mistake(
    "test_near",
    (NEAR, f"assert a.shape == b.shape\n    {NEAR}"),
    hint="Ask whether two numbers are near three, and read your message. Which of your lines raised it?",
    symptom="message: shapes",
)
is_silent_about_other_dtypes = mistake(
    "test_near",
    (NEAR, f"assert near(a, b) or a.dtype == b.dtype\n    {NEAR}"),
    hint="Let `a` be of int64 and `b` of float32, far from each other. What does your message show of the two?",
    symptom="message: dtypes",
)


# --- export_cells ----------------------------------------------------------------------------------------------------


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
        found = list(found)  # a tuple or a generator will do
    return [one.rstrip().lstrip("\n") if isinstance(one, str) else one for one in found]


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
    texts = [notebook(*cells) for cells in made]
    return [(text,) for text in [*texts, notebook(*made[0], lists=False), notebook(*made[11], lists=False)]]


FIRST = r'first, *rest = "".join(cell["source"]).split("\n")'
MARK = 'first.rstrip() == "#export"'

keeps_the_mark = mistake(
    "export_cells",
    ("append(kept)", r'append(f"{first}\n{kept}")'),
    hint="Look at the first line of what you give back. Is it part of the library?",
)
exports_all_code = mistake(
    "export_cells",
    (' and first.rstrip() == "#export"', ""),
    ("for line in rest", 'for line in (rest if first.rstrip() == "#export" else [first, *rest])'),
    hint="There are cells for trying things out, and cells worth keeping. How does your function tell them apart?",
)
finds_the_mark_anywhere = mistake(
    "export_cells",
    (FIRST, 'text = "".join(cell["source"])'),
    (MARK, '"#export" in text'),
    ("for line in rest", r'for line in text.replace("#export\n", "", 1).split("\n")'),
    hint="A cell may speak of exporting without wanting it. In which of its lines does the mark have to stand?",
)
a_beginning_is_enough = mistake(
    "export_cells", (MARK, 'first.startswith("#export")'), hint="`#exports` begins with `#export`, too. Is it the mark?"
)
allows_a_space_in_the_mark = mistake(
    "export_cells",
    (MARK, r're.fullmatch(r"#\s*export\s*", first)'),
    hint="There is one way to write the mark in this course. What does the table say about `# export`?",
)
skips_empty_lines_to_the_mark = mistake(
    "export_cells",
    (r'.split("\n")', r'.lstrip().split("\n")'),
    hint="Where exactly may the mark stand? Your function also finds it further down, below empty lines.",
)
trips_over_spaces_after_the_mark = mistake(
    "export_cells",
    ("first.rstrip()", "first"),
    hint="Nobody sees the spaces at the end of a line. Does your comparison?",
)
takes_prose_for_code = mistake(
    "export_cells",
    ('cell["cell_type"] == "code" and ', ""),
    hint="A notebook has cells that are not code. What does each cell say of itself, beside its source?",
)
keeps_magics = mistake(
    "export_cells",
    (' if not line.lstrip().startswith(("%", "!"))', ""),
    hint="Could Python import what you give back? Look for lines that only IPython understands.",
)
keeps_shell_lines = mistake(
    "export_cells",
    ('("%", "!")', '"%"'),
    hint="There are two characters that a magic may begin with. Which of them does your function know?",
)
misses_indented_magics = mistake(
    "export_cells",
    ("line.lstrip()", "line"),
    hint="A magic may stand inside an `if`. What is the first character of its line then?",
)
drops_arithmetic_with_percent = mistake(
    "export_cells",
    ('not line.lstrip().startswith(("%", "!"))', '"%" not in line and "!" not in line'),
    hint="`x % 7` is arithmetic. Where in a line does a `%` mean a magic, and where does it not?",
)
loses_the_indentation = mistake(
    "export_cells",
    ("(line for", "(line.strip() for"),
    hint="Compare a function before and after: what happened to the spaces at the beginning of its lines?",
)
loses_empty_lines = mistake(
    "export_cells",
    ("in rest if", "in rest if line.strip() and"),
    hint="A text in three quotation marks may have empty lines. Are they still there?",
)
glues_lines_together = mistake(
    "export_cells", (r'"\n".join', '"".join'), hint="Print one of your sources. Where have its line breaks gone?"
)
expects_lists_of_lines = mistake(
    "export_cells",
    (FIRST, 'first, *rest = cell["source"] or [""]'),
    (r'"\n".join', '"".join'),
    hint="A source may be one string. What is `source[0]` then, and what is `source[1:]`?",
)
expects_strings = mistake(
    "export_cells",
    ('"".join(cell["source"])', 'cell["source"]'),
    hint="Jupyter itself writes a source as a list of lines. Which of your operations needs a string?",
)
stops_at_an_empty_cell = mistake(
    "export_cells",
    (FIRST, r'rest = "".join(cell["source"]).split("\n")[1:]'),
    ("first.rstrip()", '"".join(cell["source"]).splitlines()[0].rstrip()'),
    hint="There is an empty cell at the end of most notebooks. What is its first line?",
)
keeps_what_is_empty = mistake(
    "export_cells",
    ("if kept.strip()", "if True"),
    hint="A marked cell may hold nothing else. What does your list have in its place?",
)
makes_one_text_of_all = mistake(
    "export_cells",
    ("return exported", r'return "\n\n".join(exported)'),
    hint="How many things do you give back for three exported cells? And how many were asked for?",
)
comes_back_after_the_first = mistake(
    "export_cells",
    ("return exported", "return exported[:1]"),
    hint="How often does your function come to its `return`? Count the marked cells that it has seen by then.",
    kind=19,
)


# --- notebook2script -------------------------------------------------------------------------------------------------


def as_module(names, folder, *pairs):
    """notebook2script(path, out_dir)"""
    import os
    import tempfile
    from pathlib import Path

    from foundations.worker.stand_ins import stand_ins

    def seen(script, name):
        # The names with their values, and whether the lines above them name the notebook.
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
        # The folder's name has both characters that end a prefix.
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
    one = notebook(first)
    three = notebook(
        "markdown: FIRST", first, "code: x", "code: #export\nSECOND = FIRST + 1", "code: #export\nTHIRD = 'x'"
    )
    made: list[tuple[Any, ...]]
    made = [("exp", (name, three)) for name in ("00_a.ipynb", "01-a_b.ipynb", "02_a-b.ipynb", "a.ipynb", "9.ipynb")]
    made += [("exp", (name, one)) for name in ("03_a_b.ipynb", "04-a.ipynb", "plain.ipynb")]
    letters = notebook(first, "code: #export\n# α ≤ β\nSECOND = 'größer · Ω · 二'")
    # Python runs none of these cells otherwise than it did in the notebook.
    template = notebook(first, "code: #export\nSECOND = '{0} {name} {{}} %d $x'")
    blank = notebook(first, "code: #export\nSECOND = '''above\n\n\n\nbelow'''")
    made += [
        ("exp", ("06_letters.ipynb", letters)),
        ("exp", ("07b_a.ipynb", one)),
        ("exp", ("08_a.ipynb", template)),
        ("exp", ("09_a.ipynb", blank)),
        ("a/b", ("05_a.ipynb", one)),
        ("a/b/c", ("06-a.ipynb", three)),
        ("exp", ("07_a.ipynb", notebook("code: x"))),
    ]
    made += [("exp", ("08_a.ipynb", three), ("08_b.ipynb", one)), ("exp", ("08_a.ipynb", one), ("08_b.ipynb", one))]
    return [(folder, *((name, text, marked_in(text)) for name, text in pairs)) for folder, *pairs in made]


def marked_in(text):
    """Return the exported cells, which travel with their notebook: code that finds them would be a solution."""
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return [source.removeprefix("#export\n") for source in sources if source.startswith("#export\n")]


NOTHING = 'raise ValueError(f"{path.name} has no cell that begins with #export: nothing to write")'

is_called_like_the_whole_file = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)[0]', "path.stem"),
    hint="Rename the notebook, and every import of its module breaks. Which part of the file name stays?",
)
knows_underscores_only = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)', 'path.stem.split("_")'),
    hint="`01-matmul.ipynb` has a prefix as well. Which character ends it?",
)
knows_hyphens_only = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)', 'path.stem.split("-")'),
    hint="`01_matmul.ipynb` has a prefix as well. Which character ends it?",
)
stops_at_an_underscore_first = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)', 'path.stem.split("_" if "_" in path.stem else "-")'),
    hint="Try `02_a-b` and `02-a_b`. Which of the two characters comes first, and which do you look for first?",
)
leaves_out_foreign_letters = mistake(
    "notebook2script",
    ('encoding="utf-8"', 'encoding="ascii", errors="ignore"'),
    hint='Export a cell with `"größer"` in it and open the script. Which letters are missing?',
)
takes_the_last_separator = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)[0]', 're.sub("[_-][^_-]*$", "", path.stem)'),
    hint="A name may have several of these characters. Up to which of them does the prefix go?",
)
takes_digits_for_the_prefix = mistake(
    "notebook2script",
    ('re.split("[_-]", path.stem)[0]', r'(re.match(r"\d+", path.stem) or re.match("[^_-]*", path.stem)).group()'),
    hint="There are notebooks `07_fit` and `07b_extra`. Which two scripts are there to be, and which does yours make?",
)
fills_the_finished_text_in = mistake(
    "notebook2script",
    ('f"# Made from {path.name}', '"# Made from {name}'),
    (r'"\n\n\n".join([header, *cells]) + "\n"', r'("\n\n\n".join([header, *cells]) + "\n").format(name=path.name)'),
    hint="A cell may have braces of its own. What does `format` do with those?",
)
squeezes_blank_lines = mistake(
    "notebook2script",
    (r'"\n\n\n".join([header, *cells]) + "\n"', r're.sub(r"\n{3,}", "\n\n", "\n\n\n".join([header, *cells])) + "\n"'),
    hint="Some texts in three quotation marks have several blank lines in a row. Has the script as many as the cell?",
)
takes_the_ending_along = mistake(
    "notebook2script",
    ("path.stem", "path.name"),
    hint="What is the script of `plain.ipynb` called? A Path knows its name with and without the ending.",
)
forgets_nb = mistake(
    "notebook2script",
    ("nb_{prefix}", "{prefix}"),
    hint="May a module's name begin with a digit? Compare the name of your script with the one in the text.",
)
writes_no_header = mistake(
    "notebook2script",
    ("[header, *cells]", "cells"),
    hint="Somebody opens the script and finds a mistake. How do they learn where to mend it?",
)
writes_a_header_that_is_no_comment = mistake(
    "notebook2script", ('f"# Made', 'f"Made'), hint="Import your script. What does Python make of its first line?"
)
runs_cells_into_each_other = mistake(
    "notebook2script",
    (r'"\n\n\n".join([header, *cells]) + "\n"', r'header + "\n" + "".join(cells)'),
    hint="Look at the place in the script where one cell ends and the next begins. What is missing between them?",
)
writes_the_first_cell_only = mistake(
    "notebook2script", ("*cells]", "cells[0]]"), hint="Count the exported cells, and count them in your script."
)
writes_the_last_cell_only = mistake(
    "notebook2script",
    ("*cells]", "cells[-1]]"),
    hint="Every time a file is opened for writing, it starts empty. How often do you open yours?",
)
adds_to_an_older_script = mistake(
    "notebook2script",
    ("script.write_text(", 'with script.open("a", encoding="utf-8") as file:\n        file.write('),
    (r'"\n", encoding="utf-8")', r'"\n")'),
    hint="Export twice and look into the script. What is the letter that you open it with?",
    kind=12,
)
expects_the_folder = mistake(
    "notebook2script",
    ("    script.parent.mkdir(parents=True, exist_ok=True)\n", ""),
    hint="The first time there is no folder yet. Who makes it?",
)
makes_one_folder_only = mistake(
    "notebook2script", ("parents=True, ", ""), hint="Try `a/b` where there is no `a`. How many folders have to be made?"
)
expects_no_folder = mistake(
    "notebook2script",
    (", exist_ok=True", ""),
    hint="Call it twice. What is there the second time that was not there the first time?",
)
writes_an_empty_module = mistake(
    "notebook2script",
    ("if not cells", "if cells is None"),
    hint="A notebook with nothing to export: somebody forgot the mark. How do they find out?",
)
empties_before_it_looks = mistake(
    "notebook2script",
    (NOTHING, "pass"),
    ("    header =", '    script.write_text("")\n    if not cells:\n        raise ValueError(path.name)\n    header ='),
    hint="When you find that there is nothing to export, what has already happened to the file?",
)
gives_back_nothing_to_export = mistake(
    "notebook2script",
    (NOTHING, "return None"),
    hint="Nothing to export, nothing written, nothing said. How does the caller find out?",
)
asserts_that_there_are_cells = mistake(
    "notebook2script",
    ("if not cells:\n        raise ValueError(", "assert cells, ("),
    hint="You refuse, and rightly so. With which kind of exception: what does the docstring promise?",
)
does_not_say_which_notebook = mistake(
    "notebook2script",
    ("{path.name} has no cell", "there is no cell"),
    hint="Nothing to export, says your message. In which of forty notebooks?",
    symptom="message",
)
keeps_the_path_to_itself = mistake(
    "notebook2script",
    ("return script", ""),
    hint="Where is the script? Only your function knows, and it hands nothing back.",
    kind=19,
)
has_a_folder_of_its_own = mistake(
    "notebook2script",
    ("Path(out_dir)", 'Path("exp")'),
    hint="The caller may name another folder. Where in your code does that name occur?",
    symptom="place",
)
starts_from_the_notebooks_folder = mistake(
    "notebook2script",
    ("Path(out_dir)", "path.parent / out_dir"),
    hint="Export `notes/01_x.ipynb` into `exp`: is your script in `exp`, or in `notes/exp`?",
    symptom="next to the notebook",
)
expects_path_objects = mistake(
    "notebook2script",
    ("Path(out_dir)", "out_dir"),
    hint="Most people write a path as a string. Which of your operations does a string not have?",
    symptom="strings",
)


# --- run_notebook ----------------------------------------------------------------------------------------------------


def as_witness(names, *texts):
    """run_notebook(path)"""
    import contextlib
    import io
    import tempfile
    from pathlib import Path

    def is_made_by_a_cell(name):
        return str(name).lstrip("_").startswith("own_")

    # The names of the function's own module, where an answer has its notebook's, are compared and put back.
    outside = getattr(names["run_notebook"], "__globals__", names)
    before = dict(outside)
    outside["planted_outside"] = 1
    # Dictionaries that the function keeps for its next call are put back as well, so that no call depends on another.
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
                    made = {key: value for key, value in returned.items() if is_made_by_a_cell(key)}
                    kind = {
                        key: value if isinstance(value, int | str) else type(value).__name__
                        for key, value in made.items()
                    }
                lines = [line for line in printed.getvalue().split("\n") if line.startswith("witness")]
                seen.append({"said": lines, "error": error, "returned": kind})
        changed = [key for key in outside if key not in before and key != "planted_outside"]
        changed += [key for key in before if key not in outside or outside[key] is not before[key]]
        return [*seen, sorted(key for key in changed if is_made_by_a_cell(key))]
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
        [first, "code: _own_second = own_first\n__own_third__ = 3", last],
    ]  # fmt: skip
    texts = [(notebook(*cells),) for cells in made]
    texts += [(notebook(*made[number], lists=False),) for number in (0, 2)]
    return [*texts, (notebook(first), notebook(last)), (notebook(first, last), notebook(last))]


MAIN = '{"__name__": "__main__"}'

forgets_between_cells = mistake(
    "run_notebook",
    ("        try:", '        namespace = {"__name__": "__main__"}\n        try:'),
    hint="The second cell uses what the first has made. How many dictionaries do you make for one notebook?",
)
runs_in_its_own_notebook = mistake(
    "run_notebook",
    (MAIN, "globals()"),
    hint="Look at your own notebook after the run: whose names are these? And which of yours could the cells use?",
    kind=12,
)
copies_its_own_notebook = mistake(
    "run_notebook",
    (MAIN, '{**globals(), "__name__": "__main__"}'),
    hint="Your cells start with a copy of something. What is in it that a fresh kernel would not have?",
    kind=12,
)
remembers_the_run_before = mistake(
    "run_notebook",
    ('    namespace = {"__name__": "__main__"}\n', ""),
    ("path: str | Path)", 'path: str | Path, namespace={"__name__": "__main__"})'),
    hint="When is the default of an argument made: at each call, or once and for all?",
    kind=12,
)
has_two_dictionaries = mistake(
    "run_notebook",
    ('namespace = {"__name__": "__main__"}', 'names, namespace = {"__name__": "__main__"}, {}'),
    ("exec(python,", "exec(python, names,"),
    hint="A function looks its names up in the first dictionary that `exec` was given. Where are the cells' names?",
)
starts_without_main = mistake(
    "run_notebook", (MAIN, "{}"), hint="`print(__name__)` in a notebook says `__main__`. What does it say in yours?"
)
swallows_failures = mistake(
    "run_notebook",
    ("raise RuntimeError(", "print("),
    (" from error", ""),
    hint="A cell failed, and the night's test says nothing. What happens to the exception that you caught?",
)
stops_in_silence = mistake(
    "run_notebook",
    ("raise RuntimeError(", "print("),
    (" from error", "\n            break"),
    hint="You stop at the failing cell, and rightly so. How does the caller find out?",
)
runs_on_to_the_end = mistake(
    "run_notebook",
    ("    namespace =", "    failures = []\n    namespace ="),
    ("raise RuntimeError(", "failures.append(RuntimeError("),
    (" from error", ")"),
    ("    return", "    if failures:\n        raise failures[0]\n    return"),
    hint="Cell 3 failed, and cell 4 stands on it. When do you stop?",
)
lets_the_error_pass = mistake(
    "run_notebook",
    ("            what =", "            raise\n            what ="),
    hint='Somebody reads "division by zero" in a report about forty cells. Which one was it?',
)
catches_assertions_only = mistake(
    "run_notebook",
    ("except Exception", "except AssertionError"),
    hint="A notebook can fail in other ways than by a test. Which exceptions do you catch?",
)
compiles_all_cells_first = mistake(
    "run_notebook",
    ("    for index", "    for run in (False, True):\n      for index"),
    ("exec(python, namespace)", 'exec(python, namespace) if run else compile(python, "cell", "exec")'),
    hint="A parenthesis is missing in the last cell. Have those above it run by then, as they would in Jupyter?",
)
runs_prose_too = mistake(
    "run_notebook",
    ('cell["cell_type"] != "code" or ', ""),
    hint="A notebook has cells that are not code. What does each cell say of itself, beside its source?",
)
runs_exported_cells_only = mistake(
    "run_notebook",
    ('lines[0].startswith("%%")', 'lines[0].rstrip() != "#export"'),
    hint="What is exported is the library. Which cells hold the tests?",
)
takes_magics_for_python = mistake(
    "run_notebook",
    (' or lines[0].startswith("%%")', ""),
    (' if not line.lstrip().startswith(("%", "!"))', ""),
    hint="Try a cell with `%matplotlib inline` in it. Who understands that line, and who does not?",
)
runs_what_follows_a_cell_magic = mistake(
    "run_notebook",
    (' or lines[0].startswith("%%")', ""),
    hint="After `%%bash` the cell is no Python any more. How much of it is to be left out?",
)
expects_sources_as_lists = mistake(
    "run_notebook",
    ('"".join', r'"\n".join'),
    hint="A source may be one string as well. What do you get when you join its characters with line breaks?",
)
gives_nothing_back = mistake(
    "run_notebook",
    ("return namespace", ""),
    hint="The cells have made names, and when your function ends they are gone. What does the caller ask for?",
    kind=19,
)
keeps_names_with_an_underscore_back = mistake(
    "run_notebook",
    ("return namespace", 'return {name: made for name, made in namespace.items() if not name.startswith("_")}'),
    hint="A cell may make a name that begins with `_`. Is it among the names that the caller gets?",
)
counts_code_cells_only = mistake(
    "run_notebook",
    ("enumerate(json", "enumerate(cell for cell in json"),
    ('["cells"]', '["cells"] if cell["cell_type"] == "code"'),
    hint="""Take the index from your message and look at `cells[index]`: is it the cell that failed? What was not
    counted?""",
    symptom="message: code cells",
)
counts_from_one = mistake(
    "run_notebook",
    ('["cells"]', '["cells"], 1'),
    hint="Take the index from your message and look at `cells[index]`. Which cell is it?",
    symptom="message: one more",
)
does_not_quote_the_cell = mistake(
    "run_notebook",
    (", beginning with {lines[0]!r},", ""),
    hint="An index moves when somebody adds a cell. By what would you recognise the cell at a glance?",
    symptom="message: first line",
)
says_only_that_it_failed = mistake(
    "run_notebook",
    ("cell {index}, beginning with {lines[0]!r},", "the notebook"),
    hint="The notebook failed. Whoever has to mend it asks two questions: which cell, and how does it begin?",
    symptom="message: nothing",
)
quotes_without_an_index = mistake(
    "run_notebook",
    ("cell {index}, beginning with {lines[0]!r}", "{lines[0]!r}"),
    hint="Ten cells may begin with the same line. What else tells one from another?",
    symptom="message: index",
)
