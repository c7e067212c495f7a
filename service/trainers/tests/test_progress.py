"""How a training reports: KEP-2779 where a server is named, else a line; and nothing of it holds the training up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import Train

from mlplatform.progress import Pace, Progress, Step


class Server(ThreadingHTTPServer):
    """Keeps what is posted; answers with `status`, or not at all."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, str, dict[str, Any]]] = []
        self.status = 200
        self.silent = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/apis/status"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.silent.is_set():
            return  # closes without an answer
        self.server.taken.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def metrics_of(report: dict[str, Any]) -> dict[str, str]:
    return {metric["name"]: metric["value"] for metric in report["metrics"]}


def test_without_a_server_it_is_a_line_of_the_output(train: Train) -> None:
    first, *_, last = train("xgboost", NUM_BOOST_ROUND="20").reports
    assert first["progressPercentage"] == 5
    assert metrics_of(first)["current_step"] == "1"
    assert float(metrics_of(first)["learning_rate"]) == 0.3
    assert last["progressPercentage"] == 100
    assert last["estimatedRemainingSeconds"] == 0
    assert float(metrics_of(last)["validation-rmse"]) < 1


def test_with_a_server_it_is_posted_with_the_token_of_the_file(train: Train, server: Server, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret-of-the-pod\n")
    ended = train(
        "xgboost",
        NUM_BOOST_ROUND="20",
        KUBEFLOW_TRAINER_SERVER_URL=server.url,
        KUBEFLOW_TRAINER_SERVER_TOKEN=str(token),
    )
    assert ended.code == 0
    assert ended.reports == []
    path, authorization, body = server.taken[-1]
    assert (path, authorization) == ("/apis/status", "Bearer secret-of-the-pod")
    status = body["trainerStatus"]
    assert status["progressPercentage"] == 100
    assert all(isinstance(metric["value"], str) for metric in status["metrics"])


@pytest.mark.parametrize("trouble", ["refused", "error", "closed", "no token"])
def test_a_server_in_trouble_costs_the_training_nothing(train_here: Train, server: Server, trouble: str) -> None:
    url = server.url
    if trouble == "refused":
        url = "http://127.0.0.1:1/"
    if trouble == "error":
        server.status = 500
    if trouble == "closed":
        server.silent.set()
    token = "/nowhere/token" if trouble == "no token" else ""
    ended = train_here(
        "xgboost", NUM_BOOST_ROUND="5", KUBEFLOW_TRAINER_SERVER_URL=url, KUBEFLOW_TRAINER_SERVER_TOKEN=token
    )
    assert ended.code == 0
    assert "progress is not taken by http://" in ended.errors


def test_it_can_be_turned_off(train_here: Train, server: Server) -> None:
    ended = train_here(
        "xgboost",
        NUM_BOOST_ROUND="5",
        KUBEFLOW_TRAINER_SERVER_URL=server.url,
        DISABLE_KUBEFLOW_INTEGRATION="TRUE",
    )
    assert server.taken == []
    assert ended.reports[-1]["progressPercentage"] == 100


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_at_most_every_five_seconds_and_at_the_ends_of_epochs() -> None:
    sent: list[dict[str, Any]] = []
    clock = Clock()
    progress = Progress(lambda body: sent.append(json.loads(body)["trainerStatus"]), clock)
    for step in range(1, 101):  # ten steps a second, an epoch of twenty
        clock.now = step / 10
        progress.report(Step(step, 200, epoch=step // 20, total_epochs=10), epoch_end=step % 20 == 0)
    steps = [int(metrics_of(status)["current_step"]) for status in sent]
    assert steps == [1, 20, 40, 60, 80, 100]
    # 99 steps took 9.9 s: 100 are left.
    assert sent[-1]["estimatedRemainingSeconds"] == 10
    assert sent[-1]["progressPercentage"] == 50


def test_examples_a_second_are_those_after_the_first_step() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 100  # loading and compiling
    pace.more(32)
    assert pace.told() == {}
    clock.now = 102
    pace.more(32)
    pace.more(32)
    assert pace.told() == {"examples_per_second": 32.0}


def test_a_pace_is_that_of_this_attempt() -> None:
    sent: list[dict[str, Any]] = []
    clock = Clock()
    progress = Progress(lambda body: sent.append(json.loads(body)["trainerStatus"]), clock)
    progress.report(Step(900, 1000))
    clock.now = 10
    progress.report(Step(950, 1000))
    assert "estimatedRemainingSeconds" not in sent[0]
    assert sent[1]["estimatedRemainingSeconds"] == 10
