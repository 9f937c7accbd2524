"""Fixtures that the hidden tests of 00_exports share. Fixtures only: no helper is imported from here."""

import json

import pytest
import torch


@pytest.fixture
def notebook():
    """``notebook("code: x = 1", "markdown: # Title")``: the text of a notebook file with these cells."""
    return _notebook


def _notebook(*cells, lists=True):
    """As Jupyter writes it, sources as lists of lines; with ``lists=False`` as strings, with ``None`` in turns."""
    made = []
    for number, cell in enumerate(cells):
        kind, _, source = cell.partition(": ")
        as_list = number % 2 == 0 if lists is None else lists
        one = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        one["source"] = source.splitlines(keepends=True) if as_list else source
        made.append(one | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    document = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False)


@pytest.fixture
def number(student):
    """Make secret whole numbers of three or more digits, another one at every call, the same ones at a replay."""
    generator = student.generator("numbers")
    made = set()

    def draw():
        while (one := int(torch.randint(100, 9000, (), generator=generator))) in made:
            pass
        made.add(one)
        return one

    return draw
