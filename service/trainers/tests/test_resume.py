"""A training that is ended in the middle goes on where it was; one that is not the same begins anew."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ended, Train, command, merged, process_environment
from processes import needs

# Long enough to be ended in the middle, whatever the machine's speed: it is ended at its third checkpoint.
ROUNDS = {"xgboost": ("NUM_BOOST_ROUND", "120"), "lightgbm": ("NUM_ITERATIONS", "120")}
EVERY = 10


def variables_of(algorithm: str) -> dict[str, str]:
    name, rounds = ROUNDS[algorithm]
    return {name: rounds, "CHECKPOINT_EVERY": str(EVERY)}


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


def started(algorithm: str, told: dict[str, str], **variables: str) -> subprocess.Popen[str]:
    environment = process_environment(merged(told, {**variables_of(algorithm), **variables}))
    return subprocess.Popen(
        command(algorithm), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def steps_in(folder: Path) -> list[int]:
    return sorted(int(path.name.removeprefix("step-")) for path in folder.glob("step-*"))


@pytest.mark.parametrize("algorithm", ["xgboost", "lightgbm"])
def test_killed_in_the_middle_the_curve_goes_on(algorithm: str, told: dict[str, str], train: Train) -> None:
    undisturbed = train(algorithm, **variables_of(algorithm), MLPLATFORM_JOB_ID="calm")
    assert undisturbed.code == 0, undisturbed.errors

    checkpoints = Path(told["STORAGE_PATH"]) / "checkpoints/job-1"
    process = started(algorithm, told)
    until(lambda: len(steps_in(checkpoints)) >= 2 and steps_in(checkpoints)[-1] >= 3 * EVERY, process)
    process.kill()
    process.communicate()
    kept = steps_in(checkpoints)[-1]
    history = json.loads((checkpoints / f"step-{kept:09d}/checkpoint.json").read_text())["state"]["history"]
    assert all(len(curve) == kept for curve in history.values())

    ended = train(algorithm, **variables_of(algorithm))
    assert ended.code == 0, ended.errors
    result = ended.result()
    assert result["resumedAt"] == kept
    assert result["steps"] == 120
    first = ended.reports[0]["metrics"][0]
    assert first == {"name": "current_step", "value": str(kept + 1)}
    # Neither draws rows or columns at random here, so nothing but rounding lies between the two.
    calm = undisturbed.result("calm")["metrics"]
    for channel, figures in result["metrics"].items():
        for name, value in figures.items():
            assert value == pytest.approx(calm[channel][name], rel=0.02), (channel, name)


def test_asked_to_end_it_keeps_what_it_has(told: dict[str, str], train: Train) -> None:
    process = started("xgboost", told, CHECKPOINT_EVERY="150")
    assert process.stdout is not None
    process.stdout.readline()  # the report of the first round
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 143, errors
    assert "mlplatform: Interrupted: asked to end after round " in errors
    [kept, *_] = steps_in(Path(told["STORAGE_PATH"]) / "checkpoints/job-1")
    assert 1 <= kept < 120
    ended = train("xgboost", **variables_of("xgboost"))
    assert (ended.code, ended.result()["resumedAt"]) == (0, kept)


def short(train: Train, job: str, rounds: int, **more: str) -> Ended:
    ended = train("xgboost", MLPLATFORM_JOB_ID=job, NUM_BOOST_ROUND=str(rounds), CHECKPOINT_EVERY="2", **more)
    assert ended.code == 0, ended.errors
    return ended


def test_jobs_of_one_name_on_one_volume_do_not_continue_each_other(train_here: Train) -> None:
    short(train_here, "same-1", 6, RUN_NAME="same")
    assert short(train_here, "same-2", 6, RUN_NAME="same").result("same-2")["resumedAt"] is None


def test_a_retry_goes_on_where_the_job_was_and_a_clone_begins_anew(train_here: Train) -> None:
    short(train_here, "first", 6)  # leaves the checkpoints of rounds 2 and 4
    assert short(train_here, "retry", 6, MLPLATFORM_RETRY_OF="first").result("retry")["resumedAt"] == 4
    assert short(train_here, "clone", 6).result("clone")["resumedAt"] is None


def test_a_retry_of_a_retry_that_kept_nothing_goes_on_where_the_first_was(train_here: Train) -> None:
    first = short(train_here, "first", 6)
    short(train_here, "second", 6, MLPLATFORM_RETRY_OF="first")
    for path in (first.storage / "checkpoints/second").glob("step-*"):
        shutil.rmtree(path)
    assert short(train_here, "third", 6, MLPLATFORM_RETRY_OF="second").result("third")["resumedAt"] == 4


def test_a_damaged_checkpoint_is_passed_over_with_a_word(train_here: Train) -> None:
    ended = short(train_here, "job-1", 8)
    newest = ended.storage / "checkpoints/job-1/step-000000006"
    (newest / "model.ubj").write_bytes(b"half")
    again = short(train_here, "job-1", 8)
    assert again.result()["resumedAt"] == 4
    assert "step-000000006 is damaged and passed over" in again.errors


def test_as_many_checkpoints_are_kept_as_asked(train_here: Train) -> None:
    ended = short(train_here, "job-1", 12, CHECKPOINT_RETENTION="3")
    assert steps_in(ended.storage / "checkpoints/job-1") == [6, 8, 10]


def test_what_an_early_end_goes_by_survives(train_here: Train) -> None:
    """The rounds without improvement are counted over all attempts."""
    variables = {"NUM_BOOST_ROUND": "300", "EARLY_STOPPING_ROUNDS": "10", "CHECKPOINT_EVERY": "1", "ETA": "0.9"}
    calm = train_here("xgboost", **variables, MLPLATFORM_JOB_ID="calm")
    end = calm.result("calm")["steps"]
    assert end < 300
    assert calm.result("calm")["bestRound"] == end - 10
    # Its last checkpoint is that of the round before the end: the next attempt has one round to do.
    again = train_here("xgboost", **variables, MLPLATFORM_JOB_ID="calm")
    assert (again.result("calm")["resumedAt"], again.result("calm")["steps"]) == (end - 1, end)


MODELS = {
    "torch-mpi": """
