# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% layers by name, forward of each → network_goes_around_the_call
class Network(Module):
    def __init__(self, w1, b1, w2, b2):
        self.a, self.b, self.c, self.d = Linear(w1, b1), ReLU(), Linear(w2, b2), MSE()

    def forward(self, x, targ):
        return self.d.forward(self.c.forward(self.b.forward(self.a.forward(x))), targ)

    def bwd(self, out, x, targ):
        for one in (self.d, self.c, self.b, self.a):
            one.backward()
