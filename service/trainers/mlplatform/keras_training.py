"""Training by Keras on TensorFlow: what tensorflow-cnn, tensorflow-transformer and tf-distributed share.

The epochs are counted here and not by model.fit's own loop, so that checkpoints, progress and the end are those of all
other algorithms.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from mlplatform.data.table import Table
from mlplatform.errors import DataError, UserError
from mlplatform.neural import Epochs, by_channel, learning_rate, steps_in
from mlplatform.run import Outcome, Run
from mlplatform.settings import CHANNELS

_STATE = "model.keras"


@dataclass(frozen=True)
class Examples:
    inputs: np.typing.NDArray[Any]
    labels: np.typing.NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class KerasPlan:
    build: Callable[[], Any]
    """The model, without its optimizer: called within the strategy."""
    loss: Any
    classes: int
    epochs: int
    batch_size: int
    """Of each replica."""
    optimizer: str
    peak_rate: float
    schedule: str
    warmup: Callable[[int], int]
    """Steps of the warm-up, of the number of steps of an epoch."""
    patience: int | None
    checkpoint_every: int
    seed: int
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    strategy: Any = None
    mixed: str | None = None
    compile_options: Mapping[str, Any] = field(default_factory=dict)
    steps_per_epoch: int | None = None


def train(run: Run, plan: KerasPlan, examples: Mapping[str, Examples]) -> Outcome:
    if run.world.size > 1:
        # Tried with Keras 3.15 and TensorFlow 2.21: fit() cannot read the losses of other workers' replicas.
        said = f"resources.instanceCount (NUM_WORKER) is {run.world.size}: Keras 3 trains on one worker"
        raise UserError(f"{said}; ask for more GPUs of one instance, or torch-mpi")
    keras.utils.set_random_seed(plan.seed)
    if run.settings.gpu and not tf.config.list_physical_devices("GPU"):
        raise UserError("resources.instanceResources.gpuCount is above 0, and TensorFlow finds no GPU that it can use")
    keras.mixed_precision.set_global_policy(plan.mixed or "float32")
    strategy = plan.strategy or tf.distribute.get_strategy()
    batch = plan.batch_size * strategy.num_replicas_in_sync
    steps = plan.steps_per_epoch or steps_in(len(examples["train"]), batch)
    epochs = Epochs(run, plan.epochs, plan.checkpoint_every, plan.patience, steps)
    rate = _Rate(run, plan, steps, epochs)
    start = epochs.go_on_from()
    with strategy.scope():
        model = plan.build() if start is None else keras.models.load_model(start / _STATE, compile=False)
        model.compile(
            optimizer=_optimizer(plan),
            loss=plan.loss,
            metrics=["accuracy"] if plan.classes > 1 else [keras.metrics.RootMeanSquaredError(name="rmse")],
            **plan.compile_options,
        )
        if start is not None:
            _load_optimizer(model, start)

    def save(folder: Path) -> None:
        model.save(folder / _STATE)
        np.savez(folder / "optimizer.npz", *[np.asarray(value) for value in model.optimizer.variables])

    while not epochs.is_over:
        data = _batches(examples["train"], batch, plan, epochs.done, steps)
        fit = model.fit(data, epochs=1, steps_per_epoch=steps, verbose=0, callbacks=[rate])
        figures = {name: float(values[-1]) for name, values in fit.history.items()}
        if "validation" in examples:
            figures |= {
                f"validation_{name}": value for name, value in _figures(model, examples["validation"], batch).items()
            }
        epochs.step += steps
        epochs.after(figures, save)
    epochs.finish(save)
    metrics = by_channel(epochs.history[-1])
    for channel in ("train", "test"):
        if channel in examples:
            metrics[channel] = _figures(model, examples[channel], batch)
    if run.world.leads:
        model.save(run.model_folder / "model.keras")
        (run.model_folder / "input.json").write_text(json.dumps({"classes": plan.classes}))
    return Outcome(
        steps=epochs.done * steps,
        metrics=metrics,
        model_format="Keras 3 (model.keras)",
        rows={channel: len(rows) for channel, rows in examples.items()},
        details={"epochs": epochs.done},
    )


def tables_of(run: Run) -> dict[str, Table]:
    """Figures of the other channels are made by all workers together, of the same rows."""
    tables = ((channel, run.data.table(channel, whole=channel != "train")) for channel in CHANNELS)
    return {channel: table for channel, table in tables if table is not None}


def strategy_of(run: Run) -> Any:
    """Over the GPUs of the one worker that there is."""
    return tf.distribute.MirroredStrategy() if run.settings.gpu else tf.distribute.get_strategy()


def one_hot(examples: Mapping[str, Examples], classes: int) -> dict[str, Examples]:
    """In the form that label smoothing and the losses of several classes want."""
    eye = np.eye(classes, dtype=np.float32)
    return {channel: Examples(rows.inputs, eye[rows.labels.astype(np.int64)]) for channel, rows in examples.items()}


class _Rate(keras.callbacks.Callback):
    """Sets the learning rate before each step, and tells of it after."""

    def __init__(self, run: Run, plan: KerasPlan, steps: int, epochs: Epochs) -> None:
        super().__init__()
        self._run, self._plan, self._steps, self._epochs = run, plan, steps, epochs

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        del logs
        plan = self._plan
        self.model.optimizer.learning_rate = learning_rate(
            self._epochs.step + batch,
            plan.epochs * self._steps,
            plan.peak_rate,
            plan.warmup(self._steps),
            plan.schedule,
        )

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._epochs.during(batch + 1, float((logs or {}).get("loss", math.nan)))


def _batches(examples: Examples, size: int, plan: KerasPlan, epoch: int, steps: int) -> Any:
    order = np.random.default_rng((plan.seed, epoch)).permutation(len(examples))
    if plan.steps_per_epoch or not (steps - 1) * size < len(order) <= steps * size:
        order = np.resize(order, steps * size)
    data = tf.data.Dataset.from_tensor_slices((examples.inputs[order], examples.labels[order])).batch(size)
    options = tf.data.Options()
    # Each worker was given its own rows already.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    return data.with_options(options).prefetch(1)


def _figures(model: Any, examples: Examples, batch: int) -> dict[str, float]:
    told = model.evaluate(examples.inputs, examples.labels, batch_size=batch, verbose=0, return_dict=True)
    return {name: float(value) for name, value in told.items()}


def _optimizer(plan: KerasPlan) -> Any:
    kinds = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "sgd": keras.optimizers.SGD,
        "rmsprop": keras.optimizers.RMSprop,
        "adagrad": keras.optimizers.Adagrad,
        "adafactor": keras.optimizers.Adafactor,
        "ftrl": keras.optimizers.Ftrl,
        "lamb": keras.optimizers.Lamb,
    }
    return kinds[plan.optimizer](learning_rate=plan.peak_rate, **plan.optimizer_options)


def _load_optimizer(model: Any, folder: Path) -> None:
    model.optimizer.build(model.trainable_variables)
    with np.load(folder / "optimizer.npz") as kept:
        for index, variable in enumerate(model.optimizer.variables):
            variable.assign(kept[f"arr_{index}"])


def check_labels(examples: Examples, channel: str, classes: int, name: str) -> None:
    labels = examples.labels
    if classes > 1 and (labels.min() < 0 or labels.max() >= classes or bool((labels % 1 != 0).any())):
        raise DataError(
            f"labels of channel {channel} are from {labels.min():g} to {labels.max():g}: "
            f"{name} {classes} needs whole numbers from 0 to {classes - 1}"
        )
