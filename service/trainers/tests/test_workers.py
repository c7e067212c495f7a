"""Several workers as plain processes, which find each other as an operator of trainings would have them.

Two workers that each see half of the rows learn what one learns that sees all of them: every step has the whole data,
so that no order of rows is in the way.
"""

from __future__ import annotations

import json
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import language_model
import pytest
from conftest import texts_in
from processes import Processes, needs, trained, trained_while

from mlplatform.errors import UserError
from mlplatform.run import World

NETWORK = {"EPOCHS": "6", "LEARNING_RATE": "0.02", "LABEL_COLUMN": "class"}
LANGUAGE = {
    "NUM_LAYERS": "1",
    "HIDDEN_SIZE": "32",
    "NUM_ATTENTION_HEADS": "2",
    "VOCABULARY_SIZE": "258",
    "MAX_SEQUENCE_LENGTH": "48",
    "LEARNING_RATE": "0.01",
    "COMPUTE_DTYPE": "float32",
}
WHOLE, HALF = "3000", "1500"
CASES = [
    pytest.param(
        "torch-mpi",
        {**NETWORK, "NUM_CLASSES": "3", "MODEL_NAME": "mlp", "WARMUP_STEPS": "0"},
        {1: {"BATCH_SIZE": WHOLE}, 2: {"BATCH_SIZE": HALF}},
        marks=needs("torch"),
    ),
    pytest.param(
        "tf-distributed",
        {**NETWORK, "SCALE_LEARNING_RATE": "false", "GRADIENT_CLIP_NORM": "0"},
        {1: {"BATCH_SIZE_PER_REPLICA": WHOLE}, 2: {"BATCH_SIZE_PER_REPLICA": HALF}},
        marks=needs("tensorflow"),
    ),
    pytest.param(
        "jax-pjit",
        {
            **LANGUAGE,
            "TOTAL_STEPS": "20",
            "WARMUP_STEPS": "2",
            "FEATURE_NAMES": "text",
            "TEXTS": "yes",
        },
        {1: {"PER_DEVICE_BATCH_SIZE": "8"}, 2: {"PER_DEVICE_BATCH_SIZE": "4"}},
        marks=needs("jax"),
    ),
]


@pytest.mark.parametrize(("algorithm", "variables", "by_size"), CASES)
def test_two_workers_learn_what_one_learns(
    told: dict[str, str],
    data: Path,
    algorithm: str,
    variables: dict[str, str],
    by_size: dict[int, dict[str, str]],
) -> None:
    if "TEXTS" in variables:
        told |= {f"S3_{key}_KEY": f"file://{data}/{name}-texts.csv" for key, name in channels.items()}
    figures: list[dict[str, dict[str, float]]] = []
    for size, more in by_size.items():
        ended = trained(algorithm, told, size, **variables, **more)
        assert [each.code for each in ended] == [0] * size, [each.errors[-2000:] for each in ended]
        # One of them reports and keeps the model.
        assert [bool(each.reports) for each in ended] == [True, False][:size]
        result = ended[0].result(f"by-{size}")
        assert result["workers"] == size
        figures.append(result["metrics"])
    alone, together = figures
    assert together.keys() == alone.keys() == {"train", "validation"}
    for channel in alone:
        assert together[channel]["loss"] == pytest.approx(alone[channel]["loss"], rel=2e-3), figures


channels = {"TRAIN": "train", "VAL": "validation"}


@needs("tensorflow")
def test_two_workers_of_tensorflow_go_on_from_their_checkpoint(told: dict[str, str]) -> None:
    variables = {**NETWORK, "CHECKPOINT_EVERY": "1"}
    for epochs, resumed in (("2", None), ("3", 2)):
        ended = trained("tf-distributed", told, 2, **{**variables, "EPOCHS": epochs})
        assert [each.code for each in ended] == [0, 0], [each.errors[-2000:] for each in ended]
        result = ended[0].result("by-2")
        assert (result["resumedAt"], result["epochs"]) == (resumed, int(epochs))


@dataclass(frozen=True)
class Interrupted:
    """A training whose rate does not hang on its length, which is made known when it has been interrupted."""

    variables: dict[str, str]
    length: str
    """The variable of it."""
    more: int


