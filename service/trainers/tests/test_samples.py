"""What a laptop trains where a job has no data (npm start -- --trainers): each algorithm learns its sample.

What guessing gets: an rmse of 1.55, an accuracy of 0.37 of three classes and 0.5 of two; the letters of the texts,
without their order, hold 3.9 bits (2.7 nats) each.
"""

from __future__ import annotations

import json
from pathlib import Path

import language_model
import pytest
from conftest import PACKAGE, Train
from processes import needs

from mlplatform.hyperparameters import contract

SAMPLES = json.loads((PACKAGE / "samples.json").read_text())

# What a broken trainer misses.
REACHED = {
    "xgboost": ("rmse", "<", 0.55),
    "lightgbm": ("l2", "<", 0.3),
    "torch-mpi": ("accuracy", ">", 0.78),
    "horovod-mpi": ("accuracy", ">", 0.78),
    "tf-distributed": ("accuracy", ">", 0.78),
    "tensorflow-cnn": ("accuracy", ">", 0.9),
    "tensorflow-transformer": ("accuracy", ">", 0.95),
    "jax-pjit": ("bits_per_byte", "<", 2.2),
    "deepspeed-zero3": ("loss", "<", 2.3),
}
ENGINES = {"torch": "torch", "horovod": "torch", "tf": "tensorflow", "tensorflow": "tensorflow"}
CASES = [
    pytest.param(name, marks=needs(ENGINES.get(family, family))) for name in SAMPLES for family in [name.split("-")[0]]
]


@pytest.mark.parametrize("algorithm", CASES)
def test_it_learns_its_sample(train: Train, data: Path, tmp_path: Path, algorithm: str) -> None:
    sample = SAMPLES[algorithm]
    chosen = dict(sample["hyperparameters"])
    if algorithm == "deepspeed-zero3":
        chosen["model_name"] = str(tmp_path / chosen["model_name"])
        language_model.write(Path(chosen["model_name"]))
    names = {field["name"]: field["variable"] for field in contract()[algorithm]["fields"]}
    variables = {names[name]: value if isinstance(value, str) else json.dumps(value) for name, value in chosen.items()}
    ended = train(
        algorithm,
        **variables,
        S3_TRAIN_KEY=f"file://{data}/{sample['train']}",
        S3_VAL_KEY=f"file://{data}/{sample['validation']}",
        LABEL_COLUMN=sample["label"],
        FEATURE_NAMES=sample["features"],
    )
    assert ended.code == 0, ended.errors[-3000:]
    metric, direction, bound = REACHED[algorithm]
    reached = ended.result()["metrics"]["validation"][metric]
    assert reached < bound if direction == "<" else reached > bound, reached
