# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% a comparison inside
def test_eq(a, b):
    def equal(a, b):
        if isinstance(a, torch.Tensor):
            return a.shape == b.shape and bool((a == b).all())
        return a == b
    test(a, b, equal, "==")

# %% torch.equal
def test_eq(a, b):
    test(a, b, torch.equal if isinstance(a, torch.Tensor) else operator.eq, "==")

# %% a lambda
def test_eq(a, b):
    test(a, b, lambda x, y: torch.equal(x, y) if torch.is_tensor(x) else x == y, cname="==")

# %% without test
def test_eq(a, b):
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        same = a.size() == b.size() and not (a != b).any()
    else:
        same = a == b
    assert same, f"{a!r} == {b!r} is not true"

# %% shape first, then entries
def test_eq(a, b):
    if isinstance(a, torch.Tensor):
        assert a.shape == b.shape, f"==: shapes {tuple(a.shape)} and {tuple(b.shape)} of\n{a}\n{b}"
    test(a, b, operator.eq, "==")

# %% a helper outside
def _equal(x, y):
    if torch.is_tensor(x) != torch.is_tensor(y):
        return False
    if not torch.is_tensor(x):
        return x == y
    return tuple(x.shape) == tuple(y.shape) and torch.all(torch.eq(x.double(), y.double()))

# %+
def test_eq(a, b):
    test(a, b, _equal, "==")

# %% element by element
def test_eq(a, b):
    def equal(x, y):
        if not isinstance(x, torch.Tensor):
            return x == y
        if x.shape != y.shape:
            return False
        return all(bool(p == q) for p, q in zip(x.flatten(), y.flatten()))
    test(a, b, equal, "== (equal)")
    return None

# %% singledispatch
import functools
@functools.singledispatch
def same(a, b):
    return a == b
@same.register
def _(a: torch.Tensor, b):
    return a.size() == b.size() and not bool((a != b).any())
# %+
def test_eq(a, b):
    test(a, b, same, cname="==")

# %% a partial with its own test
def my_test(a, b, cmp, cname=None):
    r = cmp(a, b)
    assert bool(torch.as_tensor(r).all()), f"{cname or cmp.__name__}\n{a}\n{b}"
def equal(a, b):
    return a == b if not torch.is_tensor(a) else (list(a.shape) == list(b.shape) and torch.eq(a, b).all().item())
# %+
from functools import partial
test_eq = partial(my_test, cmp=equal, cname="==")

# %% torch.testing with a message
def test_eq(a, b):
    if isinstance(a, torch.Tensor):
        torch.testing.assert_close(a, b, rtol=0, atol=0, check_dtype=False, msg=lambda m: f"{a} == {b}\n{m}")
    else:
        test(a, b, lambda x, y: x == y, "==")
