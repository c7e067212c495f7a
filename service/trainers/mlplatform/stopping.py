"""Ends that are not the last step: a signal, and figures that no longer become better."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from types import FrameType


class Stop:
    """SIGTERM asks for an end: the training looks here between two steps, keeps a checkpoint and goes."""

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> Stop:
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        return self

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self.requested:  # asked twice: at once
            raise SystemExit(128 + number)
        self.requested = True


def best_of(history: Sequence[float], larger_is_better: bool) -> int:
    """The place of the best figure; of equal ones the first. NaN is worse than anything."""
    worst = float("-inf") if larger_is_better else float("inf")
    clean = [worst if value != value else value for value in history]
    best = max(clean) if larger_is_better else min(clean)
    return clean.index(best)


def is_over(history: Sequence[float], patience: int | None, larger_is_better: bool) -> bool:
    """True when the best of the history is at least `patience` entries old. 0 and None never stop early."""
    if not patience or not history:
        return False
    return len(history) - 1 - best_of(history, larger_is_better) >= patience
