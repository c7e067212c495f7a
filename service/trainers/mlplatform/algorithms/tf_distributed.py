"""tf-distributed: a Keras model of the user's own, over the GPUs of one worker by tf.distribute."""

from __future__ import annotations

from typing import Any

import keras

from mlplatform.keras_training import Examples, KerasPlan, check_labels, strategy_of, tables_of
from mlplatform.keras_training import train as train_keras
from mlplatform.neural import Scaling
from mlplatform.run import Outcome, Run
from mlplatform.user_model import build_user_model, names_a_file


def train(run: Run) -> Outcome:
    parameters = run.parameters
    if parameters.text("strategy") == "parameter_server":
        said = "its servers would be other processes than Ray's workers; multi_worker_mirrored does the same"
        raise parameters.wrong("strategy", said)
    if parameters.integer("gradient_accumulation_steps") > 1 and parameters.text("optimizer") == "ftrl":
        raise parameters.wrong("gradient_accumulation_steps", "ftrl cannot add gradients up")
    tables = tables_of(run)
    # Whole numbers are classes where build_model() was not asked: the labels tell which of the two it is.
    label = tables["train"].label
    classes = int(label.max()) + 1 if bool((label % 1 == 0).all()) and label.min() >= 0 and label.max() < 1000 else 1
    scaling = Scaling.of(tables["train"].features)
    examples = {channel: Examples(scaling(table.features), table.label) for channel, table in tables.items()}
    for channel, rows in examples.items():
        check_labels(rows, channel, classes, "the number of classes in the training data")
    features = len(tables["train"].columns.features)
    strategy = strategy_of(run)
    scale = strategy.num_replicas_in_sync if parameters.flag("scale_learning_rate") else 1
    clip = parameters.number("gradient_clip_norm")
    accumulate = parameters.integer("gradient_accumulation_steps")
    mixed = parameters.text("mixed_precision")
    steps = parameters.optional("steps_per_epoch")
    plan = KerasPlan(
        build=lambda: _model(run, features, classes),
        loss="sparse_categorical_crossentropy" if classes > 1 else "mean_squared_error",
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
            "global_clipnorm": clip or None,
            "gradient_accumulation_steps": accumulate if accumulate > 1 else None,
        },
        strategy=strategy,
        mixed=None if mixed == "none" else f"mixed_{mixed}",
        compile_options={"jit_compile": parameters.flag("xla"), "steps_per_execution": 1},
        steps_per_epoch=steps,
    )
    outcome = train_keras(run, plan, examples)
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
