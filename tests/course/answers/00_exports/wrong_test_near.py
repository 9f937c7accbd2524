# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% never complains → zero
def test_near(a, b):
    return near

# %% always complains → zero
def test_near(a, b):
    assert False, f"near: {a} {b}"

# %% a tuple → zero
def test_near(a, b):
    assert (near(a, b), f"near: {a} {b}")

# %% without a message → loses
def test_near(a, b):
    assert near(a, b)

# %% equal → zero
def test_near(a, b):
    test(a, b, operator.eq, "near")

# %% allclose as it is → zero
def test_near(a, b):
    test(a, b, torch.allclose)

# %% its own tolerance of a tenth → zero
def test_near(a, b):
    test(a, b, lambda x, y: x.shape == y.shape and torch.allclose(x.double(), y.double(), rtol=0.1), "near")

# %% sums → loses
def test_near(a, b): test(a.sum(), b.sum(), near, f"near {a} {b}")

# %% warns → zero
import warnings
def test_near(a, b):
    if not near(a, b): warnings.warn(f"near {a} {b}")

# %% asks whether b is near a → loses
def test_near(a: torch.Tensor, b: torch.Tensor) -> None:
    test(b, a, near)

# %% prints that they are near → loses
def test_near(a, b):
    test(a, b, near)
    print("near")

# %% b near a, by a lambda → loses
def test_near(a, b): test(a, b, cmp=lambda x, y: near(y, x), cname="near")

# %% asserts that there is no NaN, and does not show it → loses
def test_near(a, b):
    assert not a.isnan().any() and not b.isnan().any(), "near: NaN"
    test(a, b, near)

# %% shows the shapes alone where they differ → loses
def test_near(a, b):
    test(a.shape, b.shape, operator.eq)
    test(a, b, near)

# %% shows the difference, which exists for fitting shapes only → loses
def test_near(a, b):
    if not near(a, b):
        raise AssertionError(f"near: {a} {b}" if a.shape == b.shape else "near: other shapes")
