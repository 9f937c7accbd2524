# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one line
def test_near(a, b):
    test(a, b, near)

# %% with the name
def test_near(a, b):
    test(a, b, near, "near")

# %% by keyword
def test_near(a, b):
    test(a, b, cmp=near, cname="near")

# %% its own assertion
def test_near(a, b):
    assert near(a, b), f"near: {a} and {b} are not"

# %% raises by itself
def test_near(a, b):
    if near(a, b):
        return
    raise AssertionError("Not near:\n" + str(a) + "\n" + str(b))

# %% a lambda around it
def test_near(a, b):
    return test(a, b, lambda x, y: near(x, y), "near")

# %% other names
def test_near(got, expected):
    """Near enough?"""
    test(got, expected, near, cname=near.__name__)

# %% by the formula
def test_near(a, b):
    def is_near(a, b):
        return a.shape == b.shape and torch.allclose(a.double(), b.double(), 1e-3, 1e-5)
    test(a, b, is_near)

# %% wraps
def by(cmp):
    def check(a, b):
        return test(a, b, cmp)
    check.__name__ = f"test_{cmp.__name__}"
    return check
# %+
def test_near(a, b):
    return by(near)(a, b)
