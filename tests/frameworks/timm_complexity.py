"""Writes what timm's benchmark would count today beside what it printed: crosscheck/studies/zoo/data/timm_counted.csv.

Run with the overlays of timm and torchvision on the path: ``python -m tests.frameworks.timm_complexity [network]…``. Settings are
``made``, a network as timm makes it; ``spelt``, with attention spelt out in products, as fvcore sees them; ``merged``, so, and
with branches merged as timm's ``--reparam`` does; ``alone`` says that neither makes another network. Parameters of ``made`` are
counted without numbers; all else runs.
"""

from __future__ import annotations

import csv
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis
from torch import nn

from adapters.pytorch.zoo import _module
from crosscheck.studies.zoo import claims
from crosscheck.subjects import zoo

timm = _module("timm")
HEAD = ("model", "setting", "size", "params", "macs", "activations")  # parameters of a network as made have no size


def params(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def counted(net: nn.Module, size: int) -> tuple[int, int]:
    """fvcore's MACs and activations of one image, as timm's benchmark asks for them."""
    image = torch.ones(1, 3, size, size)
    found = []
    for analysis in (FlopCountAnalysis, ActivationCountAnalysis):
        made = analysis(net, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        found.append(int(made.total()))
    return found[0], found[1]


def rows(name: str, size: int, sampled: bool) -> Iterator[tuple[Any, ...]]:
    with torch.device("meta"):
        held = params(timm.create_model(name))
    yield name, "made", "", held, "", ""
    timm.layers.set_fused_attn(False)
    merged = timm.utils.reparameterize_model(timm.create_model(name).eval()) if sampled or _may_merge(name) else None
    if merged is not None and params(merged) != held:
        yield name, "merged", size, params(merged), *(counted(merged, size) if sampled else ("", ""))
    elif merged is not None and any(hasattr(m, "fused_attn") for m in merged.modules()):
        yield name, "spelt", size, held, *counted(merged, size)
    elif merged is not None:
        yield name, "alone", size, held, "", ""


def _may_merge(name: str) -> bool:
    """True where a module has a way to merge its branches."""
    with torch.device("meta"):
        ways = ("fuse", "reparameterize", "switch_to_deploy")
        return any(hasattr(m, way) for m in timm.create_model(name).modules() for way in ways)


def main(names: list[str]) -> None:
    logging.disable(logging.WARNING)
    sample = {n.name for n in zoo.networks().values() if n.zoo == "timm"}
    path = Path(claims.COUNTED)
    had = list(csv.reader(path.open(encoding="utf-8")))[1:] if path.exists() else []
    known = {row[0] for row in had}
    printed = [c for c in claims.load() if (c.model in names if names else c.model not in known)]
    for c in sorted(printed, key=lambda c: (c.model not in sample, c.gmacs)):
        made = [[*map(str, row)] for row in rows(c.model, c.size, c.model in sample)]
        had = [row for row in had if row[:3] not in [m[:3] for m in made]] + made
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEAD, *sorted(had)])


if __name__ == "__main__":
    main(sys.argv[1:])
