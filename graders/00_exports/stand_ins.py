"""Right versions of ``test`` and ``near``, which ``test_eq`` and ``test_near`` call.

They use PyTorch's own assertions, so that no line of a solution travels into the student's process.
"""

import torch

from foundations.grading.stand_ins import stand_ins


@stand_ins("test_eq", above=["test"])
@stand_ins("test_near", above=["test", "near"])
def functions(names, exercise, blank):
    """Return the functions above ``exercise``; no rule is checked on these exercises, so blank ones are the same."""
    from foundations.worker.stand_ins import transparent

    def near(a, b):
        try:
            torch.testing.assert_close(a.double(), b.double(), rtol=1e-3, atol=1e-5)
        except AssertionError:
            return False
        return True

    @transparent
    def test(a, b, cmp, cname=None):
        found = cmp(a, b)
        found = found != 0 if isinstance(found, torch.Tensor) else torch.tensor(bool(found))
        called = getattr(cmp, "__name__", cmp) if cname is None else cname
        torch.testing.assert_close(found, torch.ones_like(found), msg=" | ".join(map(str, (called, a, b))))

    return {"test": test} if exercise == "test_eq" else {"test": test, "near": near}
