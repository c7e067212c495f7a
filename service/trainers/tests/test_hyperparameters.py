"""The contract of the job API, as it arrives in variables."""

from __future__ import annotations

import pytest

from mlplatform.algorithms import ALGORITHMS
from mlplatform.errors import UserError
from mlplatform.hyperparameters import contract, read_hyperparameters


def test_every_algorithm_of_the_job_api_is_here() -> None:
    assert set(contract()) == set(ALGORITHMS)


@pytest.mark.parametrize("algorithm", contract())
def test_defaults_survive_being_told_as_text(algorithm: str) -> None:
    """As service/jobs/environment.ts tells them: null is empty, a list is joined by commas."""

    def told(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, list):
            return ",".join(value)
        return str(value).lower() if isinstance(value, bool) else str(value)

    fields = contract()[algorithm]["fields"]
    read = read_hyperparameters(algorithm, {field["variable"]: told(field["default"]) for field in fields})
    assert read.values == {field["name"]: field["default"] for field in fields}
    assert read_hyperparameters(algorithm, {}).values == read.values


def test_zero_is_a_value() -> None:
    read = read_hyperparameters("xgboost", {"LAMBDA": "0", "MAX_DEPTH": "0", "VERBOSITY": "0", "CSV_WEIGHT": "0"})
    assert (read.number("lambda"), read.integer("max_depth"), read.integer("verbosity")) == (0, 0, 0)


@pytest.mark.parametrize(
    ("algorithm", "variable", "text", "need"),
    [
        ("xgboost", "NTHREAD", "all", "a whole number is needed"),
        ("xgboost", "TWEEDIE_VARIANCE_POWER", "2", "it must be below 2"),
        ("xgboost", "UPDATER", "rm -rf", "it does not have the form"),
        ("xgboost", "EVAL_METRIC", "", "at least 1 is needed"),
        ("lightgbm", "LEARNING_RATE", "0", "it must be above 0"),
        ("lightgbm", "EXTRA_TREES", "yes", "true or false is needed"),
        ("xgboost", "CSV_WEIGHT", "2", "one of 0, 1 is needed"),
    ],
)
def test_what_does_not_fit_is_refused(algorithm: str, variable: str, text: str, need: str) -> None:
    with pytest.raises(UserError, match=need) as refused:
        read_hyperparameters(algorithm, {variable: text})
    assert f'({variable}) is "{text}"' in str(refused.value)
