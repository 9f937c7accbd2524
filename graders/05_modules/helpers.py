"""Parts that the hidden tests of 05_modules share: the life of a class, and the values that each kind of class gives.

Most classes here build on others of the student's own. A check tries a class on the right ones of ``stand_ins.py``. If
that fails, it tries the class on the student's own, so that a mistake costs points only once.
"""

# ruff: noqa: PLR0917 - parameters of functions that run in the student process are positional, and name its arguments
import inspect
from functools import cache, cached_property
from types import FunctionType

import torch

from foundations.authoring import (
    RETURN,
    CheckFailed,
    Exercise,
    Finding,
    Growth,
    Rule,
    Trial,
    all_but,
    as_views,
    changes_input,
    check,
    difference,
    fail,
    faster_than,
    must_be_none,
    read_source_for,
    read_trace_for,
    scales_as,
    tried_on_either,
    values,
)

#: Until the last exercise opens it.
NO_AUTOGRAD = Rule(about="the way back, and that is yours to write", allow=all_but("autograd"), numbers=True)
#: The classes of the notebook, in its order.
KINDS = ("Relu", "Lin", "Mse", "Model", "Module", "ReLU", "Linear", "MSE", "Network", "LinearEinsum", "LinearMatmul")
#: The step of the parameters between two batches.
STEP = 0.25
#: The exception of a tensor that does not record operations.
_NO_GRADIENT = "does not require grad"
#: Rows of a batch whose outer products, 784 by 50 floats each, take 3.1 GB: more than a student process may have.
ROWS = 20_000


# ------------------------------------------------------------------------------ code that runs in the student process


def lives(names, *args):
    """The life of a class: made, called, and sent back; or beside a neighbour, and then on another batch."""
    *tensors, plan = args
    made, size = names[plan["kind"]], len(plan["names"])
    if plan["derived"] and getattr(made, "__bases__", (object,)) != (object,):
        # Module's own forward raises NotImplementedError, as a stub does: this class has none of its own.
        root = next((base for base in made.__mro__ if base.__name__ == "Module"), made.__mro__[-2])
        for own, instead in (("forward", "__call__"), ("bwd", "backward")):
            inherited = getattr(root, own, None)
            if inherited is not None and inherited is getattr(made, own, None) and instead not in vars(made):
                raise AttributeError(f"{plan['kind']} has no method {own} of its own")

    def called(layer, own):
        return layer(*[own[name] for name in plan["called_with"]])

    def sent_back(layer, out, own):
        if plan["upstream"]:
            out.g = own[plan["upstream"]]
        layer.backward()

    def lets_be(out, own):
        if plan["upstream"]:
            own[plan["upstream"]].left = getattr(out, "g", None)  # the judge sees attributes of arguments

    each = [dict(zip(plan["names"], tensors[at : at + size], strict=True)) for at in range(0, len(tensors), size)]
    layer, *neighbours = [made(*[own[name] for name in plan["made_with"]]) for own in each[:2]]
    out = called(layer, each[0])
    between = [called(neighbour, each[1]) for neighbour in neighbours]
    if plan["back"]:
        sent_back(layer, out, each[0])
        lets_be(out, each[0])
    if neighbours:
        sent_back(neighbours[0], between[0], each[1])
        for name in plan["made_with"]:
            each[0][name].add_(plan["step"])  # as training does
        sent_back(layer, called(layer, each[2]), each[2])
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


def parts(names, kind):
    """The methods that a class has itself, and those that it inherits."""
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


@cache
def in_words(title, parameters):
    """Return :func:`lives` with another title, and parameters of these names, for messages."""
    twin = FunctionType(lives.__code__, lives.__globals__, lives.__name__)
    twin.__doc__ = title
    kind = inspect.Parameter.POSITIONAL_ONLY
    twin.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in ("names", *parameters)])
    return twin


# -------------------------------------------------------------------------------------------------------------- checks


def output(name, **options):
    """Check the value of a call alone."""

    def test(self):
        cases = [self.inputs(*sizes, back=False) for sizes in self.sizes]
        for call in self.student.calls(*cases, caller=self.calling(back=False)):
            self.must_be_right(call)

    return check(name, **options)(tried_on_either(test))


def gradients(name, *places, **options):
    """Check the values at these places, or at all, whatever gradients were there before."""
    return values(name, only=lambda self: self.with_old_gradients(), places=places, **options)


