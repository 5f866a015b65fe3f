"""Reads exports of `earwitness export` with the tools they are made for, and compares them.

usage: read_exports.py FOLDER, which holds TABLE.csv, TABLE.jsonl and TABLE.parquet of every table, and
r.sqlite, from which they were made. Needs pandas, pyarrow and duckdb.
"""

import sqlite3
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

VIEWS = {
    "detections": "detections",
    "recordings": "answers_by_path",
    "unreadable": "unreadable",
    "reused-sound": "reused_sound",
    "changed": "changed_answers",
}


def main(folder: Path) -> None:
    db = sqlite3.connect(folder / "r.sqlite")
    for table in [*VIEWS, "segments"]:
        parquet = pq.read_table(folder / f"{table}.parquet")
        csv = pd.read_csv(folder / f"{table}.csv")
        lines = pd.read_json(folder / f"{table}.jsonl", lines=True, precise_float=True) if parquet.num_rows else csv
        duck = duckdb.sql(f"SELECT * FROM '{folder / (table + '.parquet')}'")
        assert list(csv.columns) == parquet.column_names == duck.columns, table
        assert len(csv) == parquet.num_rows == len(lines) == len(duck.fetchall()), table
        pandas = parquet.to_pandas()
        for column in csv.columns:
            a, b = pandas[column], csv[column]
            assert (a.isna() == b.isna()).all(), (table, column)
            if pd.api.types.is_numeric_dtype(a) and a.notna().any():
                assert (a.dropna() == b.dropna()).all(), (table, column)
                assert (a.dropna() == lines[column].dropna()).all(), (table, column)
            elif column not in ("recorded_at", "prediction_set", "warnings"):
                assert (a.dropna() == b.dropna()).all(), (table, column)
        if table in VIEWS:
            (wanted,) = db.execute(f"SELECT count(*) FROM {VIEWS[table]}").fetchone()
            assert wanted == parquet.num_rows, table
    attached = duckdb.connect()
    try:
        attached.execute("INSTALL sqlite; LOAD sqlite")
    except duckdb.Error as error:
        print(f"skipped: DuckDB on the database itself ({error})", file=sys.stderr)
        return
    attached.execute(f"ATTACH '{folder / 'r.sqlite'}' AS r (TYPE sqlite)")
    (rows,) = attached.execute("SELECT count(*) FROM r.detections").fetchone()
    (wanted,) = db.execute("SELECT count(*) FROM detections").fetchone()
    assert rows == wanted


if __name__ == "__main__":
    main(Path(sys.argv[1]))
