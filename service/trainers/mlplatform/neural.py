"""What all networks have in common: examples, batches, the learning rate, epochs, checkpoints, an early end."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mlplatform.data.table import Floats, Table
from mlplatform.errors import DataError, Interrupted
from mlplatform.progress import Step
from mlplatform.run import Run
from mlplatform.stopping import is_over

Integers = np.typing.NDArray[np.int64]


@dataclass(frozen=True)
class Scaling:
    """Columns to mean 0 and deviation 1, as the training data has them; what is missing becomes the mean."""

    mean: Floats
    deviation: Floats

    @staticmethod
    def of(features: Floats) -> Scaling:
        # float64: sums of many float32 lose the small ones.
        mean = np.nan_to_num(np.nanmean(features, axis=0, dtype=np.float64))
        deviation = np.nan_to_num(np.nanstd(features, axis=0, dtype=np.float64))
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


def check_classes(table: Table, channel: str, classes: int, field_name: str) -> None:
    """1 is regression: any number will do."""
    if classes == 1:
        return
    low, high = float(table.label.min()), float(table.label.max())
    if low < 0 or high >= classes or bool((table.label % 1 != 0).any()):
        raise DataError(
            f"labels of channel {channel} are from {low:g} to {high:g}: "
            f"{field_name} {classes} needs whole numbers from 0 to {classes - 1} (1 is for regression)"
        )


def batches(count: int, size: int, seed: int, epoch: int) -> Iterator[Integers]:
    """The rows of each step of an epoch, in an order that seed and epoch alone decide."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


def steps_in(count: int, size: int) -> int:
    return max(1, math.ceil(count / size))


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
    history: list[dict[str, float]] = field(default_factory=list)
    checkpoint: str | None = None
    checkpoint_epoch: int | None = None
    step: int = 0

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
        return found.folder

    @property
    def is_over(self) -> bool:
        if self.done >= self.total:
            return True
        watched = [figures["validation_loss"] for figures in self.history if "validation_loss" in figures]
        return is_over(watched, self.patience, larger_is_better=False)

    def during(self, step: int, loss: float) -> None:
        """After each step: progress, and the end that somebody asked for. `step` counts within the epoch, from 1."""
        total = self.total * self.steps_each
        seen = self.done * self.steps_each + step
        self.run.told(Step(seen, total, self.done, self.total, {"loss": loss}, self.checkpoint, self.checkpoint_epoch))
        if self.run.stop.requested:
            # Only whole epochs are kept: one that was begun is done again, in the same order.
            raise Interrupted(f"asked to end in epoch {self.done + 1} of {self.total}; it goes on from there")

    def after(self, figures: Mapping[str, float], save: Callable[[Path], None]) -> None:
        self.history.append(dict(figures))
        if not math.isfinite(figures["loss"]):
            raise self.run.parameters.wrong("learning_rate", "the loss is no longer a number; a smaller one may help")
        if self.every and self.done % self.every == 0:
            self._keep(save)
        step = Step(
            self.done * self.steps_each,
            self.total * self.steps_each,
            self.done,
            self.total,
            {**figures, **({"eval_loss": figures["validation_loss"]} if "validation_loss" in figures else {})},
            self.checkpoint,
            self.checkpoint_epoch,
        )
        self.run.told(step, epoch_end=True)

    def finish(self, save: Callable[[Path], None]) -> None:
        """The end is kept, too, unless it is already."""
        if self.checkpoint_epoch != self.done:
            self._keep(save)

    def _keep(self, save: Callable[[Path], None]) -> None:
        state: dict[str, Any] = {"history": self.history, "optimizer_steps": self.step}
        kept = self.run.checkpoints.save(self.done, state, save)
        if kept is not None:
            self.checkpoint, self.checkpoint_epoch = str(kept.folder), self.done


def by_channel(figures: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """{"loss": .., "validation_loss": ..} as result.json has them."""
    told: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        channel, _, metric = name.rpartition("_")
        told.setdefault(channel or "train", {})[metric] = value
    return told
