"""What ran, and in which version: the end of every page about something that was run."""

from __future__ import annotations

from collections.abc import Mapping

from crosscheck.report.document import Keys, code


def versions(found: Mapping[str, str]) -> Keys:
    """Packages with their versions."""
    return Keys(tuple((code(name), version) for name, version in found.items()))
