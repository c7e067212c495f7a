"""What a training function is given, and what it gives back. No algorithm and no Ray in here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlplatform.checkpoints import Checkpoint, Checkpoints
from mlplatform.data.table import Data
from mlplatform.errors import UserError
from mlplatform.hyperparameters import Hyperparameters
from mlplatform.progress import Progress, Step
from mlplatform.settings import Settings
from mlplatform.stopping import Stop
from mlplatform.tracking import Tracking


@dataclass(frozen=True)
class World:
    """This worker among those that train together."""

    rank: int = 0
    size: int = 1

    @staticmethod
    def of(environment: Mapping[str, str]) -> World:
        """As torchrun (RANK, WORLD_SIZE) or the operator of TrainingJobs (WORKER_RANK, NUM_WORKERS) tell it."""
        rank = environment.get("RANK") or environment.get("WORKER_RANK") or "0"
        size = environment.get("WORLD_SIZE") or (
            environment.get("NUM_WORKERS") if "WORKER_RANK" in environment else "1"
        )
        if not rank.isdigit() or not (size or "").isdigit() or int(rank) >= int(size or 0):
            raise UserError(
                f'RANK (WORKER_RANK) is "{rank}" and WORLD_SIZE (NUM_WORKERS) "{size}": a place among so many'
            )
        return World(int(rank), int(size or 1))

    @property
    def leads(self) -> bool:
        """The one that writes checkpoints, reports and keeps the model."""
        return self.rank == 0


@dataclass
class Run:
    settings: Settings
    parameters: Hyperparameters
    extra: Mapping[str, str]
    """The environment: custom hyperparameters are read from it by their names in capitals."""
    data: Data
    world: World
    checkpoints: Checkpoints
    progress: Progress
    tracking: Tracking
    stop: Stop
    model_folder: Path
    """Where the model is to be put, in the framework's own format."""
    resumed_at: int | None = field(default=None)

    def resume(self) -> Checkpoint | None:
        checkpoint = self.checkpoints.latest()
        if checkpoint is not None:
            self.resumed_at = checkpoint.step
            if self.world.leads:
                print(f"goes on after step {checkpoint.step}, from {checkpoint.folder}", flush=True)
        return checkpoint

    def told(self, step: Step, epoch_end: bool = False) -> None:
        """Progress and figures of a step."""
        if self.world.leads:
            self.progress.report(step, epoch_end)
            self.tracking.metrics(step.step, step.metrics, always=epoch_end)

    @property
    def threads(self) -> int:
        return cpus()


@dataclass(frozen=True)
class Outcome:
    """What is known of a training when it is done; `metrics` by channel."""

    steps: int
    metrics: Mapping[str, Mapping[str, float]]
    model_format: str
    rows: Mapping[str, int]
    details: Mapping[str, Any] = field(default_factory=dict)


def cpus() -> int:
    """The cores that this process may use: a container's limit comes before the machine's number."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        limit = int(quota) / int(period) if quota != "max" else float("inf")
    except (OSError, ValueError):
        limit = float("inf")
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    # Ray starts a worker with the threads that it was given.
    given = int(os.environ["OMP_NUM_THREADS"]) if os.environ.get("OMP_NUM_THREADS", "").isdigit() else available
    return max(1, int(min(available, given, max(1, round(limit)) if limit != float("inf") else available)))
