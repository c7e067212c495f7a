"""An attempt that was given up with its cluster, and comes back with it, leaves what the newest one keeps as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Train

from mlplatform.checkpoints import Checkpoints
from mlplatform.errors import Interrupted
from mlplatform.settings import Settings


@pytest.mark.parametrize("artifacts", ["", "elsewhere"])
def test_the_newest_attempt_alone_leaves_a_result(train_here: Train, tmp_path: Path, artifacts: str) -> None:
    variables = {"ARTIFACT_URI": f"file://{tmp_path}/{artifacts}"} if artifacts else {}
    newest = train_here("xgboost", NUM_BOOST_ROUND="3", MLPLATFORM_ATTEMPT="2", **variables)
    assert newest.code == 0, newest.errors
    place = tmp_path / artifacts if artifacts else newest.storage / "artifacts"
    result = place / "job-1" / "result.json"
    kept = result.read_text()
    # On the same storage, or on another one that shares the place of results alone.
    for storage in ({}, {"STORAGE_PATH": str(tmp_path / "volume of its own")} if artifacts else {}):
        older = train_here("xgboost", NUM_BOOST_ROUND="5", **variables, **storage)
        assert older.code == 143
        assert older.sentence == "Interrupted: attempt 2 of this job has begun; this one, 1, writes nothing more"
    assert result.read_text() == kept
    assert json.loads(kept)["steps"] == 3


def test_an_attempt_keeps_no_checkpoint_once_another_has_begun(tmp_path: Path) -> None:
    def attempt(number: int) -> Checkpoints:
        told = {"MLPLATFORM_JOB_ID": "job-1", "STORAGE_PATH": str(tmp_path), "MLPLATFORM_ATTEMPT": str(number)}
        return Checkpoints.of(Settings.read(told), writes=True)

    def write(folder: Path) -> None:
        (folder / "model").write_text("kept")

    first = attempt(1)
    assert first.save(1, {}, write)
    assert not (tmp_path / "checkpoints/job-1/attempt").exists()
    attempt(2)
    with pytest.raises(Interrupted, match="attempt 2 of this job has begun"):
        first.save(2, {}, write)
    latest = attempt(2).latest()
    assert latest
    assert latest.step == 1
