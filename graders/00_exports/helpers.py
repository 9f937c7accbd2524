"""Parts that several hidden tests of 00_exports share."""

from functools import cached_property

import torch

from foundations.authoring import Exercise, check, fail


class Secrets(Exercise):
    """An exercise whose inputs have secret whole numbers in them."""

    def number(self):
        """Return a secret whole number of three or more digits, new at every call, the same in a replay."""
        return next(self._numbers)

    @cached_property
    def _numbers(self):
        made, generator = set(), self.student.generator("numbers")
        while True:
            drawn = int(torch.randint(100, 9000, (), generator=generator))
            if drawn not in made:
                made.add(drawn)
                yield drawn


class Assertion(Secrets):
    """An exercise that raises an AssertionError if a comparison does not hold, and is silent if it does.

    It is called on right versions of the exercises that it builds on.
    """

    def verdicts(self, cases):
        """Call the exercise on the arguments of each case, and require its verdict; return the calls.

        A case is a pair: the arguments, and the reason why the call has to raise an AssertionError, or ``None``.
        """
        cases, calls = list(cases), []
        with self.student.using("right"):
            answers = self.student.calls(*(args for args, _ in cases), caller=self.calling())
        for call, (_, because) in zip(answers, cases, strict=True):
            if because is None:
                call.must_not_raise()
            else:
                call.must_raise(AssertionError, because=because, instead="does not stop")
            calls.append(call)
        return calls

    def must_show(self, call, words, what, symptom):
        """Require that the message of the assertion has all ``words`` in it."""
        said = str(call.error["text"])
        if any(word not in said for word in words):
            text = f"{call.subject} fails, and rightly; but the message of the assertion does not show {what}"
            fail("value", text, f"expected in it: {' and '.join(words)}", symptom=symptom)

    def must_be_silent(self, cases, though):
        """Require that nothing is printed for the arguments of ``cases``, which hold."""
        for call in self.verdicts((args, None) for args in cases):
            # A value of another form is no evidence.
            if isinstance(call.value, list) and call.value[1:] == [True]:
                fail("value", f"{call.subject} prints something, though {though}")


def verdicts(name, cases, **options):
    """Check the verdicts on ``cases(exercise)``, as for :meth:`Assertion.verdicts`."""

    def test(self):
        self.verdicts(cases(self))

    return check(name, **options)(test)
