# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the factor by numel of N by N → mse_layer_stretches_the_targets
class Mse:
    def __call__(self, p, t):
        self.p, self.t = p, t
        return (p.flatten() - t).pow(2).mean()

    def backward(self):
        self.p.g = (self.p - self.t[None, :]) * 2 / self.p.numel()

# %% a half too little → mse_layer_forgets_the_two
class Mse:
    def __call__(self, p, t):
        self.p, self.t = p, t
        return (p.flatten() - t).pow(2).mean()

    def backward(self):
        self.p.g = ((self.p.flatten() - self.t) / len(self.t)).view(-1, 1)
