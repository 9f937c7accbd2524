# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% a mean over the rows by hand → lin_layer_averages_the_bias_gradient
class Lin:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x):
        self.x = x
        self.y = x @ self.weight + self.bias
        return self.y

    def backward(self):
        self.x.g = self.y.g @ self.weight.t()
        self.weight.g = self.x.t() @ self.y.g
        self.bias.g = self.y.g.sum(0) / len(self.y.g)

# %% by einsum, on its side → lin_layer_weight_gradient_lies_on_its_side
class Lin:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x):
        self.x = x
        self.y = x @ self.weight + self.bias
        return self.y

    def backward(self):
        self.x.g = self.y.g @ self.weight.t()
        self.weight.g = torch.einsum("bi,bj->ji", self.x, self.y.g)
        self.bias.g = self.y.g.sum(0)

# %% += on what is there, or begins → lin_layer_adds_up_over_batches
class Lin:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x):
        self.x = x
        self.y = x @ self.weight + self.bias
        return self.y

    def backward(self):
        self.x.g = self.y.g @ self.weight.t()
        for p, g in ((self.weight, self.x.t() @ self.y.g), (self.bias, self.y.g.sum(0))):
            p.g = p.g + g if hasattr(p, "g") else g
