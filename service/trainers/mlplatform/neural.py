"""What all networks have in common: examples, batches, the learning rate, epochs, checkpoints, an early end."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mlplatform.data.table import Floats
from mlplatform.errors import DataError, Interrupted
from mlplatform.progress import Pace, Step
from mlplatform.run import Run
from mlplatform.stopping import Agreement, is_over

Integers = np.typing.NDArray[np.int64]
Doubles = np.typing.NDArray[np.float64]
Sum = Callable[[Doubles], Doubles]
"""Adds up what each worker has, place by place, and gives all of them the result."""


def alone(values: Doubles) -> Doubles:
    """Of one worker."""
    return values


def mean_of_all(total: Sum, value: float, weight: float) -> float:
    summed, weights = total(np.array([value * weight, weight], np.float64))
    return float(summed / weights)


@dataclass(frozen=True)
class Scaling:
    """Columns to mean 0 and deviation 1, as the training data has them; what is missing becomes the mean."""

    mean: Floats
    deviation: Floats

    @staticmethod
    def of(features: Floats, total: Sum = alone) -> Scaling:
        """Of the rows of all workers."""
        # float64: sums of many float32 lose the small ones.
        count, summed = total(
            np.stack([(~np.isnan(features)).sum(axis=0), np.nansum(features, axis=0, dtype=np.float64)])
        )
        mean = summed / np.maximum(count, 1)
        squares = total(np.nansum((features - mean.astype(np.float32)) ** 2, axis=0, dtype=np.float64))
        deviation = np.sqrt(squares / np.maximum(count, 1))
        deviation[deviation < 1e-12] = 1.0
        return Scaling(mean.astype(np.float32), deviation.astype(np.float32))

    def __call__(self, features: Floats) -> Floats:
        scaled: Floats = np.nan_to_num((features - self.mean) / self.deviation)
        return scaled

    def save(self, folder: Path, columns: tuple[str, ...], classes: int) -> None:
        """Beside the model: who predicts has to do the same."""
        told = {
            "features": list(columns),
            "mean": self.mean.tolist(),
            "deviation": self.deviation.tolist(),
            "classes": classes,
        }
        (folder / "input.json").write_text(json.dumps(told))


def check_classes(labels: Floats, channel: str, classes: int, field_name: str) -> None:
    """1 is regression: any number will do."""
    if classes == 1:
        return
    low, high = float(labels.min()), float(labels.max())
    if low < 0 or high >= classes or bool((labels % 1 != 0).any()):
        raise DataError(
            f"labels of channel {channel} are from {low:g} to {high:g}: "
            f"{field_name} {classes} needs whole numbers from 0 to {classes - 1} (1 is for regression)"
        )


def batches(count: int, size: int, seed: int, epoch: int) -> Iterator[Integers]:
    """The rows of each step of an epoch, in an order that seed and epoch alone decide."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


_MOST_CLASSES = 1000


def classes_in(labels: Floats, total: Sum = alone) -> int:
    """Whole numbers from 0 are classes, as the labels of all workers tell; 1: any other numbers."""
    counts = np.zeros(_MOST_CLASSES)
    whole = bool((labels % 1 == 0).all()) and labels.min() >= 0 and labels.max() < _MOST_CLASSES
    if whole:
        np.maximum.at(counts, labels.astype(np.int64), 1)
    summed = total(np.append(counts, [float(whole), 1]))
    return int(np.flatnonzero(summed[:-2]).max()) + 1 if summed[-2] == summed[-1] else 1


def steps_in(count: int, size: int, total: Sum = alone) -> int:
    """Workers may have one row more or less: all make the same number of steps."""
    rows, workers = total(np.array([count, 1], np.float64))
    return max(1, math.ceil(round(rows) / round(workers) / size))


def learning_rate(step: int, total: int, peak: float, warmup: int, schedule: str, last: float = 0.0) -> float:
    """Rises to its peak while warming up, then falls as the schedule says, to `last` of its peak."""
    if step < warmup:
        return peak * (step + 1) / warmup
    share = min(1.0, (step - warmup) / max(1, total - warmup))
    if schedule == "linear":
        return peak * (1 - (1 - last) * share)
    if schedule == "cosine":
        return peak * (last + (1 - last) * (1 + math.cos(math.pi * share)) / 2)
    if schedule == "exponential":
        return peak * max(last, 0.01) ** share
    return peak