STEADY = {"LEARNING_RATE_SCHEDULE": "constant", "CHECKPOINT_EVERY": "0"}
INTERRUPTED = {
    "torch-mpi": Interrupted(
        {**NETWORK, **STEADY, "NUM_CLASSES": "3", "MODEL_NAME": "mlp", "WARMUP_STEPS": "0"}, "EPOCHS", 1
    ),
    "tf-distributed": Interrupted({**NETWORK, **STEADY, "WARMUP_EPOCHS": "0"}, "EPOCHS", 1),
    "jax-pjit": Interrupted(
        {**LANGUAGE, **STEADY, "WARMUP_STEPS": "0", "EVAL_EVERY": "0", "TEXTS": "yes"}, "TOTAL_STEPS", 5
    ),
    "deepspeed-zero3": Interrupted(
        {**language_model.VARIABLES, "SCHEDULER": "none", "CHECKPOINT_EVERY": "0", "TEXTS": "yes"}, "MAX_STEPS", 5
    ),
}


@pytest.mark.parametrize(
    "algorithm",
    [
        pytest.param("torch-mpi", marks=needs("torch")),
        pytest.param("tf-distributed", marks=needs("tensorflow")),
        pytest.param("jax-pjit", marks=needs("jax")),
        pytest.param("deepspeed-zero3", marks=needs("deepspeed")),
    ],
)
def test_one_of_two_that_is_asked_to_end_takes_the_other_along_and_their_step_is_kept(
    algorithm: str, told: dict[str, str], data: Path
) -> None:
    case = INTERRUPTED[algorithm]
    variables = dict(case.variables)
    if variables.pop("TEXTS", None):
        told |= {**texts_in(data), "LABEL_COLUMN": "mood"}
    if algorithm == "deepspeed-zero3":
        language_model.write(Path(told["STORAGE_PATH"]) / "models/small")

    def ask_the_other(processes: Processes) -> None:
        leader, other = processes
        assert leader.stdout is not None
        while "trainerStatus" not in (line := leader.stdout.readline()):
            assert line, leader.communicate()
        other.send_signal(signal.SIGTERM)

    ended = trained_while(ask_the_other, algorithm, told, 2, **{**variables, case.length: "100000"})
    assert [each.code for each in ended] == [143, 143], [each.errors[-3000:] for each in ended]
    [place] = {each.sentence for each in ended}
    assert re.search(r"asked to end after (step|epoch) ", place)
    [kept] = (ended[0].storage / "checkpoints/by-2").glob("step-*")
    steps = json.loads((kept / "checkpoint.json").read_text())["step"]

    variables[case.length] = str(steps + case.more)
    again = trained(algorithm, told, 2, **variables)
    calm = trained(algorithm, told, 2, **variables, MLPLATFORM_JOB_ID="calm")
    assert [each.code for each in (*again, *calm)] == [0] * 4, [each.errors[-3000:] for each in (*again, *calm)]
    gone_on, undisturbed = again[0].result("by-2"), calm[0].result("calm")
    assert (gone_on["resumedAt"], undisturbed["resumedAt"]) == (steps, None)
    assert gone_on["steps"] == undisturbed["steps"]
    for channel, figures in undisturbed["metrics"].items():
        assert gone_on["metrics"][channel] == pytest.approx(figures, rel=2e-3, abs=1e-4), channel


@pytest.mark.parametrize(
    ("environment", "rank", "size"),
    [
        ({}, 0, 1),
        ({"NUM_WORKERS": "3"}, 0, 1),
        ({"RANK": "2", "WORLD_SIZE": "4"}, 2, 4),
        ({"WORKER_RANK": "1", "NUM_WORKERS": "2"}, 1, 2),
    ],
)
def test_a_worker_knows_its_place(environment: dict[str, str], rank: int, size: int) -> None:
    assert World.of(environment) == World(rank, size)


@pytest.mark.parametrize("environment", [{"RANK": "2", "WORLD_SIZE": "2"}, {"RANK": "first"}])
def test_a_place_that_is_none_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match="RANK"):
        World.of(environment)


def test_trees_on_several_processes_are_refused(told: dict[str, str]) -> None:
    """Each would train alone, on its share of the rows."""
    for ended in trained("xgboost", told, 2, NUM_BOOST_ROUND="2"):
        assert ended.code == 64, ended.errors
        assert "find each other by Ray alone" in ended.sentence
