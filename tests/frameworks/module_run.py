"""Every network of ``module_kinds`` captured, and what tools say of it: a JSON line each. ``python -m … TOOL[=FOLDER] …``."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

import torch

from adapters.pytorch.build import Native, fresh
from adapters.pytorch.observe import watch
from adapters.room import reason
from crosscheck.contract.network import ROOT, Input, Layer, Model
from tests.frameworks.module_kinds import KINDS


def main(*tools: str) -> None:
    """What each of ``tools`` says of each kind, for one sample and for two; ``name=folder`` looks for its package there first.

    A network is seen once, and each tool has a copy of this process to itself: they patch what they measure, and editions of
    one tool share a name.
    """
    networks: list[tuple[dict[str, Any], Native]] = []
    for kind, make in KINDS.items():
        for batch in (1, 2):
            torch.manual_seed(0)
            networks.append(({"kind": kind, "batch": batch}, native(*make(batch))))
    for tool, _, folder in (word.partition("=") for word in tools):
        if copy := os.fork():
            if os.waitpid(copy, 0)[1]:
                raise SystemExit(f"{tool} did not come to its end")
            continue
        sys.path[:0] = [folder] if folder else []
        module = importlib.import_module(f"adapters.pytorch.tools.{tool}")
        for label, network in networks:
            print(json.dumps({"tool": tool, **label} | said(module, network)))
        sys.stdout.flush()
        os._exit(0)


def native(net: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> Native:
    inputs = tuple(Input(f"input{k}", tuple(x.shape)) for k, x in enumerate(given))
    blank = Layer("blank", "other", {}, ("input0",), (inputs[0].shape,), (inputs[0].shape,))
    seen = watch(net.eval(), given, Model("mine", "mine", "", "", inputs, (blank,), ("blank",)), captured=True)
    blocks = {path: path or ROOT for path in seen.model.containers}
    return Native(net, given, seen.calls, {}, blocks, seen.model)


def said(tool: Any, network: Native) -> dict[str, Any]:
    assert network.seen is not None
    found = {"network": network.seen.to_json()}
    try:
        rows = [(r.layer, r.metric, r.value) for r in tool.measure(fresh(network), network.seen)]
    except Exception as error:  # noqa: BLE001 - a tool's crash is what it says
        return {**found, "died": f"{reason(error)}; {reason(error.__cause__) if error.__cause__ else ''}"}
    per_layer = getattr(tool, "PER_LAYER", tool.METRICS)
    return {**found, "convention": tool.CONVENTION, "rows": rows, "per_layer": list(per_layer)}


if __name__ == "__main__":
    main(*sys.argv[1:])
