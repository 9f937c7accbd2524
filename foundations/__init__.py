"""Build a neural network from its foundations, and have every step judged fairly."""

__version__ = "0.1.0"
