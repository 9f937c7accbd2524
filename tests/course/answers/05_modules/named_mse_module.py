# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% as if it were the last of a chain → mse_on_module_waits_for_a_gradient
class MSE(Module):
    def forward(self, p, t):
        return (p.flatten() - t).pow(2).mean()

    def bwd(self, loss, p, t):
        p.g = loss.g * 2 * (p - t[:, None]) / len(t)
