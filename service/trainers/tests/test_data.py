"""What is read of a channel: formats, columns, weights, shares, and more rows than memory has room for."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from mlplatform.data.table import Data, Rows, Share, Table
from mlplatform.errors import DataError, UserError
from mlplatform.settings import Settings


def read(place: Path, share: Share | None = None, weight_column: int | None = None, **variables: str) -> Table:
    settings = Settings.read({"S3_TRAIN_KEY": f"file://{place}", **variables})
    return Data(settings, share or Share(), weight_column).train()


def written(folder: Path, text: str, name: str = "train.csv") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_csv_and_parquet_of_the_same_rows_are_the_same(data: Path) -> None:
    csv, columns = read(data / "train.csv", LABEL_COLUMN="spend"), read(data / "train.parquet", LABEL_COLUMN="spend")
    assert csv.columns == columns.columns
    np.testing.assert_array_equal(csv.features, columns.features)
    np.testing.assert_array_equal(csv.label, columns.label)


def test_without_a_label_name_the_first_column_is_the_label(tmp_path: Path) -> None:
    table = read(written(tmp_path, "y,a,b\n1,2,3\n4,5,6\n"))
    assert (table.columns.label, table.columns.features) == ("y", ("a", "b"))
    assert table.label.tolist() == [1, 4]


def test_a_first_line_of_numbers_is_no_header(tmp_path: Path) -> None:
    table = read(written(tmp_path, "1,2,3\n4,5,6\n"))
    assert table.label.tolist() == [1, 4]
    assert table.features.tolist() == [[2, 3], [5, 6]]


@pytest.mark.parametrize(
    "text", ["1,2,3\n4,5,6\n", "y,a,b\n1,2,3\n4,5,6\n"], ids=["no header", "a header all the same"]
)
def test_csv_columns_name_what_has_no_header(tmp_path: Path, text: str) -> None:
    table = read(written(tmp_path, text), CSV_COLUMNS="y,a,b", FEATURE_NAMES="b")
    assert table.features.tolist() == [[3], [6]]


def test_csv_columns_of_another_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has 3 columns in its first line, .*CSV_COLUMNS\) names 2"):
        read(written(tmp_path, "1,2,3\n"), CSV_COLUMNS="y,a")


def test_weights_are_the_second_column(tmp_path: Path) -> None:
    table = read(written(tmp_path, "y,w,a\n1,0.5,3\n4,2,6\n"), weight_column=1)
    assert table.weight is not None
    assert table.weight.tolist() == [0.5, 2]
    assert table.columns.features == ("a",)
    with pytest.raises(DataError, match=r'weight "w" in row 2 of .* is -2'):
        read(written(tmp_path, "y,w,a\n1,0.5,3\n4,-2,6\n"), weight_column=1)


def test_features_may_be_missing_and_labels_may_not(tmp_path: Path) -> None:
    table = read(written(tmp_path, "y,a\n1,\n2,nan\n3,7\n"))
    assert np.isnan(table.features[:2]).all()
    assert table.features[2] == 7


def test_a_quoted_header_a_bom_windows_line_ends_and_gzip_are_csv(tmp_path: Path) -> None:
    (tmp_path / "train.csv.gz").write_bytes(gzip.compress(b'\xef\xbb\xbf"y","a b"\r\n1,2\r\n3,4\r\n'))
    table = read(tmp_path / "train.csv.gz")
    assert table.columns.features == ("a b",)
    assert table.label.tolist() == [1, 3]


def test_a_folder_is_read_in_the_order_of_its_names_without_what_is_hidden(tmp_path: Path) -> None:
    written(tmp_path, "y,a\n3,3\n", "parts/b/2.csv")
    written(tmp_path, "y,a\n1,1\n2,2\n", "parts/a/1.csv")
    written(tmp_path, "no,data\nx,y\n", "parts/.hidden.csv")
    written(tmp_path, "", "parts/_SUCCESS")
    written(tmp_path, "about the data", "parts/README.md")
    assert read(tmp_path / "parts").label.tolist() == [1, 2, 3]


def test_both_kinds_in_a_folder_need_a_content_type(tmp_path: Path) -> None:
    written(tmp_path, "y,a\n1,1\n", "both/1.csv")
    parquet.write_table(pa.table({"y": [2.0], "a": [2.0]}), tmp_path / "both/2.parquet")
    with pytest.raises(DataError, match="contentType can choose one"):
        read(tmp_path / "both")
    assert read(tmp_path / "both", CONTENT_TYPE="application/x-parquet").label.tolist() == [2]
    assert read(tmp_path / "both", CONTENT_TYPE="text/csv; charset=utf-8").label.tolist() == [1]


def test_text_in_a_parquet_column_is_named(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"y": [1.0], "a": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r'column "a" of .*t.parquet is (large_)?string: numbers are needed'):
        read(tmp_path / "t.parquet")


def test_without_a_bucket_a_key_is_on_the_volume(tmp_path: Path) -> None:
    written(tmp_path, "y,a\n1,2\n", "volume/data/train.csv")
    settings = Settings.read({"S3_TRAIN_KEY": "data/train.csv", "STORAGE_PATH": str(tmp_path / "volume")})
    assert Data(settings, Share()).train().label.tolist() == [1]


def test_the_shares_of_all_workers_are_the_whole(data: Path) -> None:
    whole = read(data / "train.parquet", LABEL_COLUMN="spend")
    shares = [read(data / "train.parquet", Share(index, 3), LABEL_COLUMN="spend") for index in range(3)]
    assert {len(share) for share in shares} == {1000}
    for index, share in enumerate(shares):
        np.testing.assert_array_equal(share.features, whole.features[index::3])


def test_a_worker_without_a_row_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has 1 rows for 2 workers"):
        read(written(tmp_path, "y,a\n1,2\n"), Share(1, 2))


def test_groups_stand_together_and_stay_on_one_worker(tmp_path: Path) -> None:
    file = written(tmp_path, "y,a,q\n1,1,7\n2,2,3\n3,3,7\n")
    table = read(file, GROUP_COLUMN="q")
    assert table.group is not None
    assert (table.group.tolist(), table.label.tolist()) == ([0, 1, 1], [2, 1, 3])
    with pytest.raises(UserError, match="trains on one worker"):
        read(file, Share(0, 2), GROUP_COLUMN="q")


def test_rows_beyond_the_bound_are_on_the_disk_and_leave_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCH_PATH", str(tmp_path))
    rows = Rows(width=4, most_bytes=1000)
    blocks = [np.full((100, 4), number, np.float32) for number in range(10)]
    for block in blocks:
        rows.append(block)
    held = rows.array()
    assert isinstance(held, np.memmap)
    np.testing.assert_array_equal(held, np.concatenate(blocks))
    assert list(tmp_path.iterdir()) == []
