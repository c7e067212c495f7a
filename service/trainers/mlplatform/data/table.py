"""A channel as arrays: this worker's share of its rows, in memory or, when it is large, in a mapped file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa

from mlplatform.data.batches import column_names, listed, read_batches
from mlplatform.data.files import DataFile, list_files
from mlplatform.data.location import channel_location
from mlplatform.errors import DataError, UserError, writing
from mlplatform.settings import CHANNELS, Settings

Floats = np.typing.NDArray[np.float32]


@dataclass(frozen=True)
class Columns:
    features: tuple[str, ...]
    label: str
    weight: str | None
    group: str | None = None

    @property
    def all(self) -> list[str]:
        return [*self.features, *(name for name in (self.label, self.weight, self.group) if name)]


@dataclass(frozen=True)
class Share:
    """Which rows are this worker's: one of every `of`, beginning with number `index`."""

    index: int = 0
    of: int = 1


@dataclass(frozen=True)
class Table:
    columns: Columns
    features: Floats
    label: Floats
    weight: Floats | None
    group: np.typing.NDArray[np.int64] | None = None
    """Numbers of the groups, in order: rows of one group stand together."""

    def __len__(self) -> int:
        return len(self.label)


class Data:
    """What a training may read. The columns are decided by the training data and hold for the other channels."""

    def __init__(self, settings: Settings, share: Share, weight_column: int | None = None) -> None:
        self.settings = settings
        self.share = share
        self._weight_column = weight_column
        self._decided: Columns | None = None
        if "train" not in settings.keys:
            raise UserError("inputDataConfig has no channel of the type train: S3_TRAIN_KEY and S3_BUCKET are empty")

    def files(self, channel: str) -> list[DataFile]:
        settings = self.settings
        return list_files(channel_location(settings, channel), settings.content_type, settings.storage)

    @property
    def columns(self) -> Columns:
        if self._decided is None:
            file = self.files("train")[0]
            self._decided = decide_columns(
                column_names(file, self.settings), file.location.shown, self.settings, self._weight_column
            )
        return self._decided

    def table(self, channel: str, whole: bool = False) -> Table | None:
        """None when the request has no such channel. `whole`: not this worker's share alone."""
        if channel not in self.settings.keys:
            return None
        return _read_table(self.files(channel), self.columns, self.settings, Share() if whole else self.share)

    def tables(self, others_whole: bool = False) -> dict[str, Table]:
        """All channels of the request. `others_whole`: of those beside train every worker has all rows."""
        read = ((channel, self.table(channel, others_whole and channel != "train")) for channel in CHANNELS)
        return {channel: table for channel, table in read if table is not None}

    def train(self) -> Table:
        table = self.table("train")
        assert table is not None  # refused by __init__
        return table


def decide_columns(names: Sequence[str], shown: str, settings: Settings, weight_column: int | None) -> Columns:
    """Without labelName the first column is the label, as files without a header have it; a weight is the second."""
    label = settings.label or names[0]
    if label not in names:
        raise DataError(f'inputDataConfig.labelName (LABEL_COLUMN) is "{label}": {shown} has {listed(names)}')
    weight = names[weight_column] if weight_column is not None and weight_column < len(names) else None
    if weight_column is not None and weight is None:
        raise DataError(f"csv_weights asks for weights in the second column: {shown} has {listed(names)}")
    group = settings.group or None
    if group is not None and group not in names:
        raise DataError(f'customHyperparameters.group_column is "{group}": {shown} has {listed(names)}')
    features = settings.features or tuple(name for name in names if name not in (label, weight, group))
    missing = next((name for name in features if name not in names), None)
    if missing is not None:
        raise DataError(f'inputDataConfig.featureNames (FEATURE_NAMES) has "{missing}": {shown} has {listed(names)}')
    if label in features:
        raise UserError(f'inputDataConfig.featureNames (FEATURE_NAMES) has "{label}", which is the label')
    if not features:
        raise DataError(f'{shown} has no column beside the label "{label}" to learn from')
    return Columns(tuple(features), label, weight, group)


