"""Right versions of the classes that other classes of 05_modules build on.

``Module`` prepares the way back during the call; the exercise asks for another way. Gradients come from autograd, so
that no line of a solution travels into the student's process.
"""

import torch

from foundations.grading.stand_ins import stand_ins


@stand_ins("Model", above=["Lin", "Relu", "Mse"])
@stand_ins("ReLU", "Linear", "MSE", above=["Module"])
@stand_ins("Network", above=["Module", "Linear", "ReLU", "MSE"])
@stand_ins("LinearEinsum", "LinearMatmul", above=["Module", "Linear"])
def classes(names, exercise, blank):
    """Return the classes above ``exercise``. Blank layers set gradients of 0, without autograd."""
    from operator import methodcaller

    from foundations.worker.stand_ins import Misuse, Notes, gradient_of, promise, transparent
    from foundations.worker.tracing import uncounted

    turns, lives, parameters = Notes(), Notes(), Notes()

    class Module:
        @transparent
        def __call__(self, *args):
            promise(self, args=args)
            out = methodcaller("forward", *args)(self)
            promise(self, out=out)
            turns[self] = methodcaller("bwd", out, *args)
            return out

        def forward(self, *args):
            raise NotImplementedError("forward")

        @transparent
        def backward(self):
            if turns.get(self) is None:
                raise AttributeError("backward() was called before the layer itself was called")
            turns.get(self)(self)

    def own_parameters(layer, formula):
        return parameters.get(layer) or [getattr(layer, name) for name in formula.parameters]

    def layer(formula, without=()):
        """A layer that computes ``formula``; ``without``: places among inp, w and b whose gradients stay 0."""

        def live(self, inp, rest):
            """Return the output, and what the way back needs."""
            held = (inp, *own_parameters(self, formula))
            leaves = held if blank else [one.detach().clone().requires_grad_() for one in held]
            with torch.set_grad_enabled(not blank):
                computed = formula(*leaves, *rest)
            out = computed if blank else computed.detach().clone()
            return out, (held, leaves, computed)

        def send_back(out, held, leaves, computed):
            if blank:
                slopes = [torch.zeros_like(one) for one in held]
            else:
                upstream = gradient_of(out=out) if out.dim() else None  # the .g of a loss is not set
                slopes = torch.autograd.grad(computed, leaves, upstream)
            for place, (one, slope) in enumerate(zip(held, slopes, strict=True)):
                one.g = torch.zeros_like(one) if place in without else slope

        class Layer:
            def __call__(self, inp, *rest):
                out, kept = live(self, inp, rest)
                lives[self] = out, *kept
                promise(self, inp=inp, args=(inp, *rest), out=out)
                return out

            def forward(self, inp, *rest):
                return formula(inp, *own_parameters(self, formula), *rest)

            def backward(self):
                if lives.get(self) is None:
                    raise Misuse(AttributeError("the layer itself had not been called"))
                send_back(*lives.get(self))

            def bwd(self, out, inp, *rest):
                send_back(out, *live(self, inp, rest)[1])

        return Layer

    def with_parameters(made):
        def __init__(self, w, b):
            parameters[self] = w, b
            promise(self, w=w, b=b)

        made.__init__ = __init__
        return made

    def linear(inp, w, b):
        return torch.addmm(b, inp, w)

    def rectified(inp):
        return inp.relu()

    def squared_error(inp, targ):
        return torch.nn.functional.mse_loss(inp.flatten(), targ)

    linear.parameters, rectified.parameters, squared_error.parameters = ("w", "b"), (), ()
    if exercise in {"LinearEinsum", "LinearMatmul"}:
        # The gradient of w is the exercise.
        base = with_parameters(layer(linear, without=[1]))
        base.__call__, base.backward = Module.__call__, Module.backward
        go_back = base.bwd

        @transparent
        def bwd(self, out, inp):
            # An answer that leaves work to Linear has the cost of Linear's outer products.
            if not blank:
                if inp.numel() * out.shape[-1] > 400_000_000:
                    raise MemoryError("the outer products of Linear need more than 1.6 GB")
                torch.ones(*inp.shape, out.shape[-1])
            try:
                with uncounted():
                    go_back(self, out, inp)
            except Misuse as misuse:
                raise misuse.error from None

        base.bwd = bwd
        return {"Module": Module, "Linear": base}
    lin, relu, mse = with_parameters(layer(linear)), layer(rectified), layer(squared_error)
    if exercise == "Model":
        return {"Lin": lin, "Relu": relu, "Mse": mse}
    return {"Module": Module} | ({"Linear": lin, "ReLU": relu, "MSE": mse} if exercise == "Network" else {})
