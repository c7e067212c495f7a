"""Ways to end, each with the exit code by which the platform tells them apart.

The numbers are those of sysexits.h; service/contract/trainers.ts has the same ones, and a test compares both.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class TrainingError(Exception):
    """Its text is one sentence for the person who sent the job: which field, which value, what to do."""

    exit_code: ClassVar[int] = 70
    word: ClassVar[str] = "InternalError"


class UserError(TrainingError):
    """A parameter, credential or size of the request: the same request fails again."""

    exit_code = 64
    word = "UserError"


class DataError(TrainingError):
    """The data is not what the request says: the same data fails again."""

    exit_code = 65
    word = "DataError"


class UnavailableError(TrainingError):
    """Something outside did not answer, or a worker was lost: the same request may succeed."""

    exit_code = 75
    word = "TemporaryFailure"


class Interrupted(TrainingError):  # noqa: N818 - no error of anybody
    """Somebody asked it to end (SIGTERM); a checkpoint was written where there was anything to keep."""

    exit_code = 143
    word = "Interrupted"


@contextmanager
def writing(what: str, field: str) -> Iterator[None]:
    """Turns what the file system says while something is written into a sentence with the field that mends it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError(f"{field}: no space is left to write {what} ({error.strerror})") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise UserError(f"{field}: {what} may not be written ({error.strerror})") from error
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG, errno.EISDIR, errno.ENOENT):
            raise UserError(f"{field}: {what} cannot be written ({error.strerror})") from error
        raise UnavailableError(f"{field}: {what} could not be written ({error.strerror or error})") from error
