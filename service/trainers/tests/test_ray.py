"""The same functions on a real Ray of two workers on this machine, by Ray Train."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import language_model
import pytest
from conftest import Ended, Train, command, merged, process_environment
from processes import PATIENCE_SECONDS, needs

pytestmark = [
    pytest.mark.ray,
    needs("ray"),
]
# Ray starts workers with the least of priorities, which a machine with other things to do leaves nothing.
WORKERS = {"NUM_WORKER": "2", "RAY_DISABLE_METRICS_COLLECTION": "1", "RAY_worker_niceness": "0"}


@pytest.fixture
def train(train: Train) -> Train:
    """Again where Ray itself did not come up: it has no more patience than half a minute."""

    def run(algorithm: str, /, *arguments: str, **variables: str | None) -> Ended:
        for _ in range(4):
            ended = train(algorithm, *arguments, **variables)
            if ended.code != 75 or "Ray did not start" not in ended.sentence:
                break
        return ended

    return run


@pytest.mark.parametrize(
    ("algorithm", "variables"),
    [
        ("xgboost", {"NUM_BOOST_ROUND": "60"}),
        ("lightgbm", {"NUM_ITERATIONS": "80", "METRIC": "rmse"}),
        pytest.param(
            "torch-mpi",
            {"MODEL_NAME": "mlp", "NUM_CLASSES": "1", "EPOCHS": "8", "LEARNING_RATE": "0.01"},
            marks=needs("torch"),
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


def test_a_cluster_that_does_not_answer_may_be_tried_again(train_here: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    # One try, in the place of two.
    monkeypatch.setenv("RAY_gcs_server_port_wait_time_s", "1")
    ended = train_here("xgboost", "--runtime", "ray", RAY_ADDRESS="127.0.0.1:1", **WORKERS)
    assert (ended.code, ended.sentence[:18]) == (75, "TemporaryFailure: "), ended.errors


def test_what_a_worker_refuses_ends_the_job_with_its_sentence(train: Train) -> None:
    ended = train("xgboost", "--runtime", "ray", **WORKERS, LABEL_COLUMN="cost")
    assert ended.code == 65, ended.errors
    assert 'DataError: inputDataConfig.labelName (LABEL_COLUMN) is "cost"' in ended.sentence


@dataclass(frozen=True)
class Case:
    """Long enough for two ends in the middle of it; small enough to be done in a minute."""

    variables: Mapping[str, str]
    every: int
    """Steps, or of networks that count them epochs, between two checkpoints."""
    figure: str
    """Of the validation channel."""


TABLE = {"LABEL_COLUMN": "class", "NUM_CLASSES": "3", "LEARNING_RATE": "0.002", "CHECKPOINT_EVERY": "1"}
TEXT = {"TEXTS": "yes", "VOCABULARY_SIZE": "258", "MAX_SEQUENCE_LENGTH": "48", "NUM_LAYERS": "1", "HIDDEN_SIZE": "32"}
DISTURBED = {
    "xgboost": Case({"NUM_BOOST_ROUND": "1500", "ETA": "0.01", "MAX_DEPTH": "3", "CHECKPOINT_EVERY": "50"}, 50, "rmse"),
    "lightgbm": Case(
        {
            "NUM_ITERATIONS": "1500",
            "LEARNING_RATE": "0.01",
            "NUM_LEAVES": "8",
            "METRIC": "rmse",
            "CHECKPOINT_EVERY": "50",
        },
        50,
        "rmse",
    ),
    "torch-mpi": Case({**TABLE, "MODEL_NAME": "mlp", "EPOCHS": "40"}, 1, "loss"),
    "horovod-mpi": Case({**TABLE, "MODEL_NAME": "mlp", "EPOCHS": "40", "OPTIMIZER": "adamw"}, 1, "loss"),
    "tf-distributed": Case({**TABLE, "EPOCHS": "30", "BATCH_SIZE_PER_REPLICA": "32"}, 1, "loss"),
    "tensorflow-cnn": Case(
        {
            "PICTURES": "yes",
            "LABEL_COLUMN": "stands",
            "NUM_CLASSES": "2",
            "ARCHITECTURE": "simple",
            "PRETRAINED": "none",
            "CHANNELS": "1",
            "IMAGE_SIZE": "28",
            "BATCH_SIZE": "16",
            "EPOCHS": "25",
            "LEARNING_RATE": "0.001",
            "RANDOM_ROTATION": "0",
            "RANDOM_ZOOM": "0",
            "DROPOUT": "0",
        },
        1,
        "loss",
    ),
    "tensorflow-transformer": Case(
        {
            **TEXT,
            "LABEL_COLUMN": "mood",
            "NUM_ATTENTION_HEADS": "2",
            "INTERMEDIATE_SIZE": "64",
            "PRETRAINED": "false",
            "EPOCHS": "25",
            "LEARNING_RATE": "0.0005",
            "DROPOUT": "0",
            "ATTENTION_DROPOUT": "0",
        },
        1,
        "loss",
    ),
    "jax-pjit": Case(
        {
            **TEXT,
            "NUM_ATTENTION_HEADS": "2",
            "TOTAL_STEPS": "400",
            "WARMUP_STEPS": "5",
            "LEARNING_RATE": "0.002",
            "COMPUTE_DTYPE": "float32",
            "EVAL_EVERY": "0",
            "CHECKPOINT_EVERY": "10",
        },
        10,
        "loss",
    ),
    "deepspeed-zero3": Case(
        {**language_model.VARIABLES, "TEXTS": "yes", "LABEL_COLUMN": "mood", "MAX_STEPS": "150"}
        | {"CHECKPOINT_EVERY": "5"},
        5,
        "loss",
    ),
}
ENGINES = {"torch-mpi": "torch", "horovod-mpi": "torch", "jax-pjit": "jax", "deepspeed-zero3": "deepspeed"}


@pytest.mark.parametrize(
    "algorithm",
    [
        pytest.param(name, marks=needs(ENGINES.get(name, name if name in ("xgboost", "lightgbm") else "tensorflow")))
        for name in DISTURBED
    ],
)
def test_a_killed_worker_and_a_killed_driver_cost_no_more_than_a_checkpoint_each(
    algorithm: str, told: dict[str, str], data: Path, train: Train, tmp_path: Path
) -> None:
    case = DISTURBED[algorithm]
    variables = {**WORKERS, **case.variables}
    for mark, kind in (("TEXTS", "texts.csv"), ("PICTURES", "pictures.parquet")):
        if variables.pop(mark, None):
            told |= {f"S3_{key}_KEY": f"file://{data}/{name}-{kind}" for key, name in CHANNELS.items()}
            told |= {"FEATURE_NAMES": "text" if mark == "TEXTS" else ""}
    if algorithm == "deepspeed-zero3":
        language_model.write(Path(told["STORAGE_PATH"]) / "models/small")

    undisturbed = train(algorithm, "--runtime", "ray", **variables, MLPLATFORM_JOB_ID="calm")
    assert undisturbed.code == 0, undisturbed.errors[-3000:]

    checkpoints = Path(told["STORAGE_PATH"]) / "checkpoints/job-1"
    with started(algorithm, merged(told, variables), tmp_path / "output") as process:
        process.until(lambda _: steps_in(checkpoints)[1:])
        os.kill(worker_of(process.pid), signal.SIGKILL)
        kept = steps_in(checkpoints)[-1]
        resumed = process.until(lambda output: [int(step) for step in RESUMED.findall(output)])[-1]
        assert "all start again from the last checkpoint" in process.output
        # What was kept is used; another checkpoint may have been on its way when the worker was killed.
        assert kept <= resumed <= kept + case.every
        process.until(lambda _: [step for step in steps_in(checkpoints) if step > resumed])
        kept = steps_in(checkpoints)[-1]
        process.kill()

    ended = train(algorithm, "--runtime", "ray", **variables)
    assert ended.code == 0, ended.errors[-3000:]
    result = ended.result()
    # Ray's workers learn of it a little later, and what they keep until then is used, too.
    assert kept <= result["resumedAt"]
    assert result["steps"] == undisturbed.result("calm")["steps"]
    calm = undisturbed.result("calm")["metrics"]["validation"][case.figure]
    assert result["metrics"]["validation"][case.figure] == pytest.approx(calm, rel=0.05)


@pytest.mark.parametrize(
    ("algorithm", "variables"),
    [
        ("xgboost", {"NUM_BOOST_ROUND": "1000000", "ETA": "0.01", "MAX_DEPTH": "3"}),
        pytest.param("torch-mpi", {**TABLE, "MODEL_NAME": "mlp", "EPOCHS": "100000"}, marks=needs("torch")),
    ],
)
def test_a_driver_that_is_asked_to_end_has_its_workers_keep_what_they_have(
    algorithm: str, variables: dict[str, str], told: dict[str, str], tmp_path: Path
) -> None:
    told |= {**WORKERS, **variables, "CHECKPOINT_EVERY": "0"}
    with started(algorithm, told, tmp_path / "output") as process:
        process.until(lambda output: "trainerStatus" in output)
        code = process.ask_to_end()
        assert code == 143, process.output[-3000:]
        assert re.search(r"mlplatform: Interrupted: asked to end after (round|step|epoch) ", process.output)
    [kept] = (Path(told["STORAGE_PATH"]) / "checkpoints/job-1").glob("step-*")
    assert (kept / "checkpoint.json").exists()


CHANNELS = {"TRAIN": "train", "VAL": "validation"}
RESUMED = re.compile(r"goes on after step (\d+)")
Seen = TypeVar("Seen")


class Process:
    def __init__(self, process: subprocess.Popen[bytes], file: Path) -> None:
        self._process, self._file = process, file

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return self._file.read_text(errors="replace")

    def until(self, look: Callable[[str], Seen]) -> Seen:
        """What `look` finds, which is to be something while the program runs."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (seen := look(self.output)):
            assert self._process.poll() is None, self.output[-3000:]
            assert time.monotonic() < end, self.output[-3000:]
            time.sleep(0.02)
        return seen

    def ask_to_end(self) -> int:
        self._process.terminate()
        return self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        assert self._process.poll() is None, self.output[-3000:]
        self._process.kill()
        self._process.wait()


@contextmanager
def started(algorithm: str, variables: Mapping[str, str], file: Path) -> Iterator[Process]:
    with file.open("w") as out:
        process = subprocess.Popen(
            command(algorithm, "--runtime", "ray"),
            env=process_environment(variables),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Process(process, file)
    finally:
        # Ray's own processes end with the one that started them; whatever happened, none is left.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def steps_in(folder: Path) -> list[int]:
    return sorted(int(path.name.removeprefix("step-")) for path in folder.glob("step-*"))


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
