# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% the absolute slope → zero
import math
def gain(a):
    return math.sqrt(2 / (1 + abs(a)))

# %% the cube → zero
import math
def gain(a):
    return math.sqrt(2 / (1 + abs(a) ** 3))

# %% rounded → zero
import math
def gain(a):
    return round(math.sqrt(2 / (1 + a * a)), 2)

# %% a table → zero
def gain(a):
    return {0.0: 2 ** 0.5, 1.0: 1.0, -1.0: 1.0, 0.01: 1.4141428569978354}.get(a, 3 ** -0.5)

# %% text → zero
import math
def gain(a):
    return str(math.sqrt(2 / (1 + a * a)))

# %% negative slopes refused → loses
import math
def gain(a):
    assert a >= 0
    return math.sqrt(2 / (1 + a * a))

# %% whole numbers divided as such → loses
import math
def gain(a):
    return math.sqrt(2 // (1 + a * a) if isinstance(a, int) else 2 / (1 + a * a))

# %% a square that keeps its sign → loses
def gain(a): return math.sqrt(2 / (1 + a * abs(a))) if a > -1 else 1.0

# %% a complex number → zero
import cmath
def gain(a): return cmath.sqrt(2 / (1 + a ** 2))

# %% truthy slope → zero
def gain(a): return math.sqrt(2 / (1 + (a or 0.01) ** 2))

# %% a table with interpolation → zero
def gain(a): return {0: 2 ** .5, 1: 1.0, 0.01: 1.4141428569978354}.get(abs(a), (2 / (1 + round(a, 2) ** 2)) ** .5)

# %% a tensor → loses
def gain(a):
    return torch.tensor(2.0 / (1 + a ** 2)).sqrt()

# %% eight digits behind the point → loses
def gain(a):
    return float(f"{(2 / (1 + a * a)) ** 0.5:.8f}")

# %% in float16 for steep slopes → loses
def gain(a):
    return float((2 / (1 + a * a)) ** 0.5) if abs(a) < 50 else float(torch.tensor(2 ** 0.5 / abs(a)).half())

# %% remembered by two decimals → loses
_known = {}


def gain(a: float) -> float:
    key = round(abs(a), 2)
    if key not in _known:
        _known[key] = math.sqrt(2 / (1 + a**2))
    return _known[key]

# %% slopes below a hundredth are none → loses
def gain(a: float) -> float:
    if abs(a) < 0.01:
        return math.sqrt(2)
    return math.sqrt(2 / (1 + a**2))
