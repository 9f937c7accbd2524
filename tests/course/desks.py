"""The type of the fixture ``desks``."""

from collections.abc import Callable

from grading import Desk

#: Makes the desk for answers to an assignment's exercises; with a seed, every submission gets the inputs of that seed.
Desks = Callable[..., Desk]
