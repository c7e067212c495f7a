"""xgboost: gradient-boosted trees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from xgboost import collective

from mlplatform.boosting import Rounds, final_figures
from mlplatform.data.table import Table
from mlplatform.errors import DataError, UnavailableError, UserError
from mlplatform.hyperparameters import Hyperparameters, contract
from mlplatform.run import Outcome, Run

_MODEL = "model.ubj"


def train(run: Run) -> Outcome:
    parameters = run.parameters
    tables = run.data.tables()
    rounds = Rounds(
        run,
        parameters.integer("num_round"),
        parameters.optional("early_stopping_rounds"),
        _larger_is_better,
        parameters.number("eta"),
        len(tables["train"]),
    )
    rounds.require_validation("early_stopping_rounds", tables)
    params = engine_parameters(parameters, run.extra, gpu=run.settings.gpu, threads=run.threads)
    params |= _classes(parameters, run.extra, tables["train"])
    _check_labels(parameters, tables)

    matrices = _matrices(tables, params, parameters)
    start = rounds.go_on_from()
    # The library counts its random draws from the start of the process.
    model = start / _MODEL if start is not None else None
    booster = xgb.Booster({**params, "seed": rounds.done}, list(matrices.values()), model_file=model)
    evals = [(matrix, channel) for channel, matrix in matrices.items()]
    over = rounds.is_over
    while rounds.done < rounds.total and not over:
        try:
            booster.update(matrices["train"], rounds.done)
            figures = _figures(booster.eval_set(evals, rounds.done))
        except xgb.core.XGBoostError as error:
            raise _refusal(error, rounds) from error
        over = rounds.after(figures, lambda folder: booster.save_model(folder / _MODEL))

    best = rounds.best_round
    trees = booster[:best] if best < rounds.done and params["booster"] != "gblinear" else booster
    if run.world.leads:
        _keep_model(trees, run.model_folder, tables["train"])
    return Outcome(
        steps=rounds.done,
        metrics=final_figures(rounds.history, best),
        model_format="XGBoost 3 (UBJSON and JSON)",
        rows={channel: len(table) for channel, table in tables.items()},
        details={"bestRound": best, "features": list(tables["train"].columns.features)},
    )


def engine_parameters(parameters: Hyperparameters, extra: Mapping[str, str], gpu: bool, threads: int) -> dict[str, Any]:
    """The job API's hyperparameters, which are those of XGBoost 1.6, as XGBoost 3.4 takes them.

    Each was tried on 3.4.1. What no longer exists is mapped where there is an equal, else refused with the reason.
    """
    booster = parameters.text("booster")
    params: dict[str, Any] = {
        "booster": booster,
        "verbosity": parameters.integer("verbosity"),
        "nthread": parameters.optional("nthread") or threads,
        "eta": parameters.number("eta"),
        "lambda": parameters.number("lambda"),
        "alpha": parameters.number("alpha"),
        "objective": parameters.text("objective"),
        "base_score": parameters.number("base_score"),
        "eval_metric": [_metric(metric, parameters) for metric in parameters.list("eval_metric")],
        "device": "cuda" if gpu else "cpu",
    }
    for name in ("lambda", "alpha"):
        if params[name] < 0:
            raise parameters.wrong(name, "XGBoost takes 0 or more")
    if parameters.text("dsplit") == "col":
        raise parameters.wrong("dsplit", "XGBoost 3.4 no longer splits data by columns; row is what there is")
    if params["objective"] == "reg:tweedie":
        params["tweedie_variance_power"] = parameters.number("tweedie_variance_power")
    if params["objective"] == "reg:quantileerror":
        params["quantile_alpha"] = float(extra.get("QUANTILE_ALPHA") or 0.5)
    if booster == "gblinear":
        # lambda_bias is gone since 1.0: the bias is not regularised.
        return params | _updater(parameters, params, linear=True)
    for name in (
        "gamma",
        "min_child_weight",
        "max_delta_step",
        "subsample",
        "colsample_bytree",
        "colsample_bylevel",
        "colsample_bynode",
        "scale_pos_weight",
    ):
        params[name] = parameters.number(name)
    for name in ("max_depth", "max_leaves", "max_bin", "num_parallel_tree", "refresh_leaf"):
        params[name] = parameters.integer(name)
    for name in ("sampling_method", "grow_policy"):
        params[name] = parameters.text(name)
    if booster == "dart":
        for name in ("sample_type", "normalize_type"):
            params[name] = parameters.text(name)
        for name in ("rate_drop", "skip_drop"):
            params[name] = parameters.number(name)
        params["one_drop"] = parameters.integer("one_drop")
    if parameters.text("process_type") == "update":
        raise parameters.wrong("process_type", "it updates the trees of a given model, and a job starts without one")
    return params | _method(parameters, params, gpu) | _updater(parameters, params, linear=False)


def _method(parameters: Hyperparameters, params: Mapping[str, Any], gpu: bool) -> dict[str, Any]:
    method = parameters.text("tree_method")
    mapped: dict[str, Any] = {}
    if method == "gpu_hist":
        if not gpu:
            raise parameters.wrong("tree_method", "resources.instanceResources.gpuCount is 0; hist is the same on CPUs")
        method = "hist"
    if method == "exact" and gpu:
        raise parameters.wrong("tree_method", "it runs on CPUs only; hist, or gpuCount 0")
    if method == "exact" and params["max_depth"] == 0:
        raise parameters.wrong("tree_method", "it needs a max_depth of at least 1")
    mapped["tree_method"] = method
    # sketch_eps is gone since 1.6: approx has bins as hist does, about one for each 1/sketch_eps.
    eps = parameters.number("sketch_eps")
    if method == "approx" and eps != _default(parameters, "sketch_eps") and params["max_bin"] == 256:
        if eps == 0:
            raise parameters.wrong("sketch_eps", "it must be above 0")
        mapped["max_bin"] = max(2, round(1 / eps))
    return mapped


# Of the updaters of 1.6: what takes their place. None: nothing need, the trees of all workers are the same anyway.
_TODAY: dict[str, tuple[str | None, bool]] = {
    "grow_local_histmaker": ("grow_histmaker", False),
    "grow_gpu_hist": ("grow_gpu_hist", True),
    "grow_gpu_approx": ("grow_gpu_approx", True),
    "gpu_coord_descent": ("coord_descent", True),
    "sync": (None, False),
}
_LINEAR = ("shotgun", "coord_descent", "gpu_coord_descent")


def _updater(parameters: Hyperparameters, params: Mapping[str, Any], linear: bool) -> dict[str, Any]:
    text = parameters.text("updater")
    if text == "auto":
        return {}
    names: list[str] = []
    for given in text.split(","):
        name, of_gpu = _TODAY.get(given, (given, False))
        if (given in _LINEAR) != linear:
            raise parameters.wrong("updater", f"{given} does not belong to booster {params['booster']}")
        if of_gpu and params["device"] != "cuda":
            raise parameters.wrong("updater", f"{given} needs a GPU, and gpuCount is 0")
        if given in ("refresh", "prune") and not names:
            raise parameters.wrong("updater", f"{given} grows no trees: it can only follow one that does")
        if name is not None:
            names.append(name)
    return {"updater": ",".join(names)} if names else {}


def _metric(metric: str, parameters: Hyperparameters) -> str:
    # 3.4 wants the variance power in the name.
    return f"{metric}@{parameters.number('tweedie_variance_power')}" if metric == "tweedie-nloglik" else metric


def _default(parameters: Hyperparameters, field: str) -> Any:
    return next(f["default"] for f in contract()[parameters.algorithm]["fields"] if f["name"] == field)


def _classes(parameters: Hyperparameters, extra: Mapping[str, str], table: Table) -> dict[str, int]:
    """num_class is no field of the form: what the labels say, unless a custom hyperparameter says it."""
    if not parameters.text("objective").startswith("multi:"):
        return {}
    given = extra.get("NUM_CLASS", "")
    if given:
        if not given.isdigit():
            raise UserError(f'customHyperparameters.num_class (NUM_CLASS) is "{given}": a whole number is needed')
        return {"num_class": int(given)}
    largest = collective.allreduce(np.array([table.label.max()]), collective.Op.MAX)[0]
    return {"num_class": int(largest) + 1}


_PROBABILITIES = ("binary:logistic", "binary:logitraw", "binary:hinge", "reg:logistic")


def _check_labels(parameters: Hyperparameters, tables: Mapping[str, Table]) -> None:
    """What the library would say in words of its own, or not at all."""
    objective = parameters.text("objective")
    for channel, table in tables.items():
        low, high = float(table.label.min()), float(table.label.max())
        if objective in _PROBABILITIES and (low < 0 or high > 1):
            raise DataError(f"labels of channel {channel} are from {low:g} to {high:g}: {objective} needs 0 to 1")
        if objective.startswith("multi:") and (low < 0 or bool((table.label % 1 != 0).any())):
            raise DataError(f"labels of channel {channel} must be whole numbers from 0: {objective} counts classes")
        if objective.startswith("rank:") and table.group is None:
            raise UserError(
                f"{objective} needs customHyperparameters.group_column, the column that tells the query of a row"
            )


def _matrices(
    tables: Mapping[str, Table], params: Mapping[str, Any], parameters: Hyperparameters
) -> dict[str, xgb.DMatrix]:
    names = list(tables["train"].columns.features)
    # What hist needs of the data and no more: a byte or two for each value.
    in_bins = params.get("tree_method") in ("auto", "hist") and "updater" not in params
    matrices: dict[str, xgb.DMatrix] = {}
    for channel, table in tables.items():
        options: dict[str, Any] = {"weight": table.weight, "feature_names": names, "nthread": params["nthread"]}
        if table.group is not None and parameters.text("objective").startswith("rank:"):
            options["qid"] = table.group
        if parameters.text("objective") == "survival:aft":
            options |= {"label_lower_bound": table.label, "label_upper_bound": table.label}
        try:
            if in_bins:
                matrices[channel] = xgb.QuantileDMatrix(
                    table.features, table.label, max_bin=params["max_bin"], ref=matrices.get("train"), **options
                )
            else:
                matrices[channel] = xgb.DMatrix(table.features, table.label, **options)
        except (xgb.core.XGBoostError, ValueError) as error:
            raise DataError(f"channel {channel}: {_first_line(error)}") from error
    return matrices


def _figures(text: str) -> dict[str, float]:
    """Of "[7]\\ttrain-rmse:0.31\\tvalidation-rmse:0.35"."""
    pairs = (part.rsplit(":", 1) for part in text.split("\t")[1:])
    return {name: float(value) for name, value in pairs}


# As xgboost.callback.EarlyStopping has them.
_LARGER = ("auc", "aucpr", "pre", "map", "ndcg", "interval-regression-accuracy")


def _larger_is_better(name: str) -> bool:
    return name.partition("-")[2].split("@")[0].rstrip("-") in _LARGER


def _refusal(error: Exception, rounds: Rounds) -> Exception:
    text = _first_line(error)
    if rounds.misses_a_worker(error):
        return UnavailableError(f"another worker is no longer there: {text}")
    if "label" in text.lower():
        return DataError(f"XGBoost refuses the labels: {text}")
    return UserError(f"XGBoost refuses the hyperparameters: {text}")


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0]
    return text.split("Check failed: ", 1)[-1] if "Check failed" in text else text.rsplit(".cc:", 1)[-1]


def _keep_model(booster: xgb.Booster, folder: Path, table: Table) -> None:
    booster.feature_names = list(table.columns.features)
    booster.save_model(folder / _MODEL)
    booster.save_model(folder / "model.json")
