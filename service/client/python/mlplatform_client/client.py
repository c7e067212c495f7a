"""All that people ask of the job API, typed by its OpenAPI document."""

from __future__ import annotations

import os
import re
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPResponse
from typing import Any, cast

from .logs import read_log
from .schema_generated import (
    Algorithm,
    Attempt,
    Clusters,
    Comparison,
    DryRun,
    Job,
    Job_Progress,
    JobEvent,
    JobPods,
    JobRequest,
    ListedJob,
    Me,
    Message,
    Metrics,
    SubmittedJob,
    Teams,
)
from .transport import Transport

_PAGE = 1000
_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


class Client:
    """`url` and `token` are those of MLP_SERVER and MLP_TOKEN where they are not said."""

    def __init__(
        self, url: str | None = None, token: str | None = None, *, timeout: float = 30.0, retries: int = 3
    ) -> None:
        server = url or os.environ.get("MLP_SERVER") or "http://localhost:8080"
        self._transport = Transport(server, token or os.environ.get("MLP_TOKEN"), timeout, retries)

    def submit(self, request: JobRequest, *, idempotency_key: str | None = None) -> SubmittedJob:
        """The same key gives the same job, however often it is sent. One is drawn where none is given."""
        return cast(SubmittedJob, self._post("/jobs", request, key=idempotency_key or uuid.uuid4().hex))

    def dry_run(self, request: JobRequest) -> DryRun:
        """What would become of it: refused like a submission, else told with its warnings."""
        return cast(DryRun, self._transport.ask("POST", "/api/v1/jobs", query={"dryRun": True}, body=request)[0])

    def jobs(self, **filters: str | None) -> Iterator[ListedJob]:
        """The jobs that the filters take: namespace, state, algorithm, cluster, owner, reason, q, sort."""
        query: dict[str, object] = {**filters, "view": "list", "limit": _PAGE}
        while True:
            page, headers = self._transport.ask("GET", "/api/v1/jobs", query=query)
            yield from cast(list[ListedJob], page)
            following = _NEXT.search(headers.get("Link") or "")
            if following is None:
                return
            cursor = urllib.parse.parse_qs(urllib.parse.urlsplit(following.group(1)).query)["cursor"][0]
            query = {**query, "cursor": cursor}

    def job(self, job_id: str) -> Job:
        return cast(Job, self._get(f"/jobs/{_quoted(job_id)}"))

    def events(self, job_id: str) -> list[JobEvent]:
        return cast(list[JobEvent], self._get(f"/jobs/{_quoted(job_id)}/events"))

    def attempts(self, job_id: str) -> list[Attempt]:
        return cast(list[Attempt], self._get(f"/jobs/{_quoted(job_id)}/attempts"))

    def metrics(
        self, job_id: str, names: Sequence[str] = (), *, since: str | None = None, points: int | None = None
    ) -> Metrics:
        """How the numbers that a training tells have gone; `since` is a time such as 2026-11-28T12:00:00Z."""
        query = {"names": ",".join(names) or None, "from": since, "points": points}
        return cast(Metrics, self._transport.ask("GET", f"/api/v1/jobs/{_quoted(job_id)}/metrics", query=query)[0])

    def compare(self, job_ids: Sequence[str], names: Sequence[str] = (), *, points: int | None = None) -> Comparison:
        """Two to five jobs side by side: their curves, and what their requests do not agree in."""
        query = {"ids": ",".join(job_ids), "names": ",".join(names) or None, "points": points}
        return cast(Comparison, self._transport.ask("GET", "/api/v1/jobs/compare", query=query)[0])

    def pods(self, job_id: str) -> JobPods:
        return cast(JobPods, self._get(f"/jobs/{_quoted(job_id)}/pods"))

    def cancel(self, job_id: str) -> Job:
        return cast(Job, self._post(f"/jobs/{_quoted(job_id)}/cancel"))

    def suspend(self, job_id: str) -> Job:
        return cast(Job, self._post(f"/jobs/{_quoted(job_id)}/suspend"))

    def resume(self, job_id: str) -> Job:
        return cast(Job, self._post(f"/jobs/{_quoted(job_id)}/resume"))

    def retry(self, job_id: str, *, idempotency_key: str | None = None) -> Job:
        """A new job from the same request."""
        return cast(Job, self._post(f"/jobs/{_quoted(job_id)}/retry", key=idempotency_key or uuid.uuid4().hex))

    def set_priority(self, job_id: str, priority: int) -> Job:
        return cast(Job, self._post(f"/jobs/{_quoted(job_id)}/priority", {"priority": priority}))

    def delete(self, job_id: str) -> Message:
        return cast(Message, self._transport.ask("DELETE", f"/api/v1/jobs/{_quoted(job_id)}")[0])

    def logs(
        self,
        job_id: str,
        *,
        follow: bool = False,
        run: int | None = None,
        pod: str | None = None,
        patience: float = 300.0,
    ) -> Iterator[str]:
        """Its lines, to their end; with `follow` as they are written. It may be away for `patience` seconds."""

        def open_log(going_on: bool) -> HTTPResponse:
            query = {"follow": going_on, "timestamps": True, "run": run, "pod": pod}
            return self._transport.open("GET", f"/api/v1/jobs/{_quoted(job_id)}/logs", query=query)

        return read_log(open_log, lambda: _has_ended(self.job(job_id)), follow, patience)

    def wait(self, job_id: str, *, timeout: float | None = None, every: float = 1.0) -> Job:
        """The job when it has ended, however that was. TimeoutError when it has not within `timeout` seconds."""
        begun = time.monotonic()
        while True:
            job = self.job(job_id)
            if _has_ended(job):
                return job
            if timeout is not None and time.monotonic() - begun + every > timeout:
                raise TimeoutError(f"Job {job_id} has not ended within {timeout} s; it is {job['status']}.")
            time.sleep(every)

    def progress(self, job_id: str, *, every: float = 1.0) -> Iterator[Job_Progress]:
        """What the training tells of itself, each time that it tells something new, until the job has ended."""
        last: Job_Progress | None = None
        while True:
            job = self.job(job_id)
            progress = job.get("progress")
            if progress is not None and progress != last:
                yield progress
                last = progress
            if _has_ended(job):
                return
            time.sleep(every)

    def clusters(self) -> Clusters:
        return cast(Clusters, self._get("/proxy/clusters"))

    def teams(self) -> Teams:
        """What each namespace uses, and waits for."""
        return cast(Teams, self._get("/teams"))

    def algorithms(self) -> list[Algorithm]:
        return cast(list[Algorithm], self._get("/algorithms"))

    def me(self) -> Me:
        return cast(Me, self._get("/me"))

    def _get(self, path: str) -> Any:
        return self._transport.ask("GET", f"/api/v1{path}")[0]

    def _post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self._transport.ask("POST", f"/api/v1{path}", body=body, headers=headers)[0]


def _has_ended(job: Mapping[str, Any]) -> bool:
    return job["status"] in ("Succeeded", "Failed")


def _quoted(job_id: str) -> str:
    return urllib.parse.quote(job_id, safe="")
