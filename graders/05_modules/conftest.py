"""Fixtures that the hidden tests of 05_modules share. Fixtures only: no helper is imported from here.

Most classes here build on others of the student's own. A check tries a class on those first. If that fails, it tries
the class on the right ones of ``stand_ins.py``, so that a mistake costs points only once.
"""

# ruff: noqa: PLR0917 - parameters of what runs in the student process are positional, and name its arguments
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any, ClassVar

import pytest
import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding, difference
from foundations.grading.evidence import Job, Record
from foundations.grading.growth import Growth
from foundations.grading.rules import Rule, must_be_none, read_source_for, read_trace_for
from foundations.grading.student import Trial
from foundations.worker.dataflow import tensors_in

#: (N, n_in, n_out). The first has no two sizes alike, and comes twice, so that what was kept of the call before shows;
#: then one row, one column, and a square, which hide mistakes.
FAMILY = ((4, 3, 2), (4, 3, 2), (1, 3, 2), (5, 3, 1), (3, 3, 3))

#: What a tensor says whose gradient nobody has asked for.
_NO_GRADIENT = "does not require grad"
#: Until the last exercise opens it.
NO_AUTOGRAD = Rule(about="the way back, and that is yours to write", allow=all_but("autograd"), numbers=True)

#: The classes of the notebook, in its order.
KINDS = ("Relu", "Lin", "Mse", "Model", "Module", "ReLU", "Linear", "MSE", "Network", "LinearEinsum", "LinearMatmul")

#: Rows of a batch whose outer products, 784 by 50 floats each, take 3.1 GB: more than a student process may have.
ROWS = 20_000


def lives(names, *args):
    """The life of a layer or a network: made, called, sent back; if asked, beside a neighbour, and once more."""
    *tensors, form, back, kind = args
    made = names[kind]
    if form["derived"] and getattr(made, "__bases__", (object,)) != (object,):
        # Module's own forward raises NotImplementedError, as a stub does: this class has none of its own.
        root = next((base for base in made.__mro__ if base.__name__ == "Module"), made.__mro__[-2])
        for own, instead in (("forward", "__call__"), ("bwd", "backward")):
            inherited = getattr(root, own, None)
            if inherited is not None and inherited is getattr(made, own, None) and instead not in vars(made):
                raise AttributeError(f"{kind} has no method {own} of its own")

    def born(own):
        return made(*[own[place] for place in form["params"]])

    def called(layer, own):
        return layer(*[own[place] for place in form["inputs"]])

    def sent_back(layer, out, own):
        if form["upstream"]:
            out.g = own[form["upstream"]]
        layer.backward()

    size = form["size"]
    first, other, third = tensors[:size], tensors[size : 2 * size], tensors[2 * size :]
    layer = born(first)
    neighbour = born(other) if other else None
    out = called(layer, first)
    if back and other:
        between = called(neighbour, other)
        sent_back(layer, out, first)
        sent_back(neighbour, between, other)
        sent_back(layer, called(layer, third), third)
    elif back:
        sent_back(layer, out, first)
    return out


def large_batch(names, rows, columns, row_gradients, column_gradients, kind):
    """backward() on a batch of 20,000 rows"""
    # Made here, so that nothing large travels.
    inp = rows.unsqueeze(1) * columns
    w = torch.zeros(len(columns), len(column_gradients))
    layer = names[kind](w, torch.zeros(len(column_gradients)))
    out = layer(inp)
    out.g = row_gradients.unsqueeze(1) * column_gradients
    layer.backward()
    return w.g


def timed(names, inp, w, b, upstream, kind):
    """One layer, there and back."""
    layer = names[kind](w, b)
    out = layer(inp)
    out.g = upstream
    layer.backward()
    return {"w.g": getattr(w, "g", None), "b.g": getattr(b, "g", None), "inp.g": getattr(inp, "g", None)}


def outer_product(inp, w, b, upstream):
    """The instructor's layer by the outer product, there and back; runs in a process of its own."""
    out = inp @ w + b
    out.g = upstream
    outer_products = inp.unsqueeze(-1) * out.g.unsqueeze(1)
    return {"w.g": outer_products.sum(0), "b.g": out.g.sum(0), "inp.g": out.g @ w.t()}


