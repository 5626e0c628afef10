"""How a run ended: what is not explained, what failed, what was skipped, and which versions nobody read a convention from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crosscheck.conventions.editions import holds
from crosscheck.known import gaps
from crosscheck.known.crashes import Crash
from crosscheck.studies.compare import frames
from crosscheck.studies.compare.frames import Conventions, Problem, Unexplained

COMPLETE, DIFFERS, PARTIAL = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Outside:
    """A tool that ran in a version which its convention, read from ``versions`` of ``package``, was not written for."""

    tool: str
    version: str
    package: str
    versions: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended; ``closed`` are known gaps and crashes that the run met and that are none any more.

    ``crashed`` are cells of tools that die of a network, as they are known to.
    """

    unexplained: tuple[Unexplained, ...]
    failed: tuple[Problem, ...]
    skipped: tuple[Problem, ...]
    crashed: tuple[Problem, ...]
    closed: tuple[gaps.Gap | Crash, ...]
    outside: tuple[Outside, ...]

    @property
    def exit_code(self) -> int:
        """0 complete, 1 a residual, a failure, or a gap or crash that has closed, 3 something was skipped."""
        if self.unexplained or self.failed or self.closed:
            return DIFFERS
        return PARTIAL if self.skipped else COMPLETE


def judge(frame: pd.DataFrame, conventions: Conventions, over: Sequence[Crash] = ()) -> Verdict:
    """The verdict on measured cells ``frame`` (see frames.measurements); ``over`` are crashes that have closed."""
    odd, closed = frames.unexplained(frame, gaps.load())
    bad = frames.problems(frame)
    return Verdict(
        unexplained=odd,
        failed=tuple(p for p in bad if p.status == "error"),
        skipped=tuple(p for p in bad if p.status in ("skipped", "unsupported")),
        crashed=tuple(p for p in bad if p.status == "crashed"),
        closed=(*closed, *over),
        outside=_outside(frame, conventions),
    )


def _outside(frame: pd.DataFrame, conventions: Conventions) -> tuple[Outside, ...]:
    known = frame[["tool", "tool_version", "convention"]].drop_duplicates().itertuples(index=False)
    loaded = [(str(r.tool), str(r.tool_version), conventions[str(r.convention)]) for r in known if r.tool_version]
    return tuple(Outside(tool, version, c.package, c.versions) for tool, version, c in loaded if not holds(c, version))
