#!/usr/bin/env bash
# Packages: fastparquet 2026.9.0 reads what pyarrow 26.0.1 writes (Parquet; PyPI), with pandas 3.1.1.
# A good guess: a day that Parquet holds is read as that day; one that a type in memory cannot hold is an error, or is empty.
# What happens: days are read as nanoseconds of 64 bits, and those before 1678 or after 2262 go round: 9999-12-31 and 1600-01-01
#   are days in other centuries, whole timestamps like any other, to the fraction of a second. pyarrow reads its own file right,
#   and fastparquet reads timestamps of such years right, only not days. A moment with a zone comes without it, in UTC.
# Why it matters: 9999-12-31 is how many databases write that a siege or a mandate has no end. Read so it ended two hundred
#   years ago, before it began, and drops out of every question about now. Cast such columns to text or to timestamps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'fastparquet==2026.9.0' 'pyarrow==26.0.1' 'pandas==3.1.1'
"$folder/venv/bin/python" - <<'PY'
import io
from datetime import date, datetime
from importlib.metadata import version

import fastparquet
import pyarrow as pa
import pyarrow.parquet

for name in ("fastparquet", "pyarrow", "pandas"):
    print(name, version(name))


def read(column: pa.Array) -> tuple[list[str], list[str]]:
    file = io.BytesIO()
    pa.parquet.write_table(pa.table({"until": column}), file)
    open_again = fastparquet.ParquetFile(io.BytesIO(file.getvalue()))
    own = pa.parquet.read_table(io.BytesIO(file.getvalue())).column("until").to_pylist()
    return [str(value) for value in own], [str(value) for value in open_again.to_pandas()["until"]]


days, days_again = read(pa.array([date(2022, 7, 2), date(1600, 1, 1), date(9999, 12, 31)]))
moments, moments_again = read(pa.array([datetime(9999, 12, 31), datetime(1600, 1, 1)], pa.timestamp("us")))
zoned, zoned_again = read(pa.array([datetime(2022, 7, 2, 18, 15)], pa.timestamp("us", "Europe/Kyiv")))
for one, other in ((days, days_again), (moments, moments_again), (zoned, zoned_again)):
    print("pyarrow", one, "fastparquet", other)
raise SystemExit(
    days != ["2022-07-02", "1600-01-01", "9999-12-31"]
    or days_again != ["2022-07-02 00:00:00", "2184-07-20 23:34:33.709551616", "1816-03-29 05:56:08.066277376"]
    or moments_again != ["9999-12-31 00:00:00", "1600-01-01 00:00:00"]
    or (zoned, zoned_again) != (["2022-07-02 21:15:00+03:00"], ["2022-07-02 18:15:00"])
)
PY
