"""Outputs that nbformat accepts are recognised without its slow validator."""

import nbformat
import pytest

from foundations.notebooks.outputs import valid_outputs


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        ({"output_type": "stream", "name": "stdout", "text": "x"}, True),
        ({"output_type": "stream", "name": "log", "text": "x"}, False),
        ({"output_type": "stream", "name": "stdout", "text": "x", "more": 1}, False),
        ({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["a"]}, True),
        ({"output_type": "error", "ename": "E", "evalue": "", "traceback": [1]}, False),
        ({"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}, True),
        ({"output_type": "display_data", "data": {"text/plain": 5}, "metadata": {}}, False),
        ({"output_type": "display_data", "data": {}, "metadata": {"a": float("nan")}}, False),
        ({"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": 3}, True),
        ({"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": True}, False),
        ({"output_type": "execute_result", "data": {}, "metadata": {}}, False),
        ({"output_type": "rocket"}, False),
        ("x", False),
    ],
)
def test_output_is_kept_if_nbformat_accepts_it(output, kept):
    """``valid_outputs`` keeps an output unchanged, and nbformat's validator accepts it."""
    outputs = valid_outputs([output])

    assert [dict(output) for output in outputs] == ([output] if kept else [])
    for accepted in outputs:
        nbformat.validate(accepted, ref="output", version=4)
