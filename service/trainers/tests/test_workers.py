"""Several workers as plain processes, which find each other as an operator of trainings would have them.

Two workers that each see half of the rows learn what one learns that sees all of them: every step has the whole data,
so that no order of rows is in the way.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import needs, trained

from mlplatform.errors import UserError
from mlplatform.run import World

NETWORK = {"EPOCHS": "6", "LEARNING_RATE": "0.02", "LABEL_COLUMN": "class"}
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
            "NUM_LAYERS": "1",
            "HIDDEN_SIZE": "32",
            "NUM_ATTENTION_HEADS": "2",
            "VOCABULARY_SIZE": "258",
            "MAX_SEQUENCE_LENGTH": "48",
            "TOTAL_STEPS": "20",
            "WARMUP_STEPS": "2",
            "LEARNING_RATE": "0.01",
            "COMPUTE_DTYPE": "float32",
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
