"""MLflow, when MLFLOW_TRACKING_URI is set. As with progress, nothing in here ends a training or holds it up.

A thread of its own talks to the server. While that is away the figures wait, and are told when it is back.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlplatform.settings import Settings

Ending = Literal["FINISHED", "FAILED", "KILLED"]

# Figures of single steps; those of an epoch's end are told whenever they come.
_STEP_SECONDS = 1.0
_AGAIN_SECONDS = 15.0
# What MLflow takes at once.
_MOST_METRICS, _MOST_PARAMETERS = 1000, 100
_MOST_WAITING = 20_000


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    milliseconds: int
    step: int


class Tracking:
    def __init__(self, teller: _Teller | None = None) -> None:
        self._teller = teller
        self._last = float("-inf")

    @staticmethod
    def of(
        environment: Mapping[str, str],
        settings: Settings,
        algorithm: str,
        parameters: Mapping[str, Any],
        tracks: bool,
    ) -> Tracking:
        uri = environment.get("MLFLOW_TRACKING_URI")
        if not tracks or not uri:
            return Tracking()
        tags = {"job_id": settings.job_id, "algorithm": algorithm}
        if settings.retry_of:
            tags["retry_of"] = settings.retry_of
        experiment = environment.get("MLFLOW_EXPERIMENT_NAME") or "ml-platform"
        told = {name: str(value) for name, value in parameters.items()}
        return Tracking(_Teller(uri, experiment, tags, told))

    def metrics(self, step: int, values: Mapping[str, float], always: bool = False) -> None:
        now = time.monotonic()
        if self._teller is None or not (always or now - self._last >= _STEP_SECONDS):
            return
        self._last = now
        milliseconds = int(time.time() * 1000)
        self._teller.add([Figure(_named(name), value, milliseconds, step) for name, value in values.items()])

    def end(self, ending: Ending, results: Path | None = None) -> None:
        """Waits until all is told, or MLflow has not answered once more. `results`: a folder, kept with the run."""
        if self._teller is not None:
            self._teller.finish(ending, results)


def _named(name: str) -> str:
    """XGBoost has figures such as ndcg@5, which MLflow does not take."""
    return re.sub(r"[^\w\-./ :]", "_", name)


class _Teller:
    def __init__(self, uri: str, experiment: str, tags: Mapping[str, str], parameters: Mapping[str, str]) -> None:
        self._uri, self._experiment, self._tags, self._parameters = uri, experiment, tags, parameters
        self._client: Any = None
        self._run_id = ""
        self._waiting: list[Figure] = []
        self._changed = threading.Condition()
        self._ending: tuple[Ending, Path | None] | None = None
        self._away = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="mlflow")
        self._thread.start()

    def add(self, figures: list[Figure]) -> None:
        with self._changed:
            self._waiting = [*self._waiting, *figures][-_MOST_WAITING:]
            self._changed.notify_all()

    def finish(self, ending: Ending, results: Path | None) -> None:
        with self._changed:
            self._ending = (ending, results)
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            ending = self._ending
            try:
                self._tell()
                if ending:
                    self._tell_the_end(*ending)
                self._away = False
            except Exception as error:
                self._say(error, last=ending is not None)
            if ending:
                return
            with self._changed:
                self._changed.wait_for(
                    lambda: self._ending is not None or (bool(self._waiting) and not self._away),
                    timeout=_AGAIN_SECONDS if self._away else None,
                )

    def _say(self, error: Exception, last: bool) -> None:
        place = re.sub(r"//[^/@]*@", "//", self._uri)
        reason = " ".join(str(error).replace(self._uri, place).split())[:300]
        if last:
            print(f"MLflow at {place} was not told all of it: {reason}", file=sys.stderr, flush=True)
        elif not self._away:
            print(f"MLflow at {place} is tried again, figures wait: {reason}", file=sys.stderr, flush=True)
        self._away = True

    def _tell(self) -> None:
        if self._client is None:
            # The library's own defaults wait half an hour for a server that is away.
            os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
            os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
            from mlflow.tracking import MlflowClient

            self._client = MlflowClient(self._uri)
        if not self._run_id:
            self._run_id = self._open()
        from mlflow.entities import Metric

        while figures := self._take():
            try:
                told = [Metric(one.name, one.value, one.milliseconds, one.step) for one in figures]
                self._client.log_batch(self._run_id, metrics=told, synchronous=True)
            except BaseException:
                self._put_back(figures)
                raise

    def _take(self) -> list[Figure]:
        with self._changed:
            figures, self._waiting = self._waiting[:_MOST_METRICS], self._waiting[_MOST_METRICS:]
            return figures

    def _put_back(self, figures: list[Figure]) -> None:
        with self._changed:
            self._waiting = [*figures, *self._waiting][-_MOST_WAITING:]

    def _open(self) -> str:
        """A training that goes on from a checkpoint goes on in its run."""
        from mlflow.entities import Param

        client = self._client
        experiment = client.get_experiment_by_name(self._experiment)
        experiment_id = experiment.experiment_id if experiment else client.create_experiment(self._experiment)
        found = client.search_runs([experiment_id], f"tags.job_id = '{self._tags['job_id']}'", max_results=1)
        if found:
            client.update_run(found[0].info.run_id, "RUNNING")
        run = found[0] if found else client.create_run(experiment_id, run_name=self._tags["job_id"], tags=self._tags)
        # What a run was told once it does not change.
        new = [Param(name, value) for name, value in self._parameters.items() if name not in run.data.params]
        for start in range(0, len(new), _MOST_PARAMETERS):
            client.log_batch(run.info.run_id, params=new[start : start + _MOST_PARAMETERS], synchronous=True)
        return str(run.info.run_id)

    def _tell_the_end(self, ending: Ending, results: Path | None) -> None:
        if results is not None:
            self._client.log_artifacts(self._run_id, str(results))
        self._client.set_terminated(self._run_id, ending)
