"""The results of one check's calls next to the expected ones, kept in the judge to diagnose a wrong one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from foundations.diagnosis.judgement import Judgement

#: Bytes of results and expected results that are kept.
_MAX_BYTES = 16 << 20
#: A second run of a check ends after this many wrong results, or this many results of any kind.
_ENOUGH_WRONG, _ENOUGH = 4, 12


class SeenEnough(Exception):
    """A second run of a check, which only looks at results, has seen enough of them."""


@dataclass
class Judgements:
    """Results of one check, in the order of its calls.

    Attributes:
        kept: the judged results.
        only_look: whether a wrong result is kept and not reported, because the check has failed already.
    """

    kept: list[Judgement] = field(default_factory=list)
    only_look: bool = False
    _bytes: int = 0
    #: The last calls in a row that were right, and their subject.
    _row: list[object] = field(default_factory=list)
    _row_subject: str = ""

    def right_before(self, subject: str, call: object) -> int:
        """Return the number of calls right before ``call`` that had the same subject and were right."""
        return sum(each is not call for each in self._row) if subject == self._row_subject else 0

    def add(self, judgement: Judgement, subject: str = "", call: object = None) -> None:
        """Keep ``judgement`` of ``call``, if there is room for it.

        Raises:
            SeenEnough: this run only looks, and has seen enough.
        """
        if not judgement.agrees or subject != self._row_subject:
            self._row, self._row_subject = [], subject
        if judgement.agrees and not any(each is call for each in self._row):
            self._row.append(call)
        self._bytes += _size(judgement.got) + _size(judgement.expected)
        if self._bytes <= _MAX_BYTES:
            self.kept.append(judgement)
        wrong = sum(not each.agrees for each in self.kept)
        if self.only_look and (wrong >= _ENOUGH_WRONG or len(self.kept) >= _ENOUGH or self._bytes > _MAX_BYTES):
            raise SeenEnough

    def look_again(self) -> None:
        """Forget all results, and only look at those to come."""
        self.kept, self._bytes, self.only_look = [], 0, True

    def must_judge(self) -> None:
        """End a run that only looks, where it comes to something other than results.

        Raises:
            SeenEnough: this run only looks.
        """
        if self.only_look:
            raise SeenEnough


def _size(value: Any) -> int:
    return value.numel() * value.element_size() if isinstance(value, torch.Tensor) else 100  # arrays are tensors here