def parts(names, kind):
    """What a class has of its own, and what it inherits."""
    made = names[kind]
    if not isinstance(made, type):
        return None
    inherited = made.__mro__[1:-1]
    return {
        "own": [name for name in ("__call__", "backward") if name in vars(made)],
        "missing": [name for name in ("forward", "bwd") if not callable(getattr(made, name, None))],
        "calls": any("__call__" in vars(base) for base in inherited),
        "torch": issubclass(made, torch.nn.Module),
    }


def slopes_of(function, *tensors):
    """Gradients of the number ``function(*tensors)`` in float64 by autograd, which central differences confirm."""
    leaves = [tensor.detach().clone().requires_grad_() for tensor in tensors]
    exact = torch.autograd.grad(function(*leaves), leaves)
    step = 1e-5
    for leaf, slope in zip(leaves, exact, strict=True):
        flat = leaf.detach().reshape(-1)
        found = torch.empty_like(flat)
        for place in range(len(flat)):
            ends = []
            for change in (step, -step):
                moved = flat.clone()
                moved[place] += change
                ends.append(function(*[moved.view_as(leaf) if one is leaf else one.detach() for one in leaves]))
            found[place] = (ends[0] - ends[1]) / (2 * step)
        assert torch.allclose(found.view_as(slope), slope, rtol=1e-5, atol=1e-6), "autograd and differences disagree"
    return exact


@cache
def in_words(what: str, parameters: tuple[str, ...]) -> Callable[..., Any]:
    """:func:`lives` under the words and the names of one exercise."""
    twin = FunctionType(lives.__code__, lives.__globals__, lives.__name__)
    twin.__doc__ = what
    names = ["names", *(prefix + name for prefix in ("", "other_", "third_") for name in parameters)]
    kinds = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    twin.__signature__ = inspect.Signature(kinds)
    return twin


def must_have_written(call, place):
    """What somebody else left in ``.g`` is there no longer."""
    before, after = vars(call.args[place]).get("g"), call.attributes[place].get("g")
    if before is not None and not call.error and difference(after, before, subject="", relative=1e-30) is None:
        text = f"{call.names[place]}.g after {call.subject} is what had been there before: nothing was written into it"
        raise CheckFailed(Finding("value", text))


def tensor_number(args, place):
    """The number that the record of a call has for the tensor at one place of the arguments."""
    return len(list(tensors_in(args[:place])))


