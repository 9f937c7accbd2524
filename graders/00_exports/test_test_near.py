"""Hidden checks of the exercise ``test_near(a, b)``: silent if a is near b, an assertion otherwise.

``stand_ins.py`` replaces the notebook's ``test`` and ``near`` while it runs, so that a mistake there costs nothing
here.

Sentence of the text → check:

    raise an AssertionError             → test_value
    `a` is near `b`, in this order      → test_near_is_meant
    print nothing if `a` is near `b`    → test_message
    the name `near` and both values     → test_message
    a, b: any shapes                    → test_message
"""

import torch
from helpers import Assertion, verdicts
from misconceptions import quietly_near

from foundations.authoring import check, fail

FAR = "the numbers are far apart"


class TestTestNear(Assertion):
    caller = quietly_near

    def near_and_far(self):
        for shape in [(3,), (2, 2), ()]:
            b = self.normal(1, *shape, dtype=torch.float64)[0]
            b = b + 3 * b.sign()
            yield (b, b.clone()), None
            yield (b * 1.0004, b), None
            yield (b * 1.01, b), "the numbers are a part in a hundred apart"
            yield (-b, b), FAR

    def as_in_exercise_3(self):
        b = 3 + self.normal(3, dtype=torch.float64).abs()
        yield (b.float(), b), None
        yield (torch.full((2,), 4e-6), torch.zeros(2)), None
        yield (1000 * b * (1 - 0.9997e-3), 1000 * b), None
        yield (1000 * b * (1 + 1.0003e-3), 1000 * b), "the differences exceed a thousandth of b"
        yield (b[:1], b[0]), "(1,) is not ()"
        yield (b[:2], b), "the shapes do not even fit"
        yield (torch.tensor([torch.nan]), torch.tensor([torch.nan])), "NaN is near nothing"

    test_value = verdicts(
        "passes if a is near b, and raises an AssertionError if it is not", near_and_far, points=0.5, gate=True
    )
    test_near_is_meant = verdicts(
        "near as in exercise 3: shapes, dtypes, tolerances, NaN", as_in_exercise_3, points=0.3
    )

    @check("the message shows the name near and both values; nothing is printed if a is near b", points=0.2)
    def test_message(self):
        numbers = [(self.number() + 0.25, self.number() + 0.75), (self.number() + 0.5, self.number() + 0.25)]
        single = [(torch.tensor(a), torch.tensor(b)) for a, b in numbers]
        one, other = (torch.tensor([self.number() + 0.5, 100.0]) for _ in range(2))
        shapes = [(one, other[:1]), (one[:1], other[0]), (torch.cat([other, one]), one)]
        for pairs, because, symptom in [
            (single, FAR, "message: values"),
            (shapes, "the shapes differ", "message: shapes"),
            ([(one.double(), other.long()), (other.long(), one)], FAR, "message: dtypes"),
            ([(torch.full((2,), torch.nan), one)], "NaN is near nothing", "message: values"),
        ]:
            for call in self.verdicts((pair, because) for pair in pairs):
                first = [value.flatten()[0].item() for value in call.args]
                self.must_show(call, [str(value) for value in first], "both values", symptom)
                if "near" not in str(call.error["text"]).lower():
                    text = "fails, and rightly; but the message of the assertion does not show the name near"
                    fail("value", f"{call.subject} {text}", symptom="message: name")
        a = torch.tensor([self.number() + 0.5])
        self.must_be_silent([(a, a.clone()), (a, a.double() * 1.0004)], "a is near b")
