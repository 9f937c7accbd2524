"""Functions that a notebook calls right below a stub: visible checks, and a stopwatch for the curious."""

from foundations.testing.checks import CheckFailed, case, check
from foundations.testing.memory import largest_tensor
from foundations.testing.stopwatch import readable, stopwatch

__all__ = ["CheckFailed", "case", "check", "largest_tensor", "readable", "stopwatch"]
