"""Published weights: a BERT in a folder says in Keras what it says in PyTorch, and is learnt from there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Train, texts_in
from processes import needs

pytestmark = [needs("tensorflow"), needs("safetensors"), needs("tokenizers")]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "film", "was", "and", "bad", "dull", "slow", "good", "bright"]
WORDS += ["fast", "."]
SIZES: dict[str, Any] = {
    "vocab_size": len(WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 40,
    "type_vocab_size": 2,
}


@pytest.fixture
def folder(told: dict[str, str]) -> Path:
    """Drawn by a seed, in the names and shapes of Hugging Face's files."""
    from safetensors.numpy import save_file

    folder = Path(told["STORAGE_PATH"]) / "models/bert"
    folder.mkdir(parents=True)
    random = np.random.default_rng(7)
    width, inner = SIZES["hidden_size"], SIZES["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), width),
        "embeddings.position_embeddings.weight": (SIZES["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "pooler.dense.weight": (width, width),
        "pooler.dense.bias": (width,),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(SIZES["num_hidden_layers"]):
        place = f"encoder.layer.{layer}"
        linear = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        linear |= {
            "attention.output.dense": (width, width),
            "intermediate.dense": (inner, width),
            "output.dense": (width, inner),
        }
        for name, shape in linear.items():
            shapes |= {f"{place}.{name}.weight": shape, f"{place}.{name}.bias": shape[:1]}
        norms += [f"{place}.attention.output.LayerNorm", f"{place}.output.LayerNorm"]
    weights = {name: random.normal(scale=0.2, size=shape).astype(np.float32) for name, shape in shapes.items()}
    for name in norms:
        weights |= {
            f"{name}.weight": random.uniform(0.5, 1.5, width).astype(np.float32),
            f"{name}.bias": random.normal(scale=0.1, size=width).astype(np.float32),
        }
    save_file({f"bert.{name}": value for name, value in weights.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"], **SIZES}))
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return folder


THEIRS = """
import sys, numpy, torch, transformers
folder, tokens, said = sys.argv[1:]
given = torch.from_numpy(numpy.load(tokens).astype(numpy.int64))
model = transformers.BertModel.from_pretrained(folder).eval()
with torch.no_grad():
    numpy.save(said, model(input_ids=given, attention_mask=(given != 0).long()).last_hidden_state.numpy())
"""


@needs("transformers")
@needs("torch")
def test_it_says_what_pytorch_says(folder: Path, tmp_path: Path) -> None:
    import keras

    from mlplatform.errors import UserError
    from mlplatform.pretrained_bert import Bert

    bert = Bert.of(folder, UserError)
    tokens = bert.tokens(["The film was good and bright.", "the film was dull"], 12)
    assert tokens[1].tolist() == [2, 4, 5, 6, 9, 3, 0, 0, 0, 0, 0, 0]
    inputs = keras.layers.Input((12,), dtype="int32")
    ours = keras.Model(inputs, bert.encoder(inputs, 0.1, 0.1))
    bert.put_weights(ours)
    np.save(tmp_path / "tokens.npy", tokens)
    # In a process of its own: PyTorch does not always load beside TensorFlow.
    files = [str(folder), str(tmp_path / "tokens.npy"), str(tmp_path / "said.npy")]
    subprocess.run([sys.executable, "-c", THEIRS, *files], check=True, capture_output=True)
    shown = tokens != 0  # what stands where nothing is does not matter
    theirs = np.load(tmp_path / "said.npy")
    np.testing.assert_allclose(ours.predict(tokens, verbose=0)[shown], theirs[shown], atol=2e-4)


def test_it_is_learnt_from_there(train_here: Train, data: Path, folder: Path) -> None:
    ended = train_here(
        "tensorflow-transformer",
        **texts_in(data),
        LABEL_COLUMN="mood",
        MODEL_NAME="models/bert",
        MAX_SEQUENCE_LENGTH="16",
        EPOCHS="2",
        LEARNING_RATE="0.002",
    )
    assert ended.code == 0, ended.errors
    result = ended.result()
    assert result["metrics"]["validation"]["accuracy"] > 0.95
    assert {"model.keras", "vocab.txt"} <= set(result["model"]["files"])


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("no folder", "is no folder"),
        ("no weights", "has no model.safetensors"),
        ("another model", "has a model of the type gpt2"),
    ],
)
def test_what_is_no_bert_is_refused(train_here: Train, folder: Path, broken: str, sentence: str) -> None:
    if broken == "no weights":
        (folder / "model.safetensors").unlink()
    if broken == "another model":
        (folder / "config.json").write_text('{"model_type": "gpt2"}')
    name = "bert-base-uncased" if broken == "no folder" else "models/bert"
    ended = train_here("tensorflow-transformer", MODEL_NAME=name, LABEL_COLUMN="class", NUM_LABELS="3")
    assert ended.code == 64, ended.errors
    assert sentence in ended.sentence
