"""Hidden checks of ``Module``: what all layers have in common, told by layers that are made from it here."""

# ruff: noqa: PLR0917 - parameters of what runs in the student process are positional, and name its arguments

from typing import Any

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule, must_be_none, read_source_for
from foundations.grading.student import Trial

NO_AUTOGRAD = Rule(about="the way back, and that is yours to write", allow=all_but("autograd"), numbers=True)


def one_argument(names, inp, upstream):
    """a layer made from Module, called on one input"""
    if not hasattr(names["Module"], "backward"):
        raise AttributeError("Module has no method backward")
    module: Any = names["Module"]

    class Triple(module):
        def forward(self, inp):
            return inp * 3

        def bwd(self, out, inp):
            inp.g = out.g * 3

    layer = Triple()
    try:
        out = layer(inp)
    except NotImplementedError:
        if hasattr(names["Module"], "forward"):
            raise
        # The stub's own would say so, too: this is none.
        raise AttributeError("Module has no method forward") from None
    if upstream is not None:
        out.g = upstream
        layer.backward()
    return out


def three_arguments(names, inp, other, third, upstream):
    """a layer made from Module, called on three inputs"""
    module: Any = names["Module"]

    class Mixed(module):
        def forward(self, inp, other, third):
            return inp * other - third

        def bwd(self, out, inp, other, third):
            inp.g, other.g, third.g = out.g * other, out.g * inp, -out.g

    layer = Mixed()
    out = layer(inp, other, third)
    if upstream is not None:
        out.g = upstream
        layer.backward()
    return out


def saved(names, inp, other):
    """what a layer made from Module remembers after a call"""
    module: Any = names["Module"]
    ran = []

    class Sum(module):
        def forward(self, *args):
            ran.append(len(args))
            return sum(args)

    layer = Sum()
    out = layer(inp, other)
    args = layer.args if isinstance(layer.args, tuple | list) else ()
    two = [len(args) == 2 and args[0] is inp, len(args) == 2 and args[1] is other, layer.out is out]
    layer(inp)
    return [*two, len(layer.args) == 1 and layer.args[0] is inp, ran == [2, 1]]


def given_to_bwd(names, inp, other):
    """what backward() of a layer made from Module gives to bwd"""
    module: Any = names["Module"]

    class Sum(module):
        def forward(self, inp, other):
            return inp + other

        def bwd(self, *given):
            self.given = given

    layer = Sum()
    out = layer(inp, other)
    layer.backward()
    return [len(layer.given)] + [any(one is known for known in (out, inp, other)) for one in layer.given[:3]]


def bare(names, inp):
    """Module()(inp)"""
    out = names["Module"]()(inp)
    return out if isinstance(out, torch.Tensor) else None


def bare_forward(names, inp):
    """Module().forward(inp)"""
    out = names["Module"]().forward(inp)
    return out if isinstance(out, torch.Tensor) else None


def in_turns(names, inp, second, other, upstream, second_upstream, other_upstream):
    """two layers made from Module, in turns"""
    module: Any = names["Module"]

    class Square(module):
        def forward(self, inp):
            return inp * inp

        def bwd(self, out, inp):
            inp.g = 2 * inp * out.g

    class Twice(module):
        def __init__(self):
            self.first, self.last = Square(), Square()

        def forward(self, inp):
            return self.last(self.first(inp))

        def bwd(self, out, inp):
            self.last.out.g = out.g
            self.last.backward()
            self.first.backward()

    layer, neighbour = Square(), Twice()
    out, between = layer(inp), neighbour(other)
    out.g, between.g = upstream, other_upstream
    layer.backward()
    neighbour.backward()
    again = layer(second)
    again.g = second_upstream
    layer.backward()
    return out


@check("calling a layer gives the result of its forward", points=0.5, gate=True)
def test_call(student, matrix):
    for shape in ((4, 3), (2, 5)):
        inp, other, third = matrix(*shape), matrix(*shape), matrix(*shape)
        student.call(inp, None, caller=one_argument).must_return(inp * 3)
        student.call(inp, other, third, None, caller=three_arguments).must_return(inp * other - third, scale=4.0)


@check("no autograd", points=0.2, gate=True)
def test_by_hand(student, matrix):
    must_be_none(read_source_for(NO_AUTOGRAD, student.sources, student.exercise))

    def must_multiply(call):
        inp, other, third, _ = call.args
        call.must_return(inp * other - third, scale=4.0)

    trial = Trial(lambda *shape: [matrix(*shape) for _ in range(4)], must_multiply, three_arguments)
    student.traced(trial, 4, 3, rule=NO_AUTOGRAD, wrong_elsewhere=True)


@check("the arguments are saved as self.args, the output as self.out", points=0.5)
def test_saved(student, matrix):
    what: tuple[str, ...]
    what = ("self.args[0] is not the first argument itself", "self.args[1] is not the second argument itself")
    what += ("self.out is not the output itself", "self.args has not as many items as the call had arguments")
    what += ("forward did not run exactly once for each call",)
    for dtype in (torch.float32, torch.float64):
        call = student.call(matrix(4, 3, dtype=dtype), matrix(4, 3, dtype=dtype), caller=saved)
        call.must_not_raise()
        found = call.value if isinstance(call.value, list) and len(call.value) == len(what) else [False] * len(what)
        for right, text in zip(found, what, strict=True):
            if right is not True:
                raise CheckFailed(Finding("value", f"{call.subject}: {text}"))


@check("backward() calls bwd with the output and then the arguments", points=0.7)
def test_backward(student, matrix):
    inp, other, third, upstream = (matrix(4, 3) for _ in range(4))
    student.call(inp, upstream, caller=one_argument).must_set(0, "g", 3 * upstream)
    call = student.call(inp, other, third, upstream, caller=three_arguments)
    for place, slope in enumerate((upstream * other, upstream * inp, -upstream)):
        call.must_set(place, "g", slope, scale=4.0)
    call = student.call(inp, other, caller=given_to_bwd)
    call.must_not_raise()
    if call.value != [3, True, True, True]:
        text = "bwd(out, *args) takes the very tensors that were saved, no more and no fewer"
        raise CheckFailed(Finding("value", f"{call.subject}: {text}"))


@check("a Module without a forward of its own raises NotImplementedError", points=0.2)
def test_bare(student, matrix):
    because = "only the classes that build on Module know what to calculate"
    student.call(matrix(2, 2), caller=bare).must_raise(NotImplementedError, because=because)
    student.call(matrix(2, 2), caller=bare_forward).must_raise(NotImplementedError, because=because)


@check("inputs and the output's gradient are left as they are", points=0.2)
def test_clean(student, matrix):
    inp, other, third, upstream = (matrix(4, 3) for _ in range(4))
    call = student.call(inp, other, third, upstream, caller=three_arguments)
    call.must_not_raise()
    call.must_leave_inputs(setting=[(0, "g"), (1, "g"), (2, "g")])


@check("two layers, layers within layers, and a second call", points=0.7)
def test_turns(student, matrix):
    inp, second, other = matrix(4, 3), matrix(2, 3), matrix(3, 2)
    ups = [matrix(*one.shape) for one in (inp, second, other)]
    call = student.call(inp, second, other, *ups, caller=in_turns)
    call.must_return(inp * inp)
    for place, slope in enumerate((2 * inp * ups[0], 2 * second * ups[1], 4 * other**3 * ups[2])):
        call.must_set(place, "g", slope, scale=10.0)
