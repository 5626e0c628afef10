"""Is it the same network everywhere? The same weights and input in every framework and through every ONNX file, outputs compared.

Every framework builds the network with the seeded weights and runs it on the seeded input; every exporter writes its file, and
onnxruntime runs that. All outputs are set against the element-wise median of the frameworks' own. Every file is also counted and
set against the description, rewritten as its exporter is known to: see crosscheck.exports.confront.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck import models
from crosscheck import output as write
from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model, numel, show_shape
from crosscheck.contract.rows import Export, Output
from crosscheck.counting.engine import tally
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.exports import confront as graphs
from crosscheck.exports.confront import Graph
from crosscheck.known import faults
from crosscheck.known import left_out as known_left_out
from crosscheck.measuring import catalog, runner
from crosscheck.measuring import exports as exporting
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Launch, Plan, Watch, launch_adapter, quiet, versions
from crosscheck.measuring.request import builders
from crosscheck.output import scratch
from crosscheck.studies.verify import agreement
from crosscheck.studies.verify.agreement import Array
from crosscheck.subjects.resolve import described

CACHE = exporting.CACHE
KEPT_BYTES = 16 * 2**20  # larger files are removed again
GROUP_BYTES = 4 * 2**30  # of files that wait for onnxruntime at one time
NONE = "none"
WHY = "verify puts the same weights into every framework, which takes a description. Hint: crosscheck count takes any network"
AGREES, DIFFERS, FAILED, SKIPPED, KNOWN = "agrees", "differs", "failed", "skipped", "known fault"
VERDICTS = {
    AGREES: "the error is within what float32 rounding explains",
    DIFFERS: "it is not: another function is computed",
    FAILED: "there is nothing to compare; the message says why",
    SKIPPED: "not tried: something is not installed, or the framework cannot express it",
    KNOWN: "it differs or fails for a known reason, a fault of the exporter",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One network, and the settings that it is exported in."""

    model: Model
    exports: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Name of its folder in the cache."""
        return exporting.folder(self.model)

    @property
    def bytes(self) -> int:
        """What its files take, about: four bytes a weight."""
        weights = ("weight", "bias", "norm_scale", "norm_shift", "running_stats")
        counted = tally(self.model)
        return 4 * sum(counted.sum(name) for name in weights) * len(self.exports)


@dataclass(frozen=True, slots=True)
class Check:
    """One path of one network: a framework's own output (no ``export``), or that of its ONNX file in onnxruntime.

    ``error`` is the largest relative error against the reference, ``tolerance`` what rounding explains: see ``agreement``.
    """

    model: str
    input: str
    framework: str
    export: str
    verdict: str
    error: float | None
    tolerance: float
    message: str = ""

    @property
    def path(self) -> str:
        """The way from the weights to the output."""
        return f"{self.framework} → {self.export} → onnxruntime" if self.export else self.framework


@dataclass(frozen=True)
class Proof:
    """All checks by network and path, the rows of the exporters, and the versions that ran."""

    checks: tuple[Check, ...]
    exports: tuple[Export, ...]
    versions: Mapping[str, str]
    closed: tuple[faults.Fault, ...] = ()
    graphs: tuple[Graph, ...] = ()
    left_out: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """1 where a path or graph differs or failed or a known fault has closed, 3 where one was skipped, else 0."""
        said = {c.verdict for c in self.checks} | {g.verdict for g in self.graphs}
        return 1 if said & {DIFFERS, FAILED} or self.closed else 3 if SKIPPED in said else 0


def request(
    names: Sequence[str],
    *,
    exports: Sequence[str] = (),
    batch: int = 1,
    input_shape: tuple[int, ...] | None = None,
    frameworks: Sequence[str] = (),
) -> list[Job]:
    """The networks and their exports. Raises UnknownNameError for names that do not exist, UsageError for what cannot be had.

    Without names, every network of the default set is run and exported, but for what is known to be left out.
    """
    known = {e: info for info in catalog.frameworks().values() for e in info.exports}
    builders(frameworks)
    for name in exports:
        if name != NONE and name not in known:
            raise UnknownNameError("export", name, [*known, NONE])
        if name != NONE and frameworks and known[name].id not in frameworks:
            raise UsageError(f"export {name!r} is made by {known[name].id}, which --framework leaves out")
    wanted = tuple(e for e in known if (e in exports or not exports) and (not frameworks or known[e].id in frameworks))
    if names:
        return [Job(models.build(n, batch=batch, input_shape=input_shape), wanted) for n in described(names, WHY)]
    return [
        Job(
            models.build(name, batch=batch, input_shape=input_shape),
            tuple(e for e in wanted if e in exports or (name, e) not in known_left_out.exports()),
        )
        for name in models.DEFAULT_SET
    ]


def left_out(jobs: Sequence[Job]) -> dict[tuple[str, str], str]:
    """Exports of these networks that the default run leaves out, each with its reason; nothing that nobody wanted."""
    wanted = {e for j in jobs for e in j.exports}
    here = {j.model.name: j.exports for j in jobs}
    return {(m, e): why for (m, e), why in known_left_out.exports().items() if m in here and e in wanted and e not in here[m]}


def run(
    jobs: Sequence[Job],
    *,
    logs: Path,
    frameworks: Sequence[str] = (),
    cache: Path = CACHE,
    keep: bool = False,
    timeout: float = 600.0,
    known: Mapping[str, FrameworkInfo] | None = None,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
    excused: Sequence[faults.Fault] | None = None,
) -> Proof:
    """Build, run, export, run the exports and compare.

    Exports stay in ``cache`` under the network's name and input; files above KEPT_BYTES are removed unless ``keep``.
    """
    everything = catalog.frameworks() if known is None else known
    rooms = builders(frameworks, everything)
    reader = next((i for i in everything.values() if i.reads == "onnx"), None)
    write.ensure_writable(cache)
    needed = {n for i in (*rooms, *([reader] if reader else [])) for n in i.needs}
    checks: list[Check] = []
    exported: list[Export] = []
    seen: list[Graph] = []
    ran = {name: version for name in needed if (version := catalog.installed_version(name))}
    for number, group in enumerate(_groups(jobs)):
        place = logs / f"verify-{number}" if number else logs / "verify"
        place.mkdir(parents=True, exist_ok=True)
        with scratch() as temp:
            rig = _Rig(group, cache.resolve(), Path(temp))
            outcomes = runner.run(rig.natives(rooms), logs=place, timeout=timeout, launch=launch, watch=watch)
            made = [f for o in outcomes for f in o.files if isinstance(f, Export)]
            if reader is not None:
                outcomes += runner.run(
                    rig.files(reader, everything, made), logs=place, timeout=timeout, launch=launch, watch=watch
                )
            ran |= versions(outcomes)
            said = {f.path: f for o in outcomes for f in o.files}
            for job in group:
                checks += _judge(job, rooms, rig, said)
                seen += graphs.confronted(job.model, rig.exports(job, rooms, said))
            exported += made
            if not keep:
                _tidy(made)
    known_faults = faults.load() if excused is None else excused
    judged, closed = _excuse(checks, known_faults)
    told = tuple(graphs.excuse(seen, known_faults))
    return Proof(tuple(judged), tuple(exported), dict(sorted(ran.items())), tuple(closed), told, left_out(jobs))


def _excuse(checks: Sequence[Check], known: Sequence[faults.Fault]) -> tuple[list[Check], list[faults.Fault]]:
    """Checks with the known faults named, and the faults that were looked for and are not there any more."""
    judged, closed = [], []
    for check in checks:
        fault = next((f for f in known if f.covers(check.model, check.export)), None)
        if fault is not None and check.verdict in (DIFFERS, FAILED):
            judged.append(replace(check, verdict=KNOWN, message=fault.reason))
            continue
        judged.append(check)
        if fault is not None and check.verdict == AGREES:
            closed.append(fault)
    return judged, list(dict.fromkeys(closed))


def _groups(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Jobs in order, as many at a time as leave room on the disk."""
    group: list[Job] = []
    for job in jobs:
        if group and sum(j.bytes for j in group) + job.bytes > GROUP_BYTES:
            yield group
            group = []
        group.append(job)
    if group:
        yield group


