"""The same functions on a real Ray of two workers on this machine, by Ray Train."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Train, command, merged, process_environment

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed here"),
]
WORKERS = {"NUM_WORKER": "2", "RAY_DISABLE_METRICS_COLLECTION": "1"}


@pytest.mark.parametrize(
    ("algorithm", "variables"),
    [
        ("xgboost", {"NUM_BOOST_ROUND": "60"}),
        ("lightgbm", {"NUM_ITERATIONS": "80", "METRIC": "rmse"}),
        pytest.param(
            "torch-mpi",
            {"MODEL_NAME": "mlp", "NUM_CLASSES": "1", "EPOCHS": "8", "LEARNING_RATE": "0.01"},
            marks=pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed here"),
        ),
    ],
)
def test_two_workers_learn_as_one_does(train: Train, algorithm: str, variables: dict[str, str]) -> None:
    ended = train(algorithm, "--runtime", "ray", **WORKERS, **variables)
    assert ended.code == 0, ended.errors
    result = ended.result()
    assert result["workers"] == 2
    assert result["rows"]["train"] == 1500
    assert result["metrics"]["validation"]["rmse"] < 0.6
    assert ended.reports[-1]["progressPercentage"] == 100


def test_what_a_worker_refuses_ends_the_job_with_its_sentence(train: Train) -> None:
    ended = train("xgboost", "--runtime", "ray", **WORKERS, LABEL_COLUMN="cost")
    assert ended.code == 65, ended.errors
    assert 'DataError: inputDataConfig.labelName (LABEL_COLUMN) is "cost"' in ended.sentence


def test_a_killed_worker_costs_no_more_than_a_checkpoint(told: dict[str, str]) -> None:
    variables = {**WORKERS, "NUM_BOOST_ROUND": "400", "CHECKPOINT_EVERY": "20"}
    environment = process_environment(merged(told, variables))
    process = subprocess.Popen(
        command("xgboost", "--runtime", "ray"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    checkpoints = Path(told["STORAGE_PATH"]) / "checkpoints/job-1"
    end = time.monotonic() + 180
    while not list(checkpoints.glob("step-*[2468]0")) and time.monotonic() < end and process.poll() is None:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    os.kill(worker_of(process.pid), signal.SIGKILL)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    assert "all start again from the last checkpoint" in output
    assert "goes on after step " in output


def worker_of(driver: int) -> int:
    """One of Ray's workers below this driver, found by its title."""
    lines = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = [(int(pid), int(parent), title) for pid, parent, title in (line.split(None, 2) for line in lines[1:])]
    below, found = {driver}, -1
    for _ in range(5):
        below |= {pid for pid, parent, _title in rows if parent in below}
    for pid, _parent, title in rows:
        if pid in below and "RayTrainWorker" in title:
            found = pid
    assert found > 0, rows
    return found
