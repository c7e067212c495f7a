"""Training by Keras on TensorFlow: what tensorflow-cnn, tensorflow-transformer and tf-distributed share.

The loop is written out here, over tf.distribute, and is not model.fit: in Keras 3.15 fit() fails on several workers (it
takes the mean of each figure along an axis that figures do not have), and its checkpoints, progress and end would not
be those of all other algorithms.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from mlplatform.errors import UnavailableError, UserError
from mlplatform.neural import (
    Doubles,
    Epochs,
    Integers,
    Sum,
    alone,
    by_channel,
    learning_rate,
    steps_in,
)
from mlplatform.run import Outcome, Run

_STATE = "model.keras"
_OPTIMIZER = "optimizer.npz"
_DRAWS = "draws.npz"
_EVALUATED_ROWS = 256


@dataclass(frozen=True)
class Examples:
    """This worker's rows of a channel."""

    inputs: np.typing.NDArray[Any]
    labels: np.typing.NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class KerasPlan:
    build: Callable[[], Any]
    """The model, without its optimizer: called within the strategy."""
    loss: Any
    """One of keras.losses: the mean over the examples that it is given."""
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
    clip_norm: float = 0.0
    mixed: str | None = None
    xla: bool = False
    steps_per_epoch: int | None = None


def train(run: Run, strategy: Any, plan: KerasPlan, examples: Mapping[str, Examples]) -> Outcome:
    try:
        return _train(run, strategy, plan, examples)
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as error:
        if run.world.size == 1:
            raise
        raise UnavailableError(f"another worker is no longer there: {' '.join(str(error).split())[:200]}") from error


def _train(run: Run, strategy: Any, plan: KerasPlan, examples: Mapping[str, Examples]) -> Outcome:
    keras.utils.set_random_seed(plan.seed)
    keras.mixed_precision.set_global_policy(plan.mixed or "float32")
    total = sum_by(run, strategy)
    here = _local_replicas(run, strategy)
    batch = plan.batch_size * here
    steps = plan.steps_per_epoch or steps_in(len(examples["train"]), batch, total)
    epochs = Epochs(run, plan.epochs, plan.checkpoint_every, plan.patience, steps, total)
    start = epochs.go_on_from()
    with strategy.scope():
        model = plan.build() if start is None else keras.models.load_model(start / _STATE, compile=False)
        optimizer = _optimizer(plan, strategy.num_replicas_in_sync)
        optimizer.build(model.trainable_variables)
        if start is not None:
            _load(optimizer.variables, start / _OPTIMIZER)
            if (start / _DRAWS).exists():
                _load(_draws(model), start / _DRAWS)
    step = _step(strategy, model, optimizer, plan)
    epochs.settle = lambda: _agree_on_statistics(model, total)

    def save(folder: Path) -> None:
        model.save(folder / _STATE)
        for file, variables in ((_OPTIMIZER, optimizer.variables), (_DRAWS, _draws(model))):
            np.savez(folder / file, *[np.asarray(value) for value in variables])

    figures_of = _figures_by(model, plan, total)
    while not epochs.is_over:
        order = _order(len(examples["train"]), batch, plan, epochs.done, steps, whole_batches=here > 1)
        for index in epochs.steps_left:
            rate = learning_rate(epochs.step, plan.epochs * steps, plan.peak_rate, plan.warmup(steps), plan.schedule)
            optimizer.learning_rate = rate
            rows = order[index * batch : (index + 1) * batch]
            loss, hit = step(*_of_each_replica(strategy, here, examples["train"], rows))
            epochs.step += 1
            seen = {"loss": _mean_here(strategy, loss), "hits": _mean_here(strategy, hit)}
            epochs.during(index + 1, seen, len(rows) * run.world.size, rate, save)
        _agree_on_statistics(model, total)
        means = epochs.means()
        figures = _named(plan, means["loss"], means["hits"])
        if "validation" in examples:
            figures |= {f"validation_{name}": value for name, value in figures_of(examples["validation"]).items()}
        epochs.after(figures, save)
    epochs.finish(save)
    metrics = by_channel(epochs.history[-1])
    for channel in ("train", "test"):
        if channel in examples:
            metrics[channel] = figures_of(examples[channel])
    if run.world.leads:
        model.save(run.model_folder / "model.keras")
        (run.model_folder / "input.json").write_text(json.dumps({"classes": plan.classes}))
    return Outcome(
        steps=epochs.done * steps,
        metrics=metrics,
        model_format="Keras 3 (model.keras)",
        rows={channel: len(rows) for channel, rows in examples.items()},
        details={"epochs": epochs.done, "replicas": strategy.num_replicas_in_sync, "parameters": model.count_params()},
    )


