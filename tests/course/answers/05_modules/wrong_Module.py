# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% detaches what it is given → loses
class Module:
    def __call__(self, *args):
        self.args = tuple(a.detach() for a in args)
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args): raise NotImplementedError
    def backward(self): self.bwd(self.out, *self.args)

# %% two arguments at most → zero
class Module:
    def __call__(self, a, b=None):
        self.args = (a,) if b is None else (a, b)
        self.out = self.forward(*self.args)
        return self.out

    def forward(self, *args): raise NotImplementedError
    def backward(self): self.bwd(self.out, *self.args)

# %% the arguments pile up → loses
class Module:
    def __call__(self, *args):
        self.args = getattr(self, "args", ()) + args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args): raise NotImplementedError
    def backward(self): self.bwd(self.out, *self.args)

# %% goes back at once → loses
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        self.out.g = torch.ones_like(self.out)
        return self.out

    def forward(self, *args): raise NotImplementedError

    def backward(self):
        self.out.g = torch.ones_like(self.out)
        self.bwd(self.out, *self.args)

# %% other names than were asked for → loses
class Module:
    def __call__(self, *args):
        self.inputs = args
        self.result = self.forward(*args)
        return self.result

    def forward(self, *args): raise NotImplementedError
    def backward(self): self.bwd(self.result, *self.inputs)

# %% an exception of another kind → loses
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args): raise ValueError("write forward")
    def backward(self): self.bwd(self.out, *self.args)

# %% empties the gradient it has used → loses
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def forward(self, *args): raise NotImplementedError

    def backward(self):
        self.bwd(self.out, *self.args)
        self.out.g.zero_()

# %% no forward of its own → loses
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out

    def backward(self): self.bwd(self.out, *self.args)

# %% forward once more on the way back → loses
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        return self.out
    def forward(self, *args): raise NotImplementedError
    def backward(self):
        g = self.out.g
        self.out = self.forward(*self.args)
        self.out.g = g
        self.bwd(self.out, *self.args)

# %% autograd behind, and bwd as well → zero
class Module:
    def __call__(self, *args):
        self.args = args
        self.out = self.forward(*args)
        self.twins = [t.detach().clone() for t in args]
        for t in self.twins: t.requires_grad = True
        self.y = self.forward(*self.twins)
        return self.out
    def forward(self, *args): raise NotImplementedError
    def backward(self):
        if self.y.grad_fn is not None and hasattr(self.out, "g"):
            self.y.backward(self.out.g)
            for t, twin in zip(self.args, self.twins): t.g = twin.grad
        self.bwd(self.out, *self.args)

# %% reuses the same call → loses
class Module:
    args = ()

    def __call__(self, *args):
        same = len(args) == len(self.args) and all(a is b for a, b in zip(args, self.args))
        if not (same and hasattr(self, "out")):
            self.args = args
            self.out = self.forward(*args)
        return self.out

    def forward(self, *args):
        raise NotImplementedError()

    def backward(self):
        self.bwd(self.out, *self.args)
