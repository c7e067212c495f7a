"""Text, byte by byte: no vocabulary has to be fetched, and nothing is unknown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlplatform.data.batches import column_names, read_batches
from mlplatform.data.table import Data, Share
from mlplatform.errors import DataError, UserError

END = 256
"""Stands between two texts."""
PAD = 257
"""Fills an example up."""

Tokens = np.typing.NDArray[np.int32]


def text_column(data: Data) -> str:
    """featureNames names it, unless there is but one column beside the label."""
    named = data.settings.features
    if len(named) == 1:
        return named[0]
    if named:
        raise UserError(f"inputDataConfig.featureNames (FEATURE_NAMES) has {len(named)} columns: text is in one")
    file = data.files("train")[0]
    names = [name for name in column_names(file, data.settings) if name != data.settings.label]
    if len(names) != 1:
        said = "inputDataConfig.featureNames (FEATURE_NAMES) must name the column of the text"
        raise UserError(f"{said}: {file.location.shown} has {', '.join(names[:20])}")
    return names[0]


def read_texts(data: Data, channel: str, label: str | None = None, whole: bool = False) -> Iterator[tuple[str, float]]:
    """The text of each row of this worker (`whole`: of all rows), and its label where one is asked for."""
    share = Share() if whole else data.share
    column = text_column(data)
    columns = [column, *([label] if label else [])]
    row = 0
    for file in data.files(channel):
        for batch in read_batches(file, columns, [label] if label else [], data.settings):
            texts = batch.column(column).to_pylist()
            labels = batch.column(label).to_pylist() if label else [0.0] * len(texts)
            for text, value in zip(texts, labels, strict=True):
                row += 1
                if value is None or value != value:
                    raise DataError(f'label "{label}" is missing in row {row} of {file.location.shown}')
                if (row - 1) % share.of == share.index:
                    yield str(text or ""), float(value)


def token_blocks(data: Data, channel: str, length: int, whole: bool = False) -> Tokens:
    """All texts one after the other, in blocks of `length` and the byte that follows."""
    joined = bytearray()
    ends: list[int] = []
    for text, _ in read_texts(data, channel, whole=whole):
        joined += text.encode()
        ends.append(len(joined))
        joined.append(0)
    tokens = np.frombuffer(bytes(joined), np.uint8).astype(np.int32)
    tokens[ends] = END
    count = (len(tokens) - 1) // length
    if count < 1:
        return np.empty((0, length + 1), np.int32)
    starts = np.arange(count) * length
    blocks: Tokens = tokens[starts[:, None] + np.arange(length + 1)[None, :]]
    return blocks


def padded(texts: list[str], length: int) -> Tokens:
    """An example each, cut or filled up."""
    tokens = np.full((len(texts), length), PAD, np.int32)
    for row, text in enumerate(texts):
        content = np.frombuffer(text.encode()[:length], np.uint8)
        tokens[row, : len(content)] = content
    return tokens
