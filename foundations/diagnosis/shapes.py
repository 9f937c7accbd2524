"""Several tensors of which some are missing, by their shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from foundations.diagnosis.judgement import Diagnosis


def compare_shapes(got: Iterable[Sequence[int]], expected: Iterable[Sequence[int]]) -> Diagnosis | None:
    """Return the diagnosis of tensors of which one or more are missing, or ``None``.

    Args:
        got: the shapes of the tensors that are there; the order of axes does not count.
        expected: the shapes of the tensors that should be there.
    """
    found, wanted = (Counter(tuple(sorted(shape)) for shape in shapes) for shapes in (got, expected))
    missing = wanted - found
    if not missing or found - wanted:
        return None
    lacking = sorted(missing.elements())
    shapes = " and ".join(f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" for shape in lacking)
    text = f"{'A tensor' if len(lacking) == 1 else 'Tensors'} of {'shape' if len(lacking) == 1 else 'shapes'} {shapes}"
    text += f" {'is' if len(lacking) == 1 else 'are'} missing"
    return Diagnosis("tensors_missing", f"{text}. Which part of your network has one, and when is it made?")
