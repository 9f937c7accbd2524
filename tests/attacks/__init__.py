"""Hostile submissions, and the guarantees that must hold against them. README.md describes and lists them."""

import pytest

pytest.register_assert_rewrite("attacks.harness")
