"""Texts about quantities, about memory that ran out, and about causes of death."""

import signal

import pytest

from foundations.session import messages


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "1 kB"),
        (994, "990 bytes"),
        (2_000_000_000, "2 GB"),
        (2 << 30, "2.1 GB"),
        (7_840_000_000, "7.8 GB"),
        (440_000_000_000, "440 GB"),
        (1 << 42, "4.4 TB"),
        (10**20, "100 EB"),
        (10**22, "10000 EB"),
    ],
)
def test_sizes_are_decimal_with_two_digits(count, text):
    """Disks and operating systems count in the same units."""
    assert messages.size(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0.0001, "less than 0.01 s"), (0.0213, "0.021 s"), (1.26, "1.3 s"), (10.0, "10 s"), (123.4, "120 s")],
)
def test_seconds_have_two_digits(count, text):
    """Below a hundredth no digits are shown, because clocks are not that precise."""
    assert messages.seconds(count) == text


TORCH = (
    "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
    "7840000000 bytes. Error code 12 (Cannot allocate memory)"
)
NUMPY = "Unable to allocate 7.45 GiB for an array with shape (1000000000,) and data type float64"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"text": TORCH, "bases": ["RuntimeError"], "code": "u[:, None] * v"}, "`u[:, None] * v` asked for 7.8 GB"),
        ({"text": TORCH, "bases": ["RuntimeError"], "code": None}, "it asked for 7.8 GB"),
        ({"text": NUMPY, "bases": ["_ArrayMemoryError", "MemoryError"], "code": "f(x)"}, "`f(x)` asked for 8 GB"),
        ({"text": "", "bases": ["MemoryError"], "code": "[0] * n"}, "`[0] * n` asked for more memory than was left"),
    ],
)
def test_memory_error_names_the_expression_and_the_amount(error, text):
    """The message also has the limit."""
    assert messages.out_of_memory(error, 2_000_000_000) == f"{text}; the limit is 2 GB"


@pytest.mark.parametrize(
    "error",
    [
        {"text": "shapes (2, 3) and (2, 3) cannot be multiplied", "bases": ["RuntimeError"], "code": "a @ b"},
        {"text": "Unable to allocate a seat", "bases": ["ValueError"], "code": 3},
    ],
)
def test_other_errors_keep_their_own_text(error):
    """An error that is not about memory is not explained."""
    assert messages.out_of_memory(error, 2_000_000_000) is None


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0, "the code ended the process (exit code 0)"),
        (3 << 8, "the code ended the process (exit code 3)"),
        (signal.SIGKILL, "the process was killed, most often because memory ran out"),
        (signal.SIGSEGV, "the process crashed (segmentation fault)"),
        (signal.SIGBUS, "the process crashed (SIGBUS)"),
    ],
)
def test_cause_of_death_follows_from_the_exit_status(status, text):
    """An exit code and a signal are in different bits of the status."""
    assert messages.cause_of_death(status) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"name": "TypeError", "text": "x" * 300}, f"failed with TypeError ({'x' * 200}): was one"),
        ({}, "failed with None (): was one"),
        (None, "failed with an unknown error (): was one"),
    ],
)
def test_description_of_a_broken_server_is_short_whatever_the_error_is(error, text):
    """Student code may have forged the error."""
    assert text in messages.broken_server(error)
