"""lightgbm: gradient-boosted trees that grow leaf by leaf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm as lgb
import numpy as np

from mlplatform.boosting import Rounds, final_figures
from mlplatform.data.table import Table
from mlplatform.errors import DataError, UnavailableError, UserError
from mlplatform.hyperparameters import Hyperparameters
from mlplatform.run import Outcome, Run

_MODEL = "model.txt"
_LARGER = ("auc", "average_precision", "ndcg", "map", "auc_mu", "r2")


def train(run: Run) -> Outcome:
    parameters = run.parameters
    # Figures of the other channels are those of each worker's own rows, so every worker has all of these.
    tables = run.data.tables(others_whole=True)
    rounds = Rounds(
        run,
        parameters.integer("num_iterations"),
        parameters.integer("early_stopping_round"),
        _larger_is_better,
        parameters.number("learning_rate"),
        len(tables["train"]),
    )
    rounds.require_validation("early_stopping_round", tables)
    params = engine_parameters(parameters, run)
    _check_labels(parameters, tables)
    start = rounds.go_on_from()
    if start is not None and params["boosting"] == "rf":
        start, rounds.done, rounds.history = None, 0, {}  # a forest's average cannot be continued
    params["seed"] = (parameters.integer("seed") + rounds.done) % 2**31

    datasets = _datasets(tables, params)
    booster: lgb.Booster | None = None
    if rounds.done < rounds.total and not rounds.is_over:
        booster = _boost(params, datasets, rounds, str(start / _MODEL) if start else None)
    if booster is None:
        assert start is not None  # no rounds were left to do
        booster = lgb.Booster(model_file=str(start / _MODEL))
    best = rounds.best_round
    if run.world.leads:
        booster.save_model(str(run.model_folder / _MODEL), num_iteration=best)
    return Outcome(
        steps=rounds.done,
        metrics=final_figures(rounds.history, best),
        model_format="LightGBM text",
        rows={channel: len(table) for channel, table in tables.items()},
        details={"bestRound": best, "features": list(tables["train"].columns.features)},
    )


def _boost(
    params: dict[str, Any], datasets: Mapping[str, lgb.Dataset], rounds: Rounds, init_model: str | None
) -> lgb.Booster:
    class EnoughError(Exception):
        """Ends the library's loop."""

    last: list[lgb.Booster] = []

    def after_round(env: Any) -> None:
        last[:] = [env.model]
        figures = {f"{name}-{metric}": float(value) for name, metric, value, _ in env.evaluation_result_list or []}
        if rounds.after(figures, lambda folder: env.model.save_model(str(folder / _MODEL), num_iteration=-1)):
            raise EnoughError

    try:
        return lgb.train(
            params,
            datasets["train"],
            num_boost_round=rounds.total - rounds.done,
            valid_sets=list(datasets.values()),
            valid_names=list(datasets),
            init_model=init_model,
            callbacks=[after_round],
        )
    except EnoughError:
        return last[0]
    except lgb.basic.LightGBMError as error:
        raise _refusal(error, rounds) from error


_ELSEWHERE = ("num_iterations", "early_stopping_round", "seed", "metric")


def engine_parameters(parameters: Hyperparameters, run: Run) -> dict[str, Any]:
    """The names of the job API are LightGBM's own; what depends on where it runs is set here."""
    params: dict[str, Any] = {name: value for name, value in parameters.values.items() if name not in _ELSEWHERE}
    if metrics := parameters.list("metric"):
        params["metric"] = metrics
    params["num_threads"] = parameters.integer("num_threads") or run.threads
    if parameters.text("device_type") != "cpu" and not run.settings.gpu:
        raise parameters.wrong("device_type", "resources.instanceResources.gpuCount is 0")
    if not parameters.text("objective").startswith("multiclass"):
        del params["num_class"]
    if run.world.size == 1:
        params["tree_learner"] = "serial"
    else:
        if params["tree_learner"] == "serial":
            raise parameters.wrong("tree_learner", f"{run.world.size} workers would each train alone; data is usual")
        from ray.train.lightgbm import get_network_params

        params |= get_network_params()
    return params


def _datasets(tables: Mapping[str, Table], params: Mapping[str, Any]) -> dict[str, lgb.Dataset]:
    train_table = tables["train"]
    names = list(train_table.columns.features)

    def dataset(table: Table, reference: lgb.Dataset | None) -> lgb.Dataset:
        return lgb.Dataset(
            table.features,
            label=table.label,
            weight=table.weight,
            group=np.bincount(table.group) if table.group is not None else None,
            feature_name=names,
            reference=reference,
            params=dict(params),
            free_raw_data=False,
        )

    first = dataset(train_table, None)
    return {channel: first if channel == "train" else dataset(table, first) for channel, table in tables.items()}


def _check_labels(parameters: Hyperparameters, tables: Mapping[str, Table]) -> None:
    objective = parameters.text("objective")
    for channel, table in tables.items():
        low, high = float(table.label.min()), float(table.label.max())
        if objective in ("lambdarank", "rank_xendcg") and table.group is None:
            raise UserError(f"{objective} needs customHyperparameters.group_column, the column that tells the query")
        if objective == "binary" and not set(map(float, (low, high))) <= {0.0, 1.0}:
            raise DataError(f"labels of channel {channel} are from {low:g} to {high:g}: binary needs 0 and 1")
        if objective.startswith("multiclass"):
            classes = parameters.integer("num_class")
            if low < 0 or high >= classes or bool((table.label % 1 != 0).any()):
                raise DataError(
                    f"labels of channel {channel} are from {low:g} to {high:g}: "
                    f"num_class {classes} needs whole numbers from 0 to {classes - 1}"
                )


def _larger_is_better(name: str) -> bool:
    return name.partition("-")[2].split("@")[0] in _LARGER


def _refusal(error: Exception, rounds: Rounds) -> Exception:
    text = " ".join(str(error).split())[:300]
    if rounds.misses_a_worker(error):
        return UnavailableError(f"another worker is no longer there: {text}")
    if "label" in text.lower():
        return DataError(f"LightGBM refuses the labels: {text}")
    return UserError(f"LightGBM refuses the hyperparameters: {text}")
