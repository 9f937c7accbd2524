# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% softmax of a tensor → softmax
def softmax_cross_entropy_grad(logits, targ):
    logits.g = (logits.softmax(1) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% exp of log_softmax → log_softmax
def softmax_cross_entropy_grad(logits, targ):
    logits.g = (torch.log_softmax(logits, 1).exp() - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% autograd of a loss of one's own → requires_grad_
def softmax_cross_entropy_grad(logits, targ):
    z = logits.detach().clone().requires_grad_()
    top = z.detach().max(1, keepdim=True).values
    (((z - top).exp().sum(1).log() + top[:, 0]) - z[torch.arange(len(targ)), targ]).mean().backward()
    logits.g = z.grad

# %% torch.func → grad
from torch.func import grad

def loss(z, t):
    z = z - z.max(1, keepdim=True).values
    return (z.exp().sum(1).log() - z[torch.arange(len(t)), t]).mean()

def softmax_cross_entropy_grad(logits, targ):
    logits.g = grad(loss)(logits, targ)

# %% a layer kept outside → Softmax
share = torch.nn.Softmax(dim=1)

def softmax_cross_entropy_grad(logits, targ):
    logits.g = (share(logits) - torch.eye(logits.shape[1], dtype=logits.dtype)[targ]) / len(targ)

# %% one_hot of the library → one_hot
def softmax_cross_entropy_grad(logits, targ):
    e = (logits - logits.max(1, keepdim=True).values).exp()
    hot = torch.nn.functional.one_hot(targ, logits.shape[1])
    logits.g = (e / e.sum(1, keepdim=True) - hot) / len(targ)

# %% the kernel below autograd → _log_softmax_backward_data
def softmax_cross_entropy_grad(logits, targ):
    m = logits.max(1, keepdim=True).values
    lp = logits - m - (logits - m).exp().sum(1, keepdim=True).log()
    hot = -torch.eye(logits.shape[1], dtype=logits.dtype)[targ] / len(targ)
    logits.g = torch.ops.aten._log_softmax_backward_data(hot, lp, 1, logits.dtype)
