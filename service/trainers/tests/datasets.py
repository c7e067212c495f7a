"""The small data that the tests train on: python tests/datasets.py FOLDER writes the same files every time.

One made table, whose rule a tree and a small network can both find, and which is noisy enough that nothing gets it
wholly right: a regression label, a class of three, a weight, a query.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

SEED = 20_261_128
FEATURES = ("age", "income", "visits", "score", "noise")


def table(rows: int, seed: int = SEED) -> pa.Table:
    random = np.random.default_rng(seed)
    values = {name: random.normal(size=rows) for name in FEATURES}
    signal = values["age"] * values["income"] + np.where(values["visits"] > 0, 1.0, -1.0) + 0.5 * values["score"]
    spend = signal + random.normal(scale=0.3, size=rows)
    columns = {
        "spend": spend,
        "weight": random.uniform(0.5, 1.5, size=rows),
        **values,
        "class": np.digitize(spend, (-0.8, 0.8)).astype(np.int64),
        "query": np.arange(rows) // 20,
    }
    return pa.table(columns)


def texts(rows: int, seed: int = SEED) -> pa.Table:
    """Sentences of few words whose mood is their label; the words of a mood come in an order that can be learnt."""
    random = np.random.default_rng(seed)
    moods = (("the film was", "bad", "dull", "slow"), ("the film was", "good", "bright", "fast"))
    labels = random.integers(0, 2, rows)
    said = [f"{moods[label][0]} {' and '.join(random.choice(moods[label][1:], 2, replace=False))}." for label in labels]
    return pa.table({"text": said, "mood": labels})


def pictures(rows: int, seed: int = SEED) -> pa.Table:
    """Grey squares of 12 by 12 with a bright bar that lies or stands, somewhere, in noise."""
    random = np.random.default_rng(seed)
    stands = random.integers(0, 2, rows)
    pixels = random.uniform(0, 90, (rows, 12, 12))
    for picture, is_upright, place in zip(pixels, stands, random.integers(0, 12, rows), strict=True):
        if is_upright:
            picture[:, place] = 255
        else:
            picture[place, :] = 255
    columns = {f"p{index}": pixels.reshape(rows, -1)[:, index].round() for index in range(144)}
    return pa.table({"stands": stands, **columns})


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows, seed in (("train", 3000, SEED), ("validation", 1000, SEED + 1), ("test", 1000, SEED + 2)):
        made = table(rows, seed)
        csv.write_csv(made, folder / f"{name}.csv")
        parquet.write_table(made, folder / f"{name}.parquet", row_group_size=500)
        csv.write_csv(texts(rows // 5, seed), folder / f"{name}-texts.csv")
        parquet.write_table(pictures(rows // 5, seed), folder / f"{name}-pictures.parquet")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
