"""Hostile submissions, and what must hold whatever they do. README.md says how, and lists them."""

import pytest

pytest.register_assert_rewrite("attacks.harness")
