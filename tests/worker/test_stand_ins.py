"""Stand-ins replace every kind of function and class in place, and everything is restored afterwards."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch

from foundations.worker.stand_ins import Notes, gradient_of, promise, rebound, stand_ins, transparent
from foundations.worker.tracing import trace_call


def notebook(source: str) -> dict[str, Any]:
    """Return the namespace of a notebook with one cell."""
    names: dict[str, Any] = {"__name__": "__main__", "torch": torch}
    exec(textwrap.dedent(source), names)
    return names


def double(x: float) -> float:
    return 2 * x


#: Ways in which a notebook has ``f`` at hand, each with an answer that uses it.
FUNCTIONS = {
    "plain": "def f(x): return 0\ndef answer(x): return f(x)",
    "in a dict": "def f(x): return 0\nSTEPS = {'f': f}\ndef answer(x): return STEPS['f'](x)",
    "partial": "from functools import partial\ndef f(x): return 0\nstep = partial(f)\ndef answer(x): return step(x)",
    "partial with a name": "from functools import partial\ndef f(x): return 0\ndef answer(x): return partial(f, x=x)()",
    "default argument": "def f(x): return 0\ndef answer(x, f=f): return f(x)",
    "local of a function": "def f(x): return 0\ndef outer(g):\n    def answer(x): return g(x)\n    return answer\n"
    "answer = outer(f)",
    "with a default": "def f(x=5, y=7): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "with parameters by name only": "def f(*, x): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x=x)",
    "other names of parameters": "def f(value): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](value=x)",
    "one parameter more": "def f(x, scale=1): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x, scale=2)",
    "closure": "def make(a, b):\n    def f(x): return a * b\n    return f\nf = make(0, 0)\nSTEPS = [f]\n"
    "def answer(x): return STEPS[0](x)",
    "closure of itself": "def make():\n    def f(x): return f\n    return f\nf = make()\nSTEPS = [f]\n"
    "def answer(x): return STEPS[0](x)",
    "lambda": "f = lambda x: 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "generator": "def f(x): yield 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "decorated": "def shown(g):\n    def h(*args): return g(*args)\n    return h\n@shown\ndef f(x): return 0\n"
    "STEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "decorated by torch": "@torch.no_grad()\ndef f(x): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "cached": "from functools import cache\n@cache\ndef f(x): return 0\nSTEPS = [f]\ndef answer(x): return STEPS[0](x)",
    "cached with a result": "from functools import cache\n@cache\ndef f(x): return 0\nf(3)\ndef answer(x): return f(x)",
    "itself a partial": "from functools import partial\ndef g(a, x): return 0\nf = partial(g, 1)\nSTEPS = [f]\n"
    "def answer(x): return STEPS[0](x)",
    "callable object": "class F:\n    def __call__(self, x): return 0\nf = F()\nother = F()\nSTEPS = [f]\n"
    "def answer(x): return STEPS[0](x) + other(x)",
    "bound method": "class F:\n    def go(self, x): return 0\nf = F().go\ndef answer(x): return f(x)",
    "function of torch": "f = torch.nn.functional.relu\ndef answer(x): return f(x)",
    "builtin": "f = abs\ndef answer(x): return f(x)",
    "missing": "def answer(x): return f(x)",
    "no function": "f = 3\ndef answer(x): return f(x)",
}


@pytest.mark.parametrize("source", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_reference_to_a_function_reaches_the_stand_in(source: str) -> None:
    """The answer uses the stand-in during the block only, and the notebook is as before."""
    names = notebook(source)
    before = dict(names)
    own = state_of(names.get("f"))
    with stand_ins(names, {"f": double}, "answer"):
        assert names["answer"](3) == 6
    assert names == before
    assert state_of(names.get("f")) == own
    torch.testing.assert_close(torch.nn.functional.relu(torch.tensor(-1.0)), torch.tensor(0.0))


def state_of(function: Any) -> tuple[Any, ...]:
    """Return everything about a function that a stand-in changes."""
    kind = type(function)
    return (
        *(getattr(function, name, None) for name in ("__code__", "__defaults__", "__kwdefaults__", "func", "args")),
        vars(kind).get("__call__"),
    )


def test_an_exception_in_the_block_restores_everything() -> None:
    """The same holds for the exceptions of a stand-in."""
    names = notebook("def f(x): return 0\nclass C:\n    def m(self): return 0\ndef answer(x): return f(x)")
    methods, code = dict(vars(names["C"])), names["f"].__code__

    class C:
        def m(self) -> int:
            return 1

    with pytest.raises(ZeroDivisionError), stand_ins(names, {"f": lambda x: 1 / 0, "C": C, "g": double}, "answer"):
        names["answer"](names["C"]().m())
    assert (dict(vars(names["C"])), names["f"].__code__, "g" in names) == (methods, code, False)


def test_the_graded_object_is_never_changed() -> None:
    """An earlier exercise may be another name of the graded one."""
    names = notebook("def answer(x): return 'own'\nf = answer\nclass Layer: value = 'own'\nBase = Layer")
    with stand_ins(names, {"f": double}, "answer"):
        assert names["answer"](1) == "own"

    class Base:
        value = "right"

    with stand_ins(names, {"Base": Base}, "Layer"):
        assert names["Layer"].value == "own"
        assert names["Base"].value == "right"
    assert names["Base"] is names["Layer"]


# ------------------------------------------------------------------------------------------------------------- classes


def sound() -> dict[str, Any]:
    """Return a base that keeps the arguments of a call, and a layer with two parameters."""
    notes, params = Notes(), Notes()

    class Module:
        @transparent
        def __call__(self, *args: Any) -> Any:
            out = self.forward(*args)
            notes[self] = args
            promise(self, args=args, out=out)
            return out

        def forward(self, *args: Any) -> Any:
            raise NotImplementedError

        @transparent
        def backward(self) -> Any:
            return self.bwd(*notes.get(self))  # type: ignore[attr-defined]

    class Linear(Module):
        def __init__(self, w: float, b: float) -> None:
            promise(self, w=w, b=b)
            params[self] = w, b

        def forward(self, x: float) -> float:
            w, b = params.get(self)
            return w * x + b

        def bwd(self, x: float) -> float:
            return 10 * x

    return {"Module": Module, "Linear": Linear}


LAYER = "class Layer(Module):\n    def forward(self, x): return x + 1\n    def bwd(self, x): return -x\n"
#: Broken classes ``Module``, each with the reason why replacing them might fail.
MODULES = {
    "plain": "class Module:\n    def __call__(self, *args): return 0\n    def backward(self): return 0\n",
    "empty": "class Module: pass\n",
    "ABC": "from abc import ABC, abstractmethod\nclass Module(ABC):\n    @abstractmethod\n"
    "    def forward(self, *a): ...\n    @abstractmethod\n    def backward(self): ...\n"
    "    def __call__(self, *args): return 0\n",
    "slots": "class Module:\n    __slots__ = ('args', 'out')\n    def __call__(self, *args): return 0\n",
    "empty slots": "class Module:\n    __slots__ = ()\n    def __call__(self, *args): return 0\n",
    "metaclass": "class Meta(type):\n    def __setattr__(self, name, value): raise TypeError('no')\n"
    "    def __delattr__(self, name): raise TypeError('no')\n"
    "class Module(metaclass=Meta):\n    def __call__(self, *args): return 0\n",
    "a base of its own": "class Root:\n    def __call__(self, *args): return 0\n    def backward(self): return 0\n"
    "class Module(Root): pass\n",
    "needs arguments": "class Module:\n    def __init__(self, size): self.size = size\n",
    "refuses attributes": "class Module:\n    def __setattr__(self, name, value): raise AttributeError(name)\n",
    "strange new": "class Module:\n    def __new__(cls, *args): return None\n",
    "protocol": "from typing import Protocol\nclass Module(Protocol):\n    def __call__(self, *args): return 0\n",
    "generic": "from typing import Generic, TypeVar\nT = TypeVar('T')\n"
    "class Module(Generic[T]):\n    def __call__(self, *args): return 0\n",
    "dataclass": "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Module:\n    size: int\n"
    "    def __call__(self, *args): return 0\n",
}


@pytest.mark.parametrize("source", MODULES.values(), ids=MODULES)
def test_a_class_gets_other_methods_under_its_subclasses(source: str) -> None:
    """Instances made before and in the block go through them, with and without slots; then all is as before."""
    names = notebook(source + LAYER + "KINDS = [Layer]\n" + "class Slotted(Layer):\n    __slots__ = ()\n")
    before = dict(vars(names["Module"]))
    bases = names["Layer"].__bases__
    abstract = getattr(names["Layer"], "__abstractmethods__", None)
    with stand_ins(names, sound(), "Layer"):
        for kind in (*names["KINDS"], names["Slotted"]):
            layer = kind()
            assert names["Module"] in type(layer).__mro__
            assert (layer(2), layer.backward()) == (3, -2)
    assert dict(vars(names["Module"])) == before
    assert (names["Layer"].__bases__, getattr(names["Layer"], "__abstractmethods__", None)) == (bases, abstract)


#: Broken layers, each with an answer that was bound to them before the block.
LAYERS = {
    "plain": "class Linear:\n    def __init__(self, w, b): pass\nanswer = lambda: Linear(2, 3)",
    "in a dict": "class Linear:\n    pass\nKINDS = {'lin': Linear}\nanswer = lambda: KINDS['lin'](2, 3)",
    "partial": "from functools import partial\nclass Linear:\n    def __init__(self, w, b): self.w = 0\n"
    "make = partial(Linear, 2)\nanswer = lambda: make(3)",
    "parameters by other names": "class Linear:\n    def __init__(self, weights, bias): pass\n"
    "KINDS = [Linear]\nanswer = lambda: KINDS[0](bias=3, weights=2)",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass Linear:\n    w: float\n    b: float\n"
    "KINDS = [Linear]\nanswer = lambda: KINDS[0](2, 3)",
    "named tuple": "from typing import NamedTuple\nclass Linear(NamedTuple):\n    w: float\n    b: float\n"
    "KINDS = [Linear]\nanswer = lambda: KINDS[0](2, 3)",
    "slots": "class Linear:\n    __slots__ = ('w',)\n    def __init__(self, w): self.w = w\n"
    "KINDS = [Linear]\nanswer = lambda: KINDS[0](2, 3)",
    "subclass": "class Linear:\n    def __call__(self, x): return 0\nclass Own(Linear): pass\n"
    "answer = lambda: Own(2, 3)",
    "a function": "def Linear(w, b): return None\nanswer = lambda: Linear(2, 3)",
    "missing": "answer = lambda: Linear(2, 3)",
    "class of torch": "Linear = torch.nn.Linear\nanswer = lambda: Linear(2, 3)",
}


@pytest.mark.parametrize("source", LAYERS.values(), ids=LAYERS)
def test_every_reference_to_a_class_reaches_the_stand_in(source: str) -> None:
    """Its instances work like those of the stand-in, and the notebook is as before."""
    names = notebook(source)
    own, before = names.get("Linear"), dict(vars(names["Linear"])) if "Linear" in names else {}
    with stand_ins(names, sound(), "answer"):
        layer = names["answer"]()
        assert (layer(5), layer.backward(), type(layer).__name__) in {(13, 50, "Linear"), (13, 50, "Own")}
    assert names.get("Linear") is own
    assert before == (dict(vars(own)) if own else {})
    assert "forward" not in vars(torch.nn.Linear) or torch.nn.Linear(1, 1)(torch.ones(1)).shape == (1,)


def test_promised_attributes_are_set_on_instances_that_can_have_them() -> None:
    """``w`` and ``b`` of a layer, ``args`` and ``out`` of a call; the side table works without them."""
    names = notebook("class Linear: pass\nclass Module: pass")
    with stand_ins(names, sound(), "answer"):
        layer = names["Linear"](2, 3)
        layer(5)
    assert vars(layer) == {"w": 2, "b": 3, "args": (5,), "out": 13}


def test_an_older_class_of_the_same_name_is_replaced_below_the_exercise() -> None:
    """A cell may define the class again after the exercise has derived from it."""
    names = notebook("class Module:\n    def __call__(self, *args): return 0\n" + LAYER + "class Module: pass")
    with stand_ins(names, sound(), "Layer"):
        assert names["Layer"]()(2) == 3


# ------------------------------------------------------------------------------------------------------------ messages


def relu_grad(inp: torch.Tensor, out: torch.Tensor) -> None:
    inp.g = (inp > 0) * gradient_of(out=out)  # type: ignore[attr-defined]


def product(inp: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    return torch.mm(inp, w)


def tensor(*shape: int, g: object = None) -> torch.Tensor:
    made = torch.ones(*shape)
    if g is not None:
        made.g = g  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda f: f(tensor(4), tensor(4)), AttributeError, "out.g is not set when f was called"),
        (
            lambda f: f(tensor(4), tensor(4, g=tensor(4, 1))),
            RuntimeError,
            "out.g has shape (4, 1), expected (4,), the shape of out when f was called",
        ),
        (
            lambda f: f(tensor(4), tensor(4, g=[1.0])),
            TypeError,
            "out.g is of type list, not a tensor when f was called",
        ),
        (lambda f: f(tensor(4)), TypeError, "f takes (inp, out) and was called with other arguments"),
        (
            lambda f: f(tensor(4), tensor(3, g=tensor(3))),
            RuntimeError,
            "f was called with inp (4,), out (3,), which do not fit",
        ),
        (lambda f: f(1, tensor(3, g=tensor(3))), AttributeError, "f was called with out (3,), which do not fit"),
    ],
    ids=["no gradient", "another shape", "a list", "too few", "shapes that do not fit", "a number"],
)
def test_errors_are_about_the_call(call: Callable[[Any], None], kind: type[Exception], text: str) -> None:
    """They name the exercise, its parameters and shapes, and not the formula of the stand-in."""
    names = notebook("def f(inp, out): ...")
    with stand_ins(names, {"f": relu_grad}, "answer"), pytest.raises(kind) as caught:
        call(names["f"])
    assert str(caught.value) == text
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_exceptions_of_student_code_pass_a_transparent_stand_in() -> None:
    """A base class runs methods of the student's, whose errors are the student's."""
    names = notebook("class Module: pass\n" + LAYER.replace("x + 1", "x.missing"))
    with stand_ins(names, sound(), "Layer"), pytest.raises(AttributeError, match="'int' object has no attribute"):
        names["Layer"]()(2)


# -------------------------------------------------------------------------------------------------------------- traces


def test_functions_in_a_stand_in_are_not_counted_and_their_operators_are_recorded() -> None:
    """A replay needs the operators to compute the value; growth counts functions."""
    names = notebook("def f(inp, w): ...\ndef answer(x): return f(x, x) + f(x, x) + 1")
    with stand_ins(names, {"f": product}, "answer"):
        _, trace = trace_call(names["answer"], [torch.ones(2, 2)])
    assert [entry[:2] for entry in trace["function"]] == [["add", 2]]
    assert ["aten.mm", 2] in [entry[:2] for entry in trace["dispatch"]]
    assert trace["flow"]["record"].count("aten.mm") == 2


def test_rebound_names_are_restored() -> None:
    """Names that the notebook does not have are removed again."""
    names = notebook("w1 = 1")
    with rebound(names, w1=2, w2=3):
        assert (names["w1"], names["w2"]) == (2, 3)
    assert names["w1"] == 1
    assert "w2" not in names
