"""What timm's own table says of its networks, held against what was counted: fvcore's own numbers, and parameters one by one.

Source: huggingface/pytorch-image-models, results/benchmark-infer-*.csv, columns model, infer_img_size, param_count (millions),
infer_gmacs and infer_macts (millions of activations), two decimals each.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from crosscheck.studies.zoo.figure import Figure

ZOO = "timm"
DATA = Path(__file__).parent / "data"
PRINTED, COUNTED = DATA / "timm_complexity.csv", DATA / "timm_counted.csv"
METRICS = {"param_count": ("params", 10**6), "infer_gmacs": ("compute", 10**9), "infer_macts": ("activations", 10**6)}
ROUNDS, SPELT, MERGED, REFUTED, OPEN = "rounds to", "attention spelt out", "branches merged", "refuted", "not held"
KINDS = {
    ROUNDS: "what fvcore counts, and what the network holds, as timm makes it",
    SPELT: "the same with attention spelt out in products: fused, as timm makes it, fvcore has no rule for it",
    MERGED: "so, and with branches merged into one convolution each, as timm's benchmark does where it is asked for `--reparam`",
    REFUTED: "no way to make the network gives it",
    OPEN: "of a network, or at an image size, that did not run in every way that timm makes it",
}
ULP = Decimal("0.01")
SETTINGS = {"spelt": SPELT, "merged": MERGED}


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of timm's table: figures as they are printed, for one image of ``size`` × ``size`` pixels."""

    model: str
    size: int
    printed: Mapping[str, str]

    @property
    def gmacs(self) -> float:
        """Its billions of multiply-adds."""
        return float(self.printed["infer_gmacs"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """One printed figure beside an exact number: ``counted`` is the one that it rounds to, else that of the network as made.

    ``kind`` is ``rounds to``, the setting that explains it, ``refuted`` where none does, ``not held`` where nothing was counted.
    """

    model: str
    size: int
    metric: str
    printed: str
    counted: int | None
    made: int | None
    kind: str


def load() -> tuple[Claim, ...]:
    """Every row of the table."""
    with PRINTED.open(encoding="utf-8", newline="") as file:
        return tuple(Claim(r["model"], int(r["infer_img_size"]), {m: r[m] for m in METRICS}) for r in csv.DictReader(file))


def counted() -> Mapping[tuple[str, str, str, str], int]:
    """Exact numbers by model, setting, image size and metric of the table; those of a network as made are of no size."""
    names = {"param_count": "params", "infer_gmacs": "macs", "infer_macts": "activations"}
    with COUNTED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(r["model"], r["setting"], r["size"], m): int(r[name]) for r in rows for m, name in names.items() if r[name]}


def rounds(printed: str, number: int, ones: int) -> bool:
    """Whether a number is printed so with two decimals; a half may go either way."""
    return abs(Decimal(number) / ones - Decimal(printed)) <= ULP / 2


def verdicts(figures: Sequence[Figure]) -> Iterator[Verdict]:
    """One for each figure of the table; ``figures`` are those of the zoo, of which fvcore's for one image of its size count."""
    ran = {
        (f.network.partition(":")[2], f.input, f.metric): f.value
        for f in figures
        if f.tool == "fvcore" and f.batch == 1 and f.value is not None and f.residual == 0
    }
    held = counted()
    for c in load():
        for metric, (kind, _) in METRICS.items():
            made = ran.get((c.model, f"1x3x{c.size}x{c.size}", kind), held.get((c.model, "made", "", metric)))
            others = {name: held.get((c.model, setting, str(c.size), metric)) for setting, name in SETTINGS.items()}
            settled = any((c.model, setting, str(c.size), "param_count") in held for setting in (*SETTINGS, "alone"))
            yield _verdict(c, metric, made, {name: n for name, n in others.items() if n is not None}, settled=settled)


def _verdict(c: Claim, metric: str, made: int | None, others: Mapping[str, int], *, settled: bool) -> Verdict:
    """``settled`` where all ways to make the network were tried: nothing is refuted before."""
    printed, ones = c.printed[metric], METRICS[metric][1]
    tried = {**({} if made is None else {ROUNDS: made}), **others}
    for kind, number in tried.items():
        if rounds(printed, number, ones):
            return Verdict(c.model, c.size, metric, printed, number, made, kind)
    return Verdict(c.model, c.size, metric, printed, made, made, REFUTED if settled and made is not None else OPEN)
