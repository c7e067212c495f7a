"""Ends that are not the last step: a signal, and figures that no longer become better."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

import numpy as np

_AGREE_SECONDS = 1.0
_AGREE_STEPS = 1000


class Stop:
    """SIGTERM asks for an end: the training looks here between two steps, keeps a checkpoint and goes."""

    def __init__(self) -> None:
        self.requested = False
        self._listens = False

    def listen(self) -> Stop:
        self._listens = True
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        return self

    def listen_again(self) -> None:
        """Where several workers meet, TensorFlow and JAX take SIGTERM for themselves."""
        if self._listens:
            self.listen()

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self.requested:  # asked twice: at once
            raise SystemExit(128 + number)
        self.requested = True


class Agreement:
    """Whether all workers end after this step.

    Each hears of it at another moment, and a checkpoint is of the same step of all: so they ask each other, about once
    a second. When the next time is follows from what all of them said, so that none asks alone.
    """

    def __init__(
        self,
        stop: Stop,
        workers: int,
        total: Callable[[np.typing.NDArray[np.float64]], np.typing.NDArray[np.float64]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop, self._workers, self._total, self._clock = stop, workers, total, clock
        self._pause = self._left = 1
        self._asked_at = clock()

    def reached(self) -> bool:
        """To be called after each step that may be the last, by every worker."""
        if self._workers == 1:
            return self._stop.requested
        self._left -= 1
        if self._left > 0:
            return False
        now = self._clock()
        asked, seconds = self._total(np.array([float(self._stop.requested), now - self._asked_at], np.float64))
        step_seconds = max(1e-6, float(seconds) / self._workers / self._pause)
        self._pause = self._left = max(1, min(_AGREE_STEPS, int(_AGREE_SECONDS / step_seconds)))
        self._asked_at = now
        return bool(asked > 0)


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