@dataclass
class Epochs:
    """Keeps count of the epochs of a training, over all its attempts."""

    run: Run
    total: int
    every: int
    """A checkpoint after this many epochs; 0: at the end alone."""
    patience: int | None
    steps_each: int
    sum: Sum = alone
    """Over all workers."""
    settle: Callable[[], None] = lambda: None
    """Brings to one value what each worker has of its own in the middle of an epoch; all of them do it."""
    history: list[dict[str, float]] = field(default_factory=list)
    checkpoint: str | None = None
    checkpoint_epoch: int | None = None
    step: int = 0
    pace: Pace = field(default_factory=Pace)
    told: dict[str, float] = field(default_factory=dict)
    """Beside the figures, of the last step."""
    begun: int = 0
    """Steps of this epoch that an attempt before has done."""
    seen: dict[str, list[float]] = field(default_factory=dict)
    """This worker's figures of each step of the epoch."""

    def __post_init__(self) -> None:
        self._agreement = Agreement(self.run.stop, self.run.world.size, self.sum)
        self._ends = False

    @property
    def steps_left(self) -> range:
        """Of this epoch. Their rows are in the order that its number decides, wherever it was left."""
        return range(self.begun, self.steps_each)

    def means(self) -> dict[str, float]:
        """Of all steps of the epoch and of all workers."""
        return {name: mean_of_all(self.sum, float(np.mean(values)), 1.0) for name, values in self.seen.items()}

    @property
    def done(self) -> int:
        return len(self.history)

    def go_on_from(self) -> Path | None:
        found = self.run.resume()
        if found is None:
            return None
        self.history = [dict(figures) for figures in found.state["history"]]
        self.step = int(found.state["optimizer_steps"])
        self.checkpoint, self.checkpoint_epoch = str(found.folder), self.done
        if begun := found.state.get("begun"):
            # With another number of workers an epoch has other steps: the same share of it is done.
            self.begun = min(self.steps_each - 1, round(begun["steps"] * self.steps_each / begun["of"]))
            self.seen = {name: [mean] * self.begun for name, mean in begun["means"].items()}
        return found.folder

    @property
    def is_over(self) -> bool:
        if self.done >= self.total:
            return True
        watched = [figures["validation_loss"] for figures in self.history if "validation_loss" in figures]
        return is_over(watched, self.patience, larger_is_better=False)

    def during(
        self,
        step: int,
        figures: Mapping[str, float],
        examples: int,
        rate: float,
        save: Callable[[Path], None],
        whole: bool = True,
    ) -> None:
        """After each step: progress, and the end that somebody asked for. `step` counts within the epoch, from 1.

        `figures` are this worker's, `examples` those that all workers together have learnt from in it. Not `whole` is
        one whose gradients wait for those of the next.
        """
        total = self.total * self.steps_each
        seen = self.done * self.steps_each + step
        self.pace.more(examples)
        self.told = {"learning_rate": rate, **self.pace.told()}
        for name, value in figures.items():
            self.seen.setdefault(name, []).append(value)
        told = {"loss": figures["loss"], **self.told}
        self.run.told(Step(seen, total, self.done, self.total, told, self.checkpoint, self.checkpoint_epoch))
        self._ends = whole and self._agreement.reached()
        if self._ends and step < self.steps_each:
            self.settle()
            self._keep(save, step)
            raise self._interrupted(f"step {step} of {self.steps_each} in epoch {self.done + 1}")

    def after(self, figures: Mapping[str, float], save: Callable[[Path], None]) -> None:
        self.history.append(dict(figures))
        self.begun, self.seen = 0, {}
        if not math.isfinite(figures["loss"]):
            raise self.run.parameters.wrong("learning_rate", "the loss is no longer a number; a smaller one may help")
        if self._ends or (self.every and self.done % self.every == 0):
            self._keep(save)
        step = Step(
            self.done * self.steps_each,
            self.total * self.steps_each,
            self.done,
            self.total,
            {**reported(figures), **self.told},
            self.checkpoint,
            self.checkpoint_epoch,
        )
        self.run.told(step, epoch_end=True)
        if self._ends and not self.is_over:
            raise self._interrupted(f"epoch {self.done}")

    def _interrupted(self, place: str) -> Interrupted:
        # An engine may end a worker whose peers are gone: none goes before the checkpoint is there.
        self.sum(np.zeros(1))
        return Interrupted(f"asked to end after {place} of {self.total}; it goes on from there")

    def finish(self, save: Callable[[Path], None]) -> None:
        """The end is kept, too, unless it is already."""
        if self.checkpoint_epoch != self.done:
            self._keep(save)

    def _keep(self, save: Callable[[Path], None], within: int = 0) -> None:
        state: dict[str, Any] = {"history": self.history, "optimizer_steps": self.step}
        if within:
            state["begun"] = {"steps": within, "of": self.steps_each, "means": self.means()}
        kept = self.run.checkpoints.save(self.done, state, save, within=within)
        if kept is not None:
            self.checkpoint, self.checkpoint_epoch = str(kept.folder), self.done


def reported(figures: Mapping[str, float]) -> dict[str, float]:
    """Those of the validation channel begin with eval_ in reports, which is how others name them."""
    return {name.replace("validation_", "eval_", 1): value for name, value in figures.items()}


def by_channel(figures: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """{"loss": .., "validation_loss": ..} as result.json has them."""
    told: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        channel, _, metric = name.rpartition("_")
        told.setdefault(channel or "train", {})[metric] = value
    return told
