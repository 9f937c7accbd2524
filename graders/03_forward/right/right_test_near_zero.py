# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% all of them
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol).all(), f"Near zero: {a}, tolerance {tol}"

# %% the farthest
def test_near_zero(a, tol=1e-3):
    worst = a.abs().max().item()
    assert worst < tol, f"{worst} is farther from 0 than {tol}"

# %% raises by itself
def test_near_zero(a, tol=1e-3):
    if bool((torch.abs(a) < tol).all()):
        return
    raise AssertionError("not near zero: " + str(a) + " with tol=" + str(tol))

# %% largest and smallest
def test_near_zero(a, tol=0.001):
    low, high = a.min(), a.max()
    assert low > -tol and high < tol, f"between {low} and {high}, and not within {tol}"

# %% allclose
def test_near_zero(a, tol=1e-3):
    assert torch.allclose(a, torch.zeros_like(a), rtol=0.0, atol=tol), f"{a} is not within {tol} of zero"

# %% squares
def test_near_zero(a, tol=1e-3):
    assert (a * a < tol * tol).all(), f"got {a.abs().max():.4f}, wanted less than {tol:.5f}"

# %% a class of errors of one's own
class NotNearZero(AssertionError):
    pass

# %+
def test_near_zero(a, tol=1e-3):
    far = ~(a.abs() < tol)
    if far.any():
        raise NotNearZero(f"{int(far.sum())} of {a.numel()} numbers are not near zero, e.g. {a[far].tolist()[-1]}; tol {tol}")
    return None

# %% NaN looked at by itself
def test_near_zero(a, tol=1e-3):
    assert not a.isnan().any(), f"NaN in {a} (tol {tol})"
    assert not (a.abs() >= tol).any(), f"{a.abs().max()} >= {tol}"

# %% torch's own assertion
def test_near_zero(a, tol=1e-3):
    torch.testing.assert_close(a, torch.zeros_like(a), atol=tol, rtol=0)

# %% sorted by size
def test_near_zero(a, tol=1e-3):
    numbers = sorted(a.flatten().tolist(), key=lambda v: (v == v, abs(v)))
    if not all(abs(v) < tol for v in numbers):
        raise AssertionError(numbers[-1], tol)

# %% recursion down to single numbers
def test_near_zero(a, tol=1e-3):
    if a.dim():
        worst = max((part for part in a.flatten()), key=lambda p: (p.isnan().item(), p.abs().item()))
        return test_near_zero(worst, tol)
    assert a.abs() < tol, f"{a.item()} (tolerance {tol})"

# %% the largest by a norm
def test_near_zero(a, tol=1e-3):
    size = torch.linalg.vector_norm(a.flatten(), ord=float("inf"))
    assert size < tol, "%g >= %g" % (size, tol)

# %% a subclass, largest and smallest
class NotNear(AssertionError):
    def __init__(self, worst, tol): super().__init__(f"|{worst}| >= {tol}")
# %+
def test_near_zero(a: torch.Tensor, tol: float = 1e-3) -> None:
    worst = max(a.max().item(), -a.min().item())
    if worst >= tol or worst != worst: raise NotNear(worst, tol)

# %% torch.testing, message
def test_near_zero(a, tol=1e-3):
    torch.testing.assert_close(a, torch.zeros_like(a), rtol=0, atol=tol, msg=lambda m: f"{a.flatten()[a.abs().argmax()].item()} is not within {tol} of 0\n{m}")

# %% generator with any, walrus
def test_near_zero(a, tol=1e-3):
    if any((worst := float(x)) is None or not -tol < worst < tol for x in sorted(a.flatten(), key=lambda t: -abs(float(t)))):
        raise AssertionError(f"{worst=:.6f} {tol=}")
