"""What can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class MlPlatformError(Exception):
    """Any of them."""


class Unreachable(MlPlatformError):
    """No answer, half an answer, or one of a gateway in front of a service that is down."""


class Problem(MlPlatformError):
    """The service refused, and said why (RFC 9457)."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.detail = str(body.get("detail") or body.get("title") or f"The service answered {status} without a reason.")
        self.request_id: str | None = body.get("requestId")
        self.retry_after = retry_after
        self.fields: dict[str, str] = {
            str(field.get("path", "")): str(field.get("message", "")) for field in body.get("errors", [])
        }
        super().__init__(self.detail)
