"""tensorflow-transformer: a transformer that reads text and says its class.

With `pretrained` it begins with the weights and the words of a BERT in a folder on the job's volume, else with fresh
weights and text byte by byte. Of the tasks of the form it is text-classification that a column of text and a column of
labels tell.
"""

from __future__ import annotations

import shutil
from typing import Any

import keras
import numpy as np

from mlplatform.data.text import PAD, padded, read_texts
from mlplatform.errors import UserError
from mlplatform.keras_training import Examples, KerasPlan, one_hot, places_of, strategy_of
from mlplatform.keras_training import train as train_keras
from mlplatform.neural import check_classes
from mlplatform.pretrained_bert import Bert
from mlplatform.run import Outcome, Run
from mlplatform.settings import CHANNELS


def train(run: Run) -> Outcome:
    parameters = run.parameters
    if parameters.text("task") != "text-classification":
        raise parameters.wrong("task", "text-classification is what this version learns")
    bert = _pretrained(run) if parameters.flag("pretrained") else None
    if bert is None and parameters.integer("vocabulary_size") <= PAD:
        raise parameters.wrong("vocabulary_size", f"text is read as bytes, which needs {PAD + 1} at least")
    label = run.settings.label
    if not label:
        raise UserError("inputDataConfig.labelName (LABEL_COLUMN) is needed: the column of the classes")
    strategy = strategy_of(run)
    classes, length = parameters.integer("num_labels"), parameters.integer("max_sequence_length")
    examples: dict[str, Examples] = {}
    for channel in CHANNELS:
        if channel in run.settings.keys:
            rows = list(read_texts(run.data, channel, label))
            labels = np.array([value for _, value in rows], np.float32)
            texts = [text for text, _ in rows]
            examples[channel] = Examples(bert.tokens(texts, length) if bert else padded(texts, length), labels)
            check_classes(labels, channel, classes, "num_labels")
    accumulate = parameters.integer("gradient_accumulation_steps")
    options: dict[str, Any] = {
        "weight_decay": parameters.number("weight_decay") or None,
        "gradient_accumulation_steps": accumulate if accumulate > 1 else None,
    }
    if parameters.text("optimizer") in ("adam", "adamw", "lamb"):
        options |= {
            "beta_1": parameters.number("adam_beta1"),
            "beta_2": parameters.number("adam_beta2"),
            "epsilon": parameters.number("adam_epsilon"),
        }
    plan = KerasPlan(
        build=lambda: _model(run, length) if bert is None else _of_bert(run, bert, examples["train"].inputs.shape[1]),
        loss=_loss(classes, parameters.number("label_smoothing")),
        classes=classes,
        epochs=parameters.integer("epochs"),
        batch_size=parameters.integer("batch_size"),
        optimizer=parameters.text("optimizer"),
        peak_rate=parameters.number("learning_rate"),
        schedule=parameters.text("learning_rate_schedule"),
        warmup=lambda _steps: parameters.integer("warmup_steps"),
        patience=parameters.optional("early_stopping_patience"),
        checkpoint_every=parameters.integer("checkpoint_every"),
        seed=parameters.integer("seed"),
        optimizer_options=options,
        clip_norm=parameters.number("gradient_clip_norm"),
        mixed="mixed_float16" if parameters.flag("mixed_precision") else None,
        xla=parameters.flag("xla"),
    )
    if classes > 1:
        examples = one_hot(examples, classes)
    outcome = train_keras(run, strategy, plan, examples)
    if bert is not None and run.world.leads:
        for file in bert.tokenizer_files:
            shutil.copy(file, run.model_folder)
    return outcome


def _pretrained(run: Run) -> Bert:
    """What model_name names: a folder on the job's volume."""
    parameters = run.parameters
    folder = run.settings.storage_path / parameters.text("model_name")  # an absolute one stays what it is
    if not folder.is_dir():
        said = f"{folder} is no folder: with pretrained it is one on the job's volume that has a BERT of Hugging Face"
        raise parameters.wrong("model_name", f"{said}; pretrained false begins anew")
    return Bert.of(folder, lambda said: parameters.wrong("model_name", said))


def _of_bert(run: Run, bert: Bert, length: int) -> Any:
    parameters = run.parameters
    classes, dropout = parameters.integer("num_labels"), parameters.number("dropout")
    return bert.model(length, classes, dropout, parameters.number("attention_dropout"))


def _loss(classes: int, smoothing: float) -> Any:
    return (
        keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
        if classes > 1
        else keras.losses.MeanSquaredError()
    )


def _model(run: Run, length: int) -> Any:
    parameters = run.parameters
    width, heads = parameters.integer("hidden_size"), parameters.integer("num_attention_heads")
    dropout, of_attention = parameters.number("dropout"), parameters.number("attention_dropout")
    tokens = keras.layers.Input((length,), dtype="int32")
    is_text = keras.ops.not_equal(tokens, PAD)
    x = keras.layers.Embedding(parameters.integer("vocabulary_size"), width)(tokens)
    x = x + keras.layers.Embedding(length, width)(places_of(tokens))
    for _ in range(parameters.integer("num_layers")):
        seen = keras.layers.LayerNormalization()(x)
        mixed = keras.layers.MultiHeadAttention(heads, width // heads, dropout=of_attention)(
            seen, seen, attention_mask=is_text[:, None, :]
        )
        x = x + keras.layers.Dropout(dropout)(mixed)
        hidden = keras.layers.LayerNormalization()(x)
        hidden = keras.layers.Dense(parameters.integer("intermediate_size"), parameters.text("activation"))(hidden)
        x = x + keras.layers.Dropout(dropout)(keras.layers.Dense(width)(hidden))
    shown = keras.ops.cast(is_text, x.dtype)[:, :, None]
    mean = keras.ops.sum(x * shown, axis=1) / keras.ops.maximum(keras.ops.sum(shown, axis=1), 1)
    classes = parameters.integer("num_labels")
    last = keras.layers.Dense(classes, activation="softmax" if classes > 1 else None, dtype="float32")
    return keras.Model(tokens, last(keras.layers.LayerNormalization()(mean)))
