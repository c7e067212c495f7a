"""The lines of a job; a connection that breaks is taken up where it broke."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse

from .errors import Unreachable

_STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?")
_SPEAKER = re.compile(r"^(?:[a-z0-9][-a-z0-9.]*/)?[a-z0-9][-a-z0-9.]* \| ")
_PAUSE = 0.5
_CHUNK = 64 * 1024


def read_log(
    open_log: Callable[[bool], HTTPResponse], has_ended: Callable[[], bool], follow: bool, patience: float
) -> Iterator[str]:
    place = _Place()
    lost_at: float | None = None
    while True:
        try:
            with closing(open_log(follow)) as answer:
                lost_at = None
                yield from _new_lines(answer, place)
            if not follow:
                return
            # The service also ends a stream when it stops, or when a token ends with it.
            if has_ended():
                follow = False
                continue
        except (Unreachable, HTTPException, OSError) as error:
            lost_at = lost_at if lost_at is not None else time.monotonic()
            if time.monotonic() - lost_at >= patience:
                raise Unreachable(f"The log broke off, and is away since: {error}") from error
        time.sleep(_PAUSE)


def _new_lines(answer: HTTPResponse, place: _Place) -> Iterator[str]:
    place.start_over()
    for raw in _lines(answer):
        line = raw.decode("utf-8", "replace")
        stamp = _STAMP.match(line)
        text = line[stamp.end() :] if stamp else line
        if place.is_new(stamp.group(1) if stamp else "", text):
            yield text


def _lines(answer: HTTPResponse) -> Iterator[bytes]:
    """Not by the answer's own iterator: that takes a connection that broke for the end."""
    rest = b""
    while chunk := answer.read1(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


class _Place:
    """How far each speaker has been read: the lines of one come in the same order each time, those of all do not."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[str, int]] = {}
        self._before: dict[str, tuple[str, int]] = {}
        self._skipped: dict[str, int] = {}

    def start_over(self) -> None:
        self._before = dict(self._read)
        self._skipped = {}

    def is_new(self, stamp: str, text: str) -> bool:
        speaker = _SPEAKER.match(text)
        name = text if stamp == "" else speaker.group(0) if speaker else ""
        if name in self._before:
            newest, lines = self._before[name]
            if stamp < newest:
                return False
            if stamp == newest and self._skipped.get(name, 0) < lines:
                self._skipped[name] = self._skipped.get(name, 0) + 1
                return False
        newest, lines = self._read.get(name, ("", 0))
        if stamp == newest:
            self._read[name] = (stamp, lines + 1)
        elif stamp > newest:
            self._read[name] = (stamp, 1)
        return True
