"""Data of a document as DataFrames: whole numbers are Int64, so that one that is not there stays away and none is rounded."""

from __future__ import annotations

import pandas as pd

from crosscheck.report.document import Data


def frame(data: Data) -> pd.DataFrame:
    """The rows under their names."""
    made = pd.DataFrame(list(data.rows), columns=list(data.fields), dtype=object)
    for name in data.fields:
        values = [v for v in made[name] if v is not None]
        if values and all(type(v) is int and abs(v) < 2**63 for v in values):
            made[name] = made[name].astype("Int64")
        elif all(isinstance(v, str) for v in values) and values:
            made[name] = made[name].astype("string")
    return made
