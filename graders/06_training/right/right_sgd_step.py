# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% -= and None
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g
        p.g = None

# %% sub_
def sgd_step(parameters, learning_rate):
    for t in parameters:
        t.sub_(t.g, alpha=learning_rate)
        t.g = None

# %% add_, and a loop of its own for the clearing
def sgd_step(params, lr):
    for p in params:
        p.add_(-lr * p.g)
    for p in params:
        p.g = None

# %% by slices
def sgd_step(params, lr):
    for i in range(len(params)):
        params[i][...] = params[i] - lr * params[i].g
        params[i].g = None

# %% copy_
def sgd_step(ps, eta):
    for p in ps:
        p.copy_(p - eta * p.g)
        setattr(p, "g", None)

# %% through .data, under no_grad
def sgd_step(params, lr):
    with torch.no_grad():
        for p in params:
            p.data -= lr * p.g
            p.g = None

# %% the attribute is deleted
def sgd_step(params, lr):
    for p in params:
        p.sub_(lr * p.g)
        del p.g

# %% a helper for one, and it returns the list
# %+
def update(p, lr):
    gradient, p.g = p.g, None
    p -= gradient.mul(lr)
# %+
def sgd_step(params, lr):
    [update(p, lr) for p in params]
    return params

# %% addcmul_ of whole tensors
def sgd_step(params, lr):
    for p in params:
        p.addcmul_(p.g, torch.full_like(p, lr), value=-1)
        p.g = None

# %% all at once
def sgd_step(params, lr):
    torch._foreach_add_(list(params), [p.g for p in params], alpha=-lr)
    for p in params:
        p.g = None

# %% the operator as a function
import operator
def sgd_step(params, lr):
    for p in params:
        operator.isub(p, operator.mul(lr, p.g))
        del p.g

# %% an optimizer of one's own
class SGD:
    def __init__(self, params, lr): self.params, self.lr = list(params), lr
    def step(self):
        with torch.no_grad():
            for p in self.params: p -= p.g * self.lr
    def zero_grad(self):
        for p in self.params: p.g = None
# %+
def sgd_step(params, lr):
    opt = SGD(params, lr)
    opt.step()
    opt.zero_grad()

# %% the gradient is scaled before it goes
def sgd_step(params, lr):
    for p in params:
        p.g *= lr
        p -= p.g
        p.g = None
