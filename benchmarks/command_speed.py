"""How soon a command answers: each as a process, start-up included, beside a bare ``python -c pass``.

``python -m benchmarks.command_speed [ROOT …]``; further source trees are timed side by side. Sides alternate, the best of several
rounds counts. Where the machine is busy, processor time tells more than wall time.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks.timing import best, process

ROUNDS = 5
HERE = Path(__file__).resolve().parent.parent
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from crosscheck.cli import main; main()"
COMMANDS = (
    ("--version",),
    ("count", "resnet50"),
    ("identify", "resnet50", "3.8G"),
    ("figures", "--format", "json"),
)
BARE = "python -c pass"


def main() -> None:
    """Print wall and processor time of every command, as ratios to a bare start of Python and to the other trees."""
    roots = [str(HERE), *sys.argv[1:]]
    for words in COMMANDS:
        sides = {root: partial(process, [sys.executable, "-P", "-c", START, root, *words]) for root in roots}
        found = best({BARE: partial(process, [sys.executable, "-P", "-c", "pass"]), **sides}, ROUNDS)
        bare, first = found[BARE], found[str(HERE)]
        print(f"crosscheck {' '.join(words)}: {first[0] / bare[0]:.1f} times a bare start of Python")
        for name, (wall, cpu, _) in found.items():
            print(f"  {name:<40} {wall:6.3f} s wall ({wall / first[0]:4.2f}×), {cpu:6.3f} s processor ({cpu / first[1]:4.2f}×)")


if __name__ == "__main__":
    main()
