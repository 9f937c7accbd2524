"""Hidden checks of ``Module``: what all layers have in common, tried on layers that are made from it here.

Sentence of the text → check:

    calls `forward` with them                                          → test_call
    saves what it gives as `self.out`, and returns that                → test_call
    **Rule: no autograd** until the last exercise opens it             → test_by_hand
    `__call__(*args)` saves the arguments as `self.args`               → test_saved
    `forward` must run exactly once per call                           → test_saved
    calls `bwd` with the saved output and then the saved arguments     → test_backward
    `forward` of `Module` itself raises `NotImplementedError`          → test_bare
    No name may be used twice                                          → test_turns
    second batches, and two objects at once                            → test_turns
"""

# ruff: noqa: PLR0917 - parameters of functions that run in the student process are positional, and name its arguments

from typing import Any

import torch
from helpers import NO_AUTOGRAD

from foundations.authoring import Exercise, Trial, check, fail, must_be_none, not_called, other_name, read_source_for


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

    layer: Any = Sum()
    out = layer(inp, other)
    args = getattr(layer, "args", ())
    args = args if isinstance(args, tuple | list) else ()
    names = [name for name, value in vars(layer).items() if value is out]
    two = [len(args) == 2 and args[0] is inp, len(args) == 2 and args[1] is other, getattr(layer, "out", None) is out]
    if not all(two):
        return [*two, True, True, names]
    layer(inp)
    layer(inp)  # its values may have changed
    return [*two, len(layer.args) == 1 and layer.args[0] is inp, ran == [2, 1, 1], names]


def given_to_bwd(names, inp, other):
    """what backward() of a layer made from Module gives to bwd"""
    module: Any = names["Module"]

    class Sum(module):
        given: tuple[Any, ...] = ()

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


class TestModule(Exercise):
    def some(self, *shape, times=1):
        """Return so many tensors of one shape."""
        return [self.normal(*shape) for _ in range(times)]

    @check("calling a layer gives the result of its forward", points=0.5, gate=True)
    def test_call(self):
        for shape in ((4, 3), (2, 5)):
            inp, other, third = self.some(*shape, times=3)
            self.student.call(inp, None, caller=one_argument).must_return(inp * 3)
            call = self.student.call(inp, other, third, None, caller=three_arguments)
            call.must_return(inp * other - third, scale=4.0)

    @check("no autograd", points=0.2, gate=True)
    def test_by_hand(self):
        def must_multiply(call):
            inp, other, third, _ = call.args
            call.must_return(inp * other - third, scale=4.0)

        must_be_none(read_source_for(NO_AUTOGRAD, self.student.sources, self.student.exercise))
        trial = Trial(lambda *shape: self.some(*shape, times=4), must_multiply, three_arguments)
        self.student.traced(trial, 4, 3, rule=NO_AUTOGRAD, wrong_elsewhere=True)

    @check("the arguments are saved as self.args, the output as self.out", points=0.5)
    def test_saved(self):
        texts = (
            "self.args[0] is not the first argument itself",
            "self.args[1] is not the second argument itself",
            "self.out is not the output itself",
            "self.args has not as many items as the call had arguments",
            "forward did not run exactly once for each call",
        )
        for dtype in (torch.float32, torch.float64):
            call = self.student.call(*(self.normal(4, 3, dtype=dtype) for _ in range(2)), caller=saved)
            call.must_not_raise()
            seen = isinstance(call.value, list) and len(call.value) == len(texts) + 1
            answers, names = (call.value[:-1], call.value[-1]) if seen else ([False] * 5, [])
            for right, text in zip(answers, texts, strict=True):
                if right is not True:
                    shown = other_name("out", names) if text.startswith("self.out ") else None
                    fail("value", f"{call.subject}: {text}", diagnosis=shown)

    @check("backward() calls bwd with the output and then the arguments, and changes nothing else", points=0.9)
    def test_backward(self):
        inp, other, third, upstream = self.some(4, 3, times=4)
        self.student.call(inp, upstream, caller=one_argument).must_set(0, "g", 3 * upstream)
        call = self.student.call(inp, other, third, upstream, caller=three_arguments)
        for place, slope in enumerate((upstream * other, upstream * inp, -upstream)):
            call.must_set(place, "g", slope, scale=4.0)
        call.must_leave_inputs(setting=[(0, "g"), (1, "g"), (2, "g")])
        call = self.student.call(inp, other, caller=given_to_bwd)
        call.must_not_raise()
        if call.value != [3, True, True, True]:
            text = "bwd(out, *args) takes the very tensors that were saved, no more and no fewer"
            shown = not_called("bwd") if isinstance(call.value, list) and call.value[:1] == [0] else None
            fail("value", f"{call.subject}: {text}", diagnosis=shown)

    @check("a Module without a forward of its own raises NotImplementedError", points=0.2)
    def test_bare(self):
        because = "only the classes that build on Module know what to calculate"
        for caller in (bare, bare_forward):
            self.student.call(self.normal(2, 2), caller=caller).must_raise(NotImplementedError, because=because)

    @check("two layers, layers within layers, and a second call", points=0.7)
    def test_turns(self):
        tensors = [self.normal(*shape) for shape in ((4, 3), (2, 3), (3, 2)) * 2]
        inp, second, other, *upstream = tensors
        call = self.student.call(*tensors, caller=in_turns)
        call.must_return(inp * inp)
        for place, slope in enumerate((2 * inp, 2 * second, 4 * other**3)):
            call.must_set(place, "g", slope * upstream[place], scale=10.0)
