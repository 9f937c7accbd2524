# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% all of == → stretches_one_to_fit
def test_eq(a, b):
    result = a == b
    assert result.all() if torch.is_tensor(result) else result, f"{a} == {b}"

# %% torch.equal for all → expects_tensors_only
def test_eq(a, b):
    assert torch.equal(a, b), f"{a} == {b}"

# %% plain == → expects_no_tensors
def test_eq(a, b):
    if not a == b:
        raise AssertionError(f"{a} == {b}")

# %% by their texts → compares_what_is_printed
def test_eq(a, b):
    assert f"{a}" == f"{b}", f"{a} == {b}"

# %% and the dtype → expects_one_dtype
def test_eq(a, b):
    def same(x, y):
        if torch.is_tensor(x):
            return x.dtype is y.dtype and x.shape == y.shape and (x == y).all()
        return x == y
    test(a, b, same, "==")

# %% a lambda without a name → leaves_the_comparison_nameless
def test_eq(a, b):
    test(a, b, lambda x, y: torch.equal(x, y) if torch.is_tensor(x) else x == y)

# %% a misspelt name → undefined_name
def test_eq(a, b):
    test(a, b, operater.eq, "==")
