"""What figures say together: formulas against what tools count, tables against each other, one network's many numbers.

Everything here is computed from figures and conventions; nothing is stored but what is compared with what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosscheck import models
from crosscheck.contract.network import Layer, numel
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.studies.figures import checkpoint, exact, growth
from crosscheck.studies.figures.label import FILE, Label
from crosscheck.studies.figures.verdict import UNDECIDED, Verdict

Cell = str | int | Fraction


@dataclass(frozen=True, slots=True)
class Finding:
    """A title, what is found in a sentence or two, and the numbers that show it."""

    title: str
    says: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def all_of(verdicts: Sequence[Verdict]) -> list[Finding]:
    """Every finding that these verdicts give rise to; those that they have no figures for are left out."""
    found = [paddleclas(verdicts), vgg_formula(), formulas(), overflow(verdicts), backbones(verdicts), activations(verdicts)]
    found += [halves(verdicts), shortcuts(), many("resnet50", verdicts)]
    return [f for f in found if f.rows]


def _figures(verdicts: Iterable[Verdict], source: str) -> list[Verdict]:
    return [v for v in verdicts if v.figure.source == source and v.label]


def _exact(v: Verdict) -> int:
    told = v.label
    if told is None:
        return 0
    return exact.value(told.network, told.shape, told.classes, told.place, told.by, told.metric) or 0


def paddleclas(verdicts: Sequence[Verdict]) -> Finding:
    """The two tables of PaddleClas side by side: about a factor of two, and why it is no factor of two."""
    tables: dict[str, dict[tuple[str, str], Verdict]] = {}
    for v in _figures(verdicts, "PaddlePaddle/PaddleClas"):
        if v.label:
            tables.setdefault(v.figure.variant, {})[v.label.by, v.label.metric] = v
    rows: list[tuple[Cell, ...]] = []
    for name, cells in tables.items():
        old, new = cells.get(("paddle_model_stat_py2", "compute")), cells.get(("paddle_flops", "compute"))
        old_params, new_params = cells.get(("paddle_model_stat_py2", "params")), cells.get(("paddle_flops", "params"))
        if old and new and old_params and new_params and old.number and new.number:
            ratio = f"{float(old.number.base / new.number.base):.2f}"
            printed = (old.figure.value, new.figure.value, ratio, old_params.figure.value, new_params.figure.value)
            rows.append((name, *printed, _exact(old_params) - _exact(new_params)))
    says = (
        "The older table is what Paddle 1.x's model_stat prints under Python 2: a multiply-add of a convolution counts "
        "two and of a fully connected layer one, batch norm two an element, pooling its windows, every activation layer "
        "minus one an element (the open batch is -1), and grouped convolutions next to nothing. The newer one is "
        "paddle.flops: one a multiply-add. Parameters differ by running statistics, biases and grouped filters."
    )
    head = ("network", "older G", "newer G", "ratio", "older M", "newer M", "exact params, older − newer")
    return Finding("PaddleClas: two tables of one project, about a factor of two apart", says, head, tuple(rows))


def by_op(network: str, by: str, metric: str = "compute") -> dict[str, int]:
    """What a convention charges a network, op by op."""
    known = growth.counted(network, (1, *models.get(network).input))
    if known is None:
        return {}
    table = convention.load(by).table(metric)
    sums: dict[str, int] = {}
    for layer, counts in known.layers:
        sums[layer.op] = sums.get(layer.op, 0) + engine.layer_value(known, table, by, layer, counts)
    return sums


def vgg_formula() -> Finding:
    """The VGG note's formula beside its own definition of a FLOP, on the convolutions of the networks that it is about."""
    rows: list[tuple[Cell, ...]] = []
    for name in ("vgg16-mnist", "vgg16-cifar", "vgg16"):
        known = growth.counted(name, (1, *models.get(name).input))
        convs = [x for x, _ in known.layers if x.op == "conv"] if known else []
        products = sum(numel(x.y) * _taps(x) for x in convs)
        outputs = sum(numel(x.y) for x in convs)
        formula, defined = products + outputs, products + (products - outputs) + outputs
        rows.append((name, formula, defined, defined - formula, f"{defined / formula:.3f}"))
    says = (
        "The note defines a FLOP as one multiplication or one addition, so that a·b + c·d are three, but its formula "
        "Cout·Hout·Wout·(Cin·K1·K2 + 1) adds only the bias to the products: the Cin·K1·K2 − 1 additions inside of each "
        "sum are missing. By its own definition an output with bias costs 2·Cin·K1·K2. The formula is the multiply-add "
        "count with bias, as paddle.flops has it."
    )
    head = ("convolutions of", "formula", "its definition", "additions left out", "ratio")
    return Finding("VGG note: the formula contradicts the definition above it", says, head, tuple(rows))


def _taps(layer: Layer) -> int:
    per_group: int = layer.attrs["in_channels"] // layer.attrs["groups"]
    return per_group * numel(layer.attrs["kernel"])


