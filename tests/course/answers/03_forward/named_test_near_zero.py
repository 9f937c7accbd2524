# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% no abs, in the words of max → takes_very_negative_for_near_zero
def test_near_zero(a, tol=1e-3):
    assert a.max() < tol, f"{a.max()} {tol}"

# %% returns the answer → answers_and_does_not_assert
def test_near_zero(a, tol=1e-3):
    near = a.abs() < tol
    return near.all().item()

# %% NaN passes → lets_nan_through
def test_near_zero(a, tol=1e-3):
    if (a.abs() >= tol).any():
        raise AssertionError(f"{a} {tol}")

# %% without a message → fails_without_a_word
def test_near_zero(a, tol=1e-3):
    assert (a.abs() < tol).all()
