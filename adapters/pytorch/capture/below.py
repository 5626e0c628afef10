"""All calls below the layers: of the run that was watched, and where it went through, of others as tools run the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.pytorch.capture import functions, operators, pairs, plain, trace
from adapters.pytorch.capture.frames import unseen
from adapters.pytorch.capture.runs import STOPS, Runs
from adapters.room import reason
from crosscheck.contract.call import FAILED, Call, Level

FURTHER = (Level.FUNCTION, Level.OPERATOR, Level.TRACE)  # levels that the watched run does not see
DRAWS = 3  # runs on other numbers
RUNNING = (Level.MODULE, Level.KERNEL, *FURTHER)


def calls(seen: Sequence[Call], runs: Runs, layers: functions.Layers) -> list[Call]:
    """Those of the watched run, which are ``seen``, and of all others; ``layers`` are the ids of functions' layers.

    Of a network that does not run alike each time, no level can be trusted: each has a call that says so.
    """
    try:
        alone = runs.record(plain.record)
        if not plain.alike(seen, alone) and runs.shapes_alone:
            runs = replace(runs, shapes_alone=False)
            alone = runs.record(plain.record)
        if lost := [call for call in alone if call.name == FAILED]:
            return [*seen, *unseen(RUNNING, lost[0].attrs["reason"])]
        seen = pairs.told(seen, runs)
        return [*plain.reconciled(seen, alone), *_children(seen, alone, runs), *_further(seen, runs, layers)]
    except STOPS as error:
        return [*seen, *unseen(RUNNING, f"the network fails where fewer watch it, {reason(error)}")]


def _children(seen: Sequence[Call], alone: Sequence[Call], runs: Runs) -> list[Call]:
    """The kernels while a hook watches each child, where hooks make a difference at all."""
    return [] if plain.alike(seen, alone) else runs.record(plain.beside_children, alone)


def _further(seen: Sequence[Call], runs: Runs, layers: functions.Layers) -> list[Call]:
    watched = runs.record(functions.record, layers, [c for c in seen if c.level is Level.MODULE])
    return [*watched, *runs.on_numbers(trace.record), *runs.on_numbers(operators.record)]


def by_numbers(runs: Runs) -> bool:
    """Whether the network has other kernels, or fails, on such numbers as tools make by themselves."""
    known = runs.on_numbers(plain.once)
    try:
        return not all(plain.alike(known, runs.drawn(seed).on_numbers(plain.once)) for seed in range(DRAWS))
    except STOPS:
        return True
