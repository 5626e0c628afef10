"""What several files share: comparisons that raise and print the differing keys, conventions and rows made up for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosscheck.contract.network import CONTAINER, Model
from crosscheck.contract.rows import TOTAL, Measurement
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally, predict, tally
from crosscheck.ops.described import OPS
from crosscheck.subjects.subject import Kind, Reference, Subject

Weights = Mapping[str, Mapping[str, int]]  # op -> primitive -> weight


def same(got: Mapping[Any, Any], wanted: Mapping[Any, Any], what: str = "") -> None:
    """Raise with every differing key where two mappings are not equal."""
    nothing = "(nothing)"
    odd = [k for k in dict.fromkeys([*wanted, *got]) if got.get(k, nothing) != wanted.get(k, nothing)]
    if odd:
        lines = [f"  {k}: got {got.get(k, nothing)}, wanted {wanted.get(k, nothing)}" for k in odd]
        raise AssertionError("\n".join([f"{what or 'mappings'} differ in {len(odd)} keys:", *lines]))


def floor(reached: Mapping[str, int], **least: int) -> None:
    """Raise where a test that skips some of its cases reached fewer of a kind than it must to prove anything."""
    few = {kind: f"{reached.get(kind, 0)} of at least {n}" for kind, n in least.items() if reached.get(kind, 0) < n}
    if few:
        raise AssertionError(f"hardly anything was compared: {few}")


def convention_text(id: str, tables: Mapping[str, Weights], *, quirks: Mapping[str, str] | None = None) -> str:
    """A convention as TOML: one table a metric; the ops that a table does not weigh are ignored on purpose."""
    lines = [f'id = "{id}"', f'title = "{id.title()}"', 'tool = ""', 'framework = ""', 'package = ""', 'versions = ""']
    lines.append(f'says = "what {id} charges"')
    for metric, weights in tables.items():
        lines += [f"[{metric}]", f'unit = "{id} units"', f'label = "{metric} of {id}"']
        for op, charges in weights.items():
            body = ", ".join(f"{p} = {w}" for p, w in charges.items())
            lines += [f"[[{metric}.weigh]]", f'ops = ["{op}"]', f"weights = {{ {body} }}"]
            lines += [f'source = "{id}.py:1"', f'says = "{id} on {op}"']
            if quirks and op in quirks:
                lines.append(f'quirk = "{quirks[op]}"')
        rest = ", ".join(f'"{op}"' for op in (*OPS, CONTAINER) if op not in weights)
        lines += [f"[[{metric}.ignore]]", f"ops = [{rest}]", f'source = "{id}.py:2"', 'says = "left out"']
    return "\n".join(lines) + "\n"


def made_up(id: str, tables: Mapping[str, Weights], *, quirks: Mapping[str, str] | None = None) -> Convention:
    """A convention that went through the real reader."""
    return convention.parse(convention_text(id, tables, quirks=quirks), f"{id}.toml")


def subject(model: Model) -> Subject:
    """A network as something to be counted, as if it were described here."""
    return Subject(Reference(model.name, Kind.DESCRIBED, model.name), model, model)


def row(model: Model, tool: str, layer: str = TOTAL, value: int | None = 1, **changed: Any) -> Measurement:
    """One measured row of the convention ``mac``; ``changed`` overrides any field."""
    op = model.by_id[layer].op if layer in model.by_id else "(model)"
    common: dict[str, Any] = {
        "run": "test",
        "model": model.name,
        "framework": "fake",
        "tool": tool,
        "tool_version": "1.0",
        "convention": "mac",
        "input": model.input_text,
        "layer": layer,
        "op": op,
        "metric": "compute",
        "value": value,
        "unit": "MAC",
        "status": "ok",
    }
    return Measurement(**(common | changed))


def truthful(counted: Tally, tool: str, by: Convention) -> list[Measurement]:
    """The rows of a tool that prints exactly what its convention says."""
    return [
        row(counted.model, tool, p.layer, p.value, convention=by.id, metric=p.metric, unit=p.unit) for p in predict(counted, by)
    ]


def tallies(models: Sequence[Model]) -> dict[tuple[str, str], Tally]:
    """Tallies by (model, input), as reports take them."""
    return {(m.name, m.input_text): tally(m) for m in models}
