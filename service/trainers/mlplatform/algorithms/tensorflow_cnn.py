"""tensorflow-cnn: networks that classify pictures.

A row is a picture: its feature columns are the pixels, from 0 to 255, line by line, the colours of a pixel together.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from mlplatform.data.table import Table
from mlplatform.errors import DataError
from mlplatform.keras_training import Examples, KerasPlan, one_hot, strategy_of
from mlplatform.keras_training import train as train_keras
from mlplatform.neural import check_classes
from mlplatform.run import Outcome, Run

_ZOO = {
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
    "efficientnetb0": "EfficientNetB0",
    "efficientnetb3": "EfficientNetB3",
    "efficientnetv2s": "EfficientNetV2S",
    "mobilenetv2": "MobileNetV2",
    "mobilenetv3large": "MobileNetV3Large",
    "densenet121": "DenseNet121",
    "inceptionv3": "InceptionV3",
    "vgg16": "VGG16",
    "xception": "Xception",
}


def train(run: Run) -> Outcome:
    parameters = run.parameters
    if parameters.number("mixup_alpha") > 0:
        raise parameters.wrong("mixup_alpha", "pictures are not mixed by this version; 0 is what there is")
    classes = parameters.integer("num_classes")
    if parameters.text("loss") == "binary_crossentropy" and classes != 2:
        raise parameters.wrong("loss", f"it is for two classes, and num_classes is {classes}")
    strategy = strategy_of(run)
    examples = {channel: _pictures(run, table) for channel, table in run.data.tables().items()}
    for channel, rows in examples.items():
        check_classes(rows.labels, channel, classes, "num_classes")
    examples = one_hot(examples, classes)
    optimizer = parameters.text("optimizer")
    options: dict[str, Any] = {"weight_decay": parameters.number("weight_decay") or None}
    if optimizer in ("sgd", "rmsprop"):
        options["momentum"] = parameters.number("momentum")
    plan = KerasPlan(
        build=lambda: _model(run, examples["train"].inputs.shape[1:]),
        loss=_loss(run),
        classes=classes,
        epochs=parameters.integer("epochs"),
        batch_size=parameters.integer("batch_size"),
        optimizer=optimizer,
        peak_rate=parameters.number("learning_rate"),
        schedule=parameters.text("learning_rate_schedule"),
        warmup=lambda steps: parameters.integer("warmup_epochs") * steps,
        patience=parameters.optional("early_stopping_patience"),
        checkpoint_every=parameters.integer("checkpoint_every"),
        seed=parameters.integer("seed"),
        optimizer_options=options,
        mixed="mixed_float16" if parameters.flag("mixed_precision") else None,
    )
    return train_keras(run, strategy, plan, examples)


def _pictures(run: Run, table: Table) -> Examples:
    colours, count = run.parameters.integer("channels"), table.features.shape[1]
    side = math.isqrt(count // colours)
    if side * side * colours != count:
        raise DataError(
            f"{count} feature columns are no square picture of {colours} colours "
            f"(hyperparameters.tensorflow-cnn.channels): a row has the pixels of one"
        )
    return Examples(np.nan_to_num(table.features).reshape(-1, side, side, colours), table.label)


def _loss(run: Run) -> Any:
    smoothing = run.parameters.number("label_smoothing")
    if run.parameters.text("loss") == "focal":
        return keras.losses.CategoricalFocalCrossentropy(label_smoothing=smoothing)
    return keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)


def _model(run: Run, shape: tuple[int, ...]) -> Any:
    parameters = run.parameters
    size, colours = parameters.integer("image_size"), parameters.integer("channels")
    inputs = keras.layers.Input(shape)
    x = inputs
    if shape[0] != size:
        x = keras.layers.Resizing(size, size)(x)
    x = _changed_at_random(parameters, x)
    name = parameters.text("architecture")
    if name == "simple":
        x = keras.layers.Rescaling(1 / 255)(x)
        for width in (16, 32, 64, 64):
            x = keras.layers.Conv2D(width, 3, padding="same", activation="relu")(x)
            x = keras.layers.MaxPooling2D(2, padding="same")(x)
    else:
        x = _from_the_zoo(run, name, (size, size, colours))(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(parameters.number("dropout"))(x)
    outputs = keras.layers.Dense(parameters.integer("num_classes"), activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs)


def _from_the_zoo(run: Run, name: str, shape: tuple[int, int, int]) -> Any:
    parameters = run.parameters
    weights = None if parameters.text("pretrained") == "none" else "imagenet"
    make = getattr(keras.applications, _ZOO[name])
    try:
        network = make(include_top=False, weights=weights, input_shape=shape)
    except Exception as error:
        if weights is None:
            raise
        said = f"its weights cannot be fetched ({type(error).__name__}); none begins anew"
        raise parameters.wrong("pretrained", said) from error
    trained = parameters.optional("trainable_layers")
    if trained is not None and weights is not None:
        for layer in network.layers[: len(network.layers) - trained]:
            layer.trainable = False
    return network


def _changed_at_random(parameters: Any, x: Any) -> Any:
    if parameters.text("random_flip") != "none":
        x = keras.layers.RandomFlip(parameters.text("random_flip"))(x)
    if parameters.number("random_rotation") > 0:
        x = keras.layers.RandomRotation(parameters.number("random_rotation"))(x)
    if parameters.number("random_zoom") > 0:
        x = keras.layers.RandomZoom(parameters.number("random_zoom"))(x)
    return x
