"""Entries of a convention's file, checked: what stands under ``weigh`` and ``ignore``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscheck.errors import ConventionError
from crosscheck.ops.files import FAMILIES, members


def need(data: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    """The value under a key. Raises ConventionError where it is missing or of another kind."""
    if not isinstance(data.get(key), kind):
        raise ConventionError(f"{where}: {key!r} is missing or not a {kind.__name__}")
    return data[key]


def entries(name: str, data: Mapping[str, Any], key: str, known: set[str], where: str) -> list[dict[str, Any]]:
    """The tables under ``weigh`` or ``ignore``. Raises ConventionError for entries that nobody would read."""
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConventionError(f"{where}: {name}: {key} must be a list of tables, written [[{name}.{key}]]")
    for entry in found:
        odd = sorted(set(entry) - known)
        if odd:
            raise ConventionError(f"{where}: {name}.{key} {entry.get('ops')} has an unknown entry {odd[0]!r}")
    return found


def spread(entries: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """The entries with ``@family`` replaced by the ops of that family that no entry names itself."""
    named = {op for entry in entries for op in entry.get("ops", ()) if isinstance(op, str)}
    spread = []
    for entry in entries:
        ops: list[Any] = []
        for op in need(entry, "ops", list, where):
            family = op.removeprefix("@") if isinstance(op, str) and op.startswith("@") else None
            if family is not None and family not in FAMILIES:
                raise ConventionError(f"{where}: {op!r} is no family of ops. Hint: known: {', '.join(FAMILIES)}")
            ops += [op] if family is None else [m for m in members(family) if m not in named]
        spread.append(entry | {"ops": ops})
    return spread
