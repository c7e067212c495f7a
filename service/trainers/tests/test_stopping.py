"""Workers that are asked to end at different moments end after the same step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest

from mlplatform.stopping import Agreement, Stop

Values = np.typing.NDArray[np.float64]
PATIENCE_SECONDS = 60


class Workers:
    """Adds up what threads have that wait for each other, as a collective operation does."""

    def __init__(self, size: int) -> None:
        self._values: list[Values] = [np.zeros(2)] * size
        self._meeting = threading.Barrier(size, timeout=PATIENCE_SECONDS)
        self.sums = 0

    def total_of(self, rank: int) -> Callable[[Values], Values]:
        def total(values: Values) -> Values:
            self._values[rank] = values
            self._meeting.wait()
            summed = np.sum(self._values, axis=0)
            self.sums += rank == 0
            self._meeting.wait()
            return summed

        return total


def ticks(seconds: float) -> Callable[[], float]:
    times: Iterator[float] = (step * seconds for step in count())
    return lambda: next(times)


@pytest.mark.parametrize("asked", [0, 2])
def test_of_three_workers_whoever_is_asked_all_end_after_one_step(asked: int) -> None:
    workers, stops = Workers(3), [Stop() for _ in range(3)]
    ended = [0, 0, 0]

    def train(rank: int) -> None:
        # Their clocks are only looked at when they ask each other: every other look is 0.4 to 1.2 s later.
        agreement = Agreement(stops[rank], 3, workers.total_of(rank), ticks((0.4, 0.8, 1.2)[rank]))
        for step in count(1):
            if rank == asked and step == 5:
                stops[rank].requested = True
            if agreement.reached():
                ended[rank] = step
                return

    threads = [threading.Thread(target=train, args=(rank,)) for rank in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(set(ended)) == 1
    assert ended[0] >= 5


def test_short_steps_are_asked_about_once_a_second() -> None:
    """Of a thousandth of a second each, in which nobody is asked to end."""
    workers = Workers(1)
    now = 0.0
    agreement = Agreement(Stop(), 2, lambda values: 2 * workers.total_of(0)(values), lambda: now)
    for _ in range(10_000):
        now += 0.001
        assert not agreement.reached()
    assert 9 <= workers.sums <= 12


def test_one_worker_asks_nobody() -> None:
    stop = Stop()
    agreement = Agreement(stop, 1, lambda values: pytest.fail(f"asked others: {values}"))
    assert not agreement.reached()
    stop.requested = True
    assert agreement.reached()
