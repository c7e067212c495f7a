"""tf-distributed: a Keras model of the user's own, over many workers and their GPUs by tf.distribute."""

from __future__ import annotations

from typing import Any

import keras

from mlplatform.keras_training import Examples, KerasPlan, strategy_of, sum_by
from mlplatform.keras_training import train as train_keras
from mlplatform.neural import Scaling, check_classes, classes_in
from mlplatform.run import Outcome, Run
from mlplatform.user_model import build_user_model, names_a_file


def train(run: Run) -> Outcome:
    parameters = run.parameters
    if parameters.text("strategy") == "parameter_server":
        said = "its servers would be other processes than Ray's workers; multi_worker_mirrored does the same"
        raise parameters.wrong("strategy", said)
    if parameters.integer("gradient_accumulation_steps") > 1 and parameters.text("optimizer") == "ftrl":
        raise parameters.wrong("gradient_accumulation_steps", "ftrl cannot add gradients up")
    if parameters.text("strategy") == "mirrored" and run.world.size > 1:
        raise parameters.wrong("strategy", f"it is for one worker, and there are {run.world.size}")
    if parameters.flag("xla") and run.world.size > 1:
        raise parameters.wrong("xla", "the exchange between workers is not compiled by XLA; false, or one worker")
    strategy = strategy_of(run, parameters.text("communication"))
    total = sum_by(run, strategy)
    tables = run.data.tables()
    label = tables["train"].label
    classes = classes_in(label, total)
    scaling = Scaling.of(tables["train"].features, total)
    examples = {channel: Examples(scaling(table.features), table.label) for channel, table in tables.items()}
    for channel, rows in examples.items():
        check_classes(rows.labels, channel, classes, "the number of classes in the training data")
    features = len(tables["train"].columns.features)
    scale = strategy.num_replicas_in_sync if parameters.flag("scale_learning_rate") else 1
    accumulate = parameters.integer("gradient_accumulation_steps")
    mixed = parameters.text("mixed_precision")
    steps = parameters.optional("steps_per_epoch")
    plan = KerasPlan(
        build=lambda: _model(run, features, classes),
        loss=keras.losses.SparseCategoricalCrossentropy() if classes > 1 else keras.losses.MeanSquaredError(),
        classes=classes,
        epochs=parameters.integer("epochs"),
        batch_size=parameters.integer("batch_size_per_replica"),
        optimizer=parameters.text("optimizer"),
        peak_rate=parameters.number("learning_rate") * scale,
        schedule=parameters.text("learning_rate_schedule"),
        warmup=lambda _steps: parameters.integer("warmup_steps"),
        patience=parameters.optional("early_stopping_patience"),
        # In steps, as the form has it: kept at the end of the epoch in which they are reached.
        checkpoint_every=_every(parameters.integer("checkpoint_every"), len(label), run),
        seed=parameters.integer("seed"),
        optimizer_options={
            "weight_decay": parameters.number("weight_decay") or None,
            "gradient_accumulation_steps": accumulate if accumulate > 1 else None,
        },
        clip_norm=parameters.number("gradient_clip_norm"),
        mixed=None if mixed == "none" else f"mixed_{mixed}",
        xla=parameters.flag("xla"),
        steps_per_epoch=steps,
    )
    outcome = train_keras(run, strategy, plan, examples)
    if run.world.leads:
        scaling.save(run.model_folder, tables["train"].columns.features, classes)
    return outcome


def _every(steps: int, rows: int, run: Run) -> int:
    each = max(1, rows // run.parameters.integer("batch_size_per_replica"))
    return max(1, steps // each) if steps else 0


def _model(run: Run, features: int, classes: int) -> Any:
    name = run.parameters.text("model_module")
    if names_a_file(name):
        model = build_user_model(run.settings, run.parameters, "model_module", features, classes)
        if not isinstance(model, keras.Model):
            raise run.parameters.wrong("model_module", "its build_model() gives no keras.Model")
        return model
    if name != "models.default":
        said = "a path ending in .py on the job's volume is needed; models.default is a network for tables"
        raise run.parameters.wrong("model_module", said)
    last = keras.layers.Dense(classes, activation="softmax" if classes > 1 else None, dtype="float32")
    layers = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(64, activation="relu")]
    return keras.Sequential([keras.layers.Input((features,)), *layers, last])
