"""Any other network under every tool that counts it: described here, of a zoo, or in an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crosscheck.contract.rows import Observed
from crosscheck.errors import UsageError
from crosscheck.measuring import catalog, request, runner
from crosscheck.measuring.plan import Plan
from crosscheck.measuring.request import Request
from crosscheck.studies.own.found import WORKER, Found
from crosscheck.studies.own.run import told
from crosscheck.subjects import observed, zoo
from crosscheck.subjects.subject import Kind, Subject


def run(subject: Subject, *, logs: Path, tools: Sequence[str] | None = None, timeout: float = 600.0) -> Found:
    """What every tool says of it. Raises UsageError for what no tool here runs."""
    outcomes = runner.run(plans(subject, tools), logs=logs, timeout=timeout)
    model, home = subject.built, zoo.get(subject.name).framework if subject.kind is Kind.ZOO else ""
    seen = Observed(model.name, home, model.input_text, model.to_json(), "ok")
    return told(model.name, seen, outcomes, WORKER)


def plans(subject: Subject, tools: Sequence[str] | None) -> list[Plan]:
    """What has to run: each tool that counts a subject of this kind, or those of them that are named."""
    known = catalog.frameworks()
    if subject.kind is Kind.DESCRIBED:
        return [p for p in request.plans(Request((subject.model,), (), tuple(tools or ())), known) if p.tools]
    if subject.kind is Kind.ZOO:
        network = zoo.get(subject.name)
        info = known[network.framework]
        return observed.plans(info, [network], [t for t in info.tools if tools is None or t.id in tools], observe=False)
    if subject.kind is Kind.ONNX:
        files = (str(subject.path.resolve()),) if subject.path else ()
        readers = [info for info in known.values() if info.reads == "onnx"]
        pairs = [(info, tuple(t for t in info.tools if tools is None or t.id in tools)) for info in readers]
        return [Plan(info, (subject.model,), mine, files=files, zero_ok=True) for info, mine in pairs]
    hint = f"crosscheck count {subject.name} and explain say what tools count"
    raise UsageError(f"no tool here runs {subject.name!r}, {subject.kind.article}. Hint: {hint}")
