"""Hidden checks of ``stored_floats(t)``: how many numbers the storage behind a tensor holds.

A tensor that crosses to the student's process leaves behind the storage that it was a part of, so every view is made
there, by a function of the grader's.

Sentence of the text → check:

    3 for three floats stretched to 3 × 3 → test_stretched
    12 for one row of a 3 × 4 matrix      → test_others
    Count what the **storage** holds      → test_others
    Count numbers, not bytes              → test_dtype
    The answer is a Python `int`          → test_kind
"""

import torch

from foundations.authoring import CheckFailed, Exercise, Finding, check, describe

STRETCHED = ("m[0].clone().expand(5, -1)", "m[0].clone()[:, None].expand(-1, 7)", "m[0, 0].clone().expand(6, 6)")
PARTS = ("m[1]", "m.t()", "m[::2, 1::2]", "m[:0]", "m[1, 2]")


def of_a_view(names, m, view):
    """stored_floats(t)"""
    views = {
        "m": lambda: m,
        "m[0].clone().expand(5, -1)": lambda: m[0].clone().expand(5, -1),
        "m[0].clone()[:, None].expand(-1, 7)": lambda: m[0].clone()[:, None].expand(-1, 7),
        "m[0, 0].clone().expand(6, 6)": lambda: m[0, 0].clone().expand(6, 6),
        "m[1]": lambda: m[1],
        "m.t()": m.t,
        "m[::2, 1::2]": lambda: m[::2, 1::2],
        "m[:0]": lambda: m[:0],
        "m[1, 2]": lambda: m[1, 2],
    }
    return names["stored_floats"](views[view]())


class TestStoredFloats(Exercise):
    def counted(self, count, m, *views):
        """Require ``count`` for these views of ``m``, and return the last call."""
        for call in self.student.calls(*((m, view) for view in views), caller=of_a_view):
            call.subject = f"stored_floats({call.args[1]}) with m {tuple(m.shape)} of {str(m.dtype)[6:]}"
            call.must_not_raise()
            value = call.value
            if isinstance(value, torch.Tensor) and value.numel() == 1:
                value = value.item()
            if isinstance(value, bool) or not isinstance(value, int | float):
                text = f"{call.subject} returned {describe(call.value)}; a number is asked for"
                raise CheckFailed(Finding("type", text))
            if value != count:
                text = f"{call.subject}: the count is wrong"
                raise CheckFailed(Finding("value", text, f"there: got {value}, expected {count}"))
        return call

    @check("a row, a column and a number that were stretched", points=0.3, gate=True)
    def test_stretched(self):
        row, column, number = STRETCHED
        for n in (3, 4):
            self.counted(n, self.normal(2, n), row, column)
        self.counted(1, self.normal(1, 3), number)

    @check("tensors that are not views; a part of a matrix: all of it is still there", points=0.4)
    def test_others(self):
        for shape in ((3, 4), (2, 3, 4), (5,), (1, 1), ()):
            self.counted(torch.Size(shape).numel(), self.normal(*shape), "m")
        self.counted(24, self.normal(4, 6), *PARTS)

    @check("numbers, and not bytes, whatever the dtype", points=0.2)
    def test_dtype(self):
        for dtype in (torch.float64, torch.float16):
            self.counted(3, self.normal(2, 3, dtype=dtype), STRETCHED[0])
            self.counted(24, self.normal(4, 6, dtype=dtype), "m.t()")

    @check("the count is an int", points=0.1)
    def test_kind(self):
        call = self.counted(4, self.normal(2, 4), STRETCHED[0])
        if type(call.value) is not int:
            text = f"{call.subject} returned {describe(call.value)}; a count is a whole number of Python's, an int"
            raise CheckFailed(Finding("type", text, symptom="no int"))
        call.must_leave_inputs()
