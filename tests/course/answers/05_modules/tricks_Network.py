# Ways around the rule; after the arrow what the message names.
# ruff: noqa
# fmt: off

# %% autograd in one go → requires_grad_
class Network(Module):
    def __init__(self, *params): self.params = params

    def forward(self, x, targ):
        return mse(relu(x @ self.params[0] + self.params[1]) @ self.params[2] + self.params[3], targ)

    def bwd(self, out, x, targ):
        held = x, *self.params
        a, w1, b1, w2, b2 = leaves = [t.detach().clone().requires_grad_() for t in held]
        mse(relu(a @ w1 + b1) @ w2 + b2, targ).backward()
        for t, leaf in zip(held, leaves):
            t.g = leaf.grad
