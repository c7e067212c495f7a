"""The files of a channel, and what kind each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pyarrow import fs

from mlplatform.data.location import Location, storage_words
from mlplatform.errors import DataError
from mlplatform.settings import Storage


class Kind(Enum):
    CSV = "CSV"
    PARQUET = "Parquet"


_BY_CONTENT_TYPE = {
    "text/csv": Kind.CSV,
    "application/csv": Kind.CSV,
    "csv": Kind.CSV,
    "application/x-parquet": Kind.PARQUET,
    "application/vnd.apache.parquet": Kind.PARQUET,
    "application/parquet": Kind.PARQUET,
    "parquet": Kind.PARQUET,
}
_CSV_ENDINGS = (".csv", ".csv.gz", ".csv.bz2", ".csv.zst", ".txt", ".data")
_PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class DataFile:
    location: Location
    kind: Kind
    size: int


def list_files(location: Location, content_type: str, storage: Storage) -> list[DataFile]:
    """A channel is one file or a folder of them, in the order of their names; hidden and empty ones are none."""
    with storage_words(location, storage):
        info = location.filesystem.get_file_info(location.path)
        if info.type == fs.FileType.NotFound:
            raise DataError(f"{location.shown} is not there")
        if info.type == fs.FileType.File:
            found = [info]
        else:
            found = location.filesystem.get_file_info(fs.FileSelector(location.path, recursive=True))
    files = [
        DataFile(_at(location, info), kind, info.size)
        for info in sorted(found, key=lambda info: info.path)
        if info.type == fs.FileType.File
        and info.size > 0
        and not info.base_name.startswith((".", "_"))
        and (kind := _kind_of(info.base_name, content_type, alone=len(found) == 1)) is not None
    ]
    if not files:
        what = content_type or "CSV or Parquet"
        raise DataError(f"{location.shown} has no {what} file that is not empty")
    if len({file.kind for file in files}) > 1:
        raise DataError(f"{location.shown} has both CSV and Parquet files; inputDataConfig.contentType can choose one")
    return files


def _at(location: Location, info: fs.FileInfo) -> Location:
    rest = info.path.removeprefix(location.path).lstrip("/")
    return location.below(rest) if rest else location


def _kind_of(name: str, content_type: str, alone: bool) -> Kind | None:
    by_name = (
        Kind.PARQUET
        if name.lower().endswith(_PARQUET_ENDINGS)
        else Kind.CSV
        if name.lower().endswith(_CSV_ENDINGS)
        else None
    )
    asked = _BY_CONTENT_TYPE.get(content_type)
    if asked is not None:
        return asked if by_name in (asked, None) else None
    return by_name or (Kind.CSV if alone else None)
