"""Which attempt of a job may write: the newest that has begun.

An attempt that was given up with its cluster may come back with it, while the next one trains elsewhere on the same
storage. So each writes its number beside what it keeps, and looks before it writes more whether it is the highest.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from pyarrow import fs

from mlplatform.data.location import Location, artifact_location, storage_words
from mlplatform.errors import Interrupted, writing
from mlplatform.settings import Settings

_NAME = "attempt"
_FIRST = 1


@dataclass(frozen=True)
class Claim:
    attempt: int = _FIRST
    places: Sequence[Location] = field(default=())
    settings: Settings | None = None

    @staticmethod
    def of(settings: Settings) -> Claim:
        checkpoints = settings.storage_path / "checkpoints"
        places = (
            Location(fs.LocalFileSystem(), str(checkpoints), f"file://{checkpoints}"),
            artifact_location(settings),
        )
        return Claim(settings.attempt, [place.below(settings.job_id).below(_NAME) for place in places], settings)

    def take(self) -> Claim:
        """The first attempt finds nobody's number, and leaves none: most jobs have no other."""
        self.check()
        for place in self.places if self.attempt > _FIRST else ():
            folder = place.path.rpartition("/")[0]
            with writing(place.shown, "STORAGE_PATH"), self._words(place):
                if place.is_local:
                    place.filesystem.create_dir(folder, recursive=True)
                with place.filesystem.open_output_stream(place.path) as sink:
                    sink.write(str(self.attempt).encode())
        return self

    def check(self) -> None:
        for place in self.places:
            newest = self._newest(place)
            if newest > self.attempt:
                raise Interrupted(
                    f"attempt {newest} of this job has begun; this one, {self.attempt}, writes nothing more"
                )

    def _newest(self, place: Location) -> int:
        with self._words(place):
            try:
                with place.filesystem.open_input_stream(place.path) as source:
                    text = source.read(16)
            except FileNotFoundError:
                return _FIRST
        return int(text) if text.strip().isdigit() else _FIRST

    def _words(self, place: Location) -> AbstractContextManager[None]:
        assert self.settings is not None
        return storage_words(place, self.settings.storage)