def _read_table(files: list[DataFile], columns: Columns, settings: Settings, share: Share) -> Table:
    if columns.group and share.of > 1:
        raise UserError(f"resources.instanceCount (NUM_WORKER) is {share.of}: data in groups trains on one worker")
    features, label, weight = Rows(len(columns.features)), Rows(1), Rows(1)
    groups: list[np.typing.NDArray[np.float64]] = []
    seen = 0
    for file in files:
        of_file = 0
        for batch in read_batches(file, columns.all, columns.all, settings):
            labels = _floats(batch, columns.label)
            _check_labels(labels, columns.label, file, of_file)
            mine = slice((share.index - seen) % share.of, None, share.of)
            features.append(np.stack([_floats(batch, name)[mine] for name in columns.features], axis=1))
            label.append(labels[mine, np.newaxis])
            if columns.weight:
                weights = _floats(batch, columns.weight)
                _check_weights(weights, columns.weight, file, of_file)
                weight.append(weights[mine, np.newaxis])
            if columns.group:
                groups.append(batch.column(columns.group).cast(pa.float64()).to_numpy(zero_copy_only=False))
            seen += batch.num_rows
            of_file += batch.num_rows
    if seen == 0:
        raise DataError(f"{files[0].location.shown} has no rows")
    if seen < share.of:
        raise DataError(f"{files[0].location.shown} has {seen} rows for {share.of} workers: each needs one at least")
    weight_array = weight.array().reshape(-1) if columns.weight else None
    table = Table(columns, features.array(), label.array().reshape(-1), weight_array)
    return _in_groups(table, np.concatenate(groups)) if groups else table


def _in_groups(table: Table, groups: np.typing.NDArray[np.float64]) -> Table:
    order = np.argsort(groups, kind="stable")
    numbers = np.unique(groups[order], return_inverse=True)[1].astype(np.int64)
    weight = table.weight[order] if table.weight is not None else None
    return Table(table.columns, table.features[order], table.label[order], weight, numbers)


def _floats(batch: pa.RecordBatch, name: str) -> Floats:
    column = batch.column(name)
    if not pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
    return cast(Floats, column.to_numpy(zero_copy_only=False).astype(np.float32))


def _check_labels(label: Floats, name: str, file: DataFile, before: int) -> None:
    wrong = np.flatnonzero(~np.isfinite(label))
    if len(wrong) > 0:
        said = "is missing" if np.isnan(label[wrong[0]]) else "is infinite"
        raise DataError(f'label "{name}" {said} in row {before + int(wrong[0]) + 1} of {file.location.shown}')


def _check_weights(weight: Floats, name: str, file: DataFile, before: int) -> None:
    wrong = np.flatnonzero(~(weight >= 0))
    if len(wrong) > 0:
        row = before + int(wrong[0]) + 1
        said = f'weight "{name}" in row {row} of {file.location.shown} is {weight[wrong[0]]}'
        raise DataError(f"{said}: 0 or more is needed")


class Rows:
    """Grows by blocks; beyond a bound they go to a file, which is then mapped instead of being held."""

    def __init__(self, width: int, most_bytes: int | None = None) -> None:
        self._width = width
        self._most = most_bytes if most_bytes is not None else memory_bound()
        self._blocks: list[Floats] = []
        self._bytes = 0
        self._count = 0
        self._file: Path | None = None

    def append(self, block: Floats) -> None:
        self._count += len(block)
        self._blocks.append(np.ascontiguousarray(block))
        self._bytes += block.nbytes
        if self._bytes > (self._most if self._file is None else 64 * 1024 * 1024):
            self._spill()

    def array(self) -> Floats:
        if self._file is None:
            return np.concatenate(self._blocks) if self._blocks else np.empty((0, self._width), np.float32)
        self._spill()
        mapped = np.memmap(self._file, np.float32, "r", shape=(self._count, self._width))
        self._file.unlink()  # The mapping keeps it; nothing is left behind, whatever ends the process.
        return cast(Floats, mapped)

    def _spill(self) -> None:
        folder = Path(os.environ.get("SCRATCH_PATH") or tempfile.gettempdir())
        with writing(f"the rows that memory has no room for in {folder}", "SCRATCH_PATH"):
            if self._file is None:
                handle, name = tempfile.mkstemp(prefix="rows-", dir=folder)
                os.close(handle)
                self._file = Path(name)
            with self._file.open("ab") as sink:
                for block in self._blocks:
                    block.tofile(sink)
        self._blocks, self._bytes = [], 0


def memory_bound() -> int:
    """A third of the memory that this process may have: the engine makes at least one more copy."""
    return min(_cgroup_memory(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) // 3


def _cgroup_memory() -> int:
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(name).read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            return int(text)
    return 2**62
