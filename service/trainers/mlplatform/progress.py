"""Reports of progress, as Kubeflow's KEP-2779 has them: posted where a server is named, else a line of the output.

Nothing in here raises or holds the training up: a report that cannot be sent is one report less.
"""

from __future__ import annotations

import json
import math
import ssl
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

INTERVAL_SECONDS = 5.0
# An epoch's end is worth a report of its own, unless epochs take less than a second.
_EPOCH_SECONDS = 1.0
_TOKEN_SECONDS = 300.0
_POST_SECONDS = 10.0
_LAST_SECONDS = 5.0


@dataclass(frozen=True)
class Step:
    """Where a training is. Steps are what the algorithm counts: rounds, or changes of the weights."""

    step: int
    total_steps: int
    epoch: int | None = None
    total_epochs: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    checkpoint: str | None = None
    checkpoint_epoch: int | None = None


class Pace:
    """Examples a second, of all workers together, since this process began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._seen = 0

    def more(self, examples: int) -> None:
        """The first step is not counted: it compiles, and fills buffers."""
        if self._since is None:
            self._since = self._clock()
        else:
            self._seen += examples

    def told(self) -> dict[str, float]:
        seconds = self._clock() - self._since if self._since is not None else 0.0
        return {"examples_per_second": round(self._seen / seconds, 3)} if self._seen and seconds > 0 else {}


class Progress:
    def __init__(
        self,
        send: Callable[[bytes], None] | None,
        clock: Callable[[], float] = time.monotonic,
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        """`finish` holds the end up until what was sent has arrived."""
        self._send = send
        self._clock = clock
        self._finish = finish
        self._began: tuple[float, int] | None = None
        self._last = -math.inf

    @staticmethod
    def of(environment: Mapping[str, str], reports: bool) -> Progress:
        """Of several workers one reports."""
        if not reports:
            return Progress(None)
        url = environment.get("KUBEFLOW_TRAINER_SERVER_URL", "")
        if url and environment.get("DISABLE_KUBEFLOW_INTEGRATION", "").upper() != "TRUE":
            poster = _Poster(url, environment)
            return Progress(poster.send, finish=poster.finish)
        return Progress(_Lines(sys.stdout).send)

    def report(self, step: Step, epoch_end: bool = False, last: bool = False) -> None:
        if self._send is None:
            return
        now = self._clock()
        if self._began is None:
            self._began = (now, step.step)
        elif not last and now - self._last < (_EPOCH_SECONDS if epoch_end else INTERVAL_SECONDS):
            return
        self._last = now
        try:
            self._send(json.dumps(self._body(step, now, last)).encode())
            if last:
                self._finish()
        except Exception as error:
            print(f"progress is not reported: {error}", file=sys.stderr, flush=True)

    def _body(self, step: Step, now: float, last: bool) -> dict[str, Any]:
        share = 1.0 if last else min(1.0, step.step / max(1, step.total_steps))
        counts = {
            "current_epoch": step.epoch,
            "total_epochs": step.total_epochs,
            "current_step": step.step,
            "total_steps": step.total_steps,
            "checkpoint_epoch": step.checkpoint_epoch,
        }
        values = {name: value for name, value in {**counts, **step.metrics}.items() if value is not None}
        status: dict[str, Any] = {
            "lastUpdatedTime": datetime.now(UTC).isoformat(),
            "progressPercentage": int(share * 100),
            "metrics": [{"name": name, "value": str(value)[:64]} for name, value in values.items()],
        }
        if (left := 0 if last else self._seconds_left(step, now)) is not None:
            status["estimatedRemainingSeconds"] = left
        if step.checkpoint:
            status["checkpoint"] = step.checkpoint
        return {"trainerStatus": status}

    def _seconds_left(self, step: Step, now: float) -> int | None:
        """By the pace of this process: what was done before it began took another's time."""
        assert self._began is not None
        since, from_step = self._began
        done = step.step - from_step
        if done <= 0:
            return None
        return math.ceil((now - since) / done * max(0, step.total_steps - step.step))


class _Lines:
    def __init__(self, out: TextIO) -> None:
        self._out = out

    def send(self, body: bytes) -> None:
        # In one write: lines of several processes share the output.
        self._out.write(body.decode() + "\n")
        self._out.flush()


class _Poster:
    """Posts from a thread of its own, the newest report first: one that waits is replaced by the next."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        self._url = url
        self._ca = environment.get("KUBEFLOW_TRAINER_SERVER_CA_CERT") or None
        self._token_file = environment.get("KUBEFLOW_TRAINER_SERVER_TOKEN") or None
        self._token: tuple[float, str] | None = None
        self._waiting: bytes | None = None
        self._changed = threading.Condition()
        self._idle = True
        self._thread: threading.Thread | None = None

    def send(self, body: bytes) -> None:
        with self._changed:
            self._waiting = body
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="progress")
                self._thread.start()
            self._changed.notify_all()

    def finish(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is None and self._idle, timeout=_LAST_SECONDS)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None)
                body, self._waiting, self._idle = self._waiting, None, False
            try:
                assert body is not None
                self._post(body)
            except Exception as error:
                print(f"progress is not taken by {self._url}: {error}", file=sys.stderr, flush=True)
            with self._changed:
                self._idle = True
                self._changed.notify_all()

    def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        if self._token_file:
            headers["Authorization"] = f"Bearer {self._bearer(self._token_file)}"
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")
        context = ssl.create_default_context(cafile=self._ca) if self._url.startswith("https:") else None
        with urllib.request.urlopen(request, timeout=_POST_SECONDS, context=context) as answer:
            answer.read()

    def _bearer(self, file: str) -> str:
        """Kubernetes renews the file: it is read again now and then."""
        now = time.monotonic()
        if self._token is None or now - self._token[0] > _TOKEN_SECONDS:
            self._token = (now, Path(file).read_text().strip())
        return self._token[1]