from torch import nn
def build_model(features, classes):
    return nn.Sequential(nn.Linear(features, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, classes))
""",
    "tf-distributed": """
import keras
def build_model(features, classes):
    hidden = [keras.layers.Dense(64, "relu"), keras.layers.Dropout(0.5)]
    return keras.Sequential([keras.Input((features,)), *hidden, keras.layers.Dense(classes)])
""",
}


@pytest.mark.parametrize(
    ("algorithm", "named"),
    [
        pytest.param("torch-mpi", "MODEL_NAME", marks=needs("torch")),
        pytest.param("tf-distributed", "MODEL_MODULE", marks=needs("tensorflow")),
    ],
)
def test_dropout_goes_on_where_it_was(algorithm: str, named: str, told: dict[str, str], train: Train) -> None:
    """An attempt that drew again what the first epochs drew would learn something else."""
    model = Path(told["STORAGE_PATH"]) / "models/net.py"
    model.parent.mkdir(parents=True)
    model.write_text(MODELS[algorithm])
    variables = {named: "models/net.py", "LABEL_COLUMN": "class", "NUM_CLASSES": "3", "EPOCHS": "3"}

    def trained() -> float:
        ended = train(algorithm, **variables, CHECKPOINT_EVERY="1")
        assert ended.code == 0, ended.errors
        return float(ended.result()["metrics"]["validation"]["loss"])

    calm = trained()
    checkpoints = Path(told["STORAGE_PATH"]) / "checkpoints/job-1"
    shutil.rmtree(checkpoints / f"step-{steps_in(checkpoints)[-1]:09d}")
    assert trained() == pytest.approx(calm, rel=1e-4)