def _all_taps(layer: Layer) -> int:
    """Cin·K², as the documents write it: they have no groups."""
    return int(layer.attrs["in_channels"]) * numel(layer.attrs["kernel"])


def _conv_params(layer: Layer) -> int:
    return layer.y[1] * (_all_taps(layer) + bool(layer.attrs["bias"]))


Rule = tuple[str, str, str, str, str, Callable[[Layer], int]]
_RULES: tuple[Rule, ...] = (
    ("Paddle tutorial", "Conv2D parameters = Cin·Cout·K² + Cout with bias", "conv", "paddle_flops", "params", _conv_params),
    (
        *("Paddle tutorial", "Conv2D FLOPs = parameters · Hout · Wout", "conv", "paddle_flops", "compute"),
        lambda x: _conv_params(x) * numel(x.y[2:]),
    ),
    ("Paddle tutorial", "BatchNorm2D parameters = 4·C", "batchnorm", "paddle_flops", "params", lambda x: 4 * x.y[1]),
    ("Paddle tutorial", "BatchNorm2D parameters = 4·C", "batchnorm", "torchinfo", "params", lambda x: 4 * x.y[1]),
    ("Paddle tutorial", "BatchNorm2D FLOPs = 2·C·H·W", "batchnorm", "paddle_flops", "compute", lambda x: 2 * numel(x.y[1:])),
    (
        *("Paddle tutorial", "Linear parameters = Cin·Cout + Cout", "linear", "paddle_flops", "params"),
        lambda x: (x.x[1] + 1) * x.y[1],
    ),
    ("Paddle tutorial", "Linear FLOPs = Cin·Cout", "linear", "paddle_flops", "compute", lambda x: x.x[1] * x.y[1]),
    ("VGG note", "conv parameters = (K·K·Cin + bias)·Cout", "conv", "mac", "params", _conv_params),
    ("CS231n", "memory = H·W·C values of 4 bytes", "conv", "cs231n", "memory_activations", lambda x: 4 * numel(x.y)),
    ("CS231n", "weights = K·K·Cin·Cout", "conv", "cs231n", "params", lambda x: _all_taps(x) * x.y[1]),
)
_ON = ("lenet", "alexnet-paper", "vgg16", "vgg16-bn", "resnet50", "resnext50-32x4d")


def formulas() -> Finding:
    """Formulas of the documents against what a convention charges, layer by layer, on six networks."""
    rows: list[tuple[Cell, ...]] = []
    for source, text, op, by, metric, rule in _RULES:
        held = met = 0
        odd = ""
        table = convention.load(by).table(metric)
        for name in _ON:
            known = growth.counted(name, (1, *models.get(name).input))
            for layer, counts in known.layers if known else ():
                if layer.op == op:
                    met += 1
                    got = engine.layer_value(known, table, by, layer, counts) if known else 0
                    held += got == rule(layer)
                    odd = odd or ("" if got == rule(layer) else f"{name} {layer.id}: {rule(layer):,} ≠ {got:,}")
        against = convention.load(by)
        rows.append((source, text, against.title if against.tool else against.table(metric).label, f"{held} of {met}", odd))
    says = f"Each formula on every layer of its kind in {', '.join(_ON)}; the first layer where it fails is shown."
    return Finding("Formulas on trial", says, ("document", "formula", "against", "layers", "first that differs"), tuple(rows))


def overflow(verdicts: Sequence[Verdict]) -> Finding:
    """Sums that were printed by a machine whose integers overflow, beside what they should have been."""
    rows: list[tuple[Cell, ...]] = []
    for v in verdicts:
        if v.fit and v.fit.candidate.label.by.endswith(exact.WRAPS) and v.refuted and v.number and v.label:
            right = Fraction(_exact(v)) / v.number.scale
            told = v.label
            outputs = (exact.value(told.network, told.shape, told.classes, "", told.by, "memory_activations") or 0) // 8
            sizes = (v.figure.value, f"{float(right):.2f}", v.figure.unit, outputs, outputs - 2**32)
            rows.append((told.network, v.figure.metric, *sizes))
    says = (
        "torchsummary adds up the outputs of all modules in NumPy integers, which have 32 bits on Windows before NumPy 2."
        " Beyond 2^31 the sum turns negative, abs() drops its sign, and 8 bytes times what is left are printed."
    )
    return Finding(
        "ResNet note: two sizes come from an integer overflow",
        says,
        ("network", "size", "printed", "right", "unit", "outputs", "in 32 bits"),
        tuple(rows),
    )