@dataclass
class Bench:
    """Tries one class of the student's. What a kind of class takes and gives, its subclasses say.

    ``parameters`` are the names of the tensors of one life: what it is made with and called with, and ``.g`` of its
    output.
    """

    student: Any
    matrix: Any
    #: By kind: what of autograd runs in the student's own ground.
    grounds: dict[str, Any]

    parameters: ClassVar[tuple[str, ...]] = ("inp", "upstream")
    made_with: ClassVar[tuple[int, ...]] = ()
    called_with: ClassVar[tuple[int, ...]] = (0,)
    upstream = 1
    in_words = "()(inp)"

    def shapes(self, n, n_in, n_out):
        """Of the tensors of one life."""
        raise NotImplementedError

    def output_of(self, *tensors):
        """The reference, in the dtype of ``tensors``."""
        raise NotImplementedError

    def slopes_of(self, *tensors):
        """By place, the gradients that are to be set: by the written formula, in the dtype of ``tensors``."""
        raise NotImplementedError

    def number_of(self, *tensors):
        """What these are gradients of, for autograd and central differences."""
        raise NotImplementedError

    def to_the_kink(self, *tensors):
        """How near the input of a ReLU comes to 0."""
        return 1.0

    @property
    def kind(self):
        return self.student.exercise

    # ---- what is asked

    def output(self):
        """The value of a call alone."""
        self.either(lambda: [self.must_give(self.tensors(*sizes)) for sizes in FAMILY])

    def gradients(self, *wanted):
        """Those at the places ``wanted``, all by default, whatever ``.g`` was there before."""

        def attempt():
            for sizes in FAMILY:
                self.must_set(self.poisoned(self.tensors(*sizes)), wanted)

        self.either(attempt)

    def dtypes(self):
        """float64 throughout, where autograd and central differences are asked; float32 stays float32."""

        def attempt():
            wide = self.tensors(4, 3, 2, dtype=torch.float64)
            while self.to_the_kink(*wide) < 1e-3:  # where a difference would straddle it
                wide = self.tensors(4, 3, 2, dtype=torch.float64)
            places = sorted(self.slopes_of(*wide))

            def number(*moved):
                own = list(wide)
                for place, tensor in zip(places, moved, strict=True):
                    own[place] = tensor
                return self.number_of(*own)

            slopes = slopes_of(number, *[wide[place] for place in places])
            call = self.call(wide)
            call.must_return(self.output_of(*wide), scale=10.0)
            for place, slope in zip(places, slopes, strict=True):
                call.must_set(place, "g", slope, scale=10.0)
            self.must_set(self.tensors(4, 3, 2), dtype=True)

        self.either(attempt)

    def views(self):
        """Tensors that lie in memory otherwise than they are read."""

        def attempt():
            for sizes in ((4, 3, 2), (3, 3, 3)):
                self.must_set([self.spread(tensor) for tensor in self.tensors(*sizes)])

        self.either(attempt)

    def clean(self):
        """Nothing is changed but the gradients that are asked for; and these are: who does nothing changes nothing."""

        def attempt():
            tensors = self.poisoned(self.tensors(4, 3, 2))
            call = self.must_set(tensors)
            call.must_leave_inputs(setting=[(place, "g") for place in self.slopes_of(*tensors)])

        self.either(attempt)

    def in_turns(self):
        """With a neighbour of its own kind; then on another batch, whose gradients replace those of the one before."""

        def attempt():
            for rows in (6, 4):  # another number of rows than before, and the same
                self.must_take_turns(rows)

        self.either(attempt)

    def by_hand(self):
        """No autograd, neither in the source nor when it runs. Mistakes in earlier classes have cost their points."""
        above = "\n".join(f"class {kind}: ..." for kind in KINDS[: KINDS.index(self.kind)])
        must_be_none(read_source_for(NO_AUTOGRAD, [*self.student.sources, above], self.kind))

        def on_own():
            self.student.traced(self.trial(), 4, 3, 2, rule=NO_AUTOGRAD, wrong_elsewhere=True)

        def on_blank():
            with self.student.using("blank"):
                call = self.call(self.tensors(4, 3, 2), trace=True)
            # A loss that is taken for a layer has a backward as well, which refuses and sets no gradient.
            if not call.error or _NO_GRADIENT not in call.error["text"]:
                must_be_none(read_trace_for(NO_AUTOGRAD, call.trace or {}))
            # Other checks decide whether it comes to its end.

        self.either(on_blank, own=on_own)

    def a_module(self):
        """forward and bwd are its own, and nothing else of Module's is."""
        found = self.student.probe(parts, self.kind)
        if not isinstance(found, dict) or not {"own", "missing", "calls", "torch"} <= found.keys():
            raise CheckFailed(Finding("type", f"{self.kind} is not a class"))
        symptom = "structure" if found["own"] or not found["calls"] else None
        text = ""
        if found["torch"]:
            text = f"{self.kind} builds on torch.nn, which the last exercise opens, and not on your Module"
            symptom = None
        elif not found["calls"]:
            text = f"{self.kind} does not build on Module: it inherits no __call__"
        elif found["own"]:
            text = f"{self.kind} has a {found['own'][0]} of its own, which is Module's part"
        elif found["missing"]:
            text = f"{self.kind} has no method {found['missing'][0]}: is it spelt so?"
        if text:
            raise CheckFailed(Finding("rule", text, symptom=symptom))

    # ---- how it is asked

    def tensors(self, n, n_in, n_out, dtype=torch.float32):
        return [self.matrix(*shape, dtype=dtype) for shape in self.shapes(n, n_in, n_out)]

    def poisoned(self, tensors):
        """With a ``.g`` that somebody else left on each that is to get one."""
        for place in self.slopes_of(*tensors):
            tensors[place].g = self.matrix(*tensors[place].shape, dtype=tensors[place].dtype)
        return tensors

    def spread(self, tensor):
        """The same values as a transposed view, or as every other entry."""
        if tensor.dim() == 2:
            return tensor.t().contiguous().t()
        return torch.stack([tensor, -tensor], dim=-1).reshape(-1)[::2]

    def call(self, tensors, *, back=True, trace=False):
        arguments = self.arguments(tensors, back=back)
        return self.student.call(*arguments, trace=trace, caller=self.caller(back=back))

    def arguments(self, tensors, *, back=True):
        form = {
            "params": list(self.made_with),
            "inputs": list(self.called_with),
            "upstream": self.upstream,
            "size": len(self.parameters),
            "derived": bool(self.student.stand_ins),
        }
        return (*tensors, form, back, self.kind)

    def trial(self, *, back=True):
        """One life for sizes (N, n_in, n_out), of which the gradients are looked at."""

        def check(call):
            call.must_not_raise()
            slopes = self.slopes_of(*call.args[: len(self.parameters)]) if back else {}
            for place, slope in slopes.items():
                call.must_set(place, "g", slope, scale=10.0, dtype=False)

        def make(*sizes):
            return self.arguments(self.tensors(*sizes), back=back)

        return Trial(make, check, self.caller(back=back))

    def caller(self, *, back=True) -> Callable[..., Any]:
        return in_words(self.kind + self.in_words + (", then backward()" if back else ""), self.parameters)

    def must_give(self, tensors):
        self.call(tensors, back=False).must_return(self.output_of(*tensors), scale=10.0)

    def must_set(self, tensors, wanted: Sequence[int] = (), *, dtype=False):
        call = self.call(tensors)
        for place, slope in self.slopes_of(*tensors).items():
            if place in (wanted or (place,)):
                must_have_written(call, place)
                call.must_set(place, "g", slope, scale=10.0, dtype=dtype)
        return call

    def must_take_turns(self, rows):
        first, other, third = self.tensors(4, 3, 2), self.tensors(2, 5, 3), self.tensors(rows, 3, 2)
        third = [first[place] if place in self.made_with else third[place] for place in range(len(third))]
        absent = [None if place in self.made_with else tensor for place, tensor in enumerate(third)]
        call = self.call([*first, *other, *absent])
        size, last = len(first), self.slopes_of(*third)
        expected = self.slopes_of(*first) | {place: last[place] for place in self.made_with}
        expected |= {size + place: slope for place, slope in self.slopes_of(*other).items()}
        expected |= {2 * size + place: slope for place, slope in last.items() if place not in self.made_with}
        for place, slope in expected.items():
            call.must_set(place, "g", slope, scale=30.0, dtype=False)

    def either(self, attempt, own=None):
        """``attempt()`` on the student's own earlier classes and, if it fails, on right ones."""

        def on_own():
            if self.student.stand_ins:
                self.by_hand_below()
            (own or attempt)()

        self.student.on_either(attempt, own=on_own, own_first=True)

    def by_hand_below(self):
        """No autograd in the earlier classes, which would set the gradients that this class forgets."""
        if self.kind not in self.grounds:
            seen = len(self.student.observations)
            call = self.call(self.tensors(4, 3, 2), trace=True)
            del self.student.observations[seen:]
            self.grounds[self.kind] = read_trace_for(NO_AUTOGRAD, call.trace or {})
        must_be_none(self.grounds[self.kind])


