"""Hidden checks of ``broadcast_shape(s, t)``: align right, equal or 1, a missing size is 1.

Sentence of the text → check:

    fill the shorter shape up with ones, on the left             → test_fitting
    equal, or one of them 1?  keep the one that is not stretched → test_fitting
    The shape that comes out when tensors of shapes s and t meet → test_any
    No tensor, no `expand`, no `torch.broadcast_shapes`          → test_rule
    A size may be 0, and it is a size like any other             → test_odd_sizes
    a missing size is 1                                          → test_odd_sizes
    Shapes that do not fit raise a `ValueError`                  → test_misfits
    Its message names the dimension                              → test_named_dimension
    counted from the right: `-1` is the last one                 → test_named_dimension
    The result is a tuple                                        → test_kind
"""

import re

import torch

from foundations.authoring import CheckFailed, Exercise, Finding, Rule, all_but, check, describe, refuses, values

ODD = [((), (3, 2)), ((4,), ()), ((), ()), ((0, 3), (1, 3)), ((1,), (2, 0))]
MISFITS = [
    ((2, 3), (2,)),
    ((3,), (4,)),
    ((2, 3, 4), (2, 4)),
    ((4, 3), (2, 3)),
    ((2, 5, 1), (4, 5, 3)),
    ((3, 2), (2, 3)),
    ((2,), (4, 4)),
    ((3, 4, 5), (3, 1)),
    ((4, 3, 4), (4, 2, 5)),
]


def plainly(names, s, t):
    """broadcast_shape(s, t)"""
    result = names["broadcast_shape"](s, t)
    return tuple(result) if isinstance(result, torch.Size) else result  # torch's own kind of tuple will do


def unfit(s, t):
    """Return the fault in these shapes."""
    return f"no tensor of shape {s} can meet one of shape {t}"


class TestBroadcastShape(Exercise):
    #: Pairs of one length, of several, with ones on either side, and at both ends.
    sizes = (
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
    )
    allowed = Rule(
        about="writing down the rules of broadcasting yourself, for tuples of numbers",
        allow=all_but("broadcasting", "numpy", "matrix product", "einsum"),
        scalars_only=True,
        numbers=True,
    )
    caller = plainly

    def inputs(self, s, t):
        return s, t

    def must_be_right(self, call, *, dtype=False):
        """Require the shape that torch finds, in a tuple or, for now, in a list."""
        call.subject = "broadcast_shape({}, {})".format(*call.args)
        call.must_not_raise()
        got, expected = call.value, tuple(torch.broadcast_shapes(*call.args))
        if not isinstance(got, list | tuple) or not all(type(size) is int for size in got):
            kind = "nothing" if got is None else describe(got)
            raise CheckFailed(Finding("type", f"{call.subject} returned {kind}; a tuple of whole numbers is asked for"))
        if tuple(got) != expected:
            detail = f"there: got {tuple(got)}, expected {expected}"
            raise CheckFailed(Finding("value", f"{call.subject} gave another shape than torch does", detail))

    def refused(self, *pairs):
        """Require a ValueError for each pair, and yield the calls."""
        for call in self.student.calls(*pairs, caller=plainly):
            call.subject = "broadcast_shape({}, {})".format(*call.args)
            call.must_raise(ValueError, because=unfit(*call.args))
            yield call

    def random_pairs(self):
        """Make six pairs that fit, of up to four sizes each."""
        generator = self.student.generator("shapes")

        def drawn(low, high):
            return int(torch.randint(low, high + 1, (), generator=generator))

        for _ in range(6):
            whole = [drawn(2, 9) for _ in range(4)]
            kept = whole[drawn(0, 3) :], whole[drawn(0, 3) :]
            yield [tuple(1 if drawn(0, 2) == 0 else size for size in sizes) for sizes in kept]

    test_fitting = values("shapes of one length and of several, with ones on either side", points=1, gate=True)

    @check("the rules in your own words, and no tensor that knows them", points=0.3, gate=True)
    def test_rule(self):
        call = self.student.must_obey(self.allowed, self.trial, self.sizes)
        # Indexing by two tensors stretches them, and so does copying one into another: no tensor at all, then.
        traced = (call.trace or {}).get("function", [])
        ran = [str(entry[0])[:80] for entry in traced if isinstance(entry, list) and entry]
        if ran:
            # Prefer the operation that the student wrote to the name of an index or a property inside.
            first = min(ran, key=lambda name: (name.startswith("_") or name == "shape", name))
            text = f"calling it ran `{first}`: this exercise is about {self.allowed.about}, and no tensor is needed"
            raise CheckFailed(Finding("rule", text, symptom="rule: numbers only"))

    test_any = values("any shapes that fit", only=random_pairs, points=0.3)

    @check("the shape () of a single number, and axes of size 0", points=0.2)
    def test_odd_sizes(self):
        list(self.try_each(ODD))
        list(self.refused(((0,), (2,))))

    test_misfits = refuses(
        "shapes that do not fit are refused with a ValueError",
        lambda self: [((s, t), unfit(s, t)) for pair in MISFITS for s, t in (pair, pair[::-1])],
        error=ValueError,
        points=0.5,
    )

    @check("the refusal names the dimension, counted from the right", points=0.5)
    def test_named_dimension(self):
        for call in self.refused(*MISFITS):
            pairs = enumerate(zip(call.args[0][::-1], call.args[1][::-1], strict=False), 1)
            wrong = {-place for place, (p, q) in pairs if p != q and 1 not in (p, q)}
            text = call.error["text"].replace("−", "-")
            named = {int(number) for number in re.findall(r"(?<![\d.])-\d{1,3}(?!\d)", text)}
            if not named or not named <= wrong:
                seen = "names none of the form -1, -2, …" if not named else f"names {max(named - wrong)}"
                symptom = "names another dimension" if named or re.search(r"\d", text) else "names no dimension"
                message = f"{call.subject} refuses, and its message {seen}: which dimension does not fit?"
                raise CheckFailed(Finding("exception", message, symptom=symptom))

    @check("the result is a tuple", points=0.2)
    def test_kind(self):
        [call] = self.try_each([((3, 1), (4,))])
        if not isinstance(call.value, tuple):
            text = f"{call.subject} returned a list; a shape is a tuple"
            raise CheckFailed(Finding("type", text, symptom="a list"))
