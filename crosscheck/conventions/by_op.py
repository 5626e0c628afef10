"""Conventions written by op: one entry says what a kind of op costs under every metric, in place of a table for each metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscheck.errors import ConventionError

KEY = "by_op"
_ENTRY = {"ops", "charges", "source", "says", "quirk"}


def expand(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The same convention with a table for each metric: an entry that charges nothing under a metric ignores its ops there.

    Metrics that add up others stay as they are. Raises ConventionError for an entry that fits no such form.
    """
    plain = {k: v for k, v in data.items() if k != KEY}
    entries = data.get(KEY, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ConventionError(f"{where}: {KEY} must be a list of tables, written [[{KEY}]]")
    metrics = {k: {**v, "weigh": [], "ignore": []} for k, v in plain.items() if isinstance(v, dict) and "sum" not in v}
    mixed = [k for k in metrics if {"weigh", "ignore"} & set(plain[k])]
    if entries and mixed:
        raise ConventionError(f"{where}: {mixed[0]} has weigh or ignore beside {KEY}. Hint: say it in one place")
    for entry in entries:
        at = f"{where}: {KEY} {entry.get('ops')}"
        odd = sorted(set(entry) - _ENTRY)
        charges = entry.get("charges")
        if odd or not isinstance(charges, dict):
            raise ConventionError(f"{at}: " + (f"unknown entry {odd[0]!r}" if odd else "'charges' is missing or not a table"))
        unknown = sorted(set(charges) - set(metrics))
        if unknown:
            raise ConventionError(f"{at}: charges {unknown[0]!r}, which has no table here")
        said = {k: v for k, v in entry.items() if k != "charges"}
        for name, table in metrics.items():
            if name in charges:
                table["weigh"].append(said | {"weights": charges[name]})
            else:
                table["ignore"].append(said)
    return plain | (metrics if entries else {})
