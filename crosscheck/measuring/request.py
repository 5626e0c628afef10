"""Which frameworks and tools a run asks for, the plans that this makes, and the editions that its rows are read by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crosscheck.contract.network import Model
from crosscheck.contract.rows import Measurement
from crosscheck.conventions.editions import pick
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Plan


@dataclass(frozen=True)
class Request:
    """What to compare. Empty ``frameworks`` or ``tools`` means all of them."""

    models: tuple[Model, ...]
    frameworks: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def request_names(frameworks: Sequence[str], tools: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Check names of frameworks and tools. Raises UnknownNameError, and UsageError for a tool that ``frameworks`` leaves out.

    So does a name of what counts files alone.
    """
    for name in frameworks:
        _refuse_reader(catalog.framework(name), name)
    for name in tools:
        found = catalog.tool(name)
        _refuse_reader(catalog.framework(found.framework), name)
        if frameworks and found.framework not in frameworks:
            raise UsageError(f"tool {name!r} runs in {found.framework}, which --framework leaves out")
    return tuple(dict.fromkeys(frameworks)), tuple(dict.fromkeys(tools))


def builders(frameworks: Sequence[str] = (), known: Mapping[str, FrameworkInfo] | None = None) -> list[FrameworkInfo]:
    """The frameworks that build networks, or those of them that are named. Raises UnknownNameError, and UsageError for others."""
    everything = catalog.frameworks() if known is None else known
    able = [info for info in everything.values() if not info.reads]
    for name in frameworks:
        if name not in everything:
            raise UnknownNameError("framework", name, everything)
        if everything[name].reads:
            *most, last = (info.id for info in able)
            raise UsageError(f"{name!r} builds no networks. Hint: --framework takes {', '.join(most)} or {last}")
    return [info for info in able if not frameworks or info.id in frameworks]


def _refuse_reader(info: FrameworkInfo, name: str) -> None:
    if info.reads:
        raise UsageError(f"{name!r} counts files. Hint: crosscheck {info.reads} FILE --measure")


def plans(req: Request, known: Mapping[str, FrameworkInfo], *, metric: str | None = None, zero_ok: bool = False) -> list[Plan]:
    """One plan per framework that has a wanted tool (with ``metric``, where one is named), and one more for each overlay.

    Frameworks that read files have no part in it: there is no file here.
    """
    made = []
    for info in builders(req.frameworks, known):
        wanted = (t for t in info.tools if not req.tools or t.id in req.tools)
        tools = tuple(t for t in wanted if metric is None or metric in t.metrics)
        for overlay in dict.fromkeys(t.overlay for t in sorted(tools, key=lambda t: t.overlay)):
            mine = tuple(t for t in tools if t.overlay == overlay)
            made.append(Plan(info, req.models, mine, overlay=overlay, zero_ok=zero_ok))
    return made


def editions(rows: Iterable[Measurement]) -> list[Measurement]:
    """Rows under the edition of their tool's convention that holds for the version that ran."""
    return [replace(r, convention=pick(r.convention, r.tool_version).id) for r in rows]
