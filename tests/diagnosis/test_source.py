"""Mistakes that the text of a function shows are named if the failure fits them."""

from __future__ import annotations

import pytest

from foundations.diagnosis.source import Symptom, diagnose_source

AMBIGUOUS = "RuntimeError: Boolean value of Tensor with more than one value is ambiguous"


def id_of(source, name="f", **symptom):
    found = diagnose_source(Symptom(source, name, **symptom))
    return found.id if found else ""


@pytest.mark.parametrize(
    "source",
    [
        "def f(inp, out):\n    inp = inp.squeeze(-1)\n    inp.g = out.g",
        "def f(inp, out):\n    inp, mask = inp * 1, inp > 0\n    inp.g = mask * out.g",
        "class f:\n    def bwd(self, out, inp):\n        inp: object = inp.t()\n        inp.g = out.g",
    ],
)
def test_an_argument_that_was_bound_again(source):
    """The attribute is set on another tensor than the argument."""
    assert id_of(source, place=("inp", "g"), missing=True) == "rebound_argument"
    assert id_of(source, place=("inp", "g")) == ""
    assert id_of(source, place=("out", "g"), missing=True) == ""


@pytest.mark.parametrize(
    "source",
    ["def f(inp):\n    inp.g = 1\n    inp = 2", "def f(inp):\n    inp += 1\n    inp.g = 2", "def f(inp):\n    pass"],
)
def test_a_name_that_is_kept_is_not_suspected(source):
    """Binding after the attribute was set, and in-place operators, keep the argument."""
    assert id_of(source, place=("inp", "g"), missing=True) == ""


@pytest.mark.parametrize(
    "expression", ["(f(x + e) - f(x - e)) / 2 * e", "a / 2 * n", "(a - b) / 2.0 * eps + c", "1 + x / 4 * h"]
)
def test_division_before_a_product(expression):
    """Only the number is a divisor."""
    assert id_of(f"def f(x, e):\n    return {expression}") == "divides_then_multiplies"
    assert id_of(f"def f(x, e):\n    return {expression}", error="ValueError: no") == ""


@pytest.mark.parametrize("expression", ["(a - b) / (2 * e)", "a / 2", "2 * a / n", "a / 2 * 3", "a * e / 2"])
def test_other_quotients_are_not_suspected(expression):
    """Brackets, and factors that were meant."""
    assert id_of(f"def f(a, b, e, n):\n    return {expression}") == ""


@pytest.mark.parametrize("name", ["_init_", "_call_", "_init__", "__call_", "_len_"])
def test_single_underscores(name):
    """A special method with too few underscores is never called."""
    assert id_of(f"class f:\n    def {name}(self):\n        pass", error="TypeError: f() takes no arguments") == (
        "single_underscore"
    )


@pytest.mark.parametrize("name", ["__init__", "_call", "call_", "_private_", "__call__"])
def test_other_names_of_methods(name):
    """Private helpers and right names are left alone."""
    assert id_of(f"class f:\n    def {name}(self):\n        return 1", error="TypeError: f() takes no arguments") == ""


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("def forward(inp):", "TypeError: f.forward() takes 1 positional argument but 2 were given"),
        ("def __init__(w, b):", "TypeError: f.__init__() takes 2 positional arguments but 3 were given"),
        ("def backward():", "NameError: name 'self' is not defined"),
    ],
)
def test_missing_self(method, error):
    """The exception counts one argument too many, and the method has no self."""
    assert id_of(f"class f:\n    {method}\n        pass", error=error) == "missing_self"
    assert id_of(f"class f:\n    {method}\n        pass", error="TypeError: something else") == ""


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (
            "class f:\n    def forward(self):\n        pass",
            "TypeError: f.forward() takes 1 positional argument but 2 were given",
        ),
        ("def f(a):\n    pass", "TypeError: f() takes 1 positional argument but 2 were given"),
        (
            "class f:\n    def bwd(self, out, inp):\n        pass",
            "TypeError: f.bwd() missing 1 required positional argument: 'inp'",
        ),
    ],
)
def test_wrong_number_of_parameters(source, error):
    """The exception names a function of the exercise."""
    assert id_of(source, error=error) == "wrong_parameters"
    assert id_of(source, error=error.replace("forward", "g").replace("bwd", "g").replace("f()", "g()")) == ""


