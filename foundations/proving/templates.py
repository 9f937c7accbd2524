"""The texts of a new course and a new exercise. ``NAME`` is replaced by the name of the exercise, and ``CLASS`` by
the same in the form of a name of a class.

The texts are about tensors. :func:`about_arrays` makes those about arrays of them.
"""

from __future__ import annotations

PYPROJECT = """# Settings of the course: docs/settings.md of foundations-kit lists all.
[tool.foundations]
feedback = "hints"
"""

NBGRADER_CONFIG = """# nbgrader's settings for this course, as foundations-kit needs them.
import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821

# For a new gradebook, nbgrader starts the program `alembic`, which is next to Python even if no venv is activated.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])

"""

#: The first cell of a new assignment.
SETUP = """import torch

from foundations import testing
"""

#: The import of an exercise whose notebook is about the other library.
IMPORT = "import torch"

PROSE = """## Exercise · `NAME` (1 point)

Replace this text: one idea in 30 to 110 words, and then the task.

- State the shape and the dtype of the result.
- State what happens to the input: it is left as it is.
"""

SOLUTION = '''def NAME(x: torch.Tensor) -> torch.Tensor:
    """Replace this line by one sentence on the value.

    x: any shape, a floating dtype  →  that shape, that dtype.
    """
    # about 1 line
    ### BEGIN SOLUTION
    ### BLANK 1: the solution of NAME
    raise NotImplementedError()
    ### END SOLUTION
'''

CHECK = """# Graded, 1 point. What you see here is tried now; the hidden graders try more.
# Add cases with numbers done by hand: testing.case(torch.tensor([1.0, 2.0]), gives=torch.tensor([...])).
testing.check(
    "NAME",
    testing.case(torch.tensor([1.0, 2.0]), calls=lambda NAME, x: type(NAME(x)), gives=torch.Tensor, about="a tensor"),
)
"""

GRADER = '''"""Hidden checks of ``NAME(x)``. Each is one graded behaviour; students read its name."""

import torch

from foundations.authoring import Exercise, dtypes, unchanged_inputs, values


class TestCLASS(Exercise):
    #: Shapes of x.
    sizes = ((3, 4), (3, 4), (4, 2), (1, 5), (5, 1), (2, 2))

    def inputs(self, *shape, dtype=torch.float32):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        """Return the right value in the dtype of x, computed in another way than the solution computes it."""
        ### BLANK 2: the value of NAME(x), computed in another way than in the solution
        raise NotImplementedError

    test_values = values("the value for many shapes", points=0.6, gate=True)
    test_dtypes = dtypes("the dtype of the result follows the input", points=0.2)
    test_input = unchanged_inputs("the input is left as it was", points=0.2)
'''

BANK_HEAD = '''"""What learners get wrong, as code that runs. The name is the mistake's id, the docstring the hint."""
'''

#: Imports of the entries of a bank, each a module and a name in it.
BANK_IMPORTS = (
    ("foundations.authoring", "battery"),
    ("foundations.authoring", "misconception"),
)

MISTAKES = '''

@battery("NAME")
def inputs_of_NAME(generator):
    """Inputs on which the mistakes in NAME differ from each other."""
    return [(torch.randn(*shape, generator=generator),) for shape in ((3, 4), (4, 2), (1, 5), (5, 1))]


@misconception("NAME")
def forgets_to_return_NAME(x):
    """Your function ends without a value. Which line sends the result back?"""


@misconception("NAME")
def returns_the_input_of_NAME(x):
    """The result equals the input. Which line was meant to change it?"""
    return x
'''

#: Texts about tensors, and the same about NumPy's arrays; the longer texts come first.
_OF_NUMPY = (
    ("torch.randn(*shape, generator=generator)", "rng.normal(size=shape)"),
    ("(generator)", "(rng)"),
    ("torch.Tensor", "np.ndarray"),
    ("torch.tensor(", "np.array("),
    ("torch.float32", "np.float64"),
    ("import torch", "import numpy as np"),
    ("a tensor", "an array"),
)


def about_arrays(text: str) -> str:
    """Return one of the texts of an exercise, written for NumPy's arrays instead of tensors."""
    for tensors, arrays in _OF_NUMPY:
        text = text.replace(tensors, arrays)
    return text


RIGHT = """# Right answers in students' own words. A line "# %% its name" starts one, and "# %+" a further cell of it.
# ruff: noqa
# fmt: off

# %% in other words
def NAME(x):
    ### BLANK 3: a right answer to NAME that is written differently from the solution
    raise NotImplementedError()
"""
