"""What the API tells as a DataFrame, where pandas is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from .schema_generated import Metrics


def frame(told: Metrics | Iterable[Mapping[str, Any]]) -> Any:
    """A DataFrame of rows (jobs, events, progress), or of the metrics of a job: a row for each value of each number.

    Times become times.
    """
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("A DataFrame needs pandas: pip install 'mlplatform-client[frames]'") from error
    rows = _values(cast(Metrics, told)) if isinstance(told, Mapping) else told
    table = pandas.DataFrame(list(rows))
    for name in table.columns:
        if name == "at" or name.endswith("At"):
            is_number = pandas.api.types.is_numeric_dtype(table[name])
            said: Any = {"unit": "ms"} if is_number else {"format": "ISO8601"}
            table[name] = pandas.to_datetime(table[name], utc=True, **said)
    return table


def _values(metrics: Metrics) -> Iterator[dict[str, Any]]:
    for series in metrics["series"]:
        columns = (series["at"], series["step"], series["value"], series["min"], series["max"])
        for at, step, value, low, high in zip(*columns, strict=True):
            yield {"name": series["name"], "at": at, "step": step, "value": value, "min": low, "max": high}
