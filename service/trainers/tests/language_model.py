"""A model of Hugging Face's that is small enough for tests: two layers, and a tokenizer that knows bytes.

python tests/language_model.py FOLDER writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

VARIABLES = {
    "MODEL_NAME": "models/small",
    "MAX_SEQUENCE_LENGTH": "48",
    "LEARNING_RATE": "0.01",
    "WARMUP_STEPS": "2",
    "PRECISION": "fp32",
    "TRAIN_MICRO_BATCH_SIZE_PER_GPU": "8",
    "STAGE3_PARAM_PERSISTENCE_THRESHOLD": "0",
}
"""Of a training that begins with fresh weights of it."""


def write(folder: Path) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, PreTrainedTokenizerFast

    words = ["<end>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytewise = Tokenizer(models.BPE(vocab={word: index for index, word in enumerate(words)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=bytewise, eos_token="<end>").save_pretrained(folder)
    config = GPT2Config(
        vocab_size=len(words), n_positions=48, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0
    )
    config.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
