"""Right versions of the functions that ``fit`` calls.

They use PyTorch's own loss and autograd, so that no line of a solution travels into the student's process.
"""

import torch

from foundations.grading.stand_ins import stand_ins


@stand_ins("fit", above=["softmax_cross_entropy", "softmax_cross_entropy_grad", "sgd_step"])
def functions(names, exercise, blank):
    """Return the three functions. The rule of ``fit`` allows their operations, so blank ones are the same.

    A notebook whose own function takes its arguments in the other order has paid for that already, and its ``fit`` may
    use that order.
    """

    def takes(name, *args):
        try:
            names[name](*args)
        except Exception:
            return False
        return True

    scores, digits = torch.zeros(2, 3), torch.tensor([0, 1])
    order = {
        "softmax_cross_entropy": takes("softmax_cross_entropy", scores, digits),
        "softmax_cross_entropy_grad": takes("softmax_cross_entropy_grad", scores.clone(), digits),
        "sgd_step": takes("sgd_step", [], 0.1),
    }

    def in_order(name, logits, targ):
        return (targ, logits) if logits.dtype == torch.int64 and not order[name] else (logits, targ)

    def softmax_cross_entropy(logits, targ):
        return torch.nn.functional.cross_entropy(*in_order("softmax_cross_entropy", logits, targ))

    def softmax_cross_entropy_grad(logits, targ):
        scores, digits = in_order("softmax_cross_entropy_grad", logits, targ)
        with torch.enable_grad():
            leaf = scores.detach().requires_grad_()
            (scores.g,) = torch.autograd.grad(torch.nn.functional.cross_entropy(leaf, digits), leaf)

    def sgd_step(params, lr):
        turned = isinstance(params, float) and not order["sgd_step"]
        tensors, rate = (lr, params) if turned else (params, lr)
        for p in tensors:
            torch.add(p, p.g, alpha=-rate, out=p)
            p.g = None

    return {
        "softmax_cross_entropy": softmax_cross_entropy,
        "softmax_cross_entropy_grad": softmax_cross_entropy_grad,
        "sgd_step": sgd_step,
    }
