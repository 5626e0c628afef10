"""A worker that stays: jobs go in by path on its standard input, rows come back through a file."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.contract.job import Cell, Job, Kind
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Fact, Measurement, Observed, from_dict
from crosscheck.conventions import read as convention
from crosscheck.counting.engine import tally
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.plan import Plan, environment, launch_adapter
from crosscheck.studies.compare import frames

LIMIT_SECONDS = 300.0
POLL_SECONDS = 0.005


@dataclass
class Answer:
    """What came back of one job."""

    rows: list[Measurement] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    networks: list[Observed] = field(default_factory=list)


class Served:
    """One framework's workers, kept for a whole test session: the main one, and one for each overlay when it is first needed."""

    def __init__(self, info: FrameworkInfo, folder: Path) -> None:
        self.info = info
        self.folder = folder
        self.workers: dict[str, _Worker] = {}

    def run(
        self, models: Sequence[Model], tools: Sequence[str] | None = None, contract: bool = False, zero_ok: bool = False
    ) -> Answer:
        """Run tools (all of them unless named) on the models, each in the worker that it belongs to."""
        wanted = [t for t in self.info.tools if tools is None or t.id in tools]
        answer = Answer()
        for overlay in dict.fromkeys(["", *(t.overlay for t in wanted)]):
            asked = [(Kind.TOOL, t.id) for t in wanted if t.overlay == overlay]
            if contract and not overlay:
                asked = [(Kind.CONTRACT, ""), *asked]
            if asked:
                if overlay not in self.workers:
                    self.workers[overlay] = _Worker(Plan(self.info, (), (), overlay=overlay), self.folder)
                part = self.workers[overlay].run(models, asked, zero_ok)
                answer.rows += part.rows
                answer.facts += part.facts
        return answer

    def observe(self, models: Sequence[Model]) -> list[Model]:
        """The networks as the framework was seen to run them."""
        if "" not in self.workers:
            self.workers[""] = _Worker(Plan(self.info, (), ()), self.folder)
        answer = self.workers[""].run(models, [(Kind.OBSERVE, "")])
        assert all(row.status == "ok" for row in answer.networks), [row.message for row in answer.networks]
        return [Model.from_json(row.network) for row in answer.networks if row.network is not None]

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers.values():
            worker.close()


class _Worker:
    """One process."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.name, self.folder, self.jobs = plan.name, folder, 0
        self.log = (folder / f"{plan.name}.log").open("w")
        self.process = subprocess.Popen(
            [*launch_adapter(plan.framework.id), "-"],
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            text=True,
            env=environment(plan),
        )

    def run(self, models: Sequence[Model], asked: Sequence[tuple[Kind, str]], zero_ok: bool = False) -> Answer:
        self.jobs += 1
        stem = f"{self.name}-{self.jobs}"
        job, rows = self.folder / f"{stem}.json", self.folder / f"{stem}.jsonl"
        cells = tuple(Cell(kind, k, name) for k in range(len(models)) for kind, name in asked)
        Job("test", str(rows), tuple(models), cells, zero_ok).write(job)
        assert self.process.stdin is not None
        self.process.stdin.write(f"{job}\n")
        self.process.stdin.flush()
        answer, ended = self._read(rows)
        assert ended == len(cells), f"{len(cells) - ended} cells without an end"
        rows.unlink()
        job.unlink()
        return answer

    def _read(self, rows: Path) -> tuple[Answer, int]:
        answer, ended = Answer(), 0
        for line in self._lines(rows):
            data: dict[str, Any] = json.loads(line)
            event = data.pop("event")
            if event == "row":
                answer.rows.append(from_dict(Measurement, data))
            elif event == "network":
                answer.networks.append(from_dict(Observed, data))
            elif event == "fact":
                answer.facts.append(from_dict(Fact, data))
            assert event != "fail", f"{self.name}: {data}"
            ended += event == "end"
        return answer, ended

    def _lines(self, rows: Path) -> Iterator[str]:
        """Lines of the file as they come, up to the one that says ``bye``."""
        start, rest = time.monotonic(), ""
        rows.touch()
        with rows.open(encoding="utf-8") as file:
            while True:
                *lines, rest = (rest + file.read()).split("\n")
                yield from lines
                if lines and json.loads(lines[-1])["event"] == "bye":
                    return
                if self.process.poll() is not None or time.monotonic() - start > LIMIT_SECONDS:
                    log = (self.folder / f"{self.name}.log").read_text()[-2000:]
                    raise RuntimeError(f"{self.name}: worker ended or hangs ({self.process.poll()}): {log}")
                time.sleep(POLL_SECONDS)

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=60)
        self.log.close()


def residual_failures(rows: Sequence[Measurement], models: Sequence[Model]) -> list[str]:
    """Every cell that failed or is not explained, in words."""
    tallies = {(m.name, m.input_text): tally(m) for m in models}
    conventions = {c: convention.load(c) for c in {r.convention for r in rows}}
    frame = frames.measurements(rows, tallies, conventions)
    odd = frame[(frame["residual"].fillna(0) != 0) | ~frame["status"].isin(frames.COUNTED)]
    return [
        f"{r.model} {r.input} × {r.tool} × {r.layer} ({r.op}) × {r.metric}: {r.status} {r.message} "
        f"measured {r.value} predicted {r.predicted}"
        for r in odd.itertuples(index=False)
    ]


def contract_failures(facts: Sequence[Fact], models: Sequence[Model]) -> list[str]:
    """Where the native network and the neutral description differ: layer ids, shapes, parameters, statistics."""
    wanted: dict[tuple[str, str, str], tuple[tuple[int, ...], int, int]] = {}
    for model in models:
        sums = [0, 0]
        for layer, counts in tally(model).layers:
            params = sum(counts.get(p, 0) for p in ("weight", "bias", "norm_scale", "norm_shift"))
            stats = counts.get("running_stats", 0)
            wanted[model.name, model.input_text, layer.id] = (layer.y, params, stats)
            sums[0] += params
            sums[1] += stats
        output = model.by_id[model.outputs[0]].y
        wanted[model.name, model.input_text, "(total)"] = (output, sums[0], sums[1])
    got = {(f.model, f.input, f.layer): (f.shape, f.params or 0, f.stats or 0) for f in facts}
    return [
        f"{k}: described {wanted.get(k)}, native {got.get(k)}"
        for k in sorted(set(wanted) | set(got))
        if wanted.get(k) != got.get(k)
    ]
