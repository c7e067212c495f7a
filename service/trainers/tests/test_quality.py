"""Each algorithm learns: on the small data it reaches a figure that a broken one misses.

What guessing gets: an rmse of 1.55 (the deviation of the label), an accuracy of 0.37 (the most frequent class).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Train
from processes import needs
from pyarrow import csv

torch = needs("torch")

FAST = {"EPOCHS": "8", "LEARNING_RATE": "0.01", "MODEL_NAME": "mlp"}
CLASSES = {"LABEL_COLUMN": "class", "NUM_CLASSES": "3"}

CASES = [
    ("xgboost", {"NUM_BOOST_ROUND": "60"}, "rmse", 0.55),
    ("xgboost", {"NUM_BOOST_ROUND": "60", "BOOSTER": "dart", "RATE_DROP": "0.1"}, "rmse", 0.6),
    ("xgboost", {"NUM_BOOST_ROUND": "60", "TREE_METHOD": "approx"}, "rmse", 0.55),
    ("lightgbm", {"NUM_ITERATIONS": "80", "METRIC": "rmse"}, "rmse", 0.55),
    pytest.param("torch-mpi", {**FAST, "NUM_CLASSES": "1", "LABEL_COLUMN": "spend"}, "rmse", 0.55, marks=torch),
    pytest.param("torch-mpi", {**FAST, **CLASSES}, "accuracy", 0.78, marks=torch),
    pytest.param("horovod-mpi", {**FAST, **CLASSES, "OPTIMIZER": "adamw"}, "accuracy", 0.78, marks=torch),
]


@pytest.mark.parametrize(("algorithm", "variables", "metric", "bound"), CASES)
def test_it_learns(
    train_here: Train, data: Path, algorithm: str, variables: dict[str, str], metric: str, bound: float
) -> None:
    ended = train_here(algorithm, **variables, S3_TEST_KEY=f"file://{data}/test.parquet")
    assert ended.code == 0, ended.errors
    figures = ended.result()["metrics"]
    for channel in ("validation", "test"):
        reached = figures[channel][metric]
        assert reached >= bound if metric == "accuracy" else reached <= bound, (channel, reached)


@torch
@needs("onnx")
def test_a_network_of_pytorch_is_kept_as_onnx_too(train_here: Train, data: Path) -> None:
    """Another runtime says the same of the same rows, by model.onnx and input.json alone."""
    from onnx.reference import ReferenceEvaluator

    ended = train_here("torch-mpi", **FAST, **CLASSES)
    assert ended.code == 0, ended.errors
    folder = ended.storage / "artifacts/job-1/model"
    told = json.loads((folder / "input.json").read_text())
    table = csv.read_csv(data / "validation.csv")
    rows = np.stack([table.column(name).to_numpy() for name in told["features"]], axis=1)
    scaled = np.nan_to_num((rows - np.array(told["mean"])) / np.array(told["deviation"])).astype(np.float32)
    [said] = ReferenceEvaluator(str(folder / "model.onnx")).run(None, {"features": scaled})
    accuracy = float((said.argmax(axis=1) == table.column("class").to_numpy()).mean())
    assert accuracy == pytest.approx(ended.result()["metrics"]["validation"]["accuracy"], abs=0.002)


def test_classes_are_counted_from_the_labels(train_here: Train) -> None:
    ended = train_here(
        "xgboost", NUM_BOOST_ROUND="30", OBJECTIVE="multi:softprob", EVAL_METRIC="merror", LABEL_COLUMN="class"
    )
    assert ended.code == 0, ended.errors
    assert ended.result()["metrics"]["validation"]["merror"] < 0.2


def test_queries_are_ranked(train_here: Train) -> None:
    ended = train_here(
        "xgboost",
        NUM_BOOST_ROUND="30",
        OBJECTIVE="rank:ndcg",
        EVAL_METRIC="ndcg@5",
        LABEL_COLUMN="class",
        GROUP_COLUMN="query",
    )
    assert ended.code == 0, ended.errors
    assert ended.result()["metrics"]["validation"]["ndcg@5"] > 0.9


def test_weights_count(train_here: Train) -> None:
    """The weight is the second column; with it the rounding of the figures is another."""
    plain = train_here("xgboost", NUM_BOOST_ROUND="5", MLPLATFORM_JOB_ID="plain")
    weighted = train_here("xgboost", NUM_BOOST_ROUND="5", MLPLATFORM_JOB_ID="weighted", CSV_WEIGHT="1")
    figures = [
        ended.result(job)["metrics"]["train"]["rmse"] for ended, job in ((plain, "plain"), (weighted, "weighted"))
    ]
    assert figures[0] != figures[1]
    assert abs(figures[0] - figures[1]) < 0.1
