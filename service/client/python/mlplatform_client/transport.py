"""One request: who asks, how long, how often."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

from .errors import Problem, Unreachable

_FIRST_PAUSE = 0.3
_MAX_PAUSE = 10.0
_PASSES = {429, 502, 503, 504}


class Transport:
    def __init__(self, url: str, token: str | None, timeout: float, retries: int) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{url} is no address of a service, such as https://ml.example.com")
        self.url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._retries = retries

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Any, Message]:
        """The JSON of the answer, and its headers. What fails for reasons that pass is asked again."""
        for tries in range(self._retries + 1):
            try:
                with self.open(method, path, query=query, body=body, headers=headers) as answer:
                    text = answer.read()
                    return _json(answer, text), answer.headers
            except (Unreachable, Problem, http.client.HTTPException, OSError) as error:
                pause = _pause(error, tries)
                if tries == self._retries or pause is None:
                    if isinstance(error, Unreachable | Problem):
                        raise
                    raise _unreachable(self.url, error) from error
                time.sleep(pause)
        raise AssertionError("unreachable")

    def open(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """The answer, to be read as it comes."""
        said = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        url = f"{self.url}{path}{'?' + urllib.parse.urlencode(said) if said else ''}"
        request = urllib.request.Request(url, method=method, headers=dict(headers or {}))
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=self._timeout)
            return answer
        except urllib.error.HTTPError as error:
            with error:
                raise _problem(error) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _unreachable(self.url, error) from error


def _json(answer: http.client.HTTPResponse, text: bytes) -> Any:
    if "json" not in (answer.headers.get("Content-Type") or ""):
        raise Unreachable(f"{answer.url} answered with something else than JSON: this is not the job API.")
    return json.loads(text)


def _problem(error: urllib.error.HTTPError) -> Problem | Unreachable:
    try:
        body = json.loads(error.read())
    except (ValueError, http.client.HTTPException, OSError):
        body = None
    if not isinstance(body, dict):
        if error.code in (502, 503, 504):
            return Unreachable(f"A gateway answered {error.code}: the service behind it cannot be reached.")
        body = {}
    said = error.headers.get("Retry-After") or ""
    return Problem(error.code, body, float(said) if said.isdigit() else None)


def _unreachable(url: str, error: Exception) -> Unreachable:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return Unreachable(f"The service at {url} cannot be reached ({reason}).")


def _pause(error: Exception, tries: int) -> float | None:
    """None: what failed fails again, or takes too long to come right."""
    backoff: float = _FIRST_PAUSE * 2**tries * random.uniform(0.75, 1.25)
    if not isinstance(error, Problem):
        return backoff
    if error.status not in _PASSES:
        return None
    pause = error.retry_after if error.retry_after is not None else backoff
    return pause if pause <= _MAX_PAUSE else None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
