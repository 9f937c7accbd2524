# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% an addition that stops at 0
def relu(x):
    return torch.ops.aten._add_relu(x, torch.zeros_like(x))

# %% a slope of 0
def relu(x):
    return torch.ops.aten._prelu_kernel(x, torch.zeros(1, dtype=x.dtype)).reshape(x.shape)

# %% the way back through a threshold
def relu(x):
    return torch.ops.aten.threshold_backward(x, x, 0)

# %% a product with an activation
def relu(x):
    one = torch.ones(1, 1, dtype=x.dtype)
    return torch.ops.aten._addmm_activation(one[0] * 0, x.reshape(-1, 1), one).reshape(x.shape)

# %% an operator in a namespace of its own
lib = torch.library.Library("mine", "DEF")
lib.define("f(Tensor x) -> Tensor")
lib.impl("f", lambda x: x.relu(), "CompositeExplicitAutograd")

# %+
def relu(x):
    return torch.ops.mine.f(x)

# %% a worker, and one number that is read in sight
from concurrent.futures import ThreadPoolExecutor
pool, box = ThreadPoolExecutor(1), [torch.relu]

# %+
def relu(x):
    x.sum().item()
    return torch.tensor(pool.submit(lambda: box[0](x).tolist()).result(), dtype=x.dtype)
