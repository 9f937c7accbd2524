"""What learners get wrong in 01_arrays, as code that runs. The name is the mistake's id, the docstring the hint."""

import numpy as np

from foundations.authoring import battery, misconception, mistake


@battery("standardise")
def tables(rng):
    """Inputs on which the mistakes in standardise differ from each other."""
    return [(3 + rng.normal(size=shape),) for shape in ((5, 3), (3, 7), (4, 4))]


means_of_rows = mistake(
    "standardise",
    ("x.mean(axis=0)", "x.mean(axis=1, keepdims=True)"),
    hint="How many means does your code subtract, and does the table have as many columns?",
)
divides_by_the_variance = mistake(
    "standardise", ("x.std(", "x.var("), hint="Your columns have no spread of 1. In which unit is the number below?"
)
divides_before_it_subtracts = mistake(
    "standardise",
    ("(x - x.mean(axis=0)) / x.std(axis=0)", "x - x.mean(axis=0) / x.std(axis=0)"),
    hint="Which of the two operations does Python do first?",
)


@battery("one_hot")
def labels(rng):
    """Inputs on which the mistakes in one_hot differ from each other."""
    return [(rng.integers(0, count, n), count) for n, count in ((6, 4), (3, 5), (30, 3))]


counts_from_one = mistake(
    "one_hot", (", labels] = 1", ", labels - 1] = 1"), hint="Into which column does the label 0 belong?"
)
writes_the_label = mistake("one_hot", ("] = 1", "] = labels"), hint="Which number marks the place of a label?")
makes_whole_numbers = mistake(
    "one_hot", ("count))", "count), dtype=int)"), hint="Which dtype does the text ask for, and which one is yours?"
)


@battery("distance")
def points(rng):
    """Inputs on which the mistakes in distance differ from each other."""
    return [(rng.normal(size=n), rng.normal(size=n)) for n in (1, 2, 3, 7)]


forgets_the_root = mistake(
    "distance", ("np.sqrt(((a - b) ** 2).sum())", "((a - b) ** 2).sum()"), hint="What undoes the squares at the end?"
)
takes_the_mean = mistake(
    "distance", (".sum()", ".mean()"), hint="Does your distance grow if you add another coordinate that differs?"
)


@misconception("distance", symptom="rule: norm")
def calls_the_norm(a, b):
    """There is a function for it, and you are about to write it: which three steps does it have?"""
    return np.linalg.norm(a - b)
