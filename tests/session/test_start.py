"""``import crosscheck`` is there at once, and what Python users ask for loads no framework by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

import crosscheck
from tests.test_house import FRAMEWORKS

LOADED = """
import sys, time
start = time.process_time()
import crosscheck
took = time.process_time() - start
{more}
print(took, *{{m.split('.')[0] for m in sys.modules}})
"""


@pytest.mark.everywhere
@pytest.mark.parametrize(
    ("more", "none"), [("", FRAMEWORKS | {"pandas", "numpy", "typer", "rich"}), ("crosscheck.compare", FRAMEWORKS)]
)
def test_importing_loads_no_framework(more: str, none: set[str]) -> None:
    code = LOADED.format(more=more)
    took, *modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not none & set(modules)
    assert float(took) < 0.3


def test_the_face_is_what_it_says() -> None:
    assert callable(crosscheck.compare)
    assert callable(crosscheck.capture)
    with pytest.raises(AttributeError, match="has no attribute 'compair'"):
        crosscheck.compair  # noqa: B018
