"""Hidden checks of the exercise ``test(a, b, cmp, cname)``: silent if the comparison holds, an assertion otherwise.

Comparisons cannot travel, so each is made where the student's code runs and is asked for by its name.

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
from helpers import Assertion, verdicts
from misconceptions import by_name

from foundations.authoring import check

NO = "the comparison does not hold"


class TestTest(Assertion):
    caller = by_name

    def answers(self):
        for _ in range(2):
            small, large = sorted((self.number(), self.number()))
            yield (small, large, "lt"), None
            yield (large, small, "lt"), NO
            yield (small, small, "eq"), None
            yield (small, large, "eq"), NO
            yield (small, large, "ne"), None
        yield ("matrix", "tri", "contains"), None
        yield ("tri", "matrix", "contains"), NO
        yield (6 * self.number(), 9, "shares_a_factor"), None
        yield ([1, 5], [2, 4], "every_one_smaller"), NO

    def tensors(self):
        a = torch.tensor([[self.number(), self.number()] for _ in range(3)])
        one_off, shift, row = a.clone(), torch.tensor([[0], [1], [-1]]), a[0].tolist()
        one_off[1, 1] += 2
        yield (a, a.clone(), "eq"), None
        yield (a, a + shift, "within_one"), None
        for b in (one_off, a + 2, a.flip(0) + 20_000):
            yield (a, b, "eq"), "not all of the answers are True"
        yield (a, one_off, "within_one"), "one of the answers is False"
        yield (a[:2].double(), torch.stack([a[0] + 1, a[1] - 1]).double(), "lt"), "two answers are False"
        yield (torch.tensor(1.5), torch.tensor(2.5), "lt"), None
        # Whether there are many answers depends on the comparison, and not on the values that it compares.
        yield (a, one_off, "same_shape"), None
        yield (a, a[:2], "same_shape"), "the only answer is False"
        yield (row, row, "entries_agree"), None
        yield (row, [row[0], row[1] + 1], "entries_agree"), "one of the answers is False"
        many = torch.full((50, 100), self.number())
        off = many.clone()
        off[32, 10] += 1
        yield (many, off, "eq"), "one of 5,000 answers is False"
        for empty in (torch.zeros(0), torch.zeros(2, 0)):
            yield (empty, empty.clone(), "eq"), None

    test_yes_and_no = verdicts(
        "passes where the comparison holds, and is an AssertionError where it does not", answers, points=0.8, gate=True
    )
    test_tensors = verdicts("a tensor of answers: every one of them has to be True", tensors, points=0.6)

    @check("the message shows both values; nothing is printed if the comparison holds", points=0.3)
    def test_values_are_shown(self):
        n, tensors = self.number(), [torch.tensor([self.number(), self.number()]) for _ in range(2)]
        pairs = [(self.number(), self.number()), (self.number() + 0.25, self.number() + 0.75), ("left", "right")]
        for call in self.verdicts([((a, b, "eq"), NO) for a, b in [*pairs, tensors]]):
            a, b = (value.tolist() if isinstance(value, torch.Tensor) else [value] for value in call.args[:2])
            self.must_show(call, [str(value) for value in a + b], "both values", "message: values")
        held = [(n, n, "eq"), (n, n + 1, "lt"), (tensors[0], tensors[0].clone(), "eq")]
        self.must_be_silent(held, "the comparison holds")

    @check("the message shows the name of the comparison", points=0.3)
    def test_name_is_shown(self):
        a = self.number()
        plain = ([a], [1], "every_one_smaller")
        [call] = self.verdicts([(plain, NO)])
        said = str(call.error["text"])
        symptom = "message: None" if "None" in said else "message: name" if str(a) in said else "message: values"
        self.must_show(call, ["every_one_smaller"], "the name of the comparison", symptom)
        # Not every comparison has a __name__, and if there is a cname, none is needed.
        for comparison in ("gt", "nameless"):
            [call] = self.verdicts([((a, a + 1, comparison, "is more than"), NO)])
            self.must_show(call, ["is more than"], "the name that was given", "message: cname")
