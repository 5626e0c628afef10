"""``measurements.csv`` and ``discrepancies.csv``: every cell and every term, exact integers."""

from __future__ import annotations

from crosscheck.studies.compare.view import Report


def render(report: Report) -> dict[str, str]:
    """CSV files by name."""
    return {
        "measurements.csv": report.measurements.to_csv(index=False, lineterminator="\n"),
        "discrepancies.csv": report.discrepancies.to_csv(index=False, lineterminator="\n"),
    }
