# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% sheets with None, turned → linear_turns_the_sheets
class Linear(Module):
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        return x @ self.weight + self.bias

    def bwd(self, y, x):
        x.g = y.g @ self.weight.t()
        self.weight.g = (y.g[:, :, None] * x[:, None, :]).sum(0)
        self.bias.g = y.g.sum(0)
