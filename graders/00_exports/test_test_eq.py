"""Hidden checks of the exercise ``test_eq(a, b)``: equality, for tensors of shape and of every entry.

``stand_ins.py`` replaces the notebook's ``test`` while it runs, so that a mistake there costs nothing here.

Sentence of the text → check:

    Numbers, strings, lists, None: equal as `==` says                    → test_plain
    **the same shape** and equal entries                                 → test_tensors
    no stretching, and no RuntimeError                                   → test_shapes
    The dtype is not compared                                            → test_what_is_equal
    NaN equals nothing, not even NaN                                     → test_what_is_equal
    If the two are equal, `test_eq` prints nothing                       → test_message
    in their shapes or otherwise, the message shows `==` and both values → test_message
"""

import torch
from helpers import Assertion, verdicts
from misconceptions import quietly_equal

from foundations.authoring import check

#: Pairs of different shapes.
SHAPES = (
    *[((3,), (1,)), ((), (1,)), ((3, 1), (3,)), ((2, 3), (3,))],
    *[((3,), (2,)), ((2, 3), (3, 2)), ((0,), (1,)), ((0, 2), (0,))],
)


class TestTestEq(Assertion):
    caller = quietly_equal

    def plain(self):
        n, other = self.number(), self.number()
        for a, b, c in [
            (n, n, other),
            (n + 0.5, n + 0.5, n - 0.5),
            (f"nb_{n}", f"nb_{n}", f"nb_{other}"),
            ([n, other], [n, other], [other, n]),
            (None, None, n),
            ([], [], [n]),
        ]:
            yield (a, b), None
            yield (a, c), "the two differ"
        yield (n, float(n)), None

    def tensors(self):
        a = torch.tensor([[self.number(), self.number()] for _ in range(3)])
        one_off, tiny = a.clone(), a.double()
        one_off[2, 0] += 1
        tiny[0, 1] += 1e-7
        for tensor in (a, a.double() / 3, a[0], a[0, 0], a.t(), a[:0], a[:, :0]):
            yield (tensor, tensor.clone()), None
        yield (a, one_off), "one of six entries differs"
        yield (a, -a), "all entries differ"
        yield (a, a.flip(0)), "the rows are in another order"
        yield (a.double(), tiny), "one entry differs by 1e-7"
        many = torch.full((50, 100), self.number())
        off = many.clone()
        off[32, 10] += 1
        yield (many, off), "one of 5,000 entries differs"

    def shapes(self):
        n = float(self.number())
        for s, t in SHAPES:
            yield (torch.full(s, n), torch.full(t, n)), "the shapes differ"
            yield (torch.full(t, n), torch.full(s, n)), "the shapes differ"

    def dtypes_and_nan(self):
        a = torch.tensor([self.number(), self.number()])
        for b in (a.double(), a.float(), a.to(torch.int32)):
            yield (a, b), None
            yield (b, a + 1), "the entries differ"
        yes = a > a.min()
        yield (yes, yes.clone()), None
        yield (yes, ~yes), "the entries differ"
        endless = torch.tensor([torch.inf, float(self.number()), -torch.inf])
        yield (endless, endless.clone()), None
        yield (endless, -endless), "the entries differ"
        a = torch.tensor([float(self.number()), float("nan")])
        yield (a, a.clone()), "NaN equals nothing, not even NaN"
        yield (a, a.nan_to_num(5.0)), "NaN is not a number"
        # Two arguments would arrive as two tensors.
        yield (a,), "a and b are one tensor with a NaN in it, and NaN does not equal itself"

    test_plain = verdicts("numbers, strings and lists: equal or not", plain, points=0.6, gate=True)
    test_tensors = verdicts("tensors: every entry has to be equal", tensors, points=0.4)
    test_shapes = verdicts(
        "another shape is a difference: nothing is stretched, and there is no other exception", shapes, points=0.4
    )
    test_what_is_equal = verdicts("the dtype is not compared; NaN equals nothing", dtypes_and_nan, points=0.4)

    @check("the message shows == and both values; nothing is printed if the two are equal", points=0.2)
    def test_message(self):
        one, other = torch.tensor([self.number(), 7]), torch.tensor([self.number(), 7])
        values = [(self.number(), self.number()), (one, other)]
        shapes = [(one, other[:1]), (one[:1], other[0]), (torch.cat([other, one]), one)]
        for pairs, because, symptom in [
            (values, "the two differ", "message: values"),
            (shapes, "the shapes differ", "message: shapes"),
        ]:
            for call in self.verdicts((pair, because) for pair in pairs):
                first = [value.flatten()[0].item() if isinstance(value, torch.Tensor) else value for value in call.args]
                self.must_show(call, [str(value) for value in first], "both values", symptom)
                self.must_show(call, ["=="], "==", "message: name")
        n = self.number()
        self.must_be_silent([(n, n), (one, one.clone())], "the two are equal")
