"""The README's answer about a network of one's own, made by the command and the code that stand above it.

``python -m tests.readme_own`` writes it; a test that has PyTorch keeps it so.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.readme_table import ROOT

START, END = "<!-- own: nets.py -->", "<!-- end of own -->"


def shown(text: str) -> tuple[str, str]:
    """The code of nets.py and the command, as the README has them."""
    own = text.split(START)[1].split(END, maxsplit=1)[0]
    (code,) = re.findall(r"```python\n# nets\.py\n(.*?)```", own, re.DOTALL)
    (command,) = re.findall(r"```sh\n(crosscheck .*?)\n```", own, re.DOTALL)
    return code, command


def answer(text: str) -> str:
    """What the command prints, in a folder where the file is."""
    code, command = shown(text)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nets.py").write_text(code, encoding="utf-8")
        words = [sys.executable, "-m", *shlex.split(command)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout.strip("\n")


def block(text: str) -> str:
    """The README with that answer in its place."""
    before, rest = text.split(START)
    own, after = rest.split(END)
    head = own[: own.index("```text\n")]
    tail = own[own.index("```text\n") :].split("\n```", 1)[1]
    return f"{before}{START}{head}```text\n{answer(text)}\n```{tail}{END}{after}"


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(block(path.read_text(encoding="utf-8")), encoding="utf-8")
