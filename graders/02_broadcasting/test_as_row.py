"""Hidden checks of ``as_row(c)``: a vector seen as a matrix of shape (1, n), without a copy.

Sentence of the text → check:

    `as_row` gives shape `(1, n)`                     → test_shape
    The result is a **view** and not a copy           → test_view
    what is written into `c` afterwards is seen in it → test_view
    The dtype stays what it is                        → test_dtype
    `c` itself keeps its shape                        → test_clean
"""

from helpers import SeenAsMatrix


def then_written(names, c):
    """as_row(c), and then c += 1"""
    made = names["as_row"](c)
    c += 1
    return made


class TestAsRow(SeenAsMatrix):
    seen = 1, -1
    then_written = then_written
