# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% compares what came out of the call with nothing at all → relu_layer_sends_the_value_back
class Relu:
    def __call__(self, x):
        self.x = x
        self.y = torch.relu(x)
        return self.y

    def backward(self):
        self.x.g = torch.where(self.x > 0, self.y, torch.zeros_like(self.y))

# %% one underscore, and other names → relu_layer_with_single_underscores
class Relu:
    def _call_(self, x):
        self.x = x
        self.y = torch.relu(x)
        return self.y

    def backward(self):
        self.x.g = (self.x > 0) * self.y.g

# %% greater or equal by its negation → relu_layer_is_open_at_zero
class Relu:
    def __call__(self, x):
        self.x = x
        self.y = torch.relu(x)
        return self.y

    def backward(self):
        self.x.g = self.y.g.masked_fill(self.x < 0, 0.0)

# %% the gradient with a sign → negated
class Relu:
    def __call__(self, x):
        self.x, self.y = x, torch.relu(x)
        return self.y

    def backward(self):
        self.x.g = -(self.x > 0).to(self.x.dtype) * self.y.g

# %% every Relu is one and the same → relu_layer_shares_its_memory
class Relu:
    _one = None
    def __new__(cls):
        cls._one = cls._one or super().__new__(cls)
        return cls._one
    def __call__(self, inp):
        self.inp = inp; self.out = relu(inp); return self.out
    def backward(self):
        self.inp.g = (self.inp > 0) * self.out.g
