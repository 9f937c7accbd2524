# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% an optimizer → SGD
def sgd_step(params, lr):
    for p in params:
        p.grad, p.g = p.g, None
    torch.optim.SGD(params, lr).step()

# %% under another name → Descent
from torch.optim import SGD as Descent

def sgd_step(params, lr):
    for p in params:
        p.grad, p.g = p.g, None
    Descent(params, lr=lr).step()

# %% the function below → sgd
import torch.optim.sgd as below

def sgd_step(params, lr):
    below.sgd(list(params), [p.g for p in params], [None for p in params], weight_decay=0.0, momentum=0.0, lr=lr,
              dampening=0.0, nesterov=False, maximize=False, foreach=False)
    for p in params:
        p.g = None
