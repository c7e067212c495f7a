"""What goes wrong, as a person is told it: an exit code, and one sentence with the field and the value."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from conftest import Train

USER, DATA, UNAVAILABLE = 64, 65, 75


def test_a_training_that_succeeds_leaves_the_model_and_its_figures(train: Train) -> None:
    ended = train("xgboost", NUM_BOOST_ROUND="20")
    assert ended.code == 0, ended.errors
    result = ended.result()
    assert result["algorithm"] == "xgboost"
    assert result["steps"] == 20
    assert result["rows"] == {"train": 3000, "validation": 1000}
    assert {"train", "validation"} == result["metrics"].keys()
    assert (ended.storage / "artifacts/job-1/model/model.ubj").stat().st_size > 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"ETA": "abc"}, 'hyperparameters.xgboost.eta (ETA) is "abc": a number is needed'),
        ({"ETA": "nan"}, 'hyperparameters.xgboost.eta (ETA) is "nan": a finite number is needed'),
        ({"ETA": "1.5"}, 'hyperparameters.xgboost.eta (ETA) is "1.5": it must be at most 1'),
        ({"NUM_BOOST_ROUND": "0"}, 'hyperparameters.xgboost.num_round (NUM_BOOST_ROUND) is "0": it must be at least 1'),
        ({"NUM_BOOST_ROUND": "1.5"}, 'num_round (NUM_BOOST_ROUND) is "1.5": a whole number is needed'),
        ({"BOOSTER": "forest"}, 'booster (BOOSTER) is "forest": one of gbtree, gblinear, dart is needed'),
        ({"EVAL_METRIC": "rmse,rmsf"}, "rmsf is none of rmse, "),
        ({"NUM_WORKER": "none"}, 'resources.instanceCount (NUM_WORKER) is "none"'),
        ({"MLPLATFORM_JOB_ID": "../other"}, 'MLPLATFORM_JOB_ID is "../other"'),
        ({"S3_TRAIN_KEY": None}, "inputDataConfig has no channel of the type train"),
        ({"S3_VAL_KEY": None, "EARLY_STOPPING_ROUNDS": "5"}, "a channel of the type validation, and there is none"),
        ({"FEATURE_NAMES": "age,spend"}, 'FEATURE_NAMES) has "spend", which is the label'),
        ({"ARTIFACT_URI": "ftp://host/models"}, 'ARTIFACT_URI) is "ftp://host/models"'),
        ({"OBJECTIVE": "rank:ndcg"}, "rank:ndcg needs customHyperparameters.group_column"),
    ],
)
def test_a_wrong_parameter_is_named(train_here: Train, variables: dict[str, str | None], sentence: str) -> None:
    ended = train_here("xgboost", **{"NUM_BOOST_ROUND": "2", **variables})
    assert (ended.code, ended.sentence[:11]) == (USER, "UserError: "), ended.errors
    assert sentence in ended.sentence


def test_an_unknown_algorithm_is_named(train_here: Train) -> None:
    ended = train_here("xgbost")
    assert ended.code == USER
    assert 'algorithm.algorithmName is "xgbost"' in ended.sentence


BROKEN_FILES: dict[str, tuple[str | bytes, str]] = {
    "a row with a column too few": ("spend,age\n1,2\n3\n4,5\n", "Expected 2 columns, got 1"),
    "text where a number belongs": ("spend,age\n1,2\n3,old\n", "invalid value 'old'"),
    "a label that is missing": ("spend,age\n1,2\n,4\n", 'label "spend" is missing in row 2'),
    "a label that is NaN": ("spend,age\n1,2\n5,6\nnan,4\n", 'label "spend" is missing in row 3'),
    "a label that is infinite": ("spend,age\n1,2\ninf,4\n", 'label "spend" is infinite in row 2'),
    "a header and no rows": ("spend,age\n", "has no rows"),
    "no file that is not empty": ("", "has no CSV or Parquet file that is not empty"),
    "no label column": ("cost,age\n1,2\n", 'LABEL_COLUMN) is "spend"'),
    "no feature column": ("spend,years\n1,2\n", 'FEATURE_NAMES) has "age"'),
    "a column twice": ("spend,age,age\n1,2,3\n", 'two columns of the name "age"'),
    "other bytes": (b"spend,age\n\xff\xfe\xfa\xfb,1\n1,2\n" + b"x" * 99, "is no UTF-8 text"),
}


@pytest.mark.parametrize("broken", BROKEN_FILES)
def test_broken_data_is_named(train_here: Train, tmp_path: Path, broken: str) -> None:
    content, sentence = BROKEN_FILES[broken]
    file = tmp_path / "broken.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = train_here("xgboost", S3_TRAIN_KEY=f"file://{file}", S3_VAL_KEY=None, FEATURE_NAMES="age")
    assert (ended.code, ended.sentence[:11]) == (DATA, "DataError: "), ended.errors
    assert sentence in ended.sentence
    assert "broken.csv" in ended.sentence


def test_a_column_that_only_the_second_file_lacks_is_named_with_that_file(train_here: Train, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/1.csv").write_text("spend,age\n1,2\n2,3\n")
    (tmp_path / "parts/2.csv").write_text("spend,years\n1,2\n")
    ended = train_here("xgboost", S3_TRAIN_KEY=f"file://{tmp_path}/parts", S3_VAL_KEY=None, FEATURE_NAMES=None)
    assert ended.code == DATA
    assert 'parts/2.csv has no column "age"' in ended.sentence


def test_a_parquet_file_that_is_none_is_named(train_here: Train, tmp_path: Path) -> None:
    (tmp_path / "train.parquet").write_bytes(b"PAR1 but no more")
    ended = train_here("xgboost", S3_TRAIN_KEY=f"file://{tmp_path}/train.parquet", S3_VAL_KEY=None)
    assert ended.code == DATA
    assert "train.parquet is no Parquet that can be read" in ended.sentence


def test_an_empty_channel_is_named(train_here: Train, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for key, said in (
        (f"file://{tmp_path}/empty", "has no CSV or Parquet file"),
        (f"file://{tmp_path}/gone", "is not there"),
    ):
        ended = train_here("xgboost", S3_TRAIN_KEY=key)
        assert ended.code == DATA
        assert said in ended.sentence


def test_labels_that_the_objective_does_not_take_are_data(train_here: Train) -> None:
    ended = train_here("xgboost", OBJECTIVE="binary:logistic", NUM_BOOST_ROUND="2")
    assert ended.code == DATA
    assert "binary:logistic needs 0 to 1" in ended.sentence


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_no_space_is_the_users(train_here: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A volume that is full: whatever opens the model's file writes to /dev/full."""
    target = tmp_path / "full/job-1/model"
    target.mkdir(parents=True)
    (target / "model.json").symlink_to("/dev/full")
    ended = train_here("xgboost", NUM_BOOST_ROUND="2", ARTIFACT_URI=f"file://{tmp_path}/full")
    assert ended.code == USER, ended.errors
    assert "no space is left" in ended.sentence
    assert "ARTIFACT_URI" in ended.sentence


def test_no_permission_is_the_users(train_here: Train) -> None:
    """A volume that takes no folder from anyone, root included."""
    ended = train_here("xgboost", NUM_BOOST_ROUND="2", STORAGE_PATH="/sys/volume")
    assert ended.code == USER, ended.errors
    assert "STORAGE_PATH" in ended.sentence
    assert "may not be written" in ended.sentence


def test_storage_that_does_not_answer_may_be_tried_again(train_here: Train) -> None:
    with socket.socket() as taken:  # bound, and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ended = train_here(
            "xgboost", S3_ENDPOINT=f"http://127.0.0.1:{port}", S3_BUCKET="data", S3_TRAIN_KEY="train.csv"
        )
    assert (ended.code, ended.sentence[:18]) == (UNAVAILABLE, "TemporaryFailure: "), ended.errors
    assert f"s3://data/train.csv at http://127.0.0.1:{port} does not answer" in ended.sentence
