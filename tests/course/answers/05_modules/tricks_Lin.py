# Ways around the rule; after the arrow what the message names.
# ruff: noqa
# fmt: off

# %% autograd on the way back → requires_grad_
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.held = inp, self.w, self.b
        self.leaves = [t.detach().clone().requires_grad_() for t in self.held]
        self.made = self.leaves[0] @ self.leaves[1] + self.leaves[2]
        self.out = self.made.detach().clone()
        return self.out

    def backward(self):
        for t, g in zip(self.held, torch.autograd.grad(self.made, self.leaves, self.out.g)):
            t.g = g

# %% autograd, by an attribute and a method that everybody has → backward
class Lin:
    def __init__(self, w, b): self.w, self.b = w, b

    def __call__(self, inp):
        self.held = inp, self.w, self.b
        self.leaves = [t.detach().clone() for t in self.held]
        for leaf in self.leaves:
            leaf.requires_grad = True
        self.made = self.leaves[0] @ self.leaves[1] + self.leaves[2]
        self.out = self.made.detach().clone()
        return self.out

    def backward(self):
        self.made.backward(self.out.g)
        for t, leaf in zip(self.held, self.leaves):
            t.g = leaf.grad
