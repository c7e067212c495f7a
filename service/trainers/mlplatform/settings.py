"""What the platform tells a training: the variables of its environment, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlplatform.errors import UserError

CHANNELS = ("train", "validation", "test")
_KEYS = {"train": "S3_TRAIN_KEY", "validation": "S3_VAL_KEY", "test": "S3_TEST_KEY"}


@dataclass(frozen=True)
class Storage:
    """Object storage that speaks S3. The credentials are read where it is opened, and never kept."""

    endpoint: str
    region: str
    bucket: str


@dataclass(frozen=True)
class Settings:
    job_id: str
    """Names the checkpoints: two jobs of one name on one volume must not continue each other."""
    retry_of: str | None
    """The job that this one tries again: its checkpoints are where this one begins."""
    attempt: int
    """Of this very job, from 1: another begins when one was lost."""
    workers: int
    gpu: bool
    storage_path: Path
    artifact_uri: str
    storage: Storage
    keys: Mapping[str, str]
    """By channel; only those that the request has."""
    label: str
    group: str
    """The column of ranking data that tells which rows belong to one query; a custom hyperparameter, group_column."""
    features: tuple[str, ...]
    csv_columns: tuple[str, ...]
    content_type: str
    checkpoint_retention: int

    @staticmethod
    def read(environment: Mapping[str, str]) -> Settings:
        def text(name: str, default: str = "") -> str:
            return environment.get(name, "").strip() or default

        keys = {channel: environment[name] for channel, name in _KEYS.items() if environment.get(name)}
        bucket = text("S3_BUCKET")
        if "train" not in keys and bucket:
            keys["train"] = ""  # the whole bucket
        return Settings(
            job_id=_name(text("MLPLATFORM_JOB_ID") or text("RUN_NAME", "local"), "MLPLATFORM_JOB_ID"),
            retry_of=_name(text("MLPLATFORM_RETRY_OF"), "MLPLATFORM_RETRY_OF") or None,
            attempt=_whole(text("MLPLATFORM_ATTEMPT", "1"), "MLPLATFORM_ATTEMPT", 1),
            workers=_whole(text("NUM_WORKER", text("NUM_WORKERS", "1")), "resources.instanceCount (NUM_WORKER)", 1),
            gpu=text("USE_GPU") == "true",
            storage_path=Path(text("STORAGE_PATH", "results")).absolute(),
            artifact_uri=text("ARTIFACT_URI"),
            storage=Storage(text("S3_ENDPOINT"), text("S3_REGION", "us-east-1"), bucket),
            keys=keys,
            label=text("LABEL_COLUMN"),
            group=text("GROUP_COLUMN"),
            features=_columns(text("FEATURE_NAMES")),
            csv_columns=_columns(text("CSV_COLUMNS")),
            content_type=text("CONTENT_TYPE").split(";")[0].lower(),
            checkpoint_retention=_whole(text("CHECKPOINT_RETENTION", "2"), "CHECKPOINT_RETENTION", 1),
        )


def _name(text: str, variable: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9][-A-Za-z0-9_.]{0,127}", text):
        raise UserError(f'{variable} is "{text}": a name of letters, digits, "-", "_" and "." is needed')
    return text


def _whole(text: str, field: str, least: int) -> int:
    if not text.isdigit() or int(text) < least:
        raise UserError(f'{field} is "{text}": a whole number of at least {least} is needed')
    return int(text)


def _columns(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)
