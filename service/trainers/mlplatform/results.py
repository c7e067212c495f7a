"""What a training leaves: the model and result.json, below ARTIFACT_URI under the job's id."""

from __future__ import annotations

import json
import math
import platform
import shutil
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mlplatform.data.location import Location, artifact_location, put_folder
from mlplatform.errors import writing
from mlplatform.run import Outcome, Run

_ENGINES = ("xgboost-cpu", "xgboost", "lightgbm", "torch", "jax", "tensorflow", "tensorflow-cpu", "deepspeed", "ray")


def keep_results(run: Run, outcome: Outcome, began: float) -> Location:
    """Two jobs may name one place for their results: each has a folder of its own in it."""
    target = artifact_location(run.settings).below(run.settings.job_id)
    result = {
        "jobId": run.settings.job_id,
        "algorithm": run.parameters.algorithm,
        "metrics": _finite(outcome.metrics),
        "steps": outcome.steps,
        "resumedAt": run.resumed_at,
        "rows": outcome.rows,
        "workers": run.world.size,
        "seconds": round(time.monotonic() - began, 3),
        "model": {
            "folder": "model",
            "format": outcome.model_format,
            "files": _files_of(run.model_folder),
            "bytes": sum((run.model_folder / name).stat().st_size for name in _files_of(run.model_folder)),
        },
        "hyperparameters": run.parameters.values,
        "versions": {"python": platform.python_version(), **_versions()},
        **outcome.details,
    }
    folder = run.model_folder.parent
    with writing(str(folder), "STORAGE_PATH"):
        (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    run.checkpoints.claim.check()
    put_folder(folder, target, run.settings)
    return target


def fresh_model_folder(staging: Path) -> Path:
    shutil.rmtree(staging, ignore_errors=True)
    folder = staging / "model"
    with writing(str(folder), "STORAGE_PATH"):
        folder.mkdir(parents=True)
    return folder


def _files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _finite(values: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(values, float):
        return values if math.isfinite(values) else None
    if hasattr(values, "items"):
        return {key: _finite(value) for key, value in values.items()}
    return values


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _ENGINES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
