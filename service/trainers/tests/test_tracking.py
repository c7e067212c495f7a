"""MLflow is told what a training learns, by a real MLflow; and whatever it does, the training goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from conftest import Train
from processes import PATIENCE_SECONDS, free_ports, needs

from mlplatform import tracking
from mlplatform.settings import Settings
from mlplatform.tracking import Tracking

pytestmark = needs("mlflow")
SETTINGS = {"MLFLOW_ALLOW_FILE_STORE": "true"}
SERVER = pytest.mark.skipif(
    find_spec("alembic") is None, reason="the server of MLflow is not installed here (mlflow-skinny has none)"
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With its database and its artifacts in a folder. Started once: it takes its time."""
    folder = tmp_path_factory.mktemp("mlflow")
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *options, *stores],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
        try:
            until_it_answers(f"{url}/health", process, folder / "log")
            yield url
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)


@pytest.fixture(params=["files", pytest.param("server", marks=SERVER)])
def uri(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    if request.param == "files":
        return f"file://{tmp_path}/mlruns"
    return str(request.getfixturevalue("server"))


def only_run(uri: str, experiment: str) -> Any:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    [run] = client.search_runs([found.experiment_id])
    return run


def history(uri: str, run: Any, name: str) -> dict[int, float]:
    from mlflow.tracking import MlflowClient

    return {point.step: point.value for point in MlflowClient(uri).get_metric_history(run.info.run_id, name)}


def artifacts(uri: str, run: Any) -> set[str]:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri)
    return {
        entry.path
        for folder in ("", "model")
        for entry in client.list_artifacts(run.info.run_id, folder or None)
        if not entry.is_dir
    }


def test_parameters_figures_by_step_and_the_model_are_told(train: Train, uri: str, data: Path) -> None:
    ended = train(
        "xgboost",
        NUM_BOOST_ROUND="30",
        EVAL_METRIC="rmse,ndcg@5",
        OBJECTIVE="rank:ndcg",
        LABEL_COLUMN="class",
        GROUP_COLUMN="query",
        ETA="0.25",
        S3_TEST_KEY=f"file://{data}/test.parquet",
        MLFLOW_TRACKING_URI=uri,
        MLFLOW_EXPERIMENT_NAME="of the tests",
        **SETTINGS,
    )
    assert ended.code == 0, ended.errors
    assert "MLflow" not in ended.errors
    run = only_run(uri, "of the tests")
    assert (run.info.run_name, run.info.status) == ("job-1", "FINISHED")
    assert {"job_id": "job-1", "algorithm": "xgboost"}.items() <= run.data.tags.items()
    told = run.data.params
    assert (told["num_round"], told["eta"], told["early_stopping_rounds"]) == ("30", "0.25", "None")
    figures = ended.result()["metrics"]
    steps = history(uri, run, "train-ndcg_5")  # MLflow takes no "@" in a name
    assert {1, 30} <= steps.keys() <= set(range(1, 31))
    assert steps[30] == pytest.approx(figures["train"]["ndcg@5"])
    assert history(uri, run, "test-rmse")[30] == pytest.approx(figures["test"]["rmse"])
    assert {"result.json", "model/model.ubj"} <= artifacts(uri, run)


def test_an_attempt_that_goes_on_goes_on_in_the_same_run(train: Train, uri: str) -> None:
    told = {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_EXPERIMENT_NAME": "attempts",
        "CHECKPOINT_EVERY": "2",
        **SETTINGS,
    }
    # Refused after its rounds, where it keeps the model: what a first attempt leaves is there, and its run has failed.
    broken = train("xgboost", NUM_BOOST_ROUND="6", ARTIFACT_URI="file:///sys/nowhere", **told)
    assert broken.code == 64, broken.errors
    first = only_run(uri, "attempts")
    assert first.info.status == "FAILED"

    ended = train("xgboost", NUM_BOOST_ROUND="6", **told)
    assert ended.code == 0, ended.errors
    assert ended.result()["resumedAt"] == 4
    run = only_run(uri, "attempts")
    assert (run.info.run_id, run.info.status) == (first.info.run_id, "FINISHED")
    # Of the first attempt, and of the second.
    assert {1, 5, 6} <= history(uri, run, "train-rmse").keys()


def test_a_server_that_is_away_costs_the_training_nothing(train_here: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.socket() as taken:  # bound, and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        url = f"http://someone:secret@127.0.0.1:{taken.getsockname()[1]}"
        ended = train_here("xgboost", NUM_BOOST_ROUND="5", MLFLOW_TRACKING_URI=url)
    assert ended.code == 0, ended.errors
    assert "MLflow at http://127.0.0.1:" in ended.errors
    assert "was not told all of it" in ended.errors
    assert "secret" not in ended.errors


def test_what_is_no_address_costs_the_training_nothing(train_here: Train) -> None:
    ended = train_here("xgboost", NUM_BOOST_ROUND="5", MLFLOW_TRACKING_URI="mlflow:5000")
    assert ended.code == 0, ended.errors
    assert "MLflow at mlflow:5000 was not told all of it" in ended.errors


def test_what_was_to_be_told_while_it_was_away_is_told_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tracking, "_AGAIN_SECONDS", 0.05)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    place = tmp_path / "mlruns"
    place.write_text("no folder yet")
    uri = f"file://{place}"
    settings = Settings.read({"MLPLATFORM_JOB_ID": "job-1"})
    one = Tracking.of({"MLFLOW_TRACKING_URI": uri}, settings, "xgboost", {"eta": 0.3}, tracks=True)
    one.metrics(1, {"loss": 3.0}, always=True)
    said, end = "", time.monotonic() + PATIENCE_SECONDS
    while "is tried again, figures wait" not in said:
        assert time.monotonic() < end
        time.sleep(0.02)
        said += capfd.readouterr().err
    place.unlink()
    one.metrics(2, {"loss": 2.0}, always=True)
    one.end("KILLED")
    assert capfd.readouterr().err == ""
    run = only_run(uri, "ml-platform")
    assert run.info.status == "KILLED"
    assert run.data.params == {"eta": "0.3"}
    assert history(uri, run, "loss") == {1: 3.0, 2: 2.0}