def strategy_of(run: Run, communication: str = "auto") -> Any:
    """Over the GPUs of all workers. Asked for before anything else of TensorFlow: it binds this worker's address."""
    if run.settings.gpu and not tf.config.list_physical_devices("GPU"):
        raise UserError("resources.instanceResources.gpuCount is above 0, and TensorFlow finds no GPU that it can use")
    if run.world.size == 1:
        return tf.distribute.MirroredStrategy() if run.settings.gpu else tf.distribute.get_strategy()
    if "TF_CONFIG" not in os.environ:
        raise UserError(f"{run.world.size} workers of TensorFlow find each other by TF_CONFIG, which is not set")
    way = tf.distribute.experimental.CommunicationImplementation[communication.upper()]
    options = tf.distribute.experimental.CommunicationOptions(implementation=way)
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    run.stop.listen_again()
    return strategy


def one_hot(examples: Mapping[str, Examples], classes: int) -> dict[str, Examples]:
    """In the form that label smoothing and the losses of several classes want."""
    eye = np.eye(classes, dtype=np.float32)
    return {channel: Examples(rows.inputs, eye[rows.labels.astype(np.int64)]) for channel, rows in examples.items()}


def places_of(tokens: Any) -> Any:
    """0, 1, 2.. for each example. Made of the input: of a constant a layer makes another, which is never learnt."""
    return keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1) - 1


def sum_by(run: Run, strategy: Any) -> Sum:
    if run.world.size == 1:
        return alone
    here = _local_replicas(run, strategy)

    def summed(values: Any) -> Any:
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(lambda: values), axis=None)

    compiled = tf.function(summed, reduce_retracing=True)
    # Each of this worker's replicas adds the same values.
    return lambda values: cast(Doubles, compiled(tf.constant(values, tf.float64)).numpy() / here)


def _local_replicas(run: Run, strategy: Any) -> int:
    return int(strategy.num_replicas_in_sync) // run.world.size


