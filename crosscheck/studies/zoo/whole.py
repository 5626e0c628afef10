"""A whole zoo, a few networks at a time: every network with every tool and batch, kept as it grows, taken up where it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from crosscheck.known import crashes
from crosscheck.known.crashes import Crash
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Watch, launch_adapter, limited, quiet
from crosscheck.studies.zoo import claims, survey
from crosscheck.studies.zoo.figure import Figure, figures
from crosscheck.subjects import observed
from crosscheck.subjects.zoo import Network

BATCHES = (1, 2)
AT_A_TIME = 4  # networks that share the start of their workers; an interrupt loses no more than these


@dataclass(frozen=True)
class Zoo:
    """One zoo as far as it was run: its networks, every number, and why others are left out, by pattern."""

    id: str
    networks: tuple[Network, ...]
    figures: tuple[Figure, ...]
    left_out: Mapping[str, str]
    skipped: str = ""
    says: str = ""  # how its networks were chosen

    @cached_property
    def causes(self) -> Counter[str]:
        """How many numbers are exact, have a residual, and so on."""
        return Counter(f.cause for f in self.figures)

    @cached_property
    def claims(self) -> tuple[claims.Verdict, ...]:
        """What a table of the zoo's own says of its networks, and whether it holds; none where there is no such table."""
        return tuple(claims.verdicts(self.figures)) if self.id == claims.ZOO else ()

    @property
    def ran(self) -> tuple[str, ...]:
        """Networks that have numbers, or reasons."""
        return tuple(dict.fromkeys(f.network for f in self.figures))

    @cached_property
    def closed(self) -> tuple[Crash, ...]:
        """Known crashes on networks that ran and of which none died."""
        met = {(f.tool, f.network, f.status == "crashed") for f in self.figures}
        tried = [(c, [died for tool, name, died in met if c.covers(tool, name)]) for c in crashes.load()]
        return tuple(c for c, died in tried if died and not any(died))

    @property
    def exit_code(self) -> int:
        """1 for a residual, a failure or a known crash that has closed, 3 where something is not predicted or did not run."""
        if self.causes["residual"] or self.causes["error"] or self.closed:
            return 1
        whole = set(self.causes) <= {"exact", "crashed", "gap"} and len(self.ran) == len(self.networks)
        return 0 if whole and not self.skipped else 3


def sizes(n: Network) -> list[Network]:
    """The network with each batch: one image of its own size, more of its small one."""
    return [replace(n, batch=k, input=n.input if k == 1 else n.small or n.input) for k in BATCHES]


def run(
    zoo: Zoo,
    wanted: Sequence[Network],
    *,
    logs: Path,
    fresh: bool = False,
    gigabytes: float,
    timeout: float,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> Iterator[Zoo]:
    """The zoo after every few of the ``wanted`` networks. What it has already, of the same versions, is not run unless ``fresh``.

    A worker may take so many ``gigabytes``, and ``timeout`` seconds for one network and tool.
    """
    info = (catalog.frameworks() if known is None else known)[wanted[0].framework]
    if why := observed.missing(wanted[0]) if info.installed else f"{info.title} is not installed":
        yield replace(zoo, skipped=why)
        return
    made = {n.id: made_with(n, info) for n in wanted}
    todo = [n for n in wanted if fresh or not _has(zoo, n, info, made[n.id])]
    for some in (todo[k : k + AT_A_TIME] for k in range(0, len(todo), AT_A_TIME)):
        each = [sized for n in some for sized in sizes(n)]
        rooms = {info.id: info}
        found = survey.run(
            each, logs=logs, timeout=timeout, known=rooms, launch=limited(gigabytes, launch), watch=watch, parallel=1
        )
        zoo = _with(zoo, some, tuple(figures(found, made)))
        yield zoo
    if not todo:
        yield zoo


def made_with(n: Network, info: FrameworkInfo) -> str:
    """Versions of the framework, of the package that a network comes from and of what that imports."""
    version = {p.name: p.version for p in n.packages}
    names = dict.fromkeys([*(p.split("|")[0] for p in info.packages[:1]), *version])
    return " ".join(f"{p} {(version.get(p) or catalog.installed_version(p)).split('+')[0]}" for p in names)


def _has(zoo: Zoo, n: Network, info: FrameworkInfo, versions: str) -> bool:
    """Whether every number of a network stands there, of these versions."""
    there = {f.key: f.tool_version for f in zoo.figures if f.versions == versions and f.network == n.id}
    known = {t.id: t.version.split("+")[0] for t in info.tools}  # a tool that did not come to speak has none in its row
    needed = [((*s.key, s.batch, t.id, metric), known[t.id]) for s in sizes(n) for t in info.tools for metric in t.metrics]
    return all(key in there and there[key] in (version, "") for key, version in needed)


def _with(zoo: Zoo, ran: Sequence[Network], new: Sequence[Figure]) -> Zoo:
    """The zoo with new numbers in place of what it had of these networks, in the zoo's order."""
    names = {n.id for n in ran}
    place = {n.id: k for k, n in enumerate(zoo.networks)}
    every = [f for f in zoo.figures if f.network not in names and f.network in place] + list(new)
    return replace(zoo, figures=tuple(sorted(every, key=lambda f: place[f.network])))
