# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% the formula
import math
def gain(a): return math.sqrt(2 / (1 + a**2))

# %% a power of a half
def gain(slope):
    return (2.0 / (1.0 + slope * slope)) ** 0.5

# %% a product instead of a square
import math
def gain(a):
    below = 1 + a * a
    return math.sqrt(2) / math.sqrt(below)

# %% a tensor of float64, made a number
def gain(a):
    return torch.sqrt(torch.tensor(2 / (1 + a * a), dtype=torch.float64)).item()

# %% math.hypot
import math
def gain(a):
    return math.sqrt(2) / math.hypot(1, a)

# %% through a logarithm
from math import exp, log
def gain(a):
    return exp((log(2) - log(1 + a ** 2)) / 2)

# %% pow
def gain(a):
    kept = (1 + pow(a, 2)) / 2
    return pow(kept, -0.5)

# %% Newton's steps
def gain(a):
    target, guess = 2 / (1 + a ** 2), 1.0
    for _ in range(60):
        guess = 0.5 * (guess + target / guess)
    return guess

# %% by angles
def gain(a): return math.sqrt(2) * math.cos(math.atan(a))

# %% a number of numpy's
import numpy as np
def gain(a): return np.sqrt(2 / (1 + a * a))

# %% cmath
import cmath
def gain(a): return cmath.sqrt(2 / (1 + a * a)).real

# %% Decimal
from decimal import Decimal
def gain(a): return float((Decimal(2) / (1 + Decimal(a) ** 2)).sqrt())
