"""What the two libraries of boosted trees have in common: rounds, their figures, checkpoints, an early end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlplatform.errors import Interrupted, UserError
from mlplatform.progress import Pace, Step
from mlplatform.run import Run
from mlplatform.stopping import best_of, is_over

History = dict[str, list[float]]
"""By "<channel>-<metric>", a figure for each round."""


@dataclass
class Rounds:
    """Keeps count of the rounds of a training, over all its attempts."""

    run: Run
    total: int
    patience: int | None
    larger_is_better: Callable[[str], bool]
    rate: float
    rows: int
    """Of this worker; each round looks at all of them."""
    history: History = field(default_factory=dict)
    done: int = 0
    begun_at: int = 0
    """By this attempt."""
    checkpoint: str | None = None
    pace: Pace = field(default_factory=Pace)

    @property
    def every(self) -> int:
        """A checkpoint costs as much as the model is large, so a long training has twenty of them and not more."""
        asked = self.run.extra.get("CHECKPOINT_EVERY", "")
        if asked and not asked.isdigit():
            raise UserError(f'customHyperparameters.checkpoint_every is "{asked}": a whole number is needed')
        return int(asked) if asked else max(10, self.total // 20)

    def go_on_from(self) -> Path | None:
        """The model of the last checkpoint."""
        found = self.run.resume()
        if found is None:
            return None
        self.done = self.begun_at = found.step
        self.history = {name: list(values) for name, values in found.state["history"].items()}
        self.checkpoint = str(found.folder)
        return found.folder

    @property
    def watched(self) -> str | None:
        """The figure that decides about the end: the last metric of the validation channel."""
        names = [name for name in self.history if name.startswith("validation-")]
        return names[-1] if names else None

    def after(self, figures: Mapping[str, float], save: Callable[[Path], None]) -> bool:
        """After each round; True: it is enough."""
        self.done += 1
        self.pace.more(self.rows * self.run.world.size)
        for name, value in figures.items():
            self.history.setdefault(name, []).append(float(value))
        over = self.is_over
        # The first of several decides for all: each has the same trees after a round, and the others lose it then.
        if self.run.stop.requested and self.run.world.leads:
            self._keep(save)
            raise Interrupted(f"asked to end after round {self.done} of {self.total}; it goes on from there")
        if self.every and self.done % self.every == 0 and self.done < self.total and not over:
            self._keep(save)
        self.run.told(Step(self.done, self.total, metrics=self._told(figures), checkpoint=self.checkpoint))
        return over

    def misses_a_worker(self, error: Exception) -> bool:
        """Whether the library says that a peer is gone, in whatever words.

        After a round that went well it is never a parameter; in the first one the words decide.
        """
        if self.run.world.size == 1:
            return False
        words = ("socket", "connection", "rabit", "/collective/", "comm.cc", "peer")
        return self.done > self.begun_at or any(word in str(error).lower() for word in words)

    @property
    def is_over(self) -> bool:
        name = self.watched
        return name is not None and is_over(self.history[name], self.patience, self.larger_is_better(name))

    @property
    def best_round(self) -> int:
        """Counted from 1; the last one unless it was to end early."""
        name = self.watched
        if name is None or not self.patience:
            return self.done
        return best_of(self.history[name], self.larger_is_better(name)) + 1

    def _keep(self, save: Callable[[Path], None]) -> None:
        kept = self.run.checkpoints.save(self.done, {"history": self.history}, save)
        if kept is not None:
            self.checkpoint = str(kept.folder)

    def _told(self, figures: Mapping[str, float]) -> dict[str, float]:
        """Under their own names, and as the loss that dashboards look for where smaller is better."""
        told = {**figures, "learning_rate": self.rate, **self.pace.told()}
        for channel, name in (("train", "loss"), ("validation", "eval_loss")):
            own = [metric for metric in figures if metric.startswith(f"{channel}-")]
            if own and not self.larger_is_better(own[-1]):
                told[name] = figures[own[-1]]
        return told

    def require_validation(self, field_name: str, channels: Mapping[str, object]) -> None:
        if self.patience and "validation" not in channels:
            raise self.run.parameters.wrong(
                field_name, "it goes by a channel of the type validation, and there is none"
            )


def final_figures(history: History, best_round: int) -> dict[str, dict[str, float]]:
    """By channel and metric, as of the round whose model is kept."""
    figures: dict[str, dict[str, float]] = {}
    for name, values in history.items():
        channel, _, metric = name.partition("-")
        figures.setdefault(channel, {})[metric] = values[min(best_round, len(values)) - 1]
    return figures
