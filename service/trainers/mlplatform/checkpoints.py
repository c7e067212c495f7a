"""Checkpoints of one job: whole or not there, counted, and found again by the job's id.

<storage>/checkpoints/<job id>/step-000000120/ has the algorithm's own files and checkpoint.json, written last. Where
steps are epochs, step-000000003-000000017 is one made 17 changes of the weights into the fourth of them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mlplatform.claim import Claim
from mlplatform.errors import UserError, writing
from mlplatform.settings import Settings

_FIELD = "STORAGE_PATH (the job's volume, resources.volumeSizeGB)"
_MANIFEST = "checkpoint.json"
_PREDECESSOR = "retry-of"
_LONGEST_CHAIN = 100


@dataclass(frozen=True)
class Checkpoint:
    folder: Path
    step: int
    state: Mapping[str, Any]
    """What the algorithm needs beside its files: epoch, history of figures, random state."""


class Together(Protocol):
    """Workers that wait for each other."""

    def of_the_first(self, value: str) -> str: ...

    def meet(self) -> None: ...


@dataclass
class Checkpoints:
    folder: Path
    retention: int
    begins_from: tuple[Path, ...] = ()
    """Folders of the jobs that this one tries again, the last one first."""
    writes: bool = True
    """Of several workers one writes; all read."""
    claim: Claim = field(default_factory=Claim)

    @staticmethod
    def of(settings: Settings, writes: bool) -> Checkpoints:
        root = settings.storage_path / "checkpoints"
        folder = root / settings.job_id
        predecessors = tuple(_predecessors(root, settings.retry_of))
        claim = Claim.of(settings).take() if writes else Claim()
        if writes:
            with writing(str(folder), _FIELD):
                folder.mkdir(parents=True, exist_ok=True)
                if settings.retry_of:
                    (folder / _PREDECESSOR).write_text(settings.retry_of)
                for abandoned in folder.glob(".new-*"):
                    shutil.rmtree(abandoned, ignore_errors=True)
        return Checkpoints(folder, settings.checkpoint_retention, predecessors, writes, claim)

    def latest(self) -> Checkpoint | None:
        """The newest whole one, of this job or else of the one that it tries again."""
        for folder in (self.folder, *self.begins_from):
            for path in sorted(folder.glob("step-*"), reverse=True):
                if (checkpoint := _read(path)) is not None:
                    return checkpoint
        return None

    def save(
        self,
        step: int,
        state: Mapping[str, Any],
        write: Callable[[Path], None],
        together: Together | None = None,
        within: int = 0,
    ) -> Checkpoint | None:
        """`write` puts files into a folder, which appears under its name when all of it is on the disk.

        `together`: every worker writes files of its own into it; all of them have to call.
        `within`: how far beyond it the next step has come.
        """
        target = self.folder / (f"step-{step:09d}" + (f"-{within:09d}" if within else ""))
        if together is None:
            return self._save(target, step, state, write, self.folder / _new_name()) if self.writes else None
        made = self.folder / together.of_the_first(_new_name())
        if self.writes:

            def wait_for_all(folder: Path) -> None:
                write(folder)
                together.meet()

            kept = self._save(target, step, state, wait_for_all, made)
        else:
            kept = None
            with writing(str(made), _FIELD):
                made.mkdir(parents=True, exist_ok=True)
                write(made)
            together.meet()
        together.meet()
        return kept

    def _save(
        self, target: Path, step: int, state: Mapping[str, Any], write: Callable[[Path], None], made: Path
    ) -> Checkpoint:
        self.claim.check()
        with writing(str(target), _FIELD):
            made.mkdir(parents=True, exist_ok=True)
            try:
                write(made)
                sizes = {path.relative_to(made).as_posix(): path.stat().st_size for path in _files(made)}
                manifest = {"step": step, "state": dict(state), "files": sizes}
                (made / _MANIFEST).write_text(json.dumps(manifest))
                for path in _files(made):
                    _to_disk(path)
                if target.exists():  # made by an attempt that went on from an older one
                    shutil.rmtree(target)
                made.rename(target)
                _to_disk(self.folder)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise
        for old in sorted(self.folder.glob("step-*"))[: -self.retention]:
            shutil.rmtree(old, ignore_errors=True)
        return Checkpoint(target, step, state)


def _new_name() -> str:
    return f".new-{uuid.uuid4().hex[:8]}"


def _predecessors(root: Path, job_id: str | None) -> Iterator[Path]:
    """A retry of a retry that never got to a checkpoint begins where the first one was."""
    seen = 0
    while job_id and seen < _LONGEST_CHAIN:
        folder = root / job_id
        yield folder
        try:
            job_id = (folder / _PREDECESSOR).read_text().strip()
        except OSError:
            return
        seen += 1


def _read(path: Path) -> Checkpoint | None:
    try:
        manifest = json.loads((path / _MANIFEST).read_text())
        for name, size in manifest["files"].items():
            if (path / name).stat().st_size != size:
                raise ValueError(f"{name} has not the size that was written")
        return Checkpoint(path, int(manifest["step"]), manifest["state"])
    except PermissionError as error:
        raise UserError(f"{_FIELD}: {path} may not be read ({error.strerror})") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"checkpoint {path} is damaged and passed over: {error}", file=sys.stderr, flush=True)
        return None


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():  # network file systems may not take one for a folder
            raise
    finally:
        os.close(handle)