def backbones(verdicts: Sequence[Verdict]) -> Finding:
    """Figures of mmpretrain on one network by two counters."""
    rows: list[tuple[Cell, ...]] = []
    for v in _figures(verdicts, "open-mmlab/mmpretrain"):
        if v.label and v.label.network == "resnet50" and v.label.metric == "compute" and v.label.shape[2:] == (224, 224):
            who = convention.load(v.label.by).title
            rows.append((v.figure.path.rpartition("#")[0] or v.figure.path, v.figure.value, who, v.label.place, _exact(v)))
    says = (
        "The metafile's figure was made with mmcv's counter, the one in the documentation with its successor in mmengine,"
        " which counts as fvcore does: no rectifiers, no max pooling. Both leave out the classifying head."
    )
    head = ("where", "printed", "counted as", "part", "exact")
    return Finding("mmpretrain: ResNet-50 has two FLOPs in one project", says, head, tuple(rows))


def activations(verdicts: Sequence[Verdict]) -> Finding:
    """What two projects call activations."""
    rows: list[tuple[Cell, ...]] = []
    for network in ("resnet50", "resnet101", "resnet152", "resnext50-32x4d"):
        shape = (1, *models.get(network).input)
        fv, py = (exact.value(network, shape, None, "", by, "activations") or 0 for by in ("fvcore", "pycls"))
        known = growth.counted(network, shape)
        pool = sum(numel(x.y) for x, _ in known.layers if x.op == "maxpool") if known else 0
        if any(v.label and v.label.network == network and v.label.metric == "activations" for v in verdicts):
            rows.append((network, fv, py, py - fv, pool))
    says = "timm's (fvcore's) activations are outputs of convolutions and products; pycls adds the output of max pooling."
    head = ("network", "timm, fvcore", "pycls", "difference", "output of max pooling")
    return Finding("Activations: two projects, one word", says, head, tuple(rows))


def halves(verdicts: Sequence[Verdict]) -> Finding:
    """Weight files that are too small for their network in single precision."""
    rows: list[tuple[Cell, ...]] = []
    for v in verdicts:
        if v.label and v.label.metric == FILE and v.label.by == "torch_pth" and v.number:
            single, half = checkpoint.held(v.label.network, "torch_pth")
            if v.number.base < single.content:
                sizes = (f"{float(Fraction(h.content) / v.number.scale):.3f}" for h in (single, half))
                rows.append((v.label.network, v.figure.value, *sizes, int(v.number.base) - half.content))
    says = (
        "These files are half as large as their networks: weights of convolutions and products are stored in 2 bytes, those of "
        "batch norm and its statistics in 4. What is left is the file's own structure."
    )
    head = ("network", "printed MB", "all at 4 bytes", "weights at 2 bytes", "bytes left")
    return Finding("torchvision: two weight files are in half precision", says, head, tuple(rows))


def shortcuts() -> Finding:
    """The three shortcut options of the ResNet paper, counted."""
    rows: list[tuple[Cell, ...]] = []
    for depth in (18, 34):
        for option, name in (("A", f"resnet{depth}-a"), ("B", f"resnet{depth}"), ("C", f"resnet{depth}-c")):
            shape = (1, *models.get(name).input)
            cells = (exact.value(name, shape, None, "", "mac", m) or 0 for m in ("params", "compute"))
            rows.append((f"ResNet-{depth}", option, models.get(name).says.partition("; ")[2], *cells))
    says = "A pads with zeros, B projects where the shape changes, C projects everywhere."
    head = ("network", "option", "shortcut", "parameters", "MACs")
    return Finding("ResNet note: shortcut options A, B and C, counted", says, head, tuple(rows))


def many(network: str, verdicts: Sequence[Verdict]) -> Finding:
    """All that is printed as the operations of one network on one image of its usual size, from least to most."""
    own = models.get(network).input
    root = network.partition("-")[0]
    seen: dict[tuple[str, Label, int], list[Verdict]] = {}
    for v in verdicts:
        told = v.fit.candidate.label if v.fit else v.label
        here = told and told.metric == "compute" and told.network in (network, f"{root}-v1") and told.shape == (1, *own)
        if told and here and _number(v):
            seen.setdefault((f"{v.figure.value} {v.figure.unit}".removesuffix(" raw"), told, _number(v)), []).append(v)
    rows: list[tuple[Cell, ...]] = []
    for (printed, told, n), group in sorted(seen.items(), key=lambda item: item[0][2]):
        part = f", {told.place}" if told.place else ""
        who = f"{convention.load(told.by).title} on {told.network}{part}"
        sources = ", ".join(dict.fromkeys(v.figure.source.split(" (")[0] for v in group))
        rows.append((printed, n, who, sources))
    met = " or ".join(sorted({told.network for _, told, _ in seen}))
    says = f"Everything that these sources print as the operations of {met} on one image of {'x'.join(map(str, own))}."
    return Finding(f"One network, many numbers: {network}", says, ("printed", "exact", "which is", "where"), tuple(rows))


def _number(v: Verdict) -> int:
    """The exact number behind a figure; of one that is undecided the label's own, and 0 of any other that has none."""
    if v.fit:
        return int(v.fit.candidate.number)
    return next((int(c.number) for c in v.nearest if not c.assumed), 0) if v.kind == UNDECIDED else 0