@dataclass(frozen=True)
class _Rig:
    """Where everything of one group lies, and the plans that make it."""

    jobs: Sequence[Job]
    cache: Path
    temp: Path

    def file(self, job: Job, export: str) -> str:
        return str(self.cache / job.folder / f"{export}.onnx")

    def output(self, job: Job, framework: str, export: str = "") -> str:
        return str(self.temp / f"{job.folder}-{framework}-{export}.npy")

    def exports(self, job: Job, rooms: Sequence[FrameworkInfo], said: Mapping[str, Export | Output]) -> list[Export]:
        """What became of every export of one network; one of which nothing came back has failed."""
        rows = []
        for info, e in ((i, e) for i in rooms for e in i.exports if e in job.exports):
            row = said.get(self.file(job, e))
            common = (job.model.name, info.id, job.model.input_text, e, self.file(job, e), 0)
            rows.append(row if isinstance(row, Export) else Export(*common, "error", "nothing came back"))
        return rows

    def natives(self, rooms: Sequence[FrameworkInfo]) -> list[Plan]:
        """One plan a framework, those with most exports first: every network's output, then its exports."""
        plans = []
        for info in sorted(rooms, key=lambda i: -len(i.exports)):
            writes: list[Cell] = []
            for k, job in enumerate(self.jobs):
                writes.append(Cell(Kind.OUTPUT, k, path=self.output(job, info.id)))
                writes += [Cell(Kind.EXPORT, k, e, self.file(job, e)) for e in info.exports if e in job.exports]
            plans.append(Plan(info, tuple(j.model for j in self.jobs), (), writes=tuple(writes)))
        return plans

    def files(self, reader: FrameworkInfo, known: Mapping[str, FrameworkInfo], made: Sequence[Export]) -> list[Plan]:
        """Every file that was written, run once."""
        nets: list[Model] = []
        files: list[str] = []
        writes: list[Cell] = []
        there = {f.path for f in made if f.status == "ok"}
        for job in self.jobs:
            for info in known.values():
                for export in (e for e in info.exports if self.file(job, e) in there):
                    layout = "" if info.layout == "channels_first" else info.layout
                    writes.append(Cell(Kind.OUTPUT, len(nets), layout, self.output(job, info.id, export)))
                    nets.append(job.model)
                    files.append(self.file(job, export))
        return [Plan(reader, tuple(nets), (), files=tuple(files), writes=tuple(writes))] if nets else []


