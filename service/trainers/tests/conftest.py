from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import datasets

from mlplatform.train import main

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ended:
    code: int
    output: str
    errors: str
    storage: Path

    @property
    def sentence(self) -> str:
        """What a person is told, without the program's name. Ray may write its own lines after it."""
        said = [line for line in self.errors.splitlines() if line.startswith("mlplatform: ")]
        return said[-1].removeprefix("mlplatform: ")

    def result(self, job: str = "job-1") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.storage / "artifacts" / job / "result.json").read_text())
        return found

    @property
    def reports(self) -> list[dict[str, Any]]:
        return reports_in(self.output)


def reports_in(text: str) -> list[dict[str, Any]]:
    """The lines that tell the progress, whatever a cluster wrote in front of them."""
    found = (re.search(r'\{"trainerStatus".*', line) for line in text.splitlines())
    return [json.loads(match.group())["trainerStatus"] for match in found if match]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    datasets.write(folder)
    return folder


@pytest.fixture
def told(data: Path, tmp_path: Path) -> dict[str, str]:
    """What the platform would tell a job on the small data."""
    return {
        "MLPLATFORM_JOB_ID": "job-1",
        "STORAGE_PATH": str(tmp_path / "volume"),
        "S3_TRAIN_KEY": f"file://{data}/train.csv",
        "S3_VAL_KEY": f"file://{data}/validation.csv",
        "LABEL_COLUMN": "spend",
        "FEATURE_NAMES": "age,income,visits,score,noise",
        "NUM_WORKER": "1",
        "USE_GPU": "false",
    }


Train = Callable[..., Ended]


@pytest.fixture
def train_here(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Train]:
    """The program in this process: for what is seen at its ends, many times."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def run(algorithm: str, /, *arguments: str, **variables: str | None) -> Ended:
        environment = merged(told, variables)
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            code = main([algorithm, *arguments])
        output, errors = capfd.readouterr()
        return Ended(code, output, errors, Path(environment["STORAGE_PATH"]))

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def train(told: dict[str, str]) -> Train:
    """The program as a cluster starts it: a process of its own."""

    def run(algorithm: str, /, *arguments: str, **variables: str | None) -> Ended:
        environment = merged(told, variables)
        done = subprocess.run(
            command(algorithm, *arguments),
            env=process_environment(environment),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr, Path(environment["STORAGE_PATH"]))

    return run


def merged(told: Mapping[str, str], variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**told, **variables}.items() if value is not None}


def texts_in(data: Path) -> dict[str, str]:
    """The sentences, as a request names them."""
    return {
        "S3_TRAIN_KEY": f"file://{data}/train-texts.csv",
        "S3_VAL_KEY": f"file://{data}/validation-texts.csv",
        "FEATURE_NAMES": "text",
    }


def command(algorithm: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "mlplatform.train", algorithm, *arguments]


def process_environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")}
    # Threads that wait for each other in a loop take minutes where other programs run too.
    return {**kept, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1", **variables}
