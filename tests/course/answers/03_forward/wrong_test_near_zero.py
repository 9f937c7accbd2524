# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the sum → zero
def test_near_zero(a, tol=1e-3):
    assert a.sum() < tol, f"{a} {tol}"

# %% never complains → zero
def test_near_zero(a, tol=1e-3):
    pass

# %% always complains → zero
def test_near_zero(a, tol=1e-3):
    assert False, f"{a} {tol}"

# %% an integer looked at → zero
def test_near_zero(a, tol=1e-3):
    assert not a.long().any(), f"{a} {tol}"

# %% only the first number → loses
def test_near_zero(a, tol=1e-3):
    assert abs(float(a.reshape(-1)[0])) < tol, f"{a} {tol}"

# %% a swallowed assertion → zero
def test_near_zero(a, tol=1e-3):
    try:
        assert (a.abs() < tol).all(), f"{a} {tol}"
    except AssertionError as error:
        print(error)

# %% the length of a vector, not its largest number → loses
def test_near_zero(a, tol=1e-3):
    assert not a.abs().mean() >= tol, f"{a} {tol}"

# %% the message without the tolerance → loses
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol).all(), f"Near zero: {a}"

# %% a tolerance that is squared by mistake → zero
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol ** 2).all(), f"{a} {tol}"

# %% infinity overlooked → loses
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol).all() or a.isinf().any(), f"{a} {tol}"

# %% an assertion about a tuple, which is never false → zero
import warnings
warnings.simplefilter("ignore")
def test_near_zero(a, tol=1e-3):
    assert (a.abs().max() < tol, f"{a} {tol}")

# %% the message tells the first number → loses
def test_near_zero(a, tol=1e-3):
    assert a.abs().max() < tol, f"{a.flatten()[0]} is not near zero, tolerance {tol}"

# %% the message tells the default → loses
def test_near_zero(a, tol=1e-3):
    assert a.abs().max() < tol, f"{a.abs().max()} is not near zero (0.001)"

# %% mean of sizes → loses
def test_near_zero(a, tol=1e-3):
    worst = a.abs().mean()
    assert worst < tol, f"{worst} {tol}"

# %% nan becomes zero → loses
def test_near_zero(a, tol=1e-3):
    worst = a.nan_to_num().abs().max()
    assert worst < tol, f"{worst} {tol}"

# %% three decimals → depends
def test_near_zero(a, tol=1e-3):
    worst = a.abs().max()
    assert round(worst.item(), 3) == 0, f"{worst} {tol}"

# %% smallest number told → loses
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol).all(), f"{a.abs().min()} {tol}"

# %% the message has the largest number → loses
def test_near_zero(a: torch.Tensor, tol: float = 1e-3) -> None:
    assert a.abs().max() < tol, f"{a.max().item()} is not near zero (tolerance {tol})"

# %% the message has two decimals → loses
def test_near_zero(a: torch.Tensor, tol: float = 1e-3) -> None:
    far = a.abs().max().item()
    assert far < tol, f"{far:.2f} is not near zero (tolerance {tol})"

# %% names the first one that it finds → loses
def test_near_zero(numbers, tolerance=1e-3):
    for number in numbers.reshape(-1):
        assert -tolerance < number < tolerance, f"{number:.3f} (tolerance {tolerance:.3g})"

# %% the tolerance in float32 → loses
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < torch.tensor([tol])).all(), f"{a.abs().max().item()} is not near zero, tolerance {tol}"

# %% all in float32 → loses
def test_near_zero(a, tol=1e-3):
    farthest = a.float().abs().max()
    assert farthest < tol, f"{farthest.item()} is not near zero, tolerance {tol}"

# %% view(-1), which a transposed matrix does not have → loses
def test_near_zero(a: torch.Tensor, tol: float = 1e-3) -> None:
    numbers = a.view(-1)
    farthest = numbers[numbers.abs().argmax()]
    assert farthest.abs() < tol, f"{farthest} is not near zero (tolerance {tol})"
