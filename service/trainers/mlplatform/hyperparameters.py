"""The hyperparameters of an algorithm, read from variables by the contract that the job API validates with.

algorithms.json is written by `npm run trainers:contract` from service/jobs/algorithms: one source for names, defaults
and bounds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, cast

from mlplatform.errors import UserError

Value = int | float | str | bool | list[str] | None
Field = Mapping[str, Any]


@cache
def contract() -> Mapping[str, Mapping[str, Any]]:
    text = files("mlplatform").joinpath("algorithms.json").read_text("utf8")
    return {algorithm["name"]: algorithm for algorithm in json.loads(text)["algorithms"]}


class Hyperparameters:
    """Typed access: a field that an algorithm does not have is a mistake of ours, not of the user."""

    def __init__(self, algorithm: str, values: Mapping[str, Value]) -> None:
        self.algorithm = algorithm
        self.values = dict(values)

    def integer(self, field: str) -> int:
        return int(cast(int, self.values[field]))

    def number(self, field: str) -> float:
        return float(cast(float, self.values[field]))

    def text(self, field: str) -> str:
        return str(self.values[field])

    def flag(self, field: str) -> bool:
        return bool(self.values[field])

    def list(self, field: str) -> list[str]:
        return list(cast(Sequence[str], self.values[field]))

    def optional(self, field: str) -> int | None:
        """Of a field that may be null or "auto"."""
        value = self.values[field]
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def wrong(self, field: str, message: str) -> UserError:
        return UserError(f"{place(self.algorithm, field)} is {json.dumps(self.values.get(field))}: {message}")


def place(algorithm: str, field: str) -> str:
    return f"hyperparameters.{algorithm}.{field}"


def read_hyperparameters(algorithm: str, environment: Mapping[str, str]) -> Hyperparameters:
    values = {
        field["name"]: _parse(algorithm, field, environment[field["variable"]])
        if field["variable"] in environment
        else field["default"]
        for field in contract()[algorithm]["fields"]
    }
    return Hyperparameters(algorithm, values)


def _parse(algorithm: str, field: Field, text: str) -> Value:
    def refuse(need: str) -> UserError:
        name = place(algorithm, field["name"])
        return UserError(f'{name} ({field["variable"]}) is "{text}": {need}')

    if text == "" and field["nullable"]:
        return None
    if text in field.get("literals", ()):
        return text
    if field["type"] == "list":
        return _parse_list(field, text, refuse)
    if field["type"] == "boolean":
        if text not in ("true", "false"):
            raise refuse("true or false is needed")
        return text == "true"
    if field["type"] in ("integer", "number"):
        return _parse_number(field, text, refuse)
    if "enum" in field and text not in field["enum"]:
        raise refuse(f"one of {', '.join(field['enum'])} is needed")
    if "pattern" in field and not re.search(field["pattern"], text):
        raise refuse("it does not have the form that is needed")
    return text


def _parse_number(field: Field, text: str, refuse: Any) -> int | float:
    try:
        number = float(text)
        value: int | float = int(text) if field["type"] == "integer" else number
    except ValueError:
        raise refuse("a whole number is needed" if field["type"] == "integer" else "a number is needed") from None
    if not math.isfinite(number):
        raise refuse("a finite number is needed")
    if "enum" in field and value not in field["enum"]:
        raise refuse(f"one of {', '.join(map(str, field['enum']))} is needed")
    low, high = field.get("min"), field.get("max")
    too_low = low is not None and (value < low or (field.get("exclusiveMin") and value == low))
    too_high = high is not None and (value > high or (field.get("exclusiveMax") and value == high))
    if too_low:
        raise refuse(f"it must be {'above' if field.get('exclusiveMin') else 'at least'} {low}")
    if too_high:
        raise refuse(f"it must be {'below' if field.get('exclusiveMax') else 'at most'} {high}")
    return value


def _parse_list(field: Field, text: str, refuse: Any) -> list[str]:
    entries = [part.strip() for part in text.split(",") if part.strip()]
    items = field.get("items", {})
    for entry in entries:
        by_word = entry in items.get("enum", ())
        by_form = "pattern" in items and re.search(items["pattern"], entry)
        if items and not by_word and not by_form:
            raise refuse(f"{entry} is none of {', '.join(items.get('enum', ()))}")
    if len(entries) < field.get("minItems", 0):
        raise refuse(f"at least {field['minItems']} is needed")
    return entries
