"""Tools that look at modules, asked of a file: beside what they say of the network that the file was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.subjects import lost
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Subject

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("pytorch")]

torch = pytest.importorskip("torch")
thop = pytest.importorskip("thop")
torchinfo = pytest.importorskip("torchinfo")
pytest.importorskip("onnx")
nn = torch.nn
X = (2, 3, 8, 8)


class Twice(nn.Module):  # type: ignore[misc,name-defined]
    """A convolution and an activation that are called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.again, self.act = nn.Conv2d(3, 6, 1), nn.Conv2d(6, 6, 3, padding=1), nn.PReLU(6)

    def forward(self, x: Any) -> Any:
        y = self.act(self.again(self.first(x)))
        return self.act(self.again(y))


def folded() -> Any:
    norm = nn.BatchNorm2d
    blocks = [nn.Conv2d(3, 4, 3, bias=False), norm(4), nn.ReLU6(), nn.Conv2d(4, 8, 1, bias=False), norm(8), nn.Hardswish()]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))


def sequence() -> Any:
    return nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 4))


def exported(net: Any, folder: Path) -> Subject:
    net.eval()
    path = folder / "net.onnx"
    torch.onnx.export(net, torch.zeros(X), str(path), dynamo=False)
    return resolve(str(path))


def real(net: Any) -> dict[tuple[str, str], int]:
    """What the tools print of the network itself."""
    told = torchinfo.summary(net, X, verbose=0)
    macs, params = thop.profile(net, (torch.zeros(X),), verbose=False)
    return {
        ("thop", "compute"): int(macs),
        ("thop", "params"): int(params),
        ("torchinfo", "compute"): int(told.total_mult_adds),
        ("torchinfo", "params"): int(told.total_params),
    }


@pytest.mark.parametrize("make", [Twice, sequence], ids=["called twice", "of a sequence"])
def test_the_number_of_a_file_is_that_of_its_network(make: Any, tmp_path: Path) -> None:
    it, truth = exported(make(), tmp_path), real(make().eval())
    for (c, metric), value in truth.items():
        by = convention.load(c)
        assert engine.total(it.seen_by(by), by, metric) == value, (c, metric)


def test_the_number_before_norms_were_folded_is_among_what_is_told(tmp_path: Path) -> None:
    it, truth = exported(folded(), tmp_path), real(folded().eval())
    assert not [x for x in it.model.layers if x.op == "batchnorm"], "the exporter folds them"
    for (c, metric), value in truth.items():
        told = lost.caveat(it, convention.load(c), metric)
        assert f"if one was folded in, in each, it would be {value:,}" in told, (c, metric, told)