class Relu(Bench):
    def shapes(self, n, n_in, n_out):
        return (n, n_out), (n, n_out)

    def tensors(self, n, n_in, n_out, dtype=torch.float32):
        """Inputs up to some twenty, so that a function that is cut off above shows."""
        inp, upstream = super().tensors(n, n_in, n_out, dtype)
        return [8 * inp, upstream]

    def output_of(self, inp, upstream):
        return torch.where(inp > 0, inp, 0.0)

    def slopes_of(self, inp, upstream):
        return {0: torch.where(inp > 0, upstream, 0.0)}

    def number_of(self, inp, upstream):
        return (torch.relu(inp) * upstream).sum()

    def to_the_kink(self, inp, upstream):
        return inp.abs().min()

    def gradients(self, *wanted):
        super().gradients(*wanted)

        def attempt():
            for sign in (1.0, -1.0):  # no entry is smallest because it was stopped, and however little passes
                inp = sign * (self.matrix(4, 3).abs() + 0.1) / 100
                self.must_set(self.poisoned([inp, self.matrix(4, 3)]), wanted)

        self.either(attempt)

    def zeros(self):
        """By convention the slope at 0 is 0."""

        def attempt():
            for shape in ((4, 3), (1, 2), (3, 3)):
                inp, upstream = self.matrix(*shape), self.matrix(*shape)
                inp.view(-1)[::2] = 0.0
                inp.view(-1)[0] = -0.0
                call = self.call(self.poisoned([inp, upstream]))
                call.must_return(self.output_of(inp, upstream), scale=1.0)
                call.must_set(0, "g", self.slopes_of(inp, upstream)[0], scale=1.0)

        self.either(attempt)


