"""Rows of the API as a DataFrame, where pandas is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def frame(rows: Iterable[Mapping[str, Any]]) -> Any:
    """A DataFrame of the rows: jobs, events, what is told of a training. Times become times."""
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("A DataFrame needs pandas: pip install 'mlplatform-client[frames]'") from error
    table = pandas.DataFrame(list(rows))
    for name in table.columns:
        if name == "at" or name.endswith("At"):
            table[name] = pandas.to_datetime(table[name], utc=True, format="ISO8601")
    return table
