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
