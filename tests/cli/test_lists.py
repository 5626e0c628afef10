"""The commands ``list`` and ``convention``: everything that there is, each with its card."""

from __future__ import annotations

import json
import re
from typing import Any

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.importers.caffe import load as prototxt
from crosscheck.measuring import catalog
from crosscheck.ops.files import FILE_OPS, members
from crosscheck.subjects import zoo
from tests.cli.tables import rows


def test_lists_have_everything_there_is(crosscheck: Any) -> None:
    names = {
        "models": models.variants(),
        "networks": prototxt.bundled(),
        "tools": catalog.tools(),
        "conventions": convention.ids(),
        "frameworks": catalog.frameworks(),
        "zoo": zoo.networks(),
    }
    for what, known in names.items():
        code, out, err = crosscheck("list", what, "--format", "json")
        assert (code, err) == (0, "")
        assert [next(iter(r.values())) for r in json.loads(out)] == list(known), what
        code, out, err = crosscheck("list", what)
        assert (code, err) == (0, "")
        assert max(map(len, out.splitlines())) <= 100, what


def test_models_are_a_line_each_and_a_family_has_whole_descriptions(crosscheck: Any) -> None:
    _, out, _ = crosscheck("list", "models")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert [w[0] for w in lines if len(w) > 3 and w[1][0].isdigit()] == list(models.variants())
    resnet50 = next(w for w in lines if w[0] == "resnet50")
    assert resnet50[1:4] == ["1x3x224x224", "25,557,032", "4,089,184,256"]
    names = [n for n, v in models.variants().items() if v.family == "vgg"]
    _, out, _ = crosscheck("list", "models", "--family", "vgg", "-f", "csv")
    assert [r["name"] for r in rows(out)] == names
    assert [r["variant"] for r in rows(out)] == [models.get(n).says for n in names]
    _, out, _ = crosscheck("list", "models", "--family", "vgg")
    assert max(map(len, out.splitlines())) <= 100
    assert "…" not in out
    code, out, err = crosscheck("list", "models", "--family", "vgh")
    assert (code, out) == (2, "")
    assert "unknown family 'vgh'. Hint: did you mean vgg" in err


def test_the_card_of_strict_arithmetic_names_every_kind_and_op(crosscheck: Any) -> None:
    for output in ("table", "markdown"):
        code, out, _ = crosscheck("convention", "arithmetic", "-f", output)
        assert code == 0
        flat = " ".join(out.split())
        assert "mul + add + compare + divide + exp + sqrt + power + erf" in flat
        assert all(op in flat for op in ("conv_transpose", "softmax", "lrn", "trainable_pool"))
    code, out, _ = crosscheck("convention", "torchinfo", "-f", "json")
    assert json.loads(out)["metrics"]["memory"]["sum"] == ["memory_input", "memory_activations", "memory_params"]


def test_a_card_names_a_whole_family_once_and_hides_no_quirk(crosscheck: Any) -> None:
    for name in convention.ids():
        c = convention.load(name)
        code, out, err = crosscheck("convention", name)
        assert (code, err) == (0, "")
        shown = " ".join(re.sub(r"[ │]+", " ", out).split())
        words = set(re.findall(r"[a-z_@0-9]+", shown))
        code, markdown, _ = crosscheck("convention", name, "--format", "markdown")
        line = f"It extends {c.extends}:" if c.extends else "It extends"
        assert (line in out, line in markdown) == (bool(c.extends),) * 2
        for table in c.metrics.values():
            for weights in table.weighed.values():
                assert all(w.quirk in markdown for w in weights)
            for op in (*table.weighed, *table.ignored):
                family = FILE_OPS[op].family if op in FILE_OPS else ""
                assert op in words or (f"@{family}" in words and set(members(family)) <= {*table.weighed, *table.ignored}), op
