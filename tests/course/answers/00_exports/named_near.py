# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% as in the lesson → leaves_it_to_allclose
def near(a, b):
    return torch.allclose(a, b, rtol=1e-3, atol=1e-5)

# %% shapes forgotten → lets_shapes_stretch
def near(a, b):
    a, b = a.double(), b.double()
    return bool(((a - b).abs() <= 1e-5 + 1e-3 * b.abs()).all())

# %% dtypes forgotten → stops_on_mixed_dtypes
def near(a, b):
    if a.shape != b.shape:
        return False
    return torch.allclose(a, b, rtol=1e-3, atol=1e-5)

# %% no abs → forgets_the_sign_of_a_difference
def near(a, b):
    if a.shape != b.shape:
        return False
    for x, y in zip(a.flatten().tolist(), b.flatten().tolist()):
        if not x - y <= 1e-5 + 1e-3 * abs(y):
            return False
    return True

# %% default tolerances → keeps_the_librarys_tolerances
def near(a, b):
    if a.shape != b.shape:
        return False
    return torch.isclose(a.double(), b.double()).all().item()

# %% NaN looked over → overlooks_nan
def near(a, b):
    if a.shape != b.shape:
        return False
    for x, y in zip(a.flatten().tolist(), b.flatten().tolist()):
        if abs(x - y) > 1e-5 + 1e-3 * abs(y):
            return False
    return True

# %% a thousandth of nothing → tolerates_relatively_only
def near(a, b):
    return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=0)

# %% a method that does not exist → no_such_attribute
def near(a, b):
    return a.near(b)

# %% one and zero → wrong_type
def near(a, b):
    return int(a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5))

# %% the strokes around b forgotten → allows_less_than_nothing
def near(a, b):
    if a.shape != b.shape:
        return False
    a, b = a.double(), b.double()
    return torch.all(torch.abs(a - b) <= 1e-5 + 1e-3 * b).item()
