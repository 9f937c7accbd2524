"""Exceptions that stop a suitable call are diagnosed by their message and by the code that raised them."""

from __future__ import annotations

import pytest
import torch

from foundations.diagnosis.errors import Raised, diagnose_error


def id_of(function, code="", source="", sizes=()):
    """Return the id of the diagnosis of the exception that ``function`` raises, or an empty text."""
    try:
        function()
    except Exception as error:
        raised = Raised(type(error).__name__, str(error).partition("\n")[0], code, source, frozenset(sizes))
        found = diagnose_error(raised)
        return found.id if found else ""
    raise AssertionError("no exception")


A, B, X = torch.ones(2, 3), torch.ones(4, 5), torch.ones(5)


def raising(error):
    def function():
        raise error

    return function


@pytest.mark.parametrize(
    "function",
    [
        lambda: A @ B,
        lambda: A + B,
        lambda: torch.einsum("ik,kj->ij", A, B),
        lambda: A.reshape(4, 5),
        lambda: torch.cat([A, B]),
        lambda: A.expand(4, 5),
        lambda: torch.bmm(A[None], B[None]),
        lambda: A.numpy() + B.numpy(),
    ],
)
def test_sizes(function):
    """Shapes that do not fit, in the words of PyTorch and NumPy."""
    assert id_of(function) == "sizes_do_not_meet"


@pytest.mark.parametrize("function", [lambda: X.reshape(1, 3), lambda: X.view(3, 1), lambda: X.expand(2, 3)])
def test_a_size_in_the_code(function):
    """The message has a size that is a number in the code, and no argument has it."""
    assert id_of(function, source="def f(x):\n    return x.reshape(1, 3)", sizes=[5]) == "size_in_code"
    assert id_of(function, source="def f(x):\n    return x.reshape(1, n)", sizes=[5]) == "sizes_do_not_meet"


@pytest.mark.parametrize(
    "function",
    [lambda: X.shape[1], lambda: X[0, 0], lambda: X.sum(1), lambda: list(X[0]), lambda: torch.ones(1, 2, 3).t()],
)
def test_axes(function):
    """Code for another number of axes than the tensor has."""
    assert id_of(function) == "fixed_axes"


@pytest.mark.parametrize("function", [lambda: X[5], lambda: A[0, 3], lambda: list(X)[5], lambda: A.numpy()[2]])
def test_indices_past_the_end(function):
    """An index that is not there."""
    assert id_of(function) == "index_past_end"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda: X.g, "not_yet_set"),  # type: ignore[attr-defined]
        (raising(AttributeError("out.g is not set when f was called")), "not_yet_set"),
        (lambda: X.transpoze(0, 1), "no_such_attribute"),  # type: ignore[attr-defined]
        (lambda: torch.matmull(A, B), "no_such_attribute"),  # type: ignore[attr-defined]
        (lambda: None.shape, "no_such_attribute"),  # type: ignore[attr-defined]
        (raising(AttributeError("'str' object has no attribute 'read_text'")), "no_such_attribute"),
        (lambda: undefined, "undefined_name"),  # type: ignore[name-defined]  # noqa: F821
        (lambda: 3 + [1], "wrong_operand"),  # type: ignore[operator]
        (lambda: A.ndim(0), "wrong_operand"),  # type: ignore[operator]
        (lambda: [1] < 2, "wrong_operand"),  # type: ignore[operator]
        (lambda: A.double() @ torch.ones(3, 2), "dtypes_do_not_meet"),
        (lambda: A.long().mul_(0.5), "dtypes_do_not_meet"),
    ],
)
def test_attributes_names_and_types(function, name):
    """Names, attributes, operands and dtypes."""
    assert id_of(function) == name


def test_a_condition_that_refuses():
    """The exception of a condition in the student's code."""
    assert id_of(raising(AssertionError("sizes differ"))) == "refuses_suitable"
    assert id_of(raising(ValueError("no")), "raise ValueError('no')") == "refuses_suitable"
    assert id_of(raising(ValueError("no")), "int('a')") == ""
    assert id_of(raising(NotImplementedError()), "raise NotImplementedError()") == ""


@pytest.mark.parametrize("error", [ValueError("math domain error"), KeyError("a"), OSError("no such file")])
def test_other_exceptions_have_no_diagnosis(error):
    """The class of an exception alone does not name a mistake."""
    assert id_of(raising(error), "g(x)") == ""


def three(a, b, c):
    return a + b + c


@pytest.mark.parametrize("given", [((1, 2, 3),), (1, 2, 3, 4), ()])
def test_another_number_of_arguments(given):
    """A call in the exercise's own code of a function that is not its own."""
    assert id_of(lambda: three(*given), code="self.forward(args)") == "wrong_number_of_arguments"
    assert id_of(lambda: three(*given)) == ""


@pytest.mark.parametrize(
    "text",
    ["lin was called with x (4, 3), w (7, 5), which do not fit", "step was called with arguments that do not fit"],
)
def test_arguments_that_do_not_fit_an_earlier_exercise(text):
    """Stand-ins of earlier exercises raise such exceptions."""
    assert id_of(raising(RuntimeError(text)), code="lin(x, w)") == "arguments_do_not_fit"
    assert id_of(raising(RuntimeError(text))) == ""


def test_unpacking_of_another_number():
    """Too many and too few values; a shape that is unpacked has its own name."""

    def unpack(*values):
        one, other = values
        return one, other

    assert id_of(lambda: unpack(1, 2, 3), code="one, other") == "wrong_unpacking"
    assert id_of(lambda: unpack(1), code="one, other") == "wrong_unpacking"
    assert id_of(lambda: unpack(1), code="one, other = x.shape") == "fixed_axes"


def test_autograd_without_a_way_back():
    """A second way back through one calculation, and a tensor whose calculation was not recorded."""

    def twice():
        x = torch.ones(2, requires_grad=True)
        y = x.square().sum()
        y.backward()
        y.backward()

    assert id_of(twice) == "goes_back_twice"
    assert id_of(lambda: torch.ones(1).sum().backward(), code="self.out.backward()") == "nothing_recorded"
    assert id_of(lambda: torch.ones(1).sum().backward()) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [("'NoneType' object has no attribute 't'", ""), ("module 'torch' has no attribute 'summ'", "no_such_attribute")],
)
def test_an_attribute_that_a_check_asks_for(text, name):
    """A line of a check is not the student's; classes of PyTorch and NumPy are known all the same."""
    found = diagnose_error(Raised("AttributeError", text, outside=True))
    assert (found.id if found else "") == name
    found = diagnose_error(Raised("AttributeError", text, "w.grad.t()"))
    assert found is not None
    assert found.id == "no_such_attribute"


def test_a_slice_of_a_tensor_without_axes():
    """PyTorch has another message for slices than for indices."""
    assert id_of(lambda: torch.tensor(1.0)[:]) == "fixed_axes"