def _step(strategy: Any, model: Any, optimizer: Any, plan: KerasPlan) -> Callable[..., Any]:
    replicas = strategy.num_replicas_in_sync

    def of_a_replica(inputs: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            said = model(inputs, training=True)
            loss = plan.loss(labels, said) + sum(model.losses)
            # The optimizer adds the gradients of all replicas up.
            scaled = optimizer.scale_loss(loss / replicas)
        gradients = tape.gradient(scaled, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss, _hits(plan, labels, said)

    def step(inputs: Any, labels: Any) -> Any:
        return strategy.run(of_a_replica, args=(inputs, labels))

    return cast(Callable[..., Any], tf.function(step, reduce_retracing=True, jit_compile=plan.xla))


def _hits(plan: KerasPlan, labels: Any, said: Any) -> Any:
    """The share of right answers, or of regression the square of the error."""
    said = tf.cast(said, tf.float32)
    if plan.classes == 1:
        return tf.reduce_mean((tf.reshape(tf.cast(labels, tf.float32), [-1]) - tf.reshape(said, [-1])) ** 2)
    wanted = tf.argmax(labels, -1) if len(labels.shape) > 1 else tf.cast(labels, tf.int64)
    return tf.reduce_mean(tf.cast(tf.argmax(said, -1) == wanted, tf.float32))


def _named(plan: KerasPlan, loss: float, hits: float) -> dict[str, float]:
    return {"loss": loss, **({"accuracy": hits} if plan.classes > 1 else {"rmse": float(np.sqrt(hits))})}


def _of_each_replica(strategy: Any, here: int, examples: Examples, rows: Integers) -> tuple[Any, Any]:
    """This worker's rows of a step, split among its replicas."""
    if here == 1:
        return tf.constant(examples.inputs[rows]), tf.constant(examples.labels[rows])
    inputs, labels = np.split(examples.inputs[rows], here), np.split(examples.labels[rows], here)
    spread = strategy.experimental_distribute_values_from_function
    return (
        spread(lambda context: tf.constant(inputs[context.replica_id_in_sync_group % here])),
        spread(lambda context: tf.constant(labels[context.replica_id_in_sync_group % here])),
    )


def _mean_here(strategy: Any, value: Any) -> float:
    return float(np.mean([float(each) for each in strategy.experimental_local_results(value)]))


def _agree_on_statistics(model: Any, total: Sum) -> None:
    """What batch normalisation has seen is of each worker's own rows: their mean is the model's."""
    for variable in model.non_trainable_variables:
        if total is not alone and variable.dtype.startswith("float"):
            own = np.append(np.asarray(variable, np.float64).reshape(-1), 1)
            summed = total(own)
            variable.assign((summed[:-1] / summed[-1]).reshape(variable.shape))


def _order(count: int, size: int, plan: KerasPlan, epoch: int, steps: int, whole_batches: bool) -> Integers:
    """The rows of an epoch. They begin again where the steps want more than there are."""
    order = np.random.default_rng((plan.seed, epoch)).permutation(count)
    if whole_batches or not (steps - 1) * size < count <= steps * size:
        order = np.resize(order, steps * size)
    return order


def _figures_by(model: Any, plan: KerasPlan, total: Sum) -> Callable[[Examples], dict[str, float]]:
    """Figures of a channel: each worker looks at its own rows, all of them have the result."""

    def look(inputs: Any, labels: Any) -> Any:
        said = model(inputs, training=False)
        return plan.loss(labels, said), _hits(plan, labels, said)

    compiled = tf.function(look, reduce_retracing=True)

    def figures(examples: Examples) -> dict[str, float]:
        sums = np.zeros(3)
        for start in range(0, len(examples), _EVALUATED_ROWS):
            rows = slice(start, start + _EVALUATED_ROWS)
            labels = examples.labels[rows]
            loss, hits = compiled(tf.constant(examples.inputs[rows]), tf.constant(labels))
            sums += np.array([float(loss), float(hits), 1]) * len(labels)
        summed = total(sums)
        return _named(plan, float(summed[0] / summed[2]), float(summed[1] / summed[2]))

    return figures


def _optimizer(plan: KerasPlan, replicas: int) -> Any:
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
    # Keras clips what each replica adds, before it is added.
    clip = plan.clip_norm / replicas or None
    optimizer = kinds[plan.optimizer](learning_rate=plan.peak_rate, global_clipnorm=clip, **plan.optimizer_options)
    return keras.mixed_precision.LossScaleOptimizer(optimizer) if plan.mixed == "mixed_float16" else optimizer


def _draws(model: Any) -> list[Any]:
    """How far dropout and the like have drawn: Keras keeps it with the variables of a model, and does not save it."""
    weights = {id(value) for value in model.weights}
    return [value for value in model.variables if id(value) not in weights]


def _load(variables: Sequence[Any], file: Path) -> None:
    with np.load(file) as kept:
        for index, variable in enumerate(variables):
            variable.assign(kept[f"arr_{index}"])
