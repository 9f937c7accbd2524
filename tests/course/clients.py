"""The type of the fixture ``clients``."""

from collections.abc import Callable

from grading import GradingClient

#: Makes the client for answers to exercises of an assignment; with a seed, all submissions get the inputs of that seed.
GradingClients = Callable[..., GradingClient]
