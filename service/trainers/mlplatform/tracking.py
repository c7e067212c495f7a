"""MLflow, when MLFLOW_TRACKING_URI is set. As with progress, nothing in here ends a training."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlplatform.settings import Settings


class Tracking:
    def __init__(self, client: Any = None, run_id: str = "") -> None:
        self._client = client
        self._run_id = run_id
        self._last = float("-inf")

    @staticmethod
    def of(environment: Mapping[str, str], settings: Settings, parameters: Mapping[str, Any], tracks: bool) -> Tracking:
        uri = environment.get("MLFLOW_TRACKING_URI")
        if not tracks or not uri:
            return Tracking()
        # The library's own defaults hold a training up for half an hour when the server is away.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        try:
            from mlflow.tracking import MlflowClient

            client = MlflowClient(uri)
            run_id = _run_of(client, settings, environment)
            for name, value in parameters.items():
                client.log_param(run_id, name, value)
            return Tracking(client, run_id)
        except Exception as error:
            print(f"MLflow at {uri} is not told: {error}", file=sys.stderr, flush=True)
            return Tracking()

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        """At most once a second: each is a request."""
        now = time.monotonic()
        if self._client is None or now - self._last < 1:
            return
        self._last = now

        def tell() -> None:
            for name, value in values.items():
                self._client.log_metric(self._run_id, name, value, step=step)

        self._try(tell)

    def end(self, folder: Path, succeeded: bool) -> None:
        if succeeded:
            self._try(lambda: self._client.log_artifacts(self._run_id, str(folder)))
        self._try(lambda: self._client.set_terminated(self._run_id, "FINISHED" if succeeded else "FAILED"))

    def _try(self, tell: Callable[[], object]) -> None:
        if self._client is None:
            return
        try:
            tell()
        except Exception as error:
            print(f"MLflow is not told any more: {error}", file=sys.stderr, flush=True)
            self._client = None


def _run_of(client: Any, settings: Settings, environment: Mapping[str, str]) -> str:
    """A training that goes on from a checkpoint goes on in its run."""
    name = environment.get("MLFLOW_EXPERIMENT_NAME", "ml-platform")
    experiment = client.get_experiment_by_name(name)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(name)
    found = client.search_runs([experiment_id], f"tags.job_id = '{settings.job_id}'", max_results=1)
    if found:
        client.update_run(found[0].info.run_id, "RUNNING")
        return str(found[0].info.run_id)
    run = client.create_run(experiment_id, run_name=settings.job_id, tags={"job_id": settings.job_id})
    return str(run.info.run_id)
