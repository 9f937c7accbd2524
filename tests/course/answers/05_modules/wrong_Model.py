# Wrong answers that look right. "zero": nothing is earned; "loses": some of it is right, and not all.
# ruff: noqa
# fmt: off

# %% the second layer twice → zero
class Model:
    def __init__(self, w1, b1, w2, b2):
        first = Lin(w1, b1)
        self.layers = [first, Relu(), Lin(w2, b2), Relu()]
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% an iterator that is used up → loses
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.backwards = reversed(self.layers)
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in self.backwards: l.backward()

# %% layers on the class → loses
class Model:
    def __init__(self, w1, b1, w2, b2):
        Model.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        Model.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% layers that pile up → zero
piled = []

class Model:
    def __init__(self, w1, b1, w2, b2):
        piled.extend([Lin(w1, b1), Relu(), Lin(w2, b2)])
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in piled: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(piled): l.backward()

# %% only the last layer learns → loses
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        self.layers[-1].backward()

# %% works on copies of the weights → loses
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1.clone(), b1.clone()), Relu(), Lin(w2.clone(), b2.clone())]
        self.loss = Mse()

    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()

# %% reversed once and for all → loses
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1, b1), Relu(), Lin(w2, b2)]; self.loss = Mse()
        self.back = reversed(self.layers)
    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)
    def backward(self):
        self.loss.backward()
        for l in self.back: l.backward()

# %% weights turned as nn.Linear keeps them → zero
class Model:
    def __init__(self, w1, b1, w2, b2):
        self.layers = [Lin(w1.t(), b1), Relu(), Lin(w2.t(), b2)]; self.loss = Mse()
    def __call__(self, x, targ):
        for l in self.layers: x = l(x)
        return self.loss(x, targ)
    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers): l.backward()