def _judge(job: Job, rooms: Sequence[FrameworkInfo], rig: _Rig, said: Mapping[str, Export | Output]) -> Iterator[Check]:
    """A check for every framework and every export of one network."""
    allowed = agreement.tolerance(job.model)
    own = {i.id: _array(said.get(rig.output(job, i.id))) for i in rooms}
    outputs = [x for x in own.values() if isinstance(x, np.ndarray)]
    wanted = agreement.reference(outputs) if outputs else None
    for info in rooms:
        yield _check(job, info.id, "", own[info.id], wanted, allowed)
        for export in (e for e in info.exports if e in job.exports):
            file = said.get(rig.file(job, export))
            row = said.get(rig.output(job, info.id, export)) if file is not None and file.status == "ok" else file
            output = (DIFFERS, file.message) if file is not None and file.status == "ok" and file.message else _array(row)
            yield _check(job, info.id, export, output, wanted, allowed)


def _array(row: Export | Output | None) -> Array | tuple[str, str]:
    """The output that a row leads to, else verdict and message."""
    if row is None:
        return FAILED, "nothing came back"
    if row.status != "ok":
        return (FAILED if row.status == "error" else SKIPPED), row.message
    found: Array = np.load(row.path, allow_pickle=False)
    return found


def _check(job: Job, framework: str, export: str, output: Array | tuple[str, str], wanted: Array | None, allowed: float) -> Check:
    common: dict[str, Any] = {
        "model": job.model.name,
        "input": job.model.input_text,
        "framework": framework,
        "export": export,
        "tolerance": allowed,
    }
    if isinstance(output, tuple):
        return Check(**common, verdict=output[0], error=None, message=output[1])
    if wanted is None:
        return Check(**common, verdict=FAILED, error=None, message="no framework gave an output to compare with")
    shape = job.model.by_id[job.model.outputs[0]].y
    if output.shape != shape:
        told = f"the output is {show_shape(output.shape)}, the description says {show_shape(shape)}"
        return Check(**common, verdict=DIFFERS, error=None, message=told)
    if wanted.shape != shape or numel(shape) == 0:
        return Check(**common, verdict=FAILED, error=None, message="most frameworks gave another shape")
    if not agreement.telling(wanted, allowed):
        return Check(**common, verdict=FAILED, error=None, message="the output hardly varies, so agreement would say nothing")
    error = agreement.relative_error(output, wanted)
    return Check(**common, verdict=AGREES if error <= allowed else DIFFERS, error=error)


def _tidy(made: Sequence[Export]) -> None:
    """Remove the large files."""
    for row in made:
        if row.bytes > KEPT_BYTES:
            for path in (Path(row.path), Path(row.path + ".data")):
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # others of the network stay
                Path(row.path).parent.rmdir()
