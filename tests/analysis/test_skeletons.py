"""Code without its names: copies have the same skeleton, other computations have another."""

from __future__ import annotations

import ast

import pytest

from foundations.analysis.skeletons import Skeleton, assigned_attributes, lines, skeleton


def bare(code: str, attributes: tuple[str, ...] = ()) -> Skeleton:
    """Return the skeleton of the only statement or expression in ``code``."""
    (statement,) = ast.parse(code).body
    return skeleton(statement.value if isinstance(statement, ast.Expr) else statement, attributes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x @ w + b", "images @ weights + bias"),
        ("self.inp.t() @ self.out.g", "batch.t() @ upstream"),
        ("x.sum(dim=0)", "gradient.sum(0)"),
        ("2 * (a - b)", "2.0 * (targ - inp)"),
        ("param -= lr * param.g", "p.sub_(rate * p.g)"),
        ("a @ b + a", "torch.add(torch.matmul(u, v), u)"),
        ("[f(x) for x in xs if x]", "[g(y) for y in ys if y]"),
        ("lambda a: a * a", "lambda value: value * value"),
    ],
)
def test_names_make_no_difference(one: str, other: str) -> None:
    """Names, keywords, whole floats, and methods that are another spelling of an operator make no difference."""
    attributes = ("g", "inp", "out")
    assert bare(one, attributes) == bare(other, attributes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x @ w + b", "x @ w + x"),
        ("x.sum(0)", "x.sum(1)"),
        ("x.sum(0)", "x.mean(0)"),
        ("len(x) * 2", "abs(x) * 2"),
        ("x / 2", "x // 2"),
        ("x is True", "x is 1"),
        ("p -= q", "p += q"),
        ("x.shape[0]", "x.stride[0]"),
    ],
)
def test_computations_make_a_difference(one: str, other: str) -> None:
    """Operators, constants, builtins, methods, and the choice of variable make a difference."""
    assert bare(one).text != bare(other).text


def test_attribute_that_is_assigned_is_a_variable() -> None:
    """``self.w`` is a variable if the code assigns it; ``x.shape`` is not a variable."""
    code = ast.parse("self.w, out.g = a, b\nself.shape[0]")
    assert assigned_attributes(code) == {"w", "g"}
    assert bare("x @ self.w", ("w",)) == bare("x @ other")
    assert bare("x @ self.w") != bare("x @ other")


def test_weight_counts_operations_and_constants() -> None:
    """The weight counts operations and constants, not names."""
    assert [bare(code).weight for code in ("answer", "f(a, b)", "x @ w + b", "x.sum(0)", "p -= lr * p.g")] == [
        0,
        1,
        2,
        2,
        2,
    ]


def test_lines_are_values_conditions_and_sequences() -> None:
    """A loop and a comprehension give the same lines."""
    loop = "for row in rows(x):\n    if row > 0:\n        found.append(row + 1)"
    comprehension = "found = [row + 1 for row in rows(x) if row > 0]"
    assert {ast.unparse(line) for line in lines(ast.parse(loop))} == {"rows(x)", "row > 0", "found.append(row + 1)"}
    assert {ast.unparse(line) for line in lines(ast.parse(comprehension))} >= {"rows(x)", "row > 0", "row + 1"}
    assert [ast.unparse(line) for line in lines(ast.parse("p -= 2 * p"))] == ["p -= 2 * p", "2 * p"]