@pytest.mark.parametrize(
    "line",
    [
        "return x if x > 0 else 0",
        "if x > 0:\n        return x",
        "return x > 0 and x",
        "while (x > 1):\n        x = x / 2",
    ],
)
def test_a_condition_on_a_tensor(line):
    """Exception and source together: a condition is there, and a tensor was one."""
    assert id_of(f"def f(x):\n    {line}", error=AMBIGUOUS) == "condition_on_a_tensor"
    assert id_of("def f(x):\n    return bool(x)", error=AMBIGUOUS) == ""
    assert id_of(f"def f(x):\n    {line}", error="ValueError: no") == ""


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    y = x + 1",
        "def f(x):\n    return",
        "class f:\n    def __call__(self, x):\n        self.out = x",
        "class f(Module):\n    def forward(self, x):\n        self.out = x",
    ],
)
def test_missing_return(source):
    """Without a value behind ``return`` the caller gets None."""
    assert id_of(source, missing=True) == "missing_return"
    assert id_of(source, error="AttributeError: 'NoneType' object has no attribute 'g'") == "missing_return"
    assert id_of(source) == ""


@pytest.mark.parametrize("expression", ["[[0.0] * m] * n", "n * [[0] * m]", "[[0 for _ in x]] * n", "[[]] * 3"])
def test_rows_of_one_list(expression):
    """One list is in every row."""
    assert id_of(f"def f(n, m):\n    return {expression}") == "rows_are_one"
    assert id_of("def f(n, m):\n    return [[0.0] * m for _ in range(n)]") == ""


@pytest.mark.parametrize(
    "source", ["def f(:", "", "g = 1", "%%time\ndef f(): pass", "def g(inp):\n    inp = 1\n    inp.g = 2"]
)
def test_other_code_is_not_read(source):
    """Code that cannot be parsed, or does not define the exercise, has no diagnosis."""
    assert id_of(source, place=("inp", "g"), missing=True) == ""


@pytest.mark.parametrize(
    "source",
    [
        "def f(inp, params):\n    w2, b2 = params[2:]\n    return inp @ w1 @ w2",
        "def f(inp, w2):\n    h = inp @ w1\n    return h * w2",
        "def f(x):\n    return (x_train - 1).sum()",
    ],
)
def test_a_name_of_the_notebook(source):
    """A variable of the notebook takes the place of an argument."""
    assert id_of(source, names=("inp", "w1", "w2")) == "global_for_argument"
    assert id_of(source, names=("inp", "w1"), error="ValueError: no") == ""


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, y):\n    return helper(x) + torch.ones(3).sum()",
        "def f(x, unused):\n    def g(w1):\n        return w1\n    return [g(w1) for w1 in x]",
        "def f(x, unused):\n    import math as m\n    return m.pi * len(x)",
        "def f(*w1):\n    return w1",
    ],
)
def test_other_names_are_not_suspected(source):
    """Functions, modules, and names that the function binds."""
    assert id_of(source, names=("x", "w1")) == ""


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, y):\n    same = all(x == y) if isinstance(x, torch.Tensor) else x == y\n    assert same",
        "def f(x):\n    if x is None or not hasattr(x, 'g'):\n        return 0\n    return any(x > 0)",
        "def f(x):\n    while len(x):\n        return all(x)",
    ],
)
def test_all_of_a_tensor(source):
    """Python's own ``all`` and ``any`` ask rows, and the conditions that have one answer are not suspected."""
    found = diagnose_source(Symptom(source, "f", error=AMBIGUOUS))
    assert found is not None
    assert found.id == "condition_on_a_tensor"
    assert found.hint.startswith(("`all(", "`any("))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def f(x, params):\n    h = lin(x, w1, b1)\n    return h", "lin(x, w1, b1)"),
        ("def f(x, params):\n    h = x @ params[0]\n    return h @ w2", "h @ w2"),
        ("class f:\n    def __call__(self, x):\n        return x @ w", "x @ w"),
    ],
)
def test_names_of_the_notebook_whose_sizes_do_not_fit(source, code):
    """A variable of the notebook in the expression that raised; not one in another expression."""
    error = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x3 and 7x5)"
    assert id_of(source, error=error, code=code) == "global_for_argument"
    assert id_of(source, error=error, code="x @ x") == ""
    assert id_of(source, error="TypeError: no", code=code) == ""


@pytest.mark.parametrize("test", ["yes.dim() > 0", "len(yes) == yes.shape[0]", "yes.ndim and yes.numel() > 1"])
def test_a_condition_on_numbers_is_not_the_one_that_raised(test):
    """The condition that is a whole tensor is named, whatever is above it."""
    source = f"def f(a, b):\n    yes = a == b\n    if {test}:\n        yes = yes.all(0)\n    assert yes, 'no'"
    found = diagnose_source(Symptom(source, "f", AMBIGUOUS))
    assert found is not None
    assert found.hint.startswith("`yes` is a whole tensor")
