"""The rows of one file, batch by batch, in the columns that the training asks for: never the whole file at once."""

from __future__ import annotations

import csv as text_csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from mlplatform.data.files import DataFile, Kind
from mlplatform.data.location import storage_words
from mlplatform.errors import DataError
from mlplatform.settings import Settings

BATCH_ROWS = 65_536
_BLOCK_BYTES = 4 * 1024 * 1024
_HEAD_BYTES = 256 * 1024


def column_names(file: DataFile, settings: Settings) -> list[str]:
    if file.kind is Kind.PARQUET:
        with storage_words(file.location, settings.storage), _arrow_words(file):
            return list(parquet.read_schema(file.location.path, filesystem=file.location.filesystem).names)
    return _csv_columns(file, settings)[0]


def read_batches(
    file: DataFile, columns: Sequence[str], numeric: Sequence[str], settings: Settings
) -> Iterator[pa.RecordBatch]:
    """`numeric` are those of the columns that must be numbers; the others are text."""
    batches = _parquet_batches if file.kind is Kind.PARQUET else _csv_batches
    with storage_words(file.location, settings.storage), _arrow_words(file):
        yield from batches(file, columns, frozenset(numeric), settings)


def _parquet_batches(
    file: DataFile, columns: Sequence[str], numeric: frozenset[str], _settings: Settings
) -> Iterator[pa.RecordBatch]:
    with file.location.filesystem.open_input_file(file.location.path) as source:
        content = parquet.ParquetFile(source)
        _check_columns(file, content.schema_arrow.names, columns)
        for name in columns:
            kind = content.schema_arrow.field(name).type
            if name in numeric and not (
                pa.types.is_integer(kind)
                or pa.types.is_floating(kind)
                or pa.types.is_boolean(kind)
                or pa.types.is_decimal(kind)
            ):
                raise DataError(f'column "{name}" of {file.location.shown} is {kind}: numbers are needed')
        for batch in content.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
            yield batch.select(list(columns))


def _csv_batches(
    file: DataFile, columns: Sequence[str], numeric: frozenset[str], settings: Settings
) -> Iterator[pa.RecordBatch]:
    names, header_lines = _csv_columns(file, settings)
    _check_columns(file, names, columns)
    with file.location.filesystem.open_input_stream(file.location.path) as source:
        reader = csv.open_csv(
            source,
            read_options=csv.ReadOptions(
                column_names=names, skip_rows=header_lines, block_size=_BLOCK_BYTES, use_threads=False
            ),
            convert_options=csv.ConvertOptions(
                include_columns=list(columns),
                column_types={name: pa.float64() if name in numeric else pa.string() for name in columns},
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            if batch.num_rows > 0:
                yield batch


def listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return f"the columns {shown}{' and more' if len(names) > 20 else ''}"


def _check_columns(file: DataFile, names: Sequence[str], wanted: Sequence[str]) -> None:
    missing = next((name for name in wanted if name not in names), None)
    if missing is not None:
        raise DataError(f'{file.location.shown} has no column "{missing}", only {listed(names)}')


def _csv_columns(file: DataFile, settings: Settings) -> tuple[list[str], int]:
    """The columns of a CSV file, and how many of its first lines are no data.

    csvColumns names those of a file without a header; a first line that repeats them is one all the same. Without it
    the first line is the header, unless it is made of numbers only.
    """
    with (
        storage_words(file.location, settings.storage),
        _arrow_words(file),
        file.location.filesystem.open_input_stream(file.location.path) as source,
    ):
        head = source.read(_HEAD_BYTES)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            raise DataError(f"{file.location.shown} is no UTF-8 text (byte {error.start})") from error
        text = head.decode("utf-8-sig", "ignore")
    first = next(text_csv.reader(io.StringIO(text)), [])
    first = [name.strip() for name in first]
    if not first:
        raise DataError(f"{file.location.shown} begins with an empty line")
    given = list(settings.csv_columns)
    if given:
        if len(given) != len(first):
            raise DataError(
                f"{file.location.shown} has {len(first)} columns in its first line, "
                f"inputDataConfig.csvColumns (CSV_COLUMNS) names {len(given)}"
            )
        return given, 1 if first == given else 0
    if all(_is_number(name) for name in first):
        return [f"f{index}" for index in range(len(first))], 0
    repeated = next((name for name in first if first.count(name) > 1), None)
    if repeated is not None:
        raise DataError(f'{file.location.shown} has two columns of the name "{repeated}"')
    return first, 1


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class _arrow_words:  # noqa: N801 - used as a word: `with _arrow_words(file)`
    """What the reader says about a broken file, as a sentence with the file's name."""

    def __init__(self, file: DataFile) -> None:
        self._file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, pa.ArrowInvalid | pa.ArrowNotImplementedError) and not isinstance(error, OSError):
            said = " ".join(str(error).split())[:300]
            what = f"{self._file.location.shown} is no {self._file.kind.value} that can be read"
            raise DataError(f"{what}: {said}") from error
