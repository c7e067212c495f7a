"""XGBoost's parameters as the job API has had them since 1.6: taken, mapped or refused by XGBoost as it is today."""

from __future__ import annotations

import pytest
from conftest import Train

TAKEN = [
    {"UPDATER": "grow_colmaker,prune"},
    {"UPDATER": "grow_histmaker,prune"},
    {"UPDATER": "grow_local_histmaker,prune"},
    {"UPDATER": "grow_quantile_histmaker,sync"},
    {"UPDATER": "sync"},
    {"BOOSTER": "gblinear"},
    {"BOOSTER": "gblinear", "UPDATER": "shotgun", "LAMBDA_BIAS": "1"},
    {"BOOSTER": "gblinear", "UPDATER": "coord_descent"},
    {"BOOSTER": "dart", "SAMPLE_TYPE": "weighted", "NORMALIZE_TYPE": "forest", "ONE_DROP": "1", "SKIP_DROP": "0.1"},
    {"TREE_METHOD": "approx", "SKETCH_EPS": "0.1"},
    {"TREE_METHOD": "exact"},
    {"SAMPLING_METHOD": "gradient_based", "SUBSAMPLE": "0.5"},
    {"GROW_POLICY": "lossguide", "MAX_LEAVES": "8", "MAX_DEPTH": "0"},
    {"NUM_PARALLEL_TREE": "3"},
    {"DSPLIT": "row"},
    {"EVAL_METRIC": "rmse,mae,mape,mphe"},
    {"OBJECTIVE": "reg:pseudohubererror"},
    {"OBJECTIVE": "reg:absoluteerror"},
    {"OBJECTIVE": "reg:quantileerror", "QUANTILE_ALPHA": "0.9", "EVAL_METRIC": "quantile"},
    {"NTHREAD": "1", "VERBOSITY": "0"},
]
REFUSED = [
    ({"DSPLIT": "col"}, 'hyperparameters.xgboost.dsplit is "col": XGBoost 3.4 no longer splits data by columns'),
    ({"PROCESS_TYPE": "update"}, 'process_type is "update": it updates the trees of a given model'),
    ({"UPDATER": "refresh"}, "refresh grows no trees"),
    ({"UPDATER": "prune"}, "prune grows no trees"),
    ({"UPDATER": "grow_gpu_hist"}, "grow_gpu_hist needs a GPU"),
    ({"UPDATER": "coord_descent"}, "coord_descent does not belong to booster gbtree"),
    ({"BOOSTER": "gblinear", "UPDATER": "grow_histmaker"}, "does not belong to booster gblinear"),
    ({"BOOSTER": "gblinear", "UPDATER": "gpu_coord_descent"}, "gpu_coord_descent needs a GPU"),
    ({"TREE_METHOD": "gpu_hist"}, 'tree_method is "gpu_hist": resources.instanceResources.gpuCount is 0'),
    ({"TREE_METHOD": "exact", "MAX_DEPTH": "0"}, "it needs a max_depth of at least 1"),
    ({"TREE_METHOD": "approx", "SKETCH_EPS": "0"}, "sketch_eps is 0.0: it must be above 0"),
    ({"LAMBDA": "-1"}, "lambda is -1.0: XGBoost takes 0 or more"),
    ({"ALPHA": "-1"}, "alpha is -1.0: XGBoost takes 0 or more"),
]


@pytest.mark.parametrize("variables", TAKEN, ids=lambda told: " ".join(f"{k}={v}" for k, v in told.items()))
def test_taken(train_here: Train, variables: dict[str, str]) -> None:
    ended = train_here("xgboost", NUM_BOOST_ROUND="3", S3_VAL_KEY=None, **variables)
    assert ended.code == 0, ended.errors
    assert ended.result()["steps"] == 3
    # The library names on its own what it does not use.
    assert "are not used" not in ended.errors


@pytest.mark.parametrize(("variables", "sentence"), REFUSED)
def test_refused_with_the_reason(train_here: Train, variables: dict[str, str], sentence: str) -> None:
    ended = train_here("xgboost", NUM_BOOST_ROUND="3", **variables)
    assert ended.code == 64, ended.errors
    assert sentence in ended.sentence


def test_what_tweedie_needs_is_told_by_its_name(train_here: Train) -> None:
    variables = {"OBJECTIVE": "reg:tweedie", "EVAL_METRIC": "tweedie-nloglik", "LABEL_COLUMN": "weight"}
    ended = train_here("xgboost", NUM_BOOST_ROUND="3", **variables)
    assert ended.code == 0, ended.errors
    assert "tweedie-nloglik@1.5" in ended.result()["metrics"]["train"]
