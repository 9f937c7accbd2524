# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% three steps
def test(a, b, cmp, cname=None):
    result = cmp(a, b)
    if torch.is_tensor(result):
        result = result.all()
    assert result, f"{cname or cmp.__name__}:\n{a}\n{b}"

# %% raises by itself
def test(a, b, cmp, cname=None):
    if cname is None:
        cname = cmp.__name__
    good = cmp(a, b)
    if isinstance(good, torch.Tensor):
        good = good.all().item()
    if not good:
        raise AssertionError("not " + cname + ": " + repr(a) + " and " + repr(b))

# %% everything becomes a tensor
def test(a, b, cmp, cname=None):
    name = cmp.__name__ if cname is None else cname
    assert torch.as_tensor(cmp(a, b)).all(), "{} failed\n  left: {}\n right: {}".format(name, a, b)

# %% other names, a default in the signature's words
def test(left, right, compare, name=''):
    answer = compare(left, right)
    answer = all(answer.reshape(-1).tolist()) if hasattr(answer, "reshape") else answer
    assert answer, f"{name or compare.__name__} does not hold for {left!r} and {right!r}"

# %% not any no
def test(a, b, cmp, cname=None):
    yes = cmp(a, b)
    no = (~yes).any() if isinstance(yes, torch.Tensor) else not yes
    assert not no, "%s\n%s\n%s" % (cname if cname else cmp.__name__, a, b)

# %% an own error below AssertionError
class Different(AssertionError):
    def __init__(self, name, a, b):
        super().__init__(f"{name}\n  a = {a}\n  b = {b}")

# %+
def test(a, b, cmp, cname=None):
    outcome = cmp(a, b)
    holds = bool(outcome.all()) if isinstance(outcome, torch.Tensor) else bool(outcome)
    if not holds:
        raise Different(cname or cmp.__name__, a, b)

# %% returns True when all is well
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    if isinstance(answer, torch.Tensor):
        answer = torch.all(answer)
    assert answer, f"{getattr(cmp, '__name__', 'cmp') if cname is None else cname}: {a} / {b}"
    return True

# %% tries bool first
def test(a, b, cmp, cname=None):
    answer = cmp(a, b)
    try:
        ok = bool(answer)
    except RuntimeError:
        ok = bool(answer.all())
    assert ok, f"{cname or cmp.__name__}: a={a}, b={b}"

# %% unittest
import unittest

def test(a, b, cmp, cname=None):
    verdict = cmp(a, b)
    if torch.is_tensor(verdict):
        verdict = verdict.all().item()
    unittest.TestCase().assertTrue(verdict, f"{cname or cmp.__name__}: {a!r} {b!r}")

# %% a callable object
class Tester:
    def __init__(self, error=AssertionError):
        self.error = error
    def __call__(self, a, b, cmp, cname=None):
        name = cname or cmp.__name__
        ok = torch.as_tensor(cmp(a, b)).bool().all()
        if not ok: raise self.error("\n".join([name, str(a), str(b)]))
# %+
test = Tester()

# %% match statement, f-string with =
def test(a, b, cmp, cname=None):
    match cmp(a, b):
        case torch.Tensor() as many:
            fine = not (many == False).any()
        case one:
            fine = one
    if not fine:
        raise AssertionError(f"{cname if cname is not None else cmp.__name__}({a=}, {b=})")
