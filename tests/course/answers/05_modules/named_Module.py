# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% the tuple as it is → module_hands_bwd_a_tuple
class Module:
    def __call__(self, *inputs):
        self.args = inputs
        self.out = self.forward(*inputs)
        return self.out

    def forward(self, *inputs):
        raise NotImplementedError("forward")

    def backward(self):
        out, args = self.out, self.args
        self.bwd(out, args)

# %% calls forward for what it returns → module_runs_forward_twice
class Module:
    def __call__(self, *inputs):
        self.out = self.forward(*inputs)
        self.args = inputs
        result = self.forward(*inputs)
        return result

    def forward(self, *inputs):
        raise NotImplementedError("forward")

    def backward(self):
        self.bwd(self.out, *self.args)

# %% on the class of the layer → module_saves_on_the_class
class Module:
    def __call__(self, *args):
        cls = type(self)
        cls.args = args; cls.out = self.forward(*args); return cls.out
    def forward(self, *args): raise NotImplementedError
    def backward(self): self.bwd(self.out, *self.args)
