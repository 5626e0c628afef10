"""What a file that was read counts in all."""

from __future__ import annotations

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.imported import Imported

MAC = convention.load("mac")
PARTS = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "operand", "literals", "unused_elements")


def counted(found: Imported) -> engine.Tally:
    return engine.tally(found.model)


def macs(found: Imported) -> int:
    return engine.total(counted(found), MAC, "compute")


def params(found: Imported) -> int:
    return engine.total(counted(found), MAC, "params")


def kept(found: Imported) -> int:
    """Elements that the network has in all, whatever they are."""
    return sum(counted(found).sum(p) for p in PARTS)