def any_tensors(name, **options):
    """Check float64 and float32, tensors that are views of others, and that no input is changed."""

    def test(self):
        # A fifth of the batch is rounded in float32, and a fourth is not.
        cases = [self.inputs(5, 3, 2, dtype=dtype) for dtype in (torch.float64, torch.float32)]
        cases += [view for sizes in ((4, 3, 2), (3, 3, 3)) for view in as_views(self.inputs(*sizes))]
        for call in self.try_each(cases, dtype=True):
            call.must_leave_inputs(setting=self.set_places(*call.args))
            self.must_leave_gradient_above(call)

    return check(name, **options)(tried_on_either(test))


def in_turns(name, **options):
    """Check two objects side by side, and another batch, whose gradients replace those of the one before."""

    def test(self):
        for call in self.student.calls(*self.in_turns(), caller=self.calling(turns=True)):
            self.must_be_right(call)

    return check(name, **options)(tried_on_either(test))


def by_hand(name, *, on_module=False, **options):
    """Check that there is no autograd. With ``on_module``, forward and bwd are all that the class has itself."""

    def test(self):
        if on_module:
            must_build_on_module(self.student)
        # Mistakes in earlier classes have cost their points.
        above = "\n".join(f"class {kind}: ..." for kind in KINDS[: KINDS.index(self.student.exercise)])
        must_be_none(read_source_for(self.allowed, [*self.student.sources, above], self.student.exercise))

        def on_own():
            self.before_own()
            self.student.traced(self.trial, 4, 3, 2, rule=self.allowed, wrong_elsewhere=True)

        def on_blank():
            with self.student.using("blank"):
                call = self.student.call(*self.inputs(4, 3, 2), trace=True, caller=self.calling())
            # A loss that is taken for a layer has a backward as well, which refuses and sets no gradient.
            if not call.error or _NO_GRADIENT not in call.error["text"]:
                must_be_none(read_trace_for(self.allowed, call.trace or {}))
            # Other checks decide whether it comes to its end.

        self.student.on_either(on_blank, own=on_own, own_first=True)

    return check(name, **options)(test)


def outer_product(inp, w, b, upstream):
    """The instructor's layer by the outer product, there and back; runs in a separate process."""
    out = inp @ w + b
    out.g = upstream
    outer_products = inp.unsqueeze(-1) * out.g.unsqueeze(1)
    return {"w.g": outer_products.sum(0), "b.g": out.g.sum(0), "inp.g": out.g @ w.t()}


def faster_than_outer_products(kind, name, **options):
    """Check the CPU time of 256 rows against the sum of outer products."""
    shapes = (256, 784), (784, 50), (50,), (256, 50)
    return faster_than(
        name,
        outer_product,
        inputs=lambda generator: tuple(torch.randn(*shape, generator=generator) for shape in shapes),
        expected=lambda inp, w, b, upstream: {
            "w.g": inp.t() @ upstream,
            "b.g": upstream.sum(0),
            "inp.g": upstream @ w.t(),
        },
        min_speedup=8,
        label="the speed of the outer product",
        caller=timed,
        plain=(kind,),
        **options,
    )


def must_build_on_module(student):
    """Require that forward and bwd are the class's own, and that everything else is Module's."""
    kind, found = student.exercise, student.probe(parts, student.exercise)
    if not isinstance(found, dict) or not {"own", "missing", "calls", "torch"} <= found.keys():
        fail("type", f"{kind} is not a class")
    text, symptom = "", None
    if found["torch"]:
        text = f"{kind} builds on torch.nn, which the last exercise opens, and not on your Module"
    elif not found["calls"]:
        text, symptom = f"{kind} does not build on Module: it inherits no __call__", "structure"
    elif found["own"]:
        text, symptom = f"{kind} has its own {found['own'][0]}, which is Module's part", "structure"
    elif found["missing"]:
        text = f"{kind} has no method {found['missing'][0]}: is it spelt so?"
    if text:
        fail("rule", text, symptom=symptom)


# ----------------------------------------------------------------------------------------------------- kinds of classes


#: Exercises and shapes whose gradients by autograd were confirmed by central differences in this process.
_confirmed: set[tuple[object, ...]] = set()