class Lin(Bench):
    parameters = ("inp", "w", "b", "upstream")
    made_with = (1, 2)
    upstream = 3
    in_words = "(w, b)(inp)"

    def shapes(self, n, n_in, n_out):
        return (n, n_in), (n_in, n_out), (n_out,), (n, n_out)

    def output_of(self, inp, w, b, upstream):
        return (inp.double() @ w.double() + b.double()).to(inp.dtype)

    def slopes_of(self, inp, w, b, upstream):
        """Summed row by row in float64."""
        rows = [(row.double(), up.double()) for row, up in zip(inp, upstream, strict=True)]
        return {
            0: torch.stack([w.double() @ up for _, up in rows]).to(inp.dtype),
            1: torch.stack([row[:, None] * up[None, :] for row, up in rows]).sum(0).to(inp.dtype),
            2: torch.stack([up for _, up in rows]).sum(0).to(inp.dtype),
        }

    def number_of(self, inp, w, b, upstream):
        return ((inp @ w + b) * upstream).sum()

    def einsums(self):
        """How often the way back runs an einsum."""
        counts = []
        for back in (False, True):
            call = self.student.traced(self.trial(back=back), 4, 3, 2)
            traced = (call.trace or {}).get("function", [])
            counts.append(sum(entry[1] for entry in traced if entry[0] == "einsum" and type(entry[1]) is int))
        return counts[1] - counts[0]

    def by_einsum(self):
        """The batch meets the arriving gradient in an einsum, and w.g is what comes out of it."""

        def attempt():
            call = self.student.traced(self.trial(), *self.student.drawn(FAMILY))
            if not self.comes_out_of_einsum(call):
                text = "no `einsum` for w.g ran in backward(): this exercise is about Einstein summation over the batch"
                raise CheckFailed(Finding("rule", text, symptom="rule: einsum"))

        self.either(attempt)

    def comes_out_of_einsum(self, call):
        """Where each einsum of batch and arriving gradient gives a drawn multiple, w.g is that multiple."""
        record = Record.parse(call.trace)
        if record.why_not:
            return True  # a person has been asked
        inp, w, upstream = (tensor_number(call.args, place) for place in (0, 1, self.upstream))
        met = [
            index
            for index, sources in record.sources_of("einsum").items()
            if inp in sources and upstream in sources and w not in sources
        ]
        factor = 1.5 + float(torch.rand((), generator=self.student.generator("factor of einsum")))
        inputs = list(tensors_in(call.args))
        plain, other = self.student.replayer.replay(
            [Job(record, inputs), Job(record, inputs, dict.fromkeys(met, factor))]
        )
        own, changed = (played.attributes[1].get("g") if played.error is None else None for played in (plain, other))
        return (
            isinstance(own, torch.Tensor)
            and isinstance(changed, torch.Tensor)
            and torch.allclose(factor * own, changed, rtol=0.01, atol=1e-5)
        )

    def no_loop(self):
        def attempt():
            lesson = "one operation sums over the whole batch, however many rows, inputs and outputs there are"
            self.student.must_scale_as(Growth(n=0, k=0, m=0), self.trial(), (4, 3, 5), lesson)

        self.either(attempt)

    def lean(self):
        """No tensor is much larger than the largest that has to be there."""

        def attempt():
            n, n_in, n_out = 40, 30, 20
            call = self.student.traced(self.trial(), n, n_in, n_out)
            entries = [entry for level in ("function", "dispatch") for entry in (call.trace or {}).get(level, [])]
            largest = max((entry[2] for entry in entries if type(entry[2]) is int), default=0)
            if largest > 2 * max(n * n_in, n * n_out, n_in * n_out):
                text = (
                    f"backward() makes a tensor of {largest:,} numbers for a batch of {n} rows, {n_in} inputs and "
                    f"{n_out} outputs; w.g has {n_in * n_out}"
                )
                raise CheckFailed(Finding("growth", text, symptom="memory"))

        self.either(attempt)

    def large(self):
        """From factors that make sums easy: w.g[i, j] = columns[i] · column_gradients[j] · Σ rows · row_gradients."""

        def attempt():
            rows, columns = self.matrix(ROWS).sign(), self.matrix(784)
            row_gradients, column_gradients = self.matrix(ROWS).abs(), self.matrix(50)
            seen = len(self.student.observations)
            call = self.student.call(rows, columns, row_gradients, column_gradients, self.kind, caller=large_batch)
            del self.student.observations[seen:]  # no known mistake is to be tried at this size, in the judge
            total = (rows.double() * row_gradients.double()).sum()
            expected = (total * columns.double()[:, None] * column_gradients.double()).float()
            try:
                call.must_return(expected, scale=float(row_gradients.sum()))
            except CheckFailed as failed:
                found = failed.finding
                raise CheckFailed(Finding(found.stage, found.text, found.detail, symptom="memory")) from None

        self.either(attempt)

    def faster(self, min_speedup):
        def attempt():
            shapes = (256, 784), (784, 50), (50,), (256, 50)
            self.student.must_be_faster(
                baseline=outer_product,
                rule=NO_AUTOGRAD,
                inputs=lambda generator: tuple(torch.randn(*shape, generator=generator) for shape in shapes),
                expected=lambda inp, w, b, upstream: {
                    "w.g": inp.t() @ upstream,
                    "b.g": upstream.sum(0),
                    "inp.g": upstream @ w.t(),
                },
                min_speedup=min_speedup,
                label="the speed of the outer product",
                caller=timed,
                plain=(self.kind,),
            )

        self.either(attempt)


