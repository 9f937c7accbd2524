# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% forwards → relu_on_module_misspells_forward
class ReLU(Module):
    def forwards(self, x):
        return torch.relu(x)

    def bwd(self, y, x):
        x.g = y.g * (x > 0)

# %% its own backward → relu_on_module_does_it_all_itself
class ReLU(Module):
    def forward(self, x):
        return torch.relu(x)

    def backward(self):
        x, = self.args
        x.g = self.out.g * (x > 0)

# %% input before output → relu_on_module_swaps_out_and_inp
class ReLU(Module):
    def forward(self, inp): return relu(inp)
    def bwd(self, inp, out): inp.g = (inp > 0) * out.g