class Layer(Exercise):
    """A class that is made, called and sent back. A subclass has ``tensors``, ``expected`` and ``number``.

    Attributes:
        made_with, called_with: the names of the tensors that the class is made with, and called with.
        upstream: the name of the gradient of the output; empty for a loss, which needs none.
    """

    #: (N, n_in, n_out): no two sizes alike; then one row, one column, and a square, which hide mistakes.
    sizes = ((4, 3, 2), (4, 3, 2), (1, 3, 2), (5, 3, 1), (3, 3, 3))
    allowed = NO_AUTOGRAD
    made_with: tuple[str, ...] = ()
    called_with: tuple[str, ...] = ("inp",)
    upstream = "upstream"

    def tensors(self, n, n_in, n_out, dtype):
        """Return the tensors of one life; their names are those of the parameters of ``expected``."""
        raise NotImplementedError

    def expected(self, *tensors):
        """Return the output and the gradients by place; ``tensors`` are of float64."""
        raise NotImplementedError

    def number(self, *tensors):
        """Return the number of which the expected gradients are the gradients."""
        raise NotImplementedError

    @cached_property
    def names(self):
        """The names of the tensors of one life."""
        return tuple(super().argument_names())

    def argument_names(self):
        return [prefix + name for prefix in ("", "other_", "next_") for name in self.names]

    def calling(self, *, back=True, turns=False):
        title = f"{self.student.exercise}({', '.join(self.made_with)})({', '.join(self.called_with)})"
        if turns:
            title += " and another one in turns, then the first on the next batch"
            title += f", its parameters larger by {STEP}" if self.made_with else ""
        elif back:
            title += ", then backward()"
        return in_words(title, tuple(self.argument_names()))

    def inputs(self, n, n_in, n_out, dtype=torch.float32, back=True):
        return (*self.tensors(n, n_in, n_out, dtype), self.plan(back=back))

    def plan(self, *, back=True):
        return {
            "kind": self.student.exercise,
            "names": list(self.names),
            "made_with": list(self.made_with),
            "called_with": list(self.called_with),
            "upstream": self.upstream,
            "derived": bool(self.student.stand_ins),
            "back": back,
            "step": STEP,
        }

    def scale(self, *args):
        return 10.0 if len(args) == 1 + len(self.names) else 30.0

    def by_place(self, *args):
        *tensors, plan = args
        size = len(self.names)
        first, other, after = tensors[:size], tensors[size : 2 * size], tensors[2 * size :]
        found = self._of_one_life(first)
        if not plan["back"]:
            return {RETURN: found[RETURN]}
        if other:
            after = [one if one is not None else own + STEP for one, own in zip(after, first, strict=True)]
            for prefix, tensors in (("other_", other), ("next_", after)):
                gradients = self._of_one_life(tensors).items()
                found |= {prefix + place: value for place, value in gradients if place != RETURN}
            # The next batch replaces gradients of the first.
            found |= {f"{name}.g": found.pop(f"next_{name}.g") for name in self.made_with}
        return found

    def _of_one_life(self, tensors):
        """Return the expected values, calculated in float64, in the dtype of ``tensors``."""
        found = self.expected(*(tensor.double() for tensor in tensors))
        if tensors[0].dtype == torch.float64:
            self._confirm(tensors, found)
        return {place: value.to(tensors[0].dtype) for place, value in found.items()}

    def _confirm(self, tensors, found):
        """Calculate the gradients once more by autograd, which central differences confirm."""
        leaves = {place: tensor.clone() for place, tensor in zip(self.names, tensors, strict=True)}
        leaves = {name: leaf.requires_grad_(f"{name}.g" in found) for name, leaf in leaves.items()}
        case = type(self), *(tensor.shape for tensor in tensors)
        if case not in _confirmed:  # central differences take long, so they confirm the first tensors of each shape
            assert torch.autograd.gradcheck(self.number, tuple(leaves.values()))
            _confirmed.add(case)
        wanted = [name for name, leaf in leaves.items() if leaf.requires_grad]
        slopes = torch.autograd.grad(self.number(*leaves.values()), [leaves[name] for name in wanted])
        for name, slope in zip(wanted, slopes, strict=True):
            assert torch.allclose(found[f"{name}.g"], slope, rtol=1e-9, atol=1e-9), f"autograd disagrees about {name}.g"

    def must_be_right(self, call, *, dtype=False):
        for place, attribute in self.set_places(*call.args):
            name = f"{call.names[place]}.{attribute}"
            before, after = vars(call.args[place]).get(attribute), call.attributes[place].get(attribute)
            if before is None or call.error or (self.looked_at and name not in self.looked_at):
                continue
            if difference(after, before, subject="", relative=1e-30) is None:
                text = f"{name} after {call.subject} is what had been there before: nothing was written into it"
                fail("value", text)
        super().must_be_right(call, dtype=dtype)

    def trial_of(self, *, back):
        def make(n, n_in, n_out):
            return self.inputs(n, n_in, n_out, back=back)

        return Trial(make, self.must_be_right, self.calling(back=back))

    def cases(self):
        return [self.inputs(*sizes) for sizes in self.sizes]

    def with_old_gradients(self):
        """Return :meth:`cases` with the gradient of another batch on each tensor that gets one."""
        cases = list(self.cases())
        for args in cases:
            for place, attribute in self.set_places(*args):
                setattr(args[place], attribute, self.normal(*args[place].shape))
        return cases

    def in_turns(self):
        """Return the tensors of two objects, and of the next batch for the first one."""
        for rows in (6, 4):  # another number of rows than before, and the same
            first, other, after = (
                self.tensors(*sizes, torch.float32) for sizes in ((4, 3, 2), (2, 5, 3), (rows, 3, 2))
            )
            after = [None if name in self.made_with else one for name, one in zip(self.names, after, strict=True)]
            yield (*first, *other, *after, self.plan())

    def must_leave_gradient_above(self, call):
        """Require that ``out.g`` is still the one that the caller put there."""
        place = self.names.index(self.upstream) if self.upstream else -1
        if place < 0 or "left" not in call.attributes[place]:
            return
        left = call.attributes[place]["left"]
        if not isinstance(left, torch.Tensor) or difference(left, call.args[place], subject="", relative=1e-30):
            text = f"{call.subject} changed out.g; its caller still needs it"
            fail("mutation", text, diagnosis=changes_input("out.g"))

    def before_own(self):
        """Refuse autograd in the student's earlier classes: it would set the gradients that this class forgets."""
        if self.student.stand_ins:
            seen = len(self.student.observations)
            call = self.student.call(*self.inputs(4, 3, 2), trace=True, caller=self.calling())
            del self.student.observations[seen:]
            must_be_none(read_trace_for(self.allowed, call.trace or {}))


