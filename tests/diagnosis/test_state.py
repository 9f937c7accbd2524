"""State that outlives a call is named if the code shows it and an earlier call was right."""

from __future__ import annotations

import pytest

from foundations.diagnosis.source import Symptom, diagnose_source


def id_of(source: str, *, was_right: bool = True, error: str = "") -> str:
    found = diagnose_source(Symptom(source, "f", error, was_right=was_right))
    return found.id if found else ""


INIT = "class f:\n    def __init__(self, a, b):\n        self.parts = [a, b]\n"
WALK = "        for part in self.parts:\n            x = part(x)\n        return x\n"
GROWING = {
    "in the call": INIT + "    def __call__(self, x):\n        self.parts.append(print)\n" + WALK,
    "by +=": INIT + "    def forward(self, x):\n        self.parts += [print]\n" + WALK,
    "of the class": (
        "class f:\n    parts = []\n    def __init__(self, a):\n        self.parts.append(a)\n"
        "    def run(self, x):\n" + WALK
    ),
    "a default": "def f(x, seen=[]):\n    seen.append(x)\n    return sum(seen)",
    "a default dict": "def f(x, known={}):\n    known[x] = 1\n    return known",
}
SHARED = {
    "by name": "class f:\n    def __init__(self, w):\n        f.w = w\n",
    "by type": "class f:\n    def __call__(self, x):\n        type(self).x = x\n        return x\n",
    "by class": "class f:\n    def __call__(self, x):\n        self.__class__.x = x\n        return x\n",
    "by another name": "class f:\n    def run(self, x):\n        kind = type(self)\n        kind.x = x\n",
}
USED_UP = {
    of: f"class f:\n    def __init__(self, a):\n        self.back = {of}\n"
    "    def backward(self):\n        for part in self.back:\n            part()\n"
    for of in ("reversed(a)", "iter(a)", "zip(a, a)", "(part for part in a)")
}


@pytest.mark.parametrize("source", GROWING.values(), ids=GROWING)
def test_lists_that_grow(source: str) -> None:
    """Also for an exception; not if no call was right, because then something else is wrong."""
    assert id_of(source) == "grows_with_every_call"
    assert id_of(source, error="RuntimeError: shapes") == "grows_with_every_call"
    assert id_of(source, was_right=False) == ""


@pytest.mark.parametrize("source", SHARED.values(), ids=SHARED)
def test_memory_of_the_class(source: str) -> None:
    """Attributes that are set on the class in any of the ways to name it."""
    assert id_of(source) == "stored_on_the_class"
    assert id_of(source, was_right=False) == ""


@pytest.mark.parametrize("source", USED_UP.values(), ids=USED_UP)
def test_iterators(source: str) -> None:
    """Any iterator that an object keeps and walks through."""
    assert id_of(source) == "used_up"
    assert id_of(source, was_right=False) == ""


@pytest.mark.parametrize(
    "source",
    [
        INIT + "    def __call__(self, x):\n        self.parts = []\n        self.parts.append(x)\n" + WALK,
        INIT + "    def __call__(self, x):\n        self.parts.clear()\n        self.parts.append(x)\n" + WALK,
        INIT + "    def __call__(self, x):\n        self.seen.append(x)\n        return x\n",
        "class f:\n    def __init__(self, a):\n        self.parts = []\n        self.parts.append(a)\n"
        "    def run(self, x):\n" + WALK,
        "class f:\n    def __init__(self, a):\n        self.back = list(reversed(a))\n    def run(self):\n"
        "        for part in self.back:\n            part()\n",
        "def f(x, seen=None):\n    seen = seen or []\n    seen.append(x)\n    return seen",
    ],
)
def test_fresh_state_is_not_suspected(source: str) -> None:
    """A list that is made anew, filled once, or never walked through."""
    assert id_of(source) == ""
