# Mistakes as they come: in other words than the bank's, or with something else wrong; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a new list → hangs_the_name_on_a_new_tensor
def sgd_step(params, lr):
    params = [p - lr * p.g for p in params]

# %% uphill by add_ → climbs_uphill
def sgd_step(params, lr):
    for p in params:
        p.add_(p.g, alpha=lr)
        p.g = None

# %% zeros in place of nothing → fills_the_gradient_with_zeros
def sgd_step(params, lr):
    for p in params:
        p.sub_(lr * p.g)
        p.g.zero_()

# %% no rate → the_rate_is_left_out
def sgd_step(params, lr):
    for p in params:
        p.sub_(p.g)
        p.g = None

# %% only half a step → factor
def sgd_step(params, lr):
    for p in params:
        p -= 0.5 * lr * p.g
        p.g = None

# %% neighbours by zip → returns_after_the_first
def sgd_step(params, lr):
    for p, q in zip(params, params[1:]):
        p -= lr * p.g
        p.g = None