class ReluLayer(Layer):
    """A ReLU, plain or on Module."""

    def tensors(self, n, n_in, n_out, dtype):
        """Return inputs up to some twenty, so that a cut above shows, and none that a small step brings across 0."""
        inp = 8 * self.normal(n, n_out, dtype=dtype)
        return inp + 0.01 * inp.sign(), self.normal(n, n_out, dtype=dtype)

    def expected(self, inp, upstream):
        return {RETURN: torch.where(inp > 0, inp, 0.0), "inp.g": torch.where(inp > 0, upstream, 0.0)}

    def number(self, inp, upstream):
        return (torch.relu(inp) * upstream).sum()

    def scale(self, *args):
        return 1.0  # nothing is summed

    def cases(self):
        yield from super().cases()
        for sign in (1.0, -1.0):  # no entry is smallest because it was stopped, and however little passes
            tiny = 10.0 ** -torch.arange(2.0, 38.0, 3.0).view(4, 3)
            yield sign * (self.normal(4, 3).abs() + 0.1) * tiny, self.normal(4, 3), self.plan()
        for shape in ((4, 3), (1, 2), (3, 3)):
            inp = self.normal(*shape)
            inp.view(-1)[::2] = 0.0
            inp.view(-1)[0] = -0.0
            yield inp, self.normal(*shape), self.plan()


class LinearLayer(Layer):
    """A linear layer, whichever way it goes back."""

    made_with = ("w", "b")

    def tensors(self, n, n_in, n_out, dtype):
        return [self.normal(*shape, dtype=dtype) for shape in ((n, n_in), (n_in, n_out), (n_out,), (n, n_out))]

    def expected(self, inp, w, b, upstream):
        return {
            RETURN: inp @ w + b,
            "inp.g": torch.stack([w @ up for up in upstream]),
            "w.g": torch.stack([row[:, None] * up for row, up in zip(inp, upstream, strict=True)]).sum(0),
            "b.g": torch.stack(list(upstream)).sum(0),
        }

    def number(self, inp, w, b, upstream):
        return ((inp @ w + b) * upstream).sum()


