# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% named layers, and the loss is not asked → model_forgets_to_ask_the_loss
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.a, self.b, self.c, self.end = Lin(w1, b1), Relu(), Lin(w2, b2), Mse()

    def __call__(self, x, targ):
        return self.end(self.c(self.b(self.a(x))), targ)

    def backward(self):
        self.c.backward()
        self.b.backward()
        self.a.backward()

# %% the loss under its own name → model_overwrites_its_loss
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.steps = Lin(w1, b1), Relu(), Lin(w2, b2)
        self.cost = Mse()

    def __call__(self, x, targ):
        for step in self.steps:
            x = step(x)
        self.cost = self.cost(x, targ)
        return self.cost

    def backward(self):
        self.cost.backward()
        for step in self.steps[::-1]:
            step.backward()
