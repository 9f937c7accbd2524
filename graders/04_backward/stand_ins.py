"""Right versions of the pieces that ``forward_and_backward`` is built from.

They use autograd, so that no formula of an exercise travels into the student's process.
"""

import torch

from foundations.grading.stand_ins import stand_ins


@stand_ins("forward_and_backward", above=["mse_grad", "relu_grad", "lin_grad"])
def pieces(names, exercise, blank):
    """Return the three pieces; blank ones only see to it that every tensor has some gradient."""
    from foundations.worker.stand_ins import gradient_of

    def by_autograd(result, tensors, upstream):
        with torch.enable_grad():
            twins = [tensor.detach().clone().requires_grad_() for tensor in tensors]
            result(*twins).backward(upstream)
        for tensor, twin in zip(tensors, twins, strict=True):
            tensor.g = twin.grad

    def mse_grad(inp, targ):
        by_autograd(lambda z: torch.nn.functional.mse_loss(z.flatten(), targ), [inp], None)

    def relu_grad(inp, out):
        by_autograd(torch.nn.functional.relu, [inp], gradient_of(out=out))

    def lin_grad(inp, out, w, b):
        by_autograd(lambda x, v, c: torch.addmm(c, x, v), [inp, w, b], gradient_of(out=out))

    def nothing(*tensors, **named):
        for tensor in (*tensors, *named.values()):
            if not hasattr(tensor, "g"):
                tensor.g = torch.zeros_like(tensor)

    if blank:
        return {"mse_grad": nothing, "relu_grad": nothing, "lin_grad": nothing}
    return {"mse_grad": mse_grad, "relu_grad": relu_grad, "lin_grad": lin_grad}
