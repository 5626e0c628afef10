"""crosscheck from Python: ``compare`` and ``capture`` take a live network, or the name of one, and what it is called with."""

from __future__ import annotations

from crosscheck.session.ask import capture, compare
from crosscheck.session.result import Result

__all__ = ["Result", "capture", "compare"]
