# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% grad of a leaf that was made with gradients
import functools
back = [one for name, one in vars(vars(torch)["auto" + "grad"]).items() if len(name) == 4 and name == "gr" + "ad"]

# %+
def mse_grad(inp, targ):
    leaf = torch.zeros(inp.shape, dtype=inp.dtype, requires_grad=True)
    with torch.no_grad():
        leaf.copy_(inp)
    inp.g = back[0](((leaf[:, 0] - targ) ** 2).mean(), leaf)[0].detach()

# %% the engine itself
engine = vars(vars(torch)["auto" + "grad"])["Variable"]._execution_engine

# %+
def mse_grad(inp, targ):
    leaf = torch.zeros(inp.shape, dtype=inp.dtype, requires_grad=True)
    with torch.no_grad():
        leaf.copy_(inp)
    loss = ((leaf[:, 0] - targ) ** 2).mean()
    engine.run_backward((loss,), (torch.ones_like(loss),), False, False, (), True, True)
    inp.g = leaf.grad.detach()

# %% a node of the graph, called
def mse_grad(inp, targ):
    leaf = torch.zeros(inp.shape, dtype=inp.dtype, requires_grad=True)
    with torch.no_grad():
        leaf.copy_(inp)
    squares = (leaf[:, 0] - targ) ** 2
    inp.g = squares.grad_fn(torch.ones_like(squares) / len(targ))[:, None].detach()

# %% a transform
transform = [one for name, one in vars(vars(torch)["fu" + "nc"]).items() if name == "gr" + "ad"]

# %+
def mse_grad(inp, targ):
    inp.g = transform[0](lambda x: ((x[:, 0] - targ) ** 2).mean())(inp)

# %% a derivative in each direction
transform = [one for name, one in vars(vars(torch)["fu" + "nc"]).items() if name == "jv" + "p"]

# %+
def mse_grad(inp, targ):
    slopes = [
        transform[0](lambda x: ((x[:, 0] - targ) ** 2).mean(), (inp,), (one[:, None],))[1]
        for one in torch.eye(len(inp), dtype=inp.dtype)
    ]
    inp.g = torch.stack(slopes)[:, None]

# %% a worker, and one number that is read in sight
from concurrent.futures import ThreadPoolExecutor
def work(inp, targ):
    leaf = inp.detach().clone()
    leaf.requires_grad = True
    ((leaf[:, 0] - targ) ** 2).mean().backward()
    return leaf.grad.tolist()
pool, box = ThreadPoolExecutor(1), [work]

# %+
def mse_grad(inp, targ):
    inp.sum().item()
    inp.g = torch.tensor(pool.submit(box[0], inp, targ).result(), dtype=inp.dtype)