class Mse(Bench):
    parameters = ("inp", "targ")
    called_with = (0, 1)
    upstream = 0
    in_words = "()(inp, targ)"

    def shapes(self, n, n_in, n_out):
        return (n, 1), (n,)

    def output_of(self, inp, targ):
        gaps = inp.reshape(-1).double() - targ.double()
        return ((gaps * gaps).sum() / len(targ)).to(inp.dtype)

    def slopes_of(self, inp, targ):
        return {0: (2 / len(targ) * (inp.reshape(-1).double() - targ.double())).reshape(-1, 1).to(inp.dtype)}

    def number_of(self, inp, targ):
        return ((inp.reshape(-1) - targ) ** 2).mean()


class Net(Bench):
    parameters = ("x", "w1", "b1", "w2", "b2", "targ")
    made_with = (1, 2, 3, 4)
    called_with = (0, 5)
    upstream = 0
    in_words = "(w1, b1, w2, b2)(x, targ)"

    def shapes(self, n, n_in, n_out):
        return (n, n_in), (n_in, n_out), (n_out,), (n_out, 1), (1,), (n,)

    def tensors(self, n, n_in, n_out, dtype=torch.float32):
        """The first bias lets some units of every hidden layer live."""
        x, w1, b1, w2, b2, targ = super().tensors(n, n_in, n_out, dtype)
        return [x, w1, b1.abs() + 0.5, w2, b2, targ]

    def output_of(self, *tensors):
        x, w1, b1, w2, b2, targ = (tensor.double() for tensor in tensors)
        hidden = torch.where(x @ w1 + b1 > 0, x @ w1 + b1, 0.0)
        return ((hidden @ w2 + b2).reshape(-1) - targ).square().sum().div(len(targ)).to(tensors[0].dtype)

    def slopes_of(self, *tensors):
        """The chain rule, written out in float64."""
        x, w1, b1, w2, b2, targ = (tensor.double() for tensor in tensors)
        first = x @ w1 + b1
        hidden = torch.where(first > 0, first, 0.0)
        of_out = 2 / len(targ) * ((hidden @ w2 + b2).reshape(-1) - targ).reshape(-1, 1)
        of_first = torch.where(first > 0, of_out * w2.reshape(1, -1), 0.0)
        found = of_first @ w1.t(), x.t() @ of_first, of_first.sum(0), hidden.t() @ of_out, of_out.sum(0)
        return {place: slope.to(tensors[0].dtype) for place, slope in enumerate(found)}

    def number_of(self, x, w1, b1, w2, b2, targ):
        return ((torch.relu(x @ w1 + b1) @ w2 + b2).reshape(-1) - targ).pow(2).mean()

    def to_the_kink(self, x, w1, b1, w2, b2, targ):
        return (x @ w1 + b1).abs().min()


@pytest.fixture(scope="session")
def grounds():
    """What was found out about the classes that others stand on, in one notebook."""
    return {}


@pytest.fixture
def relu(student, matrix, grounds):
    """What is asked of a ReLU layer, plain or on Module."""
    return Relu(student, matrix, grounds)


@pytest.fixture
def lin(student, matrix, grounds):
    """What is asked of a linear layer, by whichever way back."""
    return Lin(student, matrix, grounds)


@pytest.fixture
def mse(student, matrix, grounds):
    """What is asked of the loss."""
    return Mse(student, matrix, grounds)


@pytest.fixture
def net(student, matrix, grounds):
    """What is asked of a network of two linear layers."""
    return Net(student, matrix, grounds)
