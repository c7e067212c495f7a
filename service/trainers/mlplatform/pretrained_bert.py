"""A BERT whose published weights lie in a folder, as Hugging Face has them, as a Keras model.

Weights for TensorFlow are no longer published (transformers 5 is PyTorch's alone), but the numbers are the same ones:
config.json, model.safetensors and the tokenizer's files are all that is read, without PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mlplatform.data.text import Tokens
from mlplatform.errors import UserError
from mlplatform.keras_training import places_of

_NEEDED = ("config.json", "model.safetensors")
_TOKENIZERS = ("tokenizer.json", "vocab.txt")
_WORDS_OF_TOKENIZERS = ("tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True)
class Bert:
    folder: Path
    config: Mapping[str, Any]

    @staticmethod
    def of(folder: Path, refuse: Callable[[str], UserError]) -> Bert:
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        if not any((folder / name).is_file() for name in _TOKENIZERS):
            missing.append(" or ".join(_TOKENIZERS))
        if missing:
            raise refuse(f"{folder} has no {', no '.join(missing)}")
        try:
            config = json.loads((folder / "config.json").read_text())
            kind = config["model_type"]
        except (ValueError, KeyError) as error:
            raise refuse(f"{folder}/config.json tells of no model") from error
        if kind != "bert" or config.get("position_embedding_type", "absolute") != "absolute":
            raise refuse(
                f"{folder} has a model of the type {kind}: bert, with places counted from the start, is needed"
            )
        return Bert(folder, config)

    def tokens(self, texts: list[str], length: int) -> Tokens:
        from tokenizers import BertWordPieceTokenizer, Tokenizer

        if (self.folder / "tokenizer.json").is_file():
            tokenizer: Any = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        else:
            tokenizer = BertWordPieceTokenizer(str(self.folder / "vocab.txt"), lowercase=self._lowercase())
        length = min(length, int(self.config["max_position_embeddings"]))
        tokenizer.enable_truncation(length)
        tokenizer.enable_padding(length=length, pad_id=self._pad)
        return np.array([encoding.ids for encoding in tokenizer.encode_batch(texts)], np.int32)

    def model(self, length: int, classes: int, dropout: float, of_attention: float) -> Any:
        """The encoder with its weights, and a last layer that is still to be learnt."""
        tokens = keras.layers.Input((length,), dtype="int32")
        encoder = self.encoder(tokens, dropout, of_attention)
        pooled = keras.layers.Dense(self._width, "tanh", name="pooler")(encoder[:, 0])
        last = keras.layers.Dense(classes, activation="softmax" if classes > 1 else None, dtype="float32", name="last")
        model = keras.Model(tokens, last(keras.layers.Dropout(dropout)(pooled)))
        self.put_weights(model)
        return model

    def encoder(self, tokens: Any, dropout: float, of_attention: float) -> Any:
        config, width = self.config, self._width
        epsilon = float(config.get("layer_norm_eps", 1e-12))
        heads = int(config["num_attention_heads"])
        is_text = keras.ops.not_equal(tokens, self._pad)

        def norm(name: str, x: Any) -> Any:
            return keras.layers.LayerNormalization(epsilon=epsilon, name=name)(x)

        x = keras.layers.Embedding(int(config["vocab_size"]), width, name="words")(tokens)
        places = keras.layers.Embedding(int(config["max_position_embeddings"]), width, name="places")
        kinds = keras.layers.Embedding(int(config.get("type_vocab_size", 2)), width, name="kinds")
        x = x + places(places_of(tokens)) + kinds(keras.ops.zeros_like(tokens))
        x = keras.layers.Dropout(dropout)(norm("norm", x))
        for layer in range(int(config["num_hidden_layers"])):
            attention = keras.layers.MultiHeadAttention(
                heads, width // heads, dropout=of_attention, name=f"attention_{layer}"
            )
            mixed = attention(x, x, attention_mask=is_text[:, None, :])
            x = norm(f"attention_norm_{layer}", x + keras.layers.Dropout(dropout)(mixed))
            hidden = keras.layers.Dense(int(config["intermediate_size"]), self._activation, name=f"up_{layer}")(x)
            hidden = keras.layers.Dense(width, name=f"down_{layer}")(hidden)
            x = norm(f"norm_{layer}", x + keras.layers.Dropout(dropout)(hidden))
        return x

    def put_weights(self, model: Any) -> None:
        from safetensors.numpy import load_file

        kept = {
            name.removeprefix("bert."): value for name, value in load_file(self.folder / "model.safetensors").items()
        }

        def weights(name: str) -> Any:
            # Old files call the two of a normalisation gamma and beta.
            older = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
            found = kept.get(name, kept.get(older))
            if found is None:
                raise UserError(f"hyperparameters.tensorflow-transformer.model_name: {self.folder} has no {name}")
            return found.astype(np.float32)

        def linear(name: str) -> list[Any]:
            return [weights(f"{name}.weight").T, weights(f"{name}.bias")]

        def pair(name: str) -> list[Any]:
            return [weights(f"{name}.weight"), weights(f"{name}.bias")]

        heads = int(self.config["num_attention_heads"])
        by_head = (heads, self._width // heads)
        found = {
            "words": [weights("embeddings.word_embeddings.weight")],
            "places": [weights("embeddings.position_embeddings.weight")],
            "kinds": [weights("embeddings.token_type_embeddings.weight")],
            "norm": pair("embeddings.LayerNorm"),
        }
        for layer in range(int(self.config["num_hidden_layers"])):
            place = f"encoder.layer.{layer}"
            parts: list[Any] = []
            for part in ("query", "key", "value"):
                kernel, bias = linear(f"{place}.attention.self.{part}")
                parts += [kernel.reshape(self._width, *by_head), bias.reshape(by_head)]
            kernel, bias = linear(f"{place}.attention.output.dense")
            found |= {
                f"attention_{layer}": [*parts, kernel.reshape(*by_head, self._width), bias],
                f"attention_norm_{layer}": pair(f"{place}.attention.output.LayerNorm"),
                f"up_{layer}": linear(f"{place}.intermediate.dense"),
                f"down_{layer}": linear(f"{place}.output.dense"),
                f"norm_{layer}": pair(f"{place}.output.LayerNorm"),
            }
        if "pooler.dense.weight" in kept:
            found["pooler"] = linear("pooler.dense")
        names = {layer.name for layer in model.layers}
        for name, values in found.items():
            if name in names:
                model.get_layer(name).set_weights(values)

    @property
    def tokenizer_files(self) -> list[Path]:
        """Who predicts has to split text in the same way."""
        named = (self.folder / name for name in (*_TOKENIZERS, *_WORDS_OF_TOKENIZERS))
        return [path for path in named if path.is_file()]

    @property
    def _width(self) -> int:
        return int(self.config["hidden_size"])

    @property
    def _pad(self) -> int:
        return int(self.config.get("pad_token_id") or 0)

    @property
    def _activation(self) -> Any:
        name = str(self.config.get("hidden_act", "gelu"))
        return {"gelu": keras.activations.gelu, "relu": keras.activations.relu}.get(name, name)

    def _lowercase(self) -> bool:
        try:
            told = json.loads((self.folder / "tokenizer_config.json").read_text())
        except (OSError, ValueError):
            return True
        return bool(told.get("do_lower_case", True))