class FasterLinear(LinearLayer):
    """A layer on Linear whose own bwd makes no tensor of all the outer products."""

    test_gradients = gradients("the gradients are those of Linear", "inp.g", "w.g", "b.g", points=0.4, gate=True)
    test_by_hand = by_hand("no autograd", points=0.1, gate=True)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.2)
    test_turns = in_turns("two layers side by side, and a second batch", points=0.1)
    test_growth = scales_as(
        "no loop",
        Growth(n=0, k=0, m=0),
        (4, 3, 5),
        "one operation sums over the whole batch, however many rows, inputs and outputs there are",
        points=0.1,
    )

    @check("no tensor for all the outer products at once", points=0.3)
    @tried_on_either
    def test_memory(self):
        n, n_in, n_out = 80, 30, 20
        call = self.student.traced(self.trial, n, n_in, n_out)
        entries = [entry for level in ("function", "dispatch") for entry in (call.trace or {}).get(level, [])]
        largest = max((entry[2] for entry in entries if type(entry[2]) is int), default=0)
        if largest > 2 * n * n_in:
            text = (
                f"backward() makes a tensor of {largest:,} numbers for a batch of {n} rows, {n_in} inputs and {n_out} "
                f"outputs; w.g has {n_in * n_out}"
            )
            fail("growth", text, symptom="memory")

    @check("20,000 rows, where the outer products would need 3.1 GB", points=0.3)
    @tried_on_either
    def test_large(self):
        """From factors that make sums easy: w.g[i, j] = columns[i] · column_gradients[j] · Σ rows · row_gradients."""
        rows, columns = self.normal(ROWS).sign(), self.normal(784)
        row_gradients, column_gradients = self.normal(ROWS).abs(), self.normal(50)
        seen = len(self.student.observations)
        tensors = rows, columns, row_gradients, column_gradients
        call = self.student.call(*tensors, self.student.exercise, caller=large_batch)
        del self.student.observations[seen:]  # no known mistake is tried at this size in the judge
        total = (rows.double() * row_gradients.double()).sum()
        expected = (total * columns.double()[:, None] * column_gradients.double()).float()
        try:
            call.must_return(expected, scale=float(row_gradients.sum()))
        except CheckFailed as failed:
            found = failed.finding
            raise CheckFailed(Finding(found.stage, found.text, found.detail, symptom="memory")) from None


class Loss(Layer):
    """The mean squared error, plain or on Module."""

    called_with = ("inp", "targ")
    upstream = ""

    def tensors(self, n, n_in, n_out, dtype):
        return self.normal(n, 1, dtype=dtype), self.normal(n, dtype=dtype)

    def expected(self, inp, targ):
        gaps = inp.reshape(-1) - targ
        return {RETURN: (gaps * gaps).sum() / len(targ), "inp.g": (2 / len(targ) * gaps).reshape(-1, 1)}

    def number(self, inp, targ):
        return ((inp.reshape(-1) - targ) ** 2).mean()


def network(x, w1, b1, w2, b2, targ):
    """Return the loss and the gradients of a network of two linear layers: the chain rule, written out."""
    first = x @ w1 + b1
    hidden = torch.where(first > 0, first, 0.0)
    gaps = (hidden @ w2 + b2).reshape(-1) - targ
    of_out = 2 / len(targ) * gaps.reshape(-1, 1)
    of_first = torch.where(first > 0, of_out @ w2.t(), 0.0)
    return {
        RETURN: (gaps * gaps).sum() / len(targ),
        "x.g": of_first @ w1.t(),
        "w1.g": x.t() @ of_first,
        "b1.g": of_first.sum(0),
        "w2.g": hidden.t() @ of_out,
        "b2.g": of_out.sum(0),
    }


class WholeNetwork(Layer):
    """Two linear layers, a ReLU between them, and the loss."""

    made_with = ("w1", "b1", "w2", "b2")
    called_with = ("x", "targ")
    upstream = ""

    test_output = output("called on a batch and its targets, it gives the loss", points=0.3, gate=True)
    test_by_hand = by_hand("no autograd", points=0.2, gate=True)
    test_last = gradients("w2.g and b2.g: the gradients of the last layer", "w2.g", "b2.g", points=0.3)
    test_first = gradients("w1.g and b1.g: the gradients of the first layer", "w1.g", "b1.g", points=0.3)
    test_input = gradients("x.g: back to the very input", "x.g", points=0.2)
    test_tensors = any_tensors("float64, views of other tensors, and nothing else is changed", points=0.4)
    test_turns = in_turns("two networks side by side, and a second batch", points=0.3)

    def tensors(self, n, n_in, n_out, dtype):
        """Return tensors for which some units of every hidden layer live, and a small step switches none."""
        while True:
            shapes = (n, n_in), (n_in, n_out), (n_out,), (n_out, 1), (1,), (n,)
            x, w1, b1, w2, b2, targ = (self.normal(*shape, dtype=dtype) for shape in shapes)
            b1 = b1.abs() + 0.5
            if float((x @ w1 + b1).abs().min()) > 1e-3:
                return x, w1, b1, w2, b2, targ

    def expected(self, x, w1, b1, w2, b2, targ):
        return network(x, w1, b1, w2, b2, targ)

    def number(self, x, w1, b1, w2, b2, targ):
        return ((torch.relu(x @ w1 + b1) @ w2 + b2).reshape(-1) - targ).pow(2).mean()
